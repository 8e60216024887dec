import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
import suite.core.said
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    initial = True

    dependencies = [
        ('core', '0002_guards'),
        ('masterdata', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='activities', to='masterdata.party', verbose_name='party')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='masterdata.contact', verbose_name='contact')),
                ('owner', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('team', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team')),
                ('kind', models.CharField(choices=[('call', 'Call'), ('visit', 'Visit'), ('message', 'Message'), ('mail', 'E-mail'), ('note', 'Note'), ('enquiry', 'Enquiry'), ('complaint', 'Complaint'), ('purchase', 'Purchase')], default='note', max_length=10, verbose_name='kind')),
                ('happened_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='when')),
                ('title', suite.core.said.SaidField(max_length=200, verbose_name='title')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='masterdata.product', verbose_name='product')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='place')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
            ],
            options={
                'verbose_name': 'activity',
                'verbose_name_plural': 'activities',
                'indexes': [models.Index(fields=['party', '-happened_at', '-id'], name='crm_activity_timeline'), models.Index(fields=['company', '-happened_at', '-id'], name='crm_activity_latest')],
            },
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('colour', models.CharField(blank=True, max_length=20, verbose_name='colour')),
            ],
            options={
                'verbose_name': 'tag',
                'verbose_name_plural': 'tags',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('company', 'name'), name='crm_tag_once')],
            },
        ),
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('party', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='customer', to='masterdata.party', verbose_name='party')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
                ('stage', models.CharField(choices=[('prospect', 'Prospect'), ('active', 'Active'), ('dormant', 'Dormant'), ('lost', 'Lost')], default='prospect', editable=False, max_length=10, verbose_name='lifecycle')),
                ('grade', models.CharField(blank=True, choices=[('A', 'A'), ('B', 'B'), ('C', 'C'), ('D', 'D')], max_length=1, verbose_name='grade')),
                ('tier', models.CharField(blank=True, max_length=20, verbose_name='price tier')),
                ('source', models.CharField(blank=True, max_length=40, verbose_name='source')),
                ('next_step', models.CharField(blank=True, max_length=200, verbose_name='next step')),
                ('next_step_at', models.DateTimeField(blank=True, null=True, verbose_name='next follow-up time')),
                ('last_touch_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last contact')),
                ('last_order_on', models.DateField(blank=True, editable=False, null=True, verbose_name='last order')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
                ('tags', models.ManyToManyField(blank=True, related_name='customers', to='crm_customers.tag', verbose_name='tags')),
            ],
            options={
                'verbose_name': 'customer',
                'verbose_name_plural': 'customers',
                'permissions': [('transfer_customer', 'Can hand customers over')],
                'indexes': [models.Index(fields=['company', '-updated_at', '-id'], name='crm_customer_by_change'), models.Index(fields=['company', 'owner', '-updated_at', '-id'], name='crm_customer_mine'), models.Index(fields=['company', '-last_touch_at', '-id'], name='crm_customer_by_touch'), models.Index(fields=['company', 'next_step_at', 'id'], name='crm_customer_by_next_step'), models.Index(condition=models.Q(('stage', 'active')), fields=['company', 'last_order_on'], name='crm_customer_by_order')],
            },
        ),
    ]
