"""Leads, what is done about them, and the rules by which they find their owner."""

import datetime
from decimal import Decimal

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
import suite.core.models.documents
import suite.core.said
import suite.masterdata.standards
from suite.core.migrating import AllAtOnce
from suite.core.numbering import NumberSequence, NumberTrigger


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0011_office_hours'),
        ('crm_sales', '0012_deals_by_chance'),
        ('masterdata', '0007_duplicates_and_mergings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        NumberSequence('LD'),
        migrations.AddField(
            model_name='salespolicy',
            name='response_hours',
            field=models.DecimalField(db_default=Decimal('8'), decimal_places=2, default=Decimal('8'), max_digits=5, validators=[django.core.validators.MinValueValidator(Decimal('0.25')), django.core.validators.MaxValueValidator(Decimal('500'))], verbose_name='leads are answered within (working hours)'),
        ),
        migrations.CreateModel(
            name='LeadRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('conditions', models.JSONField(blank=True, default=dict, verbose_name='conditions')),
                ('way', models.CharField(choices=[('round', 'In turn'), ('least', 'Whoever has the fewest open leads'), ('fixed', 'The first who is there')], default='round', max_length=5, verbose_name='how')),
                ('is_active', models.BooleanField(default=True, verbose_name='switched on')),
                ('turns', models.PositiveBigIntegerField(default=0, editable=False)),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='else to the team')),
            ],
            options={
                'verbose_name': 'lead rule',
                'verbose_name_plural': 'lead rules',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Lead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('own', models.JSONField(blank=True, default=dict, editable=False, verbose_name='own fields')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
                ('number', suite.core.models.documents.NumberField(editable=False, max_length=32, prefix='LD', verbose_name='number')),
                ('status', models.CharField(choices=[('new', 'New'), ('contacted', 'Contacted'), ('qualified', 'Qualified'), ('converted', 'Converted'), ('disqualified', 'Disqualified')], default='new', editable=False, max_length=12, verbose_name='status')),
                ('name', models.CharField(blank=True, max_length=100, verbose_name='person')),
                ('organisation', models.CharField(blank=True, max_length=200, verbose_name='organisation')),
                ('phone', models.CharField(blank=True, max_length=40, validators=[suite.masterdata.standards.phone], verbose_name='phone')),
                ('phone_raw', models.CharField(blank=True, editable=False, max_length=60, verbose_name='phone as entered')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('text', models.TextField(blank=True, max_length=20000, verbose_name='enquiry')),
                ('source', models.CharField(blank=True, max_length=40, verbose_name='source')),
                ('campaign', models.CharField(blank=True, max_length=60, verbose_name='campaign')),
                ('received_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='received')),
                ('reason', models.CharField(blank=True, editable=False, max_length=500, verbose_name='reason')),
                ('consent', models.TextField(blank=True, editable=False, verbose_name='consent')),
                ('consent_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='agreed on')),
                ('raw', models.JSONField(blank=True, default=dict, editable=False, verbose_name='as it came in')),
                ('keys', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, editable=False, size=None)),
                ('alike', models.JSONField(blank=True, default=list, editable=False)),
                ('chosen_why', suite.core.said.SaidField(blank=True, default='', editable=False, max_length=500, verbose_name='owner chosen by')),
                ('due_at', models.DateTimeField(editable=False, null=True, verbose_name='answer due')),
                ('responded_at', models.DateTimeField(editable=False, null=True, verbose_name='first answer')),
                ('alerted_at', models.DateTimeField(editable=False, null=True)),
                ('closed_at', models.DateTimeField(editable=False, null=True, verbose_name='closed')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('contact', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='masterdata.contact', verbose_name='contact')),
                ('opportunity', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='crm_sales.opportunity', verbose_name='opportunity')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('party', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.party', verbose_name='customer')),
                ('products', models.ManyToManyField(blank=True, related_name='+', to='masterdata.product', verbose_name='interested in')),
                ('region', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.region', verbose_name='region')),
                ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
                ('rule', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='leads', to='crm_sales.leadrule', verbose_name='rule')),
            ],
            options={
                'verbose_name': 'lead',
                'verbose_name_plural': 'leads',
                'permissions': [('convert_lead', 'Can turn leads into customers'), ('assign_lead', 'Can hand leads to others')],
            },
        ),
        migrations.CreateModel(
            name='LeadSeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('quota', models.PositiveIntegerField(blank=True, null=True, verbose_name='open leads at most')),
                ('turn', models.PositiveBigIntegerField(default=0, editable=False)),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='crm_sales.leadrule', verbose_name='lead rule')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'person of a lead rule',
                'verbose_name_plural': 'people of lead rules',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='LeadActivity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('call', 'Call'), ('visit', 'Visit'), ('message', 'Message'), ('mail', 'E-mail'), ('note', 'Note')], default='call', max_length=8, verbose_name='kind')),
                ('happened_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='when')),
                ('text', models.TextField(blank=True, max_length=20000, verbose_name='text')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('lead', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='activities', to='crm_sales.lead', verbose_name='lead')),
            ],
            options={
                'verbose_name': 'lead activity',
                'verbose_name_plural': 'lead activities',
                'indexes': [models.Index(fields=['lead', '-happened_at', '-id'], name='crm_lead_activity_timeline')],
                'constraints': [models.CheckConstraint(condition=models.Q(('happened_at__lte', django.db.models.expressions.CombinedExpression(models.F('created_at'), '+', models.Value(datetime.timedelta(seconds=300))))), name='crm_lead_activity_happened', violation_error_message='This has not happened yet')],
            },
        ),
        migrations.AddConstraint(
            model_name='leadrule',
            constraint=models.UniqueConstraint(fields=('company', 'name'), name='crm_lead_rule_name_once', violation_error_message='There is a rule with this name already'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['company', '-id'], name='crm_lead_latest'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['company', 'owner', '-id'], name='crm_lead_mine'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['company', 'status', '-id'], name='crm_lead_by_status'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['company', 'received_at', 'id'], name='crm_lead_by_arrival'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['company', 'due_at', 'id'], name='crm_lead_by_due'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('alerted_at', None), ('responded_at', None), ('status', 'new')), fields=['due_at'], name='crm_lead_unanswered'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('status__in', ['new', 'contacted', 'qualified'])), fields=['keys'], name='crm_lead_alike'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.UniqueConstraint(fields=('company', 'number'), name='crm_lead_number_once'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('organisation', ''), _negated=True), _connector='OR'), name='crm_lead_somebody', violation_error_message='Say who it is: a person or an organisation'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status__in', ['converted', 'disqualified'])), models.Q(('closed_at', None), ('status__in', ['new', 'contacted', 'qualified'])), _connector='OR'), name='crm_lead_closed_on_a_day'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'converted'), _negated=True), ('party__isnull', False), _connector='OR'), name='crm_lead_converted_to_somebody'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'disqualified'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='crm_lead_disqualified_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='leadseat',
            constraint=models.UniqueConstraint(fields=('rule', 'user'), name='crm_lead_seat_once'),
        ),
        migrations.AddConstraint(
            model_name='leadseat',
            constraint=models.CheckConstraint(condition=models.Q(('quota', None), ('quota__gt', 0), _connector='OR'), name='crm_lead_seat_quota', violation_error_message='At least one lead, or no limit'),
        ),
        NumberTrigger('crm_sales_lead', 'LD'),
    ]
