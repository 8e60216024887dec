"""Notes have a length, which the doors keep to; the table stays as it is."""


from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('crm_sales', '0019_insights'),
    ]

    operations = [
        migrations.AlterField(
            model_name='contract',
            name='note',
            field=models.TextField(blank=True, max_length=5000, verbose_name='note'),
        ),
        migrations.AlterField(
            model_name='opportunity',
            name='note',
            field=models.TextField(blank=True, max_length=5000, verbose_name='note'),
        ),
        migrations.AlterField(
            model_name='order',
            name='note',
            field=models.TextField(blank=True, max_length=5000, verbose_name='note'),
        ),
        migrations.AlterField(
            model_name='quotation',
            name='note',
            field=models.TextField(blank=True, max_length=5000, verbose_name='note'),
        ),
    ]
