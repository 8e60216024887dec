"""When the office of a company is open: working time is reckoned by it."""

import datetime

from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0010_holidays_and_make_up_days'),
    ]

    operations = [
        migrations.AddField(
            model_name='company',
            name='office_closes',
            field=models.TimeField(db_default=datetime.time(18, 0), default=datetime.time(18, 0), verbose_name='office closes'),
        ),
        migrations.AddField(
            model_name='company',
            name='office_opens',
            field=models.TimeField(db_default=datetime.time(9, 0), default=datetime.time(9, 0), verbose_name='office opens'),
        ),
        migrations.AddConstraint(
            model_name='company',
            constraint=models.CheckConstraint(condition=models.Q(('office_opens__lt', models.F('office_closes'))), name='core_company_office_hours', violation_error_message='The office closes after it opens'),
        ),
    ]
