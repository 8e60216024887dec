"""Numbers are made as the company wants them; what has a number keeps it."""

from django.db import migrations

from suite.core.numbering import NumberTrigger


class Migration(migrations.Migration):
    dependencies = [("core", "0008_number_patterns"), ("masterdata", "0003_places_of_currencies")]

    operations = [
        NumberTrigger("masterdata_party", "P", "code"),
    ]
