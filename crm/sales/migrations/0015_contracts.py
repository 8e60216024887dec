"""Contracts with their clauses, lines and plans, and the orders that come of them."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
import suite.core.models.documents
import suite.core.money
import suite.masterdata.models.trade
from suite.core.migrating import AllAtOnce
from suite.core.numbering import NumberSequence, NumberTrigger


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0010_holidays_and_make_up_days'),
        ('crm_sales', '0014_forecasts'),
        ('masterdata', '0007_duplicates_and_mergings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        NumberSequence('CT'),
        migrations.CreateModel(
            name='ContractLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('description', models.CharField(blank=True, max_length=300, verbose_name='description')),
                ('quantity', suite.core.money.QuantityField(decimal_places=6, max_digits=18, verbose_name='quantity')),
                ('base_quantity', suite.core.money.QuantityField(decimal_places=6, editable=False, max_digits=18, verbose_name='quantity in base unit')),
                ('unit_price', suite.core.money.QuantityField(decimal_places=6, max_digits=18, verbose_name='unit price')),
                ('discount', suite.core.money.PercentField(decimal_places=4, default=Decimal('0'), max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='discount %')),
                ('tax_rate', suite.core.money.PercentField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='tax rate %')),
                ('net', suite.core.money.AmountField(decimal_places=2, editable=False, max_digits=18, verbose_name='net')),
                ('tax_amount', suite.core.money.AmountField(decimal_places=2, editable=False, max_digits=18, verbose_name='tax amount')),
                ('gross', suite.core.money.AmountField(decimal_places=2, editable=False, max_digits=18, verbose_name='total with tax')),
                ('requested_date', models.DateField(blank=True, null=True, verbose_name='requested date')),
                ('is_direct', models.BooleanField(default=False, verbose_name='delivered by the supplier')),
            ],
            options={
                'verbose_name': 'contract line',
                'verbose_name_plural': 'contract lines',
                'ordering': ['position', 'id'],
                'abstract': False,
            },
            bases=(suite.masterdata.models.trade.Briefs, models.Model),
        ),
        migrations.CreateModel(
            name='ContractTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('body', models.TextField(verbose_name='clauses')),
                ('body_en', models.TextField(blank=True, verbose_name='clauses in English')),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
            ],
            options={
                'verbose_name': 'contract template',
                'verbose_name_plural': 'contract templates',
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('name', models.CharField(max_length=200, verbose_name='what is due')),
                ('share', suite.core.money.PercentField(blank=True, decimal_places=4, default=None, max_digits=7, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='share %')),
                ('amount', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), max_digits=18, verbose_name='amount')),
                ('event', models.CharField(blank=True, choices=[('', 'On a fixed day'), ('signed', 'After signing'), ('approved', 'After it is in force'), ('delivered', 'After delivery')], default='', max_length=10, verbose_name='due')),
                ('days', models.PositiveSmallIntegerField(default=0, verbose_name='days after it')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='due on')),
                ('paid', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), editable=False, max_digits=18, verbose_name='paid')),
                ('done_at', models.DateTimeField(editable=False, null=True, verbose_name='done')),
                ('told_at', models.DateTimeField(editable=False, null=True, verbose_name='told that it is late')),
            ],
            options={
                'verbose_name': 'milestone',
                'verbose_name_plural': 'milestones',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.AddField(
            model_name='salespolicy',
            name='renewal_days',
            field=models.PositiveSmallIntegerField(default=60, verbose_name='task: renew contracts (days before they end)'),
        ),
        migrations.CreateModel(
            name='Contract',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('own', models.JSONField(blank=True, default=dict, editable=False, verbose_name='own fields')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
                ('date', models.DateField(verbose_name='date')),
                ('exchange_rate', models.DecimalField(decimal_places=8, default=Decimal('1'), max_digits=18, verbose_name='exchange rate')),
                ('prices_include_tax', models.BooleanField(default=True, verbose_name='prices include tax')),
                ('net', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), editable=False, max_digits=18, verbose_name='net')),
                ('tax_amount', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), editable=False, max_digits=18, verbose_name='tax amount')),
                ('gross', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), editable=False, max_digits=18, verbose_name='total with tax')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('number', suite.core.models.documents.NumberField(editable=False, max_length=32, prefix='CT', verbose_name='number')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('awaiting', 'Waiting for approval'), ('active', 'In force'), ('completed', 'Completed'), ('terminated', 'Terminated'), ('expired', 'Expired')], default='draft', editable=False, max_length=10, verbose_name='status')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='begins')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends')),
                ('signed_on', models.DateField(blank=True, null=True, verbose_name='signed')),
                ('body', models.TextField(blank=True, verbose_name='clauses')),
                ('body_en', models.TextField(blank=True, verbose_name='clauses in English')),
                ('approved_at', models.DateTimeField(editable=False, null=True, verbose_name='in force since')),
                ('closed_at', models.DateTimeField(editable=False, null=True, verbose_name='ended')),
                ('renewal_asked_at', models.DateTimeField(editable=False, null=True, verbose_name='renewal asked for')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('contact', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='masterdata.contact', verbose_name='contact')),
                ('currency', models.ForeignKey(db_index=False, default='CNY', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency', verbose_name='currency')),
                ('opportunity', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='crm_sales.opportunity', verbose_name='opportunity')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('party', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.party', verbose_name='party')),
                ('quotation', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='crm_sales.quotation', verbose_name='quotation')),
                ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'contract',
                'verbose_name_plural': 'contracts',
                'permissions': [('terminate_contract', 'Can end contracts')],
            },
        ),
        migrations.AddField(
            model_name='order',
            name='contract',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='crm_sales.contract', verbose_name='contract'),
        ),
        migrations.AddField(
            model_name='contractline',
            name='company',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='contractline',
            name='contract',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='crm_sales.contract', verbose_name='contract'),
        ),
        migrations.AddField(
            model_name='contractline',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product', verbose_name='product'),
        ),
        migrations.AddField(
            model_name='contractline',
            name='tax',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.tax', verbose_name='tax'),
        ),
        migrations.AddField(
            model_name='contractline',
            name='unit',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.unit', verbose_name='unit'),
        ),
        migrations.AddField(
            model_name='contracttemplate',
            name='company',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='contract',
            name='template',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm_sales.contracttemplate', verbose_name='template'),
        ),
        migrations.AddField(
            model_name='milestone',
            name='company',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='milestone',
            name='contract',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='milestones', to='crm_sales.contract', verbose_name='contract'),
        ),
        migrations.AddField(
            model_name='milestone',
            name='done_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddConstraint(
            model_name='contractline',
            constraint=models.CheckConstraint(condition=models.Q(('gross', django.db.models.expressions.CombinedExpression(models.F('net'), '+', models.F('tax_amount')))), name='crm_contract_line_adds_up', violation_error_message='Net and tax do not add up to the total'),
        ),
        migrations.AddConstraint(
            model_name='contractline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity', 0), _negated=True), name='crm_contract_line_quantity', violation_error_message='The quantity must not be zero'),
        ),
        migrations.AddConstraint(
            model_name='contractline',
            constraint=models.CheckConstraint(condition=models.Q(('discount__gte', 0), ('discount__lte', 100), ('unit_price__gte', 0)), name='crm_contract_line_price_and_discount', violation_error_message='Price and discount must not be negative'),
        ),
        migrations.AddIndex(
            model_name='contract',
            index=models.Index(fields=['company', '-date', '-id'], name='crm_contract_by_date'),
        ),
        migrations.AddIndex(
            model_name='contract',
            index=models.Index(fields=['company', 'owner', '-date', '-id'], name='crm_contract_mine'),
        ),
        migrations.AddIndex(
            model_name='contract',
            index=models.Index(fields=['company', 'status', '-date', '-id'], name='crm_contract_by_status'),
        ),
        migrations.AddIndex(
            model_name='contract',
            index=models.Index(fields=['company', 'ends_on', 'id'], name='crm_contract_by_end'),
        ),
        migrations.AddIndex(
            model_name='contract',
            index=models.Index(fields=['company', 'gross', 'id'], name='crm_contract_by_amount'),
        ),
        migrations.AddIndex(
            model_name='contract',
            index=models.Index(fields=['party', '-date'], name='crm_contract_by_party'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.UniqueConstraint(fields=('company', 'number'), name='crm_contract_number_once'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on', None), ('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='crm_contract_lasts', violation_error_message='The end is before the beginning'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('status__in', ['draft', 'awaiting'])), models.Q(models.Q(('status__in', ['draft', 'awaiting']), _negated=True), ('approved_at__isnull', False)), _connector='OR'), name='crm_contract_in_force_since'),
        ),
        migrations.AddIndex(
            model_name='milestone',
            index=models.Index(condition=models.Q(('done_at', None), ('told_at', None)), fields=['company', 'due_on'], name='crm_milestone_open'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('paid__gte', 0), models.Q(('share', None), models.Q(('share__gt', 0), ('share__lte', 100)), _connector='OR')), name='crm_milestone_sane', violation_error_message='The amount must not be negative'),
        ),
        NumberTrigger('crm_sales_contract', 'CT'),
    ]
