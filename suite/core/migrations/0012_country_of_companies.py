
from django.db import migrations, models

from suite.core.migrating import AllAtOnce

# Until now the time zone said whose holidays count.
ELSEWHERE = "UPDATE core_company SET country = '' WHERE time_zone NOT IN ('Asia/Shanghai', 'Asia/Urumqi')"


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0011_office_hours'),
    ]

    operations = [
        migrations.AddField(
            model_name='company',
            name='country',
            field=models.CharField(blank=True, choices=[('CN', 'China')], db_default='CN', default='CN', help_text='Its public holidays are days off; blank: those that you enter yourself', max_length=2, verbose_name='country'),
        ),
        migrations.RunSQL(ELSEWHERE, migrations.RunSQL.noop),
    ]
