from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):
    dependencies = [("core", "0008_number_patterns")]

    operations = [
        migrations.AddField(
            model_name="company",
            name="modules_along",
            field=models.JSONField(blank=True, db_default={}, default=dict, editable=False),
        ),
    ]
