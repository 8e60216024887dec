from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
import suite.core.money
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    initial = True

    dependencies = [
        ('core', '0002_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApprovalRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('kind', models.CharField(max_length=60, verbose_name='document')),
                ('from_amount', suite.core.money.AmountField(decimal_places=2, default=Decimal('0'), help_text='The rule with the highest amount that is exceeded holds', max_digits=18, verbose_name='for amounts above')),
            ],
            options={
                'verbose_name': 'approval rule',
                'verbose_name_plural': 'approval rules',
                'ordering': ['kind', 'from_amount'],
                'constraints': [models.UniqueConstraint(fields=('company', 'kind', 'from_amount'), name='automation_rule_once', violation_error_message='There is a rule for this document and amount already'), models.CheckConstraint(condition=models.Q(('from_amount__gte', 0)), name='automation_rule_amount_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='ApprovalRuleStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='automation.approvalrule', verbose_name='approval rule')),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='step')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.role', verbose_name='role')),
            ],
            options={
                'verbose_name': 'approval step',
                'verbose_name_plural': 'approval steps',
                'ordering': ['position', 'id'],
                'constraints': [models.UniqueConstraint(fields=('rule', 'position'), name='automation_rule_step_once')],
            },
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('kind', models.CharField(max_length=60, verbose_name='document')),
                ('object_id', models.BigIntegerField()),
                ('number', models.CharField(max_length=40, verbose_name='number')),
                ('amount', suite.core.money.AmountField(decimal_places=2, max_digits=18, verbose_name='amount')),
                ('status', models.CharField(choices=[('waiting', 'Waiting for approval'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn')], default='waiting', editable=False, max_length=10, verbose_name='status')),
                ('rule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='automation.approvalrule', verbose_name='approval rule')),
                ('above', suite.core.money.AmountField(decimal_places=2, help_text='The limit of the rule when it was chosen', max_digits=18, null=True, verbose_name='above')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
                ('requested_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='requested')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
            ],
            options={
                'verbose_name': 'approval',
                'verbose_name_plural': 'approvals',
                'permissions': [('decide_approval', 'Can decide approvals')],
                'indexes': [models.Index(fields=['company', 'status', '-id'], name='automation_approval_by_status'), models.Index(fields=['company', '-id'], name='automation_approval_latest'), models.Index(fields=['kind', 'object_id'], name='automation_approval_by_paper')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'waiting')), fields=('kind', 'object_id'), name='automation_approval_one_waiting')],
            },
        ),
        migrations.CreateModel(
            name='ApprovalStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('approval', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='automation.approval', verbose_name='approval')),
                ('position', models.PositiveSmallIntegerField(verbose_name='step')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.role', verbose_name='role')),
                ('status', models.CharField(choices=[('later', 'Not yet'), ('waiting', 'Waiting'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('dropped', 'Not needed any more')], default='later', max_length=10, verbose_name='status')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
            ],
            options={
                'verbose_name': 'step of an approval',
                'verbose_name_plural': 'steps of an approval',
                'ordering': ['position', 'id'],
                'indexes': [models.Index(condition=models.Q(('status', 'waiting')), fields=['role'], name='automation_step_turn')],
                'constraints': [models.UniqueConstraint(fields=('approval', 'position'), name='automation_step_once'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['approved', 'rejected']), _negated=True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='automation_step_says_who')],
            },
        ),
    ]
