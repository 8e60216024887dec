import django.db.models.deletion
from django.db import migrations, models

import suite.core.clock
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    initial = True

    dependencies = [
        ('core', '0002_guards'),
        ('crm_customers', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RetentionPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='retention_policy', to='core.company')),
                ('dormant_after_days', models.PositiveSmallIntegerField(default=180, verbose_name='dormant after (days without an order)')),
            ],
            options={
                'verbose_name': 'retention settings',
                'verbose_name_plural': 'retention settings',
            },
        ),
        migrations.CreateModel(
            name='ChurnAlert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='churn_alerts', to='crm_customers.customer', verbose_name='customer')),
                ('last_order_on', models.DateField(verbose_name='last order')),
                ('days', models.PositiveIntegerField(verbose_name='days without an order')),
                ('raised_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='raised')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('closed_by_order', models.BigIntegerField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'churn alert',
                'verbose_name_plural': 'churn alerts',
                'indexes': [models.Index(fields=['company', '-raised_at', '-id'], name='crm_churn_alert_latest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('customer',), name='crm_churn_alert_one_open'), models.UniqueConstraint(fields=('customer', 'last_order_on'), name='crm_churn_alert_once')],
            },
        ),
    ]
