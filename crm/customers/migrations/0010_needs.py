"""What customers want."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0012_country_of_companies'),
        ('crm_customers', '0009_customers_sorted_by_grade'),
        ('masterdata', '0007_duplicates_and_mergings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Need',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('own', models.JSONField(blank=True, default=dict, editable=False, verbose_name='own fields')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
                ('text', models.CharField(blank=True, max_length=300, verbose_name='in words')),
                ('heard_on', models.DateField(verbose_name='heard on')),
                ('status', models.CharField(choices=[('open', 'Open'), ('met', 'Met'), ('dropped', 'Dropped')], default='open', editable=False, max_length=7, verbose_name='status')),
                ('settled_at', models.DateTimeField(editable=False, null=True, verbose_name='settled')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='masterdata.party', verbose_name='customer')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.product', verbose_name='product')),
                ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'need',
                'verbose_name_plural': 'needs',
                'indexes': [models.Index(fields=['party', '-created_at', '-id'], name='crm_need_timeline'), models.Index(fields=['company', '-heard_on', '-id'], name='crm_need_by_day'), models.Index(fields=['company', '-created_at', '-id'], name='crm_need_latest'), models.Index(fields=['company', 'status', '-created_at', '-id'], name='crm_need_by_status')],
                'constraints': [models.CheckConstraint(condition=models.Q(('product__isnull', False), models.Q(('text', ''), _negated=True), _connector='OR'), name='crm_need_says_what', violation_error_message='Name a product, or say in words what is wanted'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at', None), ('status', 'open')), models.Q(('settled_at__isnull', False), ('status__in', ['met', 'dropped'])), _connector='OR'), name='crm_need_settled_or_open')],
            },
        ),
    ]
