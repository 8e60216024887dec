"""The public pool: who falls into it, who is warned, who claims; and portfolios that are handed over."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0011_office_hours'),
        ('crm_customers', '0007_pool'),
        ('crm_retention', '0001_initial'),
        ('crm_sales', '0018_targets'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='retentionpolicy',
            name='claim_days',
            field=models.PositiveSmallIntegerField(db_default=7, default=7, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(366)], verbose_name='within (days)'),
        ),
        migrations.AddField(
            model_name='retentionpolicy',
            name='claim_limit',
            field=models.PositiveSmallIntegerField(db_default=5, default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000)], verbose_name='customers that one person may claim'),
        ),
        migrations.AddField(
            model_name='retentionpolicy',
            name='lead_pool_after_days',
            field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(2), django.core.validators.MaxValueValidator(3650)], verbose_name='leads go to the pool after (days without contact)'),
        ),
        migrations.AddField(
            model_name='retentionpolicy',
            name='pool_after_days',
            field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(7), django.core.validators.MaxValueValidator(3650)], verbose_name='customers go to the pool after (days without contact)'),
        ),
        migrations.AddField(
            model_name='retentionpolicy',
            name='pool_warning_days',
            field=models.PositiveSmallIntegerField(db_default=3, default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='owners are warned (days before)'),
        ),
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('moved', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='when')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='taken back')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='from')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('taker', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='to')),
            ],
            options={
                'verbose_name': 'hand-over',
                'verbose_name_plural': 'hand-overs',
                'indexes': [models.Index(fields=['company', '-id'], name='crm_hand_over_latest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('giver', models.F('taker')), _negated=True), name='crm_hand_over_to_another')],
            },
        ),
        migrations.CreateModel(
            name='PoolEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entered_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='in the pool since')),
                ('left_at', models.DateTimeField(null=True, verbose_name='left')),
                ('claimed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='claimed by')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pool_entries', to='crm_customers.customer', verbose_name='customer')),
                ('from_owner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='looked after before by')),
            ],
            options={
                'verbose_name': 'customer in the pool',
                'verbose_name_plural': 'customers in the pool',
                'permissions': [('claim_poolentry', 'Can claim customers from the pool')],
                'indexes': [models.Index(fields=['company', '-entered_at', '-id'], name='crm_pool_entry_latest'), models.Index(fields=['claimed_by', 'left_at'], name='crm_pool_entry_claims')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('customer',), name='crm_pool_entry_once')],
            },
        ),
        migrations.CreateModel(
            name='PoolWarning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('falls_on', models.DateField(verbose_name='falls on')),
                ('warned_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='warned')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('ending', models.CharField(blank=True, choices=[('saved', 'Somebody was in touch'), ('fell', 'Fell to the pool')], max_length=5, verbose_name='ending')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm_customers.customer', verbose_name='customer')),
                ('lead', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm_sales.lead', verbose_name='lead')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'pool warning',
                'verbose_name_plural': 'pool warnings',
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['company', 'falls_on'], name='crm_pool_warning_open'), models.Index(fields=['company', '-id'], name='crm_pool_warning_latest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('customer__isnull', False), ('lead', None)), models.Q(('customer', None), ('lead__isnull', False)), _connector='OR'), name='crm_pool_warning_of_one'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('customer',), name='crm_pool_warning_one_open'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('lead',), name='crm_pool_warning_one_of_lead')],
            },
        ),
    ]
