"""What it cost to get goods here."""

from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
import suite.core.models.documents
import suite.core.money
from suite.core.migrating import AllAtOnce
from suite.core.numbering import NumberSequence, NumberTrigger


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0011_office_hours'),
        ('erp_inventory', '0006_addresses_in_english'),
        ('erp_procurement', '0005_own_fields_of_suppliers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        NumberSequence("LC"),
        migrations.CreateModel(
            name='LandedCost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('own', models.JSONField(blank=True, default=dict, editable=False, verbose_name='own fields')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
                ('number', suite.core.models.documents.NumberField(editable=False, max_length=32, prefix='LC', verbose_name='number')),
                ('status', models.CharField(choices=[('posted', 'Posted'), ('reversed', 'Reversed')], default='posted', editable=False, max_length=10, verbose_name='status')),
                ('date', models.DateField(verbose_name='date')),
                ('basis', models.CharField(choices=[('value', 'By value'), ('quantity', 'By quantity')], default='value', max_length=10, verbose_name='spread')),
                ('amount', suite.core.money.AmountField(decimal_places=2, max_digits=18, verbose_name='amount without tax')),
                ('note', models.CharField(max_length=200, verbose_name='what for')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'landed cost',
                'verbose_name_plural': 'landed costs',
                'permissions': [('reverse_landedcost', 'Can reverse landed costs')],
            },
        ),
        migrations.CreateModel(
            name='LandedCostLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('amount', suite.core.money.AmountField(decimal_places=2, max_digits=18, verbose_name='amount')),
                ('to_stock', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), max_digits=18, verbose_name='of it in stock')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('landed_cost', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='erp_procurement.landedcost', verbose_name='landed cost')),
                ('receipt_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='erp_inventory.goodsreceiptline', verbose_name='goods receipt line')),
            ],
            options={
                'verbose_name': 'line of a landed cost',
                'verbose_name_plural': 'lines of landed costs',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.AddIndex(
            model_name='landedcost',
            index=models.Index(fields=['company', '-date', '-id'], name='erp_landed_by_date'),
        ),
        migrations.AddConstraint(
            model_name='landedcost',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='erp_landed_positive', violation_error_message='Goods are charged with more than nothing'),
        ),
        migrations.AddConstraint(
            model_name='landedcostline',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('to_stock__gte', 0), ('to_stock__lte', models.F('amount'))), name='erp_landed_line_sane'),
        ),
        NumberTrigger("erp_procurement_landedcost", "LC"),
    ]
