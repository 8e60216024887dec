
import django.db.models.deletion
from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0010_holidays_and_make_up_days'),
        ('desk', '0016_tasks_by_status'),
    ]

    operations = [
        migrations.CreateModel(
            name='FieldRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60, verbose_name='kind of record')),
                ('field', models.CharField(max_length=60, verbose_name='field')),
                ('seen_by', models.JSONField(blank=True, default=list, verbose_name='seen by')),
                ('changed_by', models.JSONField(blank=True, default=list, verbose_name='filled in by')),
                ('required', models.BooleanField(default=False, verbose_name='required')),
                ('required_of', models.JSONField(blank=True, default=list, verbose_name='required of')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
            ],
            options={
                'verbose_name': 'rule for a field',
                'verbose_name_plural': 'rules for fields',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('company', 'kind', 'field'), name='desk_field_rule_once', violation_error_message='There is a rule for this field already'), models.CheckConstraint(condition=models.Q(('changed_by', []), ('required', False), ('seen_by', []), _negated=True), name='desk_field_rule_says_something', violation_error_message='A rule says who sees a field, who fills it in, or that it is required')],
            },
        ),
    ]
