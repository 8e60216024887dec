"""Tags that rules put on customers."""

import django.db.models.deletion
from django.db import migrations, models

import suite.core.clock
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0011_office_hours'),
        ('crm_customers', '0005_commitments_by_status'),
    ]

    operations = [
        migrations.CreateModel(
            name='TagRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('code', models.SlugField(blank=True, editable=False, max_length=40, verbose_name='code')),
                ('conditions', models.JSONField(blank=True, default=dict, verbose_name='conditions')),
                ('is_on', models.BooleanField(default=True, verbose_name='in force')),
                ('looked_on', models.DateField(blank=True, editable=False, null=True, verbose_name='last gone through')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('tag', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='crm_customers.tag', verbose_name='tag')),
            ],
            options={
                'verbose_name': 'tag rule',
                'verbose_name_plural': 'tag rules',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='RuledTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(default=suite.core.clock.now, verbose_name='since')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ruled_tags', to='crm_customers.customer', verbose_name='customer')),
                ('tag', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm_customers.tag', verbose_name='tag')),
                ('rule', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm_customers.tagrule', verbose_name='rule')),
            ],
            options={
                'verbose_name': 'tag set by a rule',
                'verbose_name_plural': 'tags set by rules',
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='tagrule',
            index=models.Index(fields=['company', '-updated_at', '-id'], name='crm_tag_rule_by_change'),
        ),
        migrations.AddConstraint(
            model_name='tagrule',
            constraint=models.UniqueConstraint(fields=('company', 'name'), name='crm_tag_rule_once', violation_error_message='There is a rule of this name already'),
        ),
        migrations.AddConstraint(
            model_name='tagrule',
            constraint=models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('company', 'code'), name='crm_tag_rule_code_once'),
        ),
        migrations.AddIndex(
            model_name='ruledtag',
            index=models.Index(fields=['rule', 'customer'], name='crm_ruled_tag_by_rule'),
        ),
        migrations.AddConstraint(
            model_name='ruledtag',
            constraint=models.UniqueConstraint(fields=('customer', 'tag'), name='crm_ruled_tag_once'),
        ),
    ]
