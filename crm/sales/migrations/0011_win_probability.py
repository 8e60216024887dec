"""How likely deals are to be won, why, and what that was learned from."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import suite.core.clock
import suite.core.money
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0010_holidays_and_make_up_days'),
        ('crm_sales', '0010_what_visits_were_left_for'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChanceModel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('learned_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='learned')),
                ('won', models.PositiveIntegerField(default=0, verbose_name='won')),
                ('lost', models.PositiveIntegerField(default=0, verbose_name='lost')),
                ('stages', models.JSONField(default=list)),
                ('fields', models.JSONField(default=dict)),
                ('tested', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': 'win probability model',
                'verbose_name_plural': 'win probability models',
            },
        ),
        migrations.AddField(
            model_name='opportunity',
            name='chance',
            field=suite.core.money.PercentField(decimal_places=4, default=None, editable=False, max_digits=7, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='win probability'),
        ),
        migrations.AddField(
            model_name='opportunity',
            name='chance_terms',
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AddField(
            model_name='chancemodel',
            name='company',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='chancemodel',
            name='pipeline',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='chances', to='crm_sales.pipeline', verbose_name='pipeline'),
        ),
    ]
