"""Transfers between warehouses, and where their goods are until they arrive."""

from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
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
        ('erp_inventory', '0003_numbers_by_pattern'),
        ('masterdata', '0004_numbers_by_pattern'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        NumberSequence("TR"),
        migrations.CreateModel(
            name='StockTransfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('own', models.JSONField(blank=True, default=dict, editable=False, verbose_name='own fields')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
                ('number', suite.core.models.documents.NumberField(editable=False, max_length=32, prefix='TR', verbose_name='number')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('shipped', 'On the way'), ('received', 'Received'), ('cancelled', 'Cancelled')], default='draft', editable=False, max_length=10, verbose_name='status')),
                ('expected_date', models.DateField(blank=True, null=True, verbose_name='expected date')),
                ('shipped_on', models.DateField(editable=False, null=True, verbose_name='shipped on')),
                ('received_on', models.DateField(editable=False, null=True, verbose_name='received on')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='erp_inventory.warehouse', verbose_name='from warehouse')),
                ('target', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='erp_inventory.warehouse', verbose_name='to warehouse')),
                ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'stock transfer',
                'verbose_name_plural': 'stock transfers',
                'permissions': [('ship_stocktransfer', 'Can ship transfers'), ('receive_stocktransfer', 'Can receive transfers')],
            },
        ),
        migrations.CreateModel(
            name='StockTransferLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('quantity', suite.core.money.QuantityField(decimal_places=6, max_digits=18, verbose_name='quantity')),
                ('under_way', suite.core.money.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=18, verbose_name='on the way')),
                ('received', suite.core.money.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=18, verbose_name='received')),
                ('lost', suite.core.money.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=18, verbose_name='lost')),
                ('value', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), editable=False, max_digits=18, verbose_name='value')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('product', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product', verbose_name='product')),
                ('transfer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='erp_inventory.stocktransfer', verbose_name='stock transfer')),
            ],
            options={
                'verbose_name': 'line of a transfer',
                'verbose_name_plural': 'lines of transfers',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.AddField(
            model_name='warehouse',
            name='is_transit',
            field=models.BooleanField(default=False, editable=False, verbose_name='on the way'),
        ),
        migrations.AddConstraint(
            model_name='warehouse',
            constraint=models.UniqueConstraint(condition=models.Q(('is_transit', True)), fields=('company',), name='erp_warehouse_one_transit'),
        ),
        migrations.AddConstraint(
            model_name='warehouse',
            constraint=models.CheckConstraint(condition=models.Q(('is_transit', False), models.Q(('is_archived', False), ('is_default', False)), _connector='OR'), name='erp_warehouse_transit_stays'),
        ),
        migrations.AddIndex(
            model_name='stocktransfer',
            index=models.Index(fields=['company', '-id'], name='erp_transfer_latest'),
        ),
        migrations.AddIndex(
            model_name='stocktransfer',
            index=models.Index(fields=['company', 'status', 'expected_date', 'id'], name='erp_transfer_by_status'),
        ),
        migrations.AddConstraint(
            model_name='stocktransfer',
            constraint=models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='erp_transfer_elsewhere', violation_error_message='Goods go to another warehouse'),
        ),
        migrations.AddIndex(
            model_name='stocktransferline',
            index=models.Index(condition=models.Q(('under_way__gt', 0)), fields=['product'], name='erp_transfer_line_under_way'),
        ),
        migrations.AddConstraint(
            model_name='stocktransferline',
            constraint=models.CheckConstraint(condition=models.Q(('lost__gte', 0), ('quantity__gt', 0), ('received__gte', 0), ('under_way__gte', 0), models.Q(models.Q(('lost', 0), ('received', 0), ('under_way', 0)), ('quantity', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('under_way'), '+', models.F('received')), '+', models.F('lost'))), _connector='OR')), name='erp_transfer_line_adds_up', violation_error_message='More would arrive than was shipped'),
        ),
        NumberTrigger("erp_inventory_stocktransfer", "TR"),
    ]
