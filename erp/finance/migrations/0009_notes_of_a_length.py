"""Notes have a length, which the doors keep to; the table stays as it is."""


from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('erp_finance', '0008_what_is_overdue_is_no_news'),
    ]

    operations = [
        migrations.AlterField(
            model_name='invoice',
            name='note',
            field=models.TextField(blank=True, max_length=5000, verbose_name='note'),
        ),
    ]
