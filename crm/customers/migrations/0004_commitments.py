from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
import suite.core.money
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0008_number_patterns'),
        ('crm_customers', '0003_customers_by_stage_and_grade'),
        ('desk', '0014_notices_about_a_record'),
        ('masterdata', '0005_contacts_as_records'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Commitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('own', models.JSONField(blank=True, default=dict, editable=False, verbose_name='own fields')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
                ('sentence', models.TextField(blank=True, max_length=600, verbose_name='sentence')),
                ('start', models.PositiveIntegerField(blank=True, null=True, verbose_name='place in the text')),
                ('deed', models.CharField(choices=[('deliver', 'Deliver'), ('price', 'Price'), ('document', 'Send'), ('visit', 'Visit'), ('call', 'Call'), ('pay', 'Pay')], max_length=10, verbose_name='kind')),
                ('document', models.CharField(blank=True, choices=[('quote', 'Quotation'), ('contract', 'Contract'), ('sample', 'Sample'), ('invoice', 'Invoice'), ('catalogue', 'Catalogue'), ('statement', 'Statement of account'), ('order', 'Order'), ('other', 'Another paper')], max_length=10, verbose_name='paper')),
                ('quantity', suite.core.money.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='quantity')),
                ('price', suite.core.money.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='unit price')),
                ('discount', suite.core.money.PercentField(blank=True, decimal_places=4, default=None, max_digits=7, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='discount %')),
                ('amount', suite.core.money.AmountField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='amount')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='due')),
                ('by_them', models.BooleanField(default=False, verbose_name='by the customer')),
                ('status', models.CharField(choices=[('open', 'Open'), ('kept', 'Kept'), ('broken', 'Broken'), ('withdrawn', 'Withdrawn')], default='open', editable=False, max_length=10, verbose_name='status')),
                ('origin', models.CharField(choices=[('rule', 'Rule'), ('suggestion', 'Suggestion'), ('hand', 'By hand')], default='hand', editable=False, max_length=10, verbose_name='found by')),
                ('settled_at', models.DateTimeField(editable=False, null=True, verbose_name='settled')),
                ('activity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='commitments', to='crm_customers.activity', verbose_name='activity')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('contact', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='masterdata.contact', verbose_name='contact')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='commitments', to='masterdata.party', verbose_name='customer')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='masterdata.product', verbose_name='product')),
                ('task', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='desk.task', verbose_name='task')),
                ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
                ('unit', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.unit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'commitment',
                'verbose_name_plural': 'commitments',
                'indexes': [models.Index(fields=['company', 'due_on', 'id'], name='crm_commitment_by_due'), models.Index(fields=['company', '-created_at', '-id'], name='crm_commitment_latest'), models.Index(fields=['company', 'owner', 'due_on', 'id'], name='crm_commitment_mine'), models.Index(fields=['party', '-created_at', '-id'], name='crm_commitment_timeline'), models.Index(condition=models.Q(('status', 'open')), fields=['company', 'due_on'], name='crm_commitment_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('discount', None), models.Q(('discount__gt', 0), ('discount__lt', 100)), _connector='OR'), models.Q(('quantity', None), ('quantity__gt', 0), _connector='OR'), models.Q(models.Q(('deed', 'document'), _negated=True), models.Q(('document', ''), _negated=True), _connector='OR')), name='crm_commitment_sane', violation_error_message='Say which paper, more than nothing, and a discount between 0 and 100 percent')],
            },
        ),
    ]
