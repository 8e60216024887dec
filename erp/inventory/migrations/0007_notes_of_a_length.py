"""Notes have a length, which the doors keep to; the table stays as it is."""


from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('erp_inventory', '0006_addresses_in_english'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='note',
            field=models.TextField(blank=True, max_length=5000, verbose_name='note'),
        ),
        migrations.AlterField(
            model_name='goodsreceipt',
            name='note',
            field=models.TextField(blank=True, max_length=5000, verbose_name='note'),
        ),
    ]
