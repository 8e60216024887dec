"""Notes have a length, which the doors keep to; the table stays as it is."""


from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('erp_procurement', '0006_landed_costs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='purchaseorder',
            name='note',
            field=models.TextField(blank=True, max_length=5000, verbose_name='note'),
        ),
    ]
