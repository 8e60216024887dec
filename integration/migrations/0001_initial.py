import django.db.models.deletion
from django.db import migrations, models

import suite.core.clock
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    initial = True

    dependencies = [
        ('core', '0002_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='Handoff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('order_id', models.BigIntegerField()),
                ('revision', models.PositiveSmallIntegerField()),
                ('act', models.CharField(choices=[('confirm', 'Confirmation'), ('amend', 'Amendment'), ('cancel', 'Cancellation'), ('undo', 'Confirmation undone')], max_length=10, verbose_name='act')),
                ('papers', models.JSONField(default=list, help_text='Rows made: kind, id, number and amount or quantity of each', verbose_name='papers')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now)),
            ],
            options={
                'verbose_name': 'handoff',
                'verbose_name_plural': 'handoffs',
                'constraints': [models.UniqueConstraint(fields=('order_id', 'revision', 'act'), name='integration_handoff_once')],
            },
        ),
    ]
