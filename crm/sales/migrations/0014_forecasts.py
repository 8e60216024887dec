"""What open deals looked like at the beginning of each week."""

import django.db.models.deletion
from django.db import migrations, models

import suite.core.clock
import suite.core.money
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0010_holidays_and_make_up_days'),
        ('crm_sales', '0013_leads'),
    ]

    operations = [
        migrations.CreateModel(
            name='ForecastDeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('week', models.DateField(verbose_name='week')),
                ('expected_close', models.DateField(null=True, verbose_name='expected close')),
                ('forecast', models.CharField(choices=[('commit', 'Commit'), ('best', 'Best case'), ('pipeline', 'Pipeline'), ('omitted', 'Omitted')], max_length=8, verbose_name='forecast')),
                ('value', suite.core.money.AmountField(decimal_places=2, max_digits=18, verbose_name='value')),
                ('weighted', suite.core.money.AmountField(decimal_places=2, max_digits=18, verbose_name='weighted amount')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('opportunity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='snapshots', to='crm_sales.opportunity', verbose_name='opportunity')),
            ],
            options={
                'verbose_name': 'deal in a forecast',
                'verbose_name_plural': 'deals in forecasts',
                'indexes': [models.Index(fields=['company', 'week', 'expected_close'], name='crm_forecast_by_month')],
                'constraints': [models.UniqueConstraint(fields=('week', 'opportunity'), name='crm_forecast_deal_once')],
            },
        ),
        migrations.CreateModel(
            name='ForecastWeek',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('week', models.DateField(verbose_name='week')),
                ('taken_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='taken')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
            ],
            options={
                'verbose_name': 'forecast snapshot',
                'verbose_name_plural': 'forecast snapshots',
                'constraints': [models.UniqueConstraint(fields=('company', 'week'), name='crm_forecast_week_once')],
            },
        ),
    ]
