"""Deals on their way, the stages they go through, and the quotations that come of them."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
import suite.core.models.documents
import suite.core.money
from suite.core.migrating import AllAtOnce
from suite.core.numbering import NumberSequence, NumberTrigger


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0008_number_patterns'),
        ('crm_sales', '0006_orders_by_progress_and_promise'),
        ('masterdata', '0004_numbers_by_pattern'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        NumberSequence('OP'),
        migrations.CreateModel(
            name='LostReason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
            ],
            options={
                'verbose_name': 'reason for losing',
                'verbose_name_plural': 'reasons for losing',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Pipeline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
            ],
            options={
                'verbose_name': 'pipeline',
                'verbose_name_plural': 'pipelines',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Rival',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
            ],
            options={
                'verbose_name': 'rival',
                'verbose_name_plural': 'rivals',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Stage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('kind', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=4, verbose_name='kind')),
                ('probability', suite.core.money.PercentField(decimal_places=4, default=Decimal('0'), max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='probability %')),
                ('target_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='target days')),
                ('guidance', models.TextField(blank=True, verbose_name='guidance')),
                ('guidance_en', models.TextField(blank=True, verbose_name='guidance in English')),
                ('criteria', models.JSONField(blank=True, default=list, verbose_name='exit criteria')),
                ('needs_approval', models.BooleanField(default=False, verbose_name='only with approval')),
                ('is_archived', models.BooleanField(default=False, editable=False, verbose_name='archived')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('pipeline', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stages', to='crm_sales.pipeline', verbose_name='pipeline')),
            ],
            options={
                'verbose_name': 'stage',
                'verbose_name_plural': 'stages',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='KeyAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('days', models.PositiveSmallIntegerField(default=1, verbose_name='due after (days)')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('stage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='crm_sales.stage', verbose_name='stage')),
            ],
            options={
                'verbose_name': 'key action',
                'verbose_name_plural': 'key actions',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Opportunity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('own', models.JSONField(blank=True, default=dict, editable=False, verbose_name='own fields')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
                ('number', suite.core.models.documents.NumberField(editable=False, max_length=32, prefix='OP', verbose_name='number')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('status', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', editable=False, max_length=4, verbose_name='status')),
                ('amount', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), max_digits=18, verbose_name='amount')),
                ('exchange_rate', models.DecimalField(decimal_places=8, default=Decimal('1'), max_digits=18, verbose_name='exchange rate')),
                ('value', models.GeneratedField(db_persist=True, expression=django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('amount'), '*', models.F('exchange_rate')), 2), output_field=models.DecimalField(decimal_places=2, max_digits=18), verbose_name='value')),
                ('expected_close', models.DateField(blank=True, null=True, verbose_name='expected close')),
                ('forecast', models.CharField(choices=[('commit', 'Commit'), ('best', 'Best case'), ('pipeline', 'Pipeline'), ('omitted', 'Omitted')], default='pipeline', max_length=8, verbose_name='forecast')),
                ('source', models.CharField(blank=True, max_length=40, verbose_name='source')),
                ('next_step', models.CharField(blank=True, max_length=200, verbose_name='next step')),
                ('next_step_on', models.DateField(blank=True, null=True, verbose_name='next step on')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('entered_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='in this stage since')),
                ('closed_at', models.DateTimeField(editable=False, null=True, verbose_name='closed')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='masterdata.contact', verbose_name='decision maker')),
                ('currency', models.ForeignKey(db_index=False, default='CNY', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency', verbose_name='currency')),
                ('lost_reason', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm_sales.lostreason', verbose_name='reason for losing')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('party', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.party', verbose_name='customer')),
                ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
                ('pipeline', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm_sales.pipeline', verbose_name='pipeline')),
                ('rivals', models.ManyToManyField(blank=True, related_name='+', to='crm_sales.rival', verbose_name='rivals')),
                ('stage', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='crm_sales.stage', verbose_name='stage')),
            ],
            options={
                'verbose_name': 'opportunity',
                'verbose_name_plural': 'opportunities',
                'permissions': [('override_criteria', 'Can move opportunities past exit criteria')],
            },
        ),
        migrations.CreateModel(
            name='OpportunityLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('quantity', suite.core.money.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='quantity')),
                ('amount', suite.core.money.AmountField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='amount')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('opportunity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='crm_sales.opportunity', verbose_name='opportunity')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'opportunity line',
                'verbose_name_plural': 'opportunity lines',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='StageVisit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('start', 'Start'), ('forward', 'Forward'), ('back', 'Back')], default='start', max_length=7, verbose_name='kind')),
                ('entered_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='entered')),
                ('left_at', models.DateTimeField(null=True, verbose_name='left')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('overridden', models.BooleanField(default=False, verbose_name='past exit criteria')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('from_stage', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm_sales.stage', verbose_name='from')),
                ('moved_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('opportunity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='visits', to='crm_sales.opportunity', verbose_name='opportunity')),
                ('stage', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='crm_sales.stage', verbose_name='stage')),
            ],
            options={
                'verbose_name': 'stage visit',
                'verbose_name_plural': 'stage visits',
                'ordering': ['entered_at', 'id'],
            },
        ),
        migrations.AddField(
            model_name='quotation',
            name='opportunity',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='quotations', to='crm_sales.opportunity', verbose_name='opportunity'),
        ),
        migrations.AddConstraint(
            model_name='lostreason',
            constraint=models.UniqueConstraint(fields=('company', 'name'), name='crm_lost_reason_once'),
        ),
        migrations.AddConstraint(
            model_name='opportunityline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quantity', None), ('quantity__gt', 0), _connector='OR'), models.Q(('amount', None), ('amount__gte', 0), _connector='OR')), name='crm_opportunity_line_sane', violation_error_message='The quantity must be above zero'),
        ),
        migrations.AddConstraint(
            model_name='pipeline',
            constraint=models.UniqueConstraint(fields=('company', 'name'), name='crm_pipeline_name_once', violation_error_message='There is a pipeline with this name already'),
        ),
        migrations.AddConstraint(
            model_name='rival',
            constraint=models.UniqueConstraint(fields=('company', 'name'), name='crm_rival_once'),
        ),
        migrations.AddConstraint(
            model_name='stage',
            constraint=models.CheckConstraint(condition=models.Q(('probability__gte', 0), ('probability__lte', 100)), name='crm_stage_probability', violation_error_message='A probability lies between 0 and 100'),
        ),
        migrations.AddConstraint(
            model_name='stage',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('kind', 'open'), _negated=True), ('is_archived', False)), fields=('pipeline', 'kind'), name='crm_stage_one_end', violation_error_message='A pipeline has one stage for what is won and one for what is lost'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['company', '-id'], name='crm_opportunity_latest'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['company', 'owner', '-id'], name='crm_opportunity_mine'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['company', 'stage', '-id'], name='crm_opportunity_by_stage'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['company', 'expected_close', 'id'], name='crm_opportunity_by_close'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['company', 'value', 'id'], name='crm_opportunity_by_value'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['company', 'entered_at', 'id'], name='crm_opportunity_by_entry'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['company', 'status', 'closed_at'], name='crm_opportunity_by_end'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['party', '-id'], name='crm_opportunity_by_party'),
        ),
        migrations.AddConstraint(
            model_name='opportunity',
            constraint=models.UniqueConstraint(fields=('company', 'number'), name='crm_opportunity_number_once'),
        ),
        migrations.AddConstraint(
            model_name='opportunity',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='crm_opportunity_amount', violation_error_message='The amount must not be negative'),
        ),
        migrations.AddConstraint(
            model_name='opportunity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('status', 'open')), models.Q(models.Q(('status', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='crm_opportunity_closed_on_a_day'),
        ),
        migrations.AddIndex(
            model_name='stagevisit',
            index=models.Index(fields=['opportunity', 'entered_at', 'id'], name='crm_visit_of_deal'),
        ),
        migrations.AddIndex(
            model_name='stagevisit',
            index=models.Index(fields=['company', 'entered_at', 'stage'], include=('left_at',), name='crm_visit_by_time'),
        ),
        migrations.AddIndex(
            model_name='stagevisit',
            index=models.Index(fields=['stage'], name='crm_visit_by_stage'),
        ),
        migrations.AddConstraint(
            model_name='stagevisit',
            constraint=models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('opportunity',), name='crm_visit_one_present'),
        ),
        migrations.AddConstraint(
            model_name='stagevisit',
            constraint=models.CheckConstraint(condition=models.Q(('left_at', None), ('left_at__gte', models.F('entered_at')), _connector='OR'), name='crm_visit_forward_in_time'),
        ),
        NumberTrigger('crm_sales_opportunity', 'OP'),
    ]
