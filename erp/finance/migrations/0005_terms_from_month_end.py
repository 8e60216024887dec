from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('erp_finance', '0004_void_frees_the_number'),
    ]

    operations = [
        migrations.AddField(
            model_name='paymenttermline',
            name='from_month_end',
            field=models.BooleanField(default=False, verbose_name='from the end of the month'),
        ),
    ]
