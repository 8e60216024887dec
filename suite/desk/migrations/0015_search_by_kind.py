"""Words are looked for among the records of one company and kind at once."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import BtreeGinExtension, RemoveIndexConcurrently

from suite.core.migrating import AddIndexInUse, AllAtOnce


class Migration(AllAtOnce):
    atomic = False

    dependencies = [("desk", "0014_notices_about_a_record")]

    operations = [
        BtreeGinExtension(),
        AddIndexInUse(
            "searchentry",
            GinIndex(fields=["company", "kind", "tokens"], name="desk_search_found", fastupdate=False),
        ),
        RemoveIndexConcurrently("searchentry", "desk_search_tokens"),
    ]
