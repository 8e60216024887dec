import django.db.models.deletion
from django.db import migrations, models

import suite.core.clock
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('automation', '0005_flows'),
        ('core', '0007_define_own_fields'),
    ]

    operations = [
        migrations.CreateModel(
            name='FlowMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('node', models.CharField(max_length=20)),
                ('to', models.EmailField(max_length=254, verbose_name='to')),
                ('reply_to', models.EmailField(blank=True, max_length=254, verbose_name='answers to')),
                ('subject', models.CharField(max_length=300, verbose_name='subject')),
                ('text', models.TextField(verbose_name='text')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('sent', 'Sent'), ('failed', 'Failed')], default='queued', max_length=10, verbose_name='state')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_try_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='next try')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='created')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='automation.flowrun', verbose_name='run')),
            ],
            options={
                'verbose_name': 'mail of a flow',
                'verbose_name_plural': 'mails of flows',
                'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['next_try_at', 'id'], name='automation_mail_due')],
                'constraints': [models.UniqueConstraint(fields=('run', 'node'), name='automation_flowmail_once')],
            },
        ),
    ]
