from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import suite.core.clock
import suite.core.models.documents
import suite.core.money
import suite.masterdata.standards
from suite.core.migrating import AllAtOnce
from suite.core.numbering import NumberSequence


class Migration(AllAtOnce):

    initial = True

    dependencies = [
        ('core', '0002_guards'),
    ]

    operations = [
        NumberSequence("P"),
        migrations.CreateModel(
            name='Currency',
            fields=[
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('code', models.CharField(max_length=3, primary_key=True, serialize=False, verbose_name='code')),
                ('symbol', models.CharField(blank=True, max_length=4, verbose_name='symbol')),
                ('digits', models.PositiveSmallIntegerField(default=2, verbose_name='decimal places')),
            ],
            options={
                'verbose_name': 'currency',
                'verbose_name_plural': 'currencies',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Tax',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('rate', suite.core.money.PercentField(decimal_places=4, default=Decimal('0'), max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='rate %')),
                ('method', models.CharField(choices=[('general', 'General method'), ('simple', 'Simple method')], default='general', max_length=10, verbose_name='method')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('legal_basis', models.CharField(blank=True, max_length=200, verbose_name='legal basis')),
                ('is_default', models.BooleanField(default=False, verbose_name='default')),
            ],
            options={
                'verbose_name': 'tax',
                'verbose_name_plural': 'taxes',
                'ordering': ['-rate'],
                'constraints': [models.UniqueConstraint(fields=('company', 'code', 'valid_from'), name='masterdata_tax_code_once', nulls_distinct=False, violation_error_message='There is a tax with this code from this day on already'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('company',), name='masterdata_tax_one_default'), models.CheckConstraint(condition=models.Q(('rate__gte', 0), ('rate__lte', 100)), name='masterdata_tax_rate_in_range')],
            },
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('code', models.CharField(max_length=12, primary_key=True, serialize=False, verbose_name='code')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='masterdata.region')),
            ],
            options={
                'verbose_name': 'region',
                'verbose_name_plural': 'regions',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('code', models.CharField(max_length=12, primary_key=True, serialize=False, verbose_name='code')),
                ('digits', models.PositiveSmallIntegerField(default=0, verbose_name='decimal places')),
            ],
            options={
                'verbose_name': 'unit',
                'verbose_name_plural': 'units',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('currency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.currency', verbose_name='currency')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('rate', models.DecimalField(decimal_places=8, max_digits=18, verbose_name='rate')),
            ],
            options={
                'verbose_name': 'exchange rate',
                'verbose_name_plural': 'exchange rates',
                'constraints': [models.UniqueConstraint(fields=('company', 'currency', 'valid_from'), name='masterdata_rate_once'), models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='masterdata_rate_positive')],
            },
        ),
        migrations.CreateModel(
            name='Party',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('code', suite.core.models.documents.NumberField(editable=False, max_length=32, prefix='P', verbose_name='code')),
                ('kind', models.CharField(choices=[('organisation', 'Organisation'), ('person', 'Person')], default='organisation', max_length=12, verbose_name='kind')),
                ('credit_code', models.CharField(blank=True, max_length=18, validators=[suite.masterdata.standards.credit_code], verbose_name='unified social credit code')),
                ('phone', models.CharField(blank=True, max_length=40, validators=[suite.masterdata.standards.phone], verbose_name='phone')),
                ('phone_raw', models.CharField(blank=True, editable=False, max_length=60, verbose_name='phone as entered')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.region', verbose_name='region')),
                ('industry', models.CharField(blank=True, max_length=60, verbose_name='industry')),
                ('legal_representative', models.CharField(blank=True, max_length=60, verbose_name='legal representative')),
                ('invoice_title', models.CharField(blank=True, max_length=200, verbose_name='invoice title')),
                ('bank_branch', models.CharField(blank=True, max_length=120, verbose_name='bank of deposit')),
                ('bank_account', models.CharField(blank=True, max_length=40, verbose_name='bank account')),
                ('external_ref', models.CharField(blank=True, help_text='Its key in another system, for import', max_length=60, verbose_name='reference elsewhere')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('own', models.JSONField(blank=True, default=dict, editable=False)),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
            ],
            options={
                'verbose_name': 'party',
                'verbose_name_plural': 'parties',
                'permissions': [('see_bank', 'Can see bank accounts'), ('see_cost', 'Can see costs and margins')],
                'indexes': [models.Index(fields=['company', 'name', 'id'], name='masterdata_party_by_name'), models.Index(fields=['company', '-updated_at', '-id'], name='masterdata_party_by_change'), models.Index(fields=['company', 'phone'], name='masterdata_party_by_phone')],
                'constraints': [models.UniqueConstraint(fields=('company', 'code'), name='masterdata_party_code_once'), models.UniqueConstraint(condition=models.Q(('credit_code', ''), _negated=True), fields=('company', 'credit_code'), name='masterdata_party_credit_code_once', violation_error_message='Another party has this credit code'), models.UniqueConstraint(condition=models.Q(('external_ref', ''), _negated=True), fields=('company', 'external_ref'), name='masterdata_party_ref_once')],
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('kind', models.CharField(choices=[('stocked', 'Stocked'), ('made', 'Made'), ('service', 'Service')], default='stocked', max_length=10, verbose_name='kind')),
                ('category', models.CharField(blank=True, max_length=80, verbose_name='category')),
                ('specification', models.CharField(blank=True, max_length=200, verbose_name='specification')),
                ('specification_en', models.CharField(blank=True, max_length=200, verbose_name='English specification')),
                ('barcode', models.CharField(blank=True, max_length=40, verbose_name='barcode')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.unit', verbose_name='unit')),
                ('tax', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.tax', verbose_name='tax')),
                ('sale_price', suite.core.money.QuantityField(decimal_places=6, default=Decimal('0'), max_digits=18, verbose_name='sales price', validators=[django.core.validators.MinValueValidator(Decimal('0'))])),
                ('sale_price_includes_tax', models.BooleanField(default=True, verbose_name='sales price includes tax')),
                ('floor_price', suite.core.money.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='floor price', validators=[django.core.validators.MinValueValidator(Decimal('0'))])),
                ('standard_cost', suite.core.money.QuantityField(decimal_places=6, default=Decimal('0'), max_digits=18, verbose_name='standard cost', validators=[django.core.validators.MinValueValidator(Decimal('0'))])),
                ('costing', models.CharField(choices=[('average', 'Moving average'), ('fifo', 'First in, first out')], default='average', max_length=10, verbose_name='costing method')),
                ('shortage', models.CharField(choices=[('backorder', 'Reserve what is free, request the rest'), ('refuse', 'Refuse the order')], default='backorder', max_length=10, verbose_name='when short')),
                ('image', models.CharField(blank=True, editable=False, max_length=200, verbose_name='picture')),
                ('external_ref', models.CharField(blank=True, max_length=60, verbose_name='reference elsewhere')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('own', models.JSONField(blank=True, default=dict, editable=False)),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
            ],
            options={
                'verbose_name': 'product',
                'verbose_name_plural': 'products',
                'indexes': [models.Index(fields=['company', 'name', 'id'], name='masterdata_product_by_name'), models.Index(fields=['company', '-updated_at', '-id'], name='masterdata_product_by_change')],
                'constraints': [models.UniqueConstraint(fields=('company', 'code'), name='masterdata_product_code_once'), models.UniqueConstraint(condition=models.Q(('barcode', ''), _negated=True), fields=('company', 'barcode'), name='masterdata_product_barcode_once'), models.CheckConstraint(condition=models.Q(('sale_price__gte', 0), ('standard_cost__gte', 0)), name='masterdata_product_prices_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='masterdata.party', verbose_name='party')),
                ('title', models.CharField(blank=True, max_length=60, verbose_name='title')),
                ('phone', models.CharField(blank=True, max_length=40, validators=[suite.masterdata.standards.phone], verbose_name='phone')),
                ('phone_raw', models.CharField(blank=True, editable=False, max_length=60, verbose_name='phone as entered')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('wechat', models.CharField(blank=True, max_length=60, verbose_name='WeChat')),
                ('preferences', models.CharField(blank=True, max_length=300, verbose_name='preferences')),
                ('is_decision_maker', models.BooleanField(default=False, verbose_name='decision maker')),
                ('is_primary', models.BooleanField(default=False, verbose_name='primary contact')),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
                'ordering': ['-is_primary', 'id'],
                'indexes': [models.Index(fields=['company', 'phone'], name='masterdata_contact_by_phone')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_primary', True)), fields=('party',), name='masterdata_contact_one_primary')],
            },
        ),
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='masterdata.party', verbose_name='party')),
                ('kind', models.CharField(choices=[('shipping', 'Shipping'), ('billing', 'Billing'), ('office', 'Office')], default='shipping', max_length=10, verbose_name='kind')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.region', verbose_name='region')),
                ('detail', models.CharField(max_length=300, verbose_name='address')),
                ('postcode', models.CharField(blank=True, max_length=12, verbose_name='postcode')),
                ('country', models.CharField(blank=True, max_length=60, verbose_name='country')),
                ('contact_name', models.CharField(blank=True, max_length=100, verbose_name='contact')),
                ('contact_phone', models.CharField(blank=True, max_length=40, validators=[suite.masterdata.standards.phone], verbose_name='phone')),
                ('is_default', models.BooleanField(default=False, verbose_name='default')),
            ],
            options={
                'verbose_name': 'address',
                'verbose_name_plural': 'addresses',
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('party', 'kind'), name='masterdata_address_one_default')],
            },
        ),
        migrations.CreateModel(
            name='ProductUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='units', to='masterdata.product', verbose_name='product')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.unit', verbose_name='unit')),
                ('numerator', models.PositiveIntegerField(verbose_name='base units')),
                ('denominator', models.PositiveIntegerField(default=1, verbose_name='per')),
                ('barcode', models.CharField(blank=True, max_length=40, verbose_name='barcode')),
            ],
            options={
                'verbose_name': 'unit of a product',
                'verbose_name_plural': 'units of a product',
                'constraints': [models.UniqueConstraint(fields=('product', 'unit'), name='masterdata_product_unit_once'), models.CheckConstraint(condition=models.Q(('denominator__gt', 0), ('numerator__gt', 0)), name='masterdata_product_unit_positive')],
            },
        ),
    ]
