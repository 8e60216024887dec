from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('erp_procurement', '0004_planned_with_contracts'),
    ]

    operations = [
        migrations.AddField(
            model_name='supplier',
            name='own',
            field=models.JSONField(blank=True, default=dict, editable=False, verbose_name='own fields'),
        ),
    ]
