"""Promotions, and lines that keep which of them made them cheaper."""

from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models

import suite.core.clock
import suite.core.money
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0012_country_of_companies'),
        ('crm_customers', '0009_customers_sorted_by_grade'),
        ('crm_sales', '0021_morning'),
        ('masterdata', '0007_duplicates_and_mergings'),
    ]

    operations = [
        migrations.CreateModel(
            name='Promotion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('kind', models.CharField(choices=[('percent', 'Percent off'), ('amount', 'Amount off per unit'), ('fixed', 'Fixed price'), ('gift', 'Buy some, get some free')], default='percent', max_length=7, verbose_name='kind')),
                ('status', models.CharField(choices=[('on', 'On'), ('held', 'On hold'), ('off', 'Off')], default='on', editable=False, max_length=4, verbose_name='status')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('priority', models.PositiveSmallIntegerField(default=0, verbose_name='priority')),
                ('is_stackable', models.BooleanField(default=False, verbose_name='with other promotions')),
                ('together', models.BooleanField(default=False, verbose_name='quantities count together')),
                ('includes_tax', models.BooleanField(default=True, verbose_name='prices include tax')),
                ('note', models.TextField(blank=True, max_length=5000, verbose_name='note')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('own', models.JSONField(blank=True, default=dict, editable=False)),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('currency', models.ForeignKey(default='CNY', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency', verbose_name='currency')),
            ],
            options={
                'verbose_name': 'promotion',
                'verbose_name_plural': 'promotions',
            },
        ),
        migrations.CreateModel(
            name='PromotionScope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(blank=True, max_length=80, verbose_name='category')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('party', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='masterdata.party', verbose_name='customer')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='masterdata.product', verbose_name='product')),
                ('promotion', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scopes', to='crm_sales.promotion', verbose_name='promotion')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='masterdata.region', verbose_name='region')),
                ('tag', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm_customers.tag', verbose_name='tag')),
            ],
            options={
                'verbose_name': 'scope of a promotion',
                'verbose_name_plural': 'scopes of promotions',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PromotionStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('min_quantity', suite.core.money.QuantityField(decimal_places=6, default=Decimal('0'), max_digits=18, verbose_name='from quantity')),
                ('value', suite.core.money.QuantityField(decimal_places=6, max_digits=18, verbose_name='what it gives')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('promotion', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='crm_sales.promotion', verbose_name='promotion')),
            ],
            options={
                'verbose_name': 'step of a promotion',
                'verbose_name_plural': 'steps of promotions',
                'ordering': ['min_quantity'],
            },
        ),
        migrations.AddField(
            model_name='contractline',
            name='promoted',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list, editable=False),
        ),
        migrations.AddField(
            model_name='orderline',
            name='promoted',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list, editable=False),
        ),
        migrations.AddField(
            model_name='quotationline',
            name='promoted',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list, editable=False),
        ),
        migrations.AddField(
            model_name='contractline',
            name='promotion',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm_sales.promotion', verbose_name='promotion'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='promotion',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm_sales.promotion', verbose_name='promotion'),
        ),
        migrations.AddField(
            model_name='quotationline',
            name='promotion',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm_sales.promotion', verbose_name='promotion'),
        ),
        migrations.AddIndex(
            model_name='promotion',
            index=models.Index(fields=['company', 'code', 'id'], name='crm_promotion_by_code'),
        ),
        migrations.AddIndex(
            model_name='promotion',
            index=models.Index(fields=['company', 'valid_from', 'id'], name='crm_promotion_by_start'),
        ),
        migrations.AddIndex(
            model_name='promotion',
            index=models.Index(fields=['company', 'valid_to', 'id'], name='crm_promotion_by_end'),
        ),
        migrations.AddIndex(
            model_name='promotion',
            index=models.Index(fields=['company', '-updated_at', '-id'], name='crm_promotion_by_change'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.UniqueConstraint(fields=('company', 'code'), name='crm_promotion_code_once', violation_error_message='There is a promotion with this code already'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from', None), ('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='crm_promotion_days', violation_error_message='The last day is before the first'),
        ),
        migrations.AddConstraint(
            model_name='promotionscope',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('category', ''), ('party', None), ('product__isnull', False), ('region', None), ('tag', None)), models.Q(models.Q(('category', ''), _negated=True), ('party', None), ('product', None), ('region', None), ('tag', None)), models.Q(('category', ''), ('party__isnull', False), ('product', None), ('region', None), ('tag', None)), models.Q(('category', ''), ('party', None), ('product', None), ('region', None), ('tag__isnull', False)), models.Q(('category', ''), ('party', None), ('product', None), ('region__isnull', False), ('tag', None)), _connector='OR'), name='crm_promotion_scope_one', violation_error_message='One of product, category, customer, tag and region'),
        ),
        migrations.AddConstraint(
            model_name='promotionstep',
            constraint=models.UniqueConstraint(fields=('promotion', 'min_quantity'), name='crm_promotion_step_once'),
        ),
        migrations.AddConstraint(
            model_name='promotionstep',
            constraint=models.CheckConstraint(condition=models.Q(('min_quantity__gte', 0), ('value__gte', 0)), name='crm_promotion_step_sane'),
        ),
    ]
