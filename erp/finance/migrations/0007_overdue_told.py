from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):
    dependencies = [("erp_finance", "0006_numbers_by_pattern")]

    operations = [
        migrations.AddField(
            model_name="openitem",
            name="overdue_told",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
