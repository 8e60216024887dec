import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
import suite.core.sealed
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0006_event_origins'),
        ('desk', '0009_own_fields'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='NotificationSending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('mail', 'Mail'), ('robot', 'Robot')], max_length=5, verbose_name='channel')),
                ('is_digest', models.BooleanField(default=False, verbose_name='in the digest')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('sent', 'Sent'), ('failed', 'Failed')], default='queued', max_length=6, verbose_name='state')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_try_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='next try')),
                ('error', models.TextField(blank=True, verbose_name='error')),
            ],
            options={
                'verbose_name': 'notice on its way',
                'verbose_name_plural': 'notices on their way',
            },
        ),
        migrations.CreateModel(
            name='NotificationSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='quiet from')),
                ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='quiet until')),
                ('digest_at', models.TimeField(blank=True, null=True, verbose_name='all in one message at')),
                ('robot', models.CharField(blank=True, choices=[('wecom', 'WeCom group robot'), ('dingtalk', 'DingTalk group robot'), ('feishu', 'Feishu group robot')], max_length=10, verbose_name='robot')),
                ('robot_url', suite.core.sealed.SealedField(blank=True, verbose_name='address of the robot')),
                ('robot_secret', suite.core.sealed.SealedField(blank=True, verbose_name='secret of the robot')),
            ],
            options={
                'verbose_name': 'notification settings',
                'verbose_name_plural': 'notification settings',
            },
        ),
        migrations.AddField(
            model_name='notificationpreference',
            name='robot',
            field=models.BooleanField(default=False, verbose_name='by robot'),
        ),
        migrations.AddField(
            model_name='notificationsending',
            name='company',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='notificationsending',
            name='notification',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sendings', to='desk.notification', verbose_name='notification'),
        ),
        migrations.AddField(
            model_name='notificationsettings',
            name='company',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='notificationsettings',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AddIndex(
            model_name='notificationsending',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['next_try_at', 'id'], name='desk_sending_due'),
        ),
        migrations.AddConstraint(
            model_name='notificationsending',
            constraint=models.UniqueConstraint(fields=('notification', 'channel'), name='desk_sending_once'),
        ),
        migrations.AddConstraint(
            model_name='notificationsettings',
            constraint=models.UniqueConstraint(fields=('company', 'user'), name='desk_notification_settings_once'),
        ),
    ]
