"""Parties that may be one, those that were made one, and where the latter lead."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0008_number_patterns'),
        ('masterdata', '0006_addresses_in_english'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='party',
            options={'permissions': [('see_bank', 'Can see bank accounts'), ('see_cost', 'Can see costs and margins'), ('merge_party', 'Can merge parties')], 'verbose_name': 'party', 'verbose_name_plural': 'parties'},
        ),
        migrations.AddField(
            model_name='party',
            name='merged_into',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='masterdata.party', verbose_name='merged into'),
        ),
        migrations.CreateModel(
            name='Duplicate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.PositiveSmallIntegerField(verbose_name='likely %')),
                ('pattern', models.CharField(editable=False, max_length=40)),
                ('is_exact', models.BooleanField(verbose_name='exact')),
                ('status', models.CharField(choices=[('open', 'To be decided'), ('two', 'Not the same'), ('merged', 'Merged')], default='open', max_length=6, verbose_name='status')),
                ('found_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='found')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('one', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='masterdata.party', verbose_name='party')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='masterdata.party', verbose_name='may be the same')),
            ],
            options={
                'verbose_name': 'possible duplicate',
                'verbose_name_plural': 'possible duplicates',
                'default_permissions': (),
                'indexes': [models.Index(fields=['company', '-score', '-id'], name='masterdata_duplicate_by_score'), models.Index(fields=['company', '-found_at', '-id'], name='masterdata_duplicate_by_day')],
                'constraints': [models.UniqueConstraint(fields=('one', 'other'), name='masterdata_duplicate_once'), models.CheckConstraint(condition=models.Q(('one__lt', models.F('other'))), name='masterdata_duplicate_in_order')],
            },
        ),
        migrations.CreateModel(
            name='Merging',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merged', models.JSONField(default=list, verbose_name='merged')),
                ('moved', models.JSONField(default=list, editable=False)),
                ('before', models.JSONField(default=list, editable=False)),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='merged on')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='undone')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='merged by')),
                ('survivor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mergings', to='masterdata.party', verbose_name='party')),
            ],
            options={
                'verbose_name': 'merging',
                'verbose_name_plural': 'mergings',
                'default_permissions': (),
                'indexes': [models.Index(fields=['company', '-id'], name='masterdata_merging_latest')],
            },
        ),
    ]
