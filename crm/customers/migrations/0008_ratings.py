"""Customers are graded by a rule."""

import django.db.models.deletion
from django.db import migrations, models

import suite.core.clock
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0012_country_of_companies'),
        ('crm_customers', '0007_pool'),
    ]

    operations = [
        migrations.CreateModel(
            name='GradePolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_on', models.BooleanField(default=False, verbose_name='in force')),
                ('a_from', models.SmallIntegerField(default=60, verbose_name='A from (points)')),
                ('b_from', models.SmallIntegerField(default=35, verbose_name='B from (points)')),
                ('c_from', models.SmallIntegerField(default=10, verbose_name='C from (points)')),
                ('looked_on', models.DateField(blank=True, editable=False, null=True, verbose_name='last gone through')),
                ('company', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='grade_policy', to='core.company')),
            ],
            options={
                'verbose_name': 'rating rule',
                'verbose_name_plural': 'rating rules',
            },
        ),
        migrations.CreateModel(
            name='GradeTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fact', models.SlugField(max_length=30, verbose_name='fact')),
                ('at_least', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='at least')),
                ('points', models.SmallIntegerField(verbose_name='points')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='crm_customers.gradepolicy', verbose_name='rating rule')),
            ],
            options={
                'verbose_name': 'term of the rating',
                'verbose_name_plural': 'terms of the rating',
                'ordering': ['fact', 'at_least'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('grade', models.CharField(choices=[('A', 'A'), ('B', 'B'), ('C', 'C'), ('D', 'D')], max_length=1, verbose_name='grade by the rule')),
                ('points', models.IntegerField(verbose_name='points')),
                ('terms', models.JSONField(default=list, verbose_name='terms')),
                ('at', models.DateTimeField(default=suite.core.clock.now, verbose_name='reckoned')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='rating', to='crm_customers.customer', verbose_name='customer')),
            ],
            options={
                'verbose_name': 'rating',
                'verbose_name_plural': 'ratings',
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='gradepolicy',
            constraint=models.CheckConstraint(condition=models.Q(('a_from__gt', models.F('b_from')), ('b_from__gt', models.F('c_from'))), name='crm_grade_policy_falls', violation_error_message='An A takes more points than a B, a B more than a C'),
        ),
        migrations.AddConstraint(
            model_name='gradeterm',
            constraint=models.UniqueConstraint(fields=('policy', 'fact', 'at_least'), name='crm_grade_term_once', violation_error_message='The same value stands there twice'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('grade__in', ['A', 'B', 'C', 'D'])), name='crm_rating_grade'),
        ),
    ]
