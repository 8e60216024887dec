from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
import suite.core.models.documents
import suite.core.money
from suite.core.migrating import AllAtOnce
from suite.core.numbering import NumberSequence


class Migration(AllAtOnce):

    initial = True

    dependencies = [
        ('core', '0002_guards'),
        ('erp_finance', '0001_initial'),
        ('erp_inventory', '0001_initial'),
        ('masterdata', '0001_initial'),
    ]

    operations = [
        NumberSequence("PR"),
        NumberSequence("PO"),
        migrations.CreateModel(
            name='PurchasePolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='purchase_policy', to='core.company')),
                ('over_receipt_percent', suite.core.money.PercentField(decimal_places=4, default=Decimal('5'), max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='over-receipt tolerance %')),
                ('price_tolerance_percent', suite.core.money.PercentField(decimal_places=4, default=Decimal('10'), max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='price tolerance of invoices %')),
            ],
            options={
                'verbose_name': 'purchase settings',
                'verbose_name_plural': 'purchase settings',
            },
        ),
        migrations.CreateModel(
            name='Supplier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('party', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='supplier', to='masterdata.party', verbose_name='party')),
                ('term', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='erp_finance.paymentterm', verbose_name='payment term')),
                ('currency', models.ForeignKey(default='CNY', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency', verbose_name='currency')),
                ('lead_days', models.PositiveSmallIntegerField(default=7, verbose_name='lead time (days)')),
                ('is_blocked', models.BooleanField(default=False, verbose_name='blocked')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
            ],
            options={
                'verbose_name': 'supplier',
                'verbose_name_plural': 'suppliers',
                'indexes': [models.Index(fields=['company', '-id'], name='erp_supplier_latest')],
            },
        ),
        migrations.CreateModel(
            name='Requisition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('own', models.JSONField(blank=True, default=dict, editable=False, verbose_name='own fields')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
                ('number', suite.core.models.documents.NumberField(editable=False, max_length=32, prefix='PR', verbose_name='number')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Waiting for approval'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('ordered', 'Ordered'), ('cancelled', 'Cancelled')], default='submitted', editable=False, max_length=10, verbose_name='status')),
                ('origin', models.CharField(choices=[('order', 'Order short of goods'), ('reorder', 'Stock below its point'), ('manual', 'Asked by hand')], default='manual', editable=False, max_length=10, verbose_name='origin')),
                ('warehouse', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='erp_inventory.warehouse', verbose_name='warehouse')),
                ('order_kind', models.CharField(blank=True, editable=False, max_length=60)),
                ('order_id', models.BigIntegerField(editable=False, null=True)),
                ('order_number', models.CharField(blank=True, editable=False, max_length=40, verbose_name='order')),
                ('is_direct', models.BooleanField(default=False, editable=False, verbose_name='straight to the customer')),
                ('amount', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), editable=False, max_digits=18, verbose_name='amount')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
            ],
            options={
                'verbose_name': 'purchase requisition',
                'verbose_name_plural': 'purchase requisitions',
                'permissions': [('approve_requisition', 'Can approve requisitions'), ('order_requisition', 'Can turn requisitions into orders')],
                'indexes': [models.Index(fields=['company', 'status', '-id'], name='erp_requisition_by_status'), models.Index(fields=['company', '-id'], name='erp_requisition_latest'), models.Index(fields=['order_kind', 'order_id'], name='erp_requisition_by_order')],
            },
        ),
        migrations.CreateModel(
            name='PurchaseOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('own', models.JSONField(blank=True, default=dict, editable=False, verbose_name='own fields')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
                ('party', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.party', verbose_name='party')),
                ('date', models.DateField(verbose_name='date')),
                ('currency', models.ForeignKey(db_index=False, default='CNY', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency', verbose_name='currency')),
                ('exchange_rate', models.DecimalField(decimal_places=8, default=Decimal('1'), max_digits=18, verbose_name='exchange rate')),
                ('net', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), editable=False, max_digits=18, verbose_name='net')),
                ('tax_amount', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), editable=False, max_digits=18, verbose_name='tax amount')),
                ('gross', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), editable=False, max_digits=18, verbose_name='total with tax')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('number', suite.core.models.documents.NumberField(editable=False, max_length=32, prefix='PO', verbose_name='number')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('ordered', 'Ordered'), ('received', 'Received'), ('closed', 'Closed short'), ('cancelled', 'Cancelled')], default='draft', editable=False, max_length=10, verbose_name='status')),
                ('warehouse', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='erp_inventory.warehouse', verbose_name='warehouse')),
                ('prices_include_tax', models.BooleanField(default=False, verbose_name='prices include tax')),
                ('approved_amount', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), editable=False, max_digits=18, verbose_name='approved by itself')),
                ('expected_date', models.DateField(blank=True, null=True, verbose_name='expected date')),
                ('is_direct', models.BooleanField(default=False, editable=False, verbose_name='straight to the customer')),
                ('delivery_address', models.CharField(blank=True, max_length=400, verbose_name='delivery address')),
                ('supplier_reference', models.CharField(blank=True, max_length=60, verbose_name="supplier's reference")),
            ],
            options={
                'verbose_name': 'purchase order',
                'verbose_name_plural': 'purchase orders',
                'permissions': [('approve_purchaseorder', 'Can approve purchase orders'), ('place_purchaseorder', 'Can place purchase orders'), ('receive_purchaseorder', 'Can receive goods'), ('invoice_purchaseorder', 'Can book supplier invoices'), ('accept_difference', 'Can accept price differences of invoices')],
                'indexes': [models.Index(fields=['company', 'status', 'expected_date', 'id'], name='erp_purchase_arrivals'), models.Index(fields=['company', '-date', '-id'], name='erp_purchase_by_date'), models.Index(fields=['party', '-date'], name='erp_purchase_by_supplier')],
            },
        ),
        migrations.CreateModel(
            name='SupplierItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('supplier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='erp_procurement.supplier', verbose_name='supplier')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='supplier_items', to='masterdata.product', verbose_name='product')),
                ('supplier_code', models.CharField(blank=True, max_length=60, verbose_name="supplier's code")),
                ('price', suite.core.money.QuantityField(decimal_places=6, max_digits=18, verbose_name='price without tax')),
                ('minimum', suite.core.money.QuantityField(decimal_places=6, default=Decimal('0'), max_digits=18, verbose_name='minimum quantity')),
                ('pack', suite.core.money.QuantityField(decimal_places=6, default=Decimal('1'), max_digits=18, verbose_name='pack of')),
                ('lead_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='lead time (days)')),
                ('priority', models.PositiveSmallIntegerField(default=10, help_text='The lowest is asked first', verbose_name='priority')),
            ],
            options={
                'verbose_name': "supplier's item",
                'verbose_name_plural': "supplier's items",
                'ordering': ['priority', 'id'],
                'indexes': [models.Index(fields=['product', 'priority', 'id'], name='erp_supplier_item_first')],
                'constraints': [models.UniqueConstraint(fields=('supplier', 'product'), name='erp_supplier_item_once'), models.CheckConstraint(condition=models.Q(('minimum__gte', 0), ('pack__gt', 0), ('price__gte', 0)), name='erp_supplier_item_sane')],
            },
        ),
        migrations.CreateModel(
            name='RequisitionLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('requisition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='erp_procurement.requisition', verbose_name='purchase requisition')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product', verbose_name='product')),
                ('supplier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='erp_procurement.supplier', verbose_name='supplier')),
                ('order_line_id', models.BigIntegerField(editable=False, null=True)),
                ('needed', suite.core.money.QuantityField(decimal_places=6, max_digits=18, verbose_name='needed')),
                ('quantity', suite.core.money.QuantityField(decimal_places=6, max_digits=18, verbose_name='quantity requested')),
                ('ordered', suite.core.money.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=18, verbose_name='ordered')),
                ('cancelled', suite.core.money.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=18, verbose_name='not wanted any more')),
                ('pending', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('quantity'), '-', models.F('ordered')), '-', models.F('cancelled')), output_field=suite.core.money.QuantityField(decimal_places=6, max_digits=18), verbose_name='to be ordered')),
                ('price', suite.core.money.QuantityField(decimal_places=6, default=Decimal('0'), max_digits=18, verbose_name='price without tax')),
                ('needed_by', models.DateField(blank=True, null=True, verbose_name='needed by')),
                ('terms', models.JSONField(blank=True, default=dict, editable=False)),
            ],
            options={
                'verbose_name': 'requisition line',
                'verbose_name_plural': 'requisition lines',
                'ordering': ['position', 'id'],
                'indexes': [models.Index(condition=models.Q(('pending__gt', 0)), fields=['product'], name='erp_requisition_line_pending'), models.Index(condition=models.Q(('order_line_id__isnull', False)), fields=['order_line_id'], name='erp_requisition_line_demand')],
                'constraints': [models.CheckConstraint(condition=models.Q(('cancelled__gte', 0), ('ordered__gte', 0), ('price__gte', 0), ('quantity__gt', 0), ('quantity__gte', django.db.models.expressions.CombinedExpression(models.F('ordered'), '+', models.F('cancelled')))), name='erp_requisition_line_sane', violation_error_message='The quantity must be above zero')],
            },
        ),
        migrations.CreateModel(
            name='PurchaseOrderLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product', verbose_name='product')),
                ('description', models.CharField(blank=True, max_length=300, verbose_name='description')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.unit', verbose_name='unit')),
                ('quantity', suite.core.money.QuantityField(decimal_places=6, max_digits=18, verbose_name='quantity')),
                ('base_quantity', suite.core.money.QuantityField(decimal_places=6, editable=False, max_digits=18, verbose_name='quantity in base unit')),
                ('unit_price', suite.core.money.QuantityField(decimal_places=6, max_digits=18, verbose_name='unit price')),
                ('discount', suite.core.money.PercentField(decimal_places=4, default=Decimal('0'), max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='discount %')),
                ('tax', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.tax', verbose_name='tax')),
                ('tax_rate', suite.core.money.PercentField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='tax rate %')),
                ('net', suite.core.money.AmountField(decimal_places=2, editable=False, max_digits=18, verbose_name='net')),
                ('tax_amount', suite.core.money.AmountField(decimal_places=2, editable=False, max_digits=18, verbose_name='tax amount')),
                ('gross', suite.core.money.AmountField(decimal_places=2, editable=False, max_digits=18, verbose_name='total with tax')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='erp_procurement.purchaseorder', verbose_name='purchase order')),
                ('requisition_line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='erp_procurement.requisitionline', verbose_name='requisition line')),
                ('sends_back', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='erp_procurement.purchaseorderline', verbose_name='sends back')),
                ('requested_date', models.DateField(blank=True, null=True, verbose_name='requested date')),
                ('promised_date', models.DateField(blank=True, null=True, verbose_name='promised date')),
                ('received', suite.core.money.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=18, verbose_name='received')),
                ('returned', suite.core.money.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=18, verbose_name='returned')),
                ('invoiced', suite.core.money.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=18, verbose_name='invoiced')),
            ],
            options={
                'verbose_name': 'purchase order line',
                'verbose_name_plural': 'purchase order lines',
                'ordering': ['position', 'id'],
                'abstract': False,
                'indexes': [models.Index(fields=['product', 'order'], name='erp_purchase_line_product'), models.Index(condition=models.Q(('base_quantity__gt', models.F('received'))), fields=['product'], name='erp_purchase_line_coming')],
                'constraints': [models.CheckConstraint(condition=models.Q(('gross', django.db.models.expressions.CombinedExpression(models.F('net'), '+', models.F('tax_amount')))), name='erp_purchase_line_adds_up', violation_error_message='Net and tax do not add up to the total'), models.CheckConstraint(condition=models.Q(('quantity', 0), _negated=True), name='erp_purchase_line_quantity', violation_error_message='The quantity must not be zero'), models.CheckConstraint(condition=models.Q(('discount__gte', 0), ('discount__lte', 100), ('unit_price__gte', 0)), name='erp_purchase_line_price_and_discount', violation_error_message='Price and discount must not be negative'), models.CheckConstraint(condition=models.Q(models.Q(('base_quantity__gt', 0), ('received__gte', 0), ('returned__gte', 0), ('returned__lte', models.F('received'))), models.Q(('base_quantity__lt', 0), ('received__gte', models.F('base_quantity')), ('received__lte', 0), ('returned', 0)), _connector='OR'), name='erp_purchase_line_done', violation_error_message='More would go back than came')],
            },
        ),
    ]
