"""Visits say what they were left for, so that a funnel reads one table by one index."""

from django.conf import settings
from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0009_modules_along'),
        ('crm_sales', '0008_deals_and_quotations_by_day'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='stagevisit',
            name='crm_visit_by_time',
        ),
        migrations.AddField(
            model_name='stagevisit',
            name='left_for',
            field=models.CharField(blank=True, choices=[('forward', 'Forward'), ('back', 'Back'), ('won', 'Won'), ('lost', 'Lost')], default='', max_length=7, verbose_name='left for'),
        ),
        migrations.AddIndex(
            model_name='stagevisit',
            index=models.Index(fields=['company', 'entered_at', 'stage'], include=('left_at', 'left_for'), name='crm_visit_funnel'),
        ),
    ]
