"""Which view somebody opens first is now a use of the view."""

from django.db import migrations

MOVE = """
INSERT INTO desk_viewuse (company_id, user_id, view_id, list_key, is_pinned, is_default)
SELECT company_id, owner_id, id, list_key, false, true FROM desk_savedview WHERE is_default
"""


class Migration(migrations.Migration):
    dependencies = [("desk", "0002_uses_of_views")]

    operations = [migrations.RunSQL(MOVE, migrations.RunSQL.noop)]
