"""What sources cost, and stages that let fewer deals through than usual."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import suite.core.clock
import suite.core.money
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0012_country_of_companies'),
        ('crm_sales', '0018_targets'),
    ]

    operations = [
        migrations.CreateModel(
            name='SourceCost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=40, verbose_name='source')),
                ('month', models.DateField(verbose_name='month')),
                ('amount', suite.core.money.AmountField(decimal_places=2, max_digits=18, verbose_name='cost')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
            ],
            options={
                'verbose_name': 'cost of a source',
                'verbose_name_plural': 'costs of sources',
                'ordering': ['-month', 'source'],
                'constraints': [models.UniqueConstraint(fields=('company', 'month', 'source'), name='crm_source_cost_once'), models.CheckConstraint(condition=models.Q(('amount__gte', 0), models.Q(('source', ''), _negated=True), ('month__day', 1)), name='crm_source_cost_sane', violation_error_message='Name a source, a month by its first day and an amount of at least 0')],
            },
        ),
        migrations.CreateModel(
            name='StageAlert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('raised_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='raised')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='back to usual')),
                ('visits', models.PositiveIntegerField(verbose_name='visits')),
                ('share', suite.core.money.PercentField(decimal_places=4, default=Decimal('0'), max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='conversion')),
                ('usual', suite.core.money.PercentField(decimal_places=4, default=Decimal('0'), max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='usual conversion')),
                ('limit', suite.core.money.PercentField(decimal_places=4, default=Decimal('0'), max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='lower limit')),
                ('deals', models.JSONField(default=list)),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('stage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='crm_sales.stage', verbose_name='stage')),
            ],
            options={
                'verbose_name': 'stage alert',
                'verbose_name_plural': 'stage alerts',
                'indexes': [models.Index(fields=['company', '-raised_at'], name='crm_stage_alert_latest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('stage',), name='crm_stage_alert_one_open')],
            },
        ),
    ]
