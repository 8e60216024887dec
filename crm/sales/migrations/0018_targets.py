"""What people, teams and the company are to bring in, month by month."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import suite.core.money
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0011_office_hours'),
        ('crm_sales', '0017_web_forms'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('measure', models.CharField(choices=[('booked', 'Booked'), ('won', 'Won'), ('collected', 'Collected')], default='booked', max_length=9, verbose_name='measure')),
                ('amount', suite.core.money.AmountField(decimal_places=2, max_digits=18, verbose_name='amount')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.team', verbose_name='team')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'target',
                'verbose_name_plural': 'targets',
                'ordering': ['month', 'measure', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('company', 'month', 'measure', 'user'), name='crm_target_of_person_once'), models.UniqueConstraint(condition=models.Q(('user', None)), fields=('company', 'month', 'measure', 'team'), name='crm_target_of_team_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='crm_target_amount', violation_error_message='The amount must not be negative'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='crm_target_month', violation_error_message='A month is its first day')],
            },
        ),
    ]
