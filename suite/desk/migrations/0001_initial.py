import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
import suite.core.said
import suite.desk.models.attachments
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    initial = True

    dependencies = [
        ('core', '0002_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('subject_kind', models.CharField(max_length=60)),
                ('subject_id', models.BigIntegerField()),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('file', models.FileField(upload_to=suite.desk.models.attachments.random_name, verbose_name='file')),
                ('content_type', models.CharField(max_length=100, verbose_name='type')),
                ('size', models.PositiveIntegerField(verbose_name='size')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='created')),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'indexes': [models.Index(fields=['subject_kind', 'subject_id', '-id'], name='desk_attachment_of')],
            },
        ),
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.job')),
                ('position', models.PositiveIntegerField()),
                ('rows', models.PositiveIntegerField()),
                ('made', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('changed', models.JSONField(default=dict)),
                ('refused', models.JSONField(default=dict)),
                ('doubtful', models.JSONField(default=dict)),
                ('undone_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'constraints': [models.UniqueConstraint(fields=('job', 'position'), name='desk_import_batch_once')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('list_key', models.CharField(max_length=100, verbose_name='list')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('owner', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('team', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
                ('audience', models.CharField(choices=[('mine', 'Only me'), ('team', 'My team'), ('all', 'Everybody')], default='mine', max_length=8, verbose_name='for whom')),
                ('params', models.JSONField(default=dict, verbose_name='filters')),
                ('is_default', models.BooleanField(default=False, verbose_name='open this first')),
            ],
            options={
                'verbose_name': 'saved view',
                'verbose_name_plural': 'saved views',
                'permissions': [('share_savedview', 'Can share views with a team or everybody')],
                'constraints': [models.UniqueConstraint(fields=('company', 'list_key', 'owner', 'name'), name='desk_view_name_once', violation_error_message='You have a view with this name already'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('company', 'list_key', 'owner'), name='desk_view_one_default')],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('title', suite.core.said.SaidField(max_length=200, verbose_name='title')),
                ('body', suite.core.said.SaidField(blank=True, verbose_name='text')),
                ('url', models.CharField(blank=True, max_length=300, verbose_name='link')),
                ('subject_kind', models.CharField(blank=True, max_length=60)),
                ('subject_id', models.BigIntegerField(null=True)),
                ('dedupe_key', models.CharField(max_length=200, unique=True)),
                ('in_app', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='created')),
                ('read_at', models.DateTimeField(null=True, verbose_name='read')),
                ('mail_state', models.CharField(choices=[('none', 'No mail'), ('queued', 'Queued'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed')], default='none', max_length=8, verbose_name='mail')),
                ('mail_attempts', models.PositiveSmallIntegerField(default=0)),
                ('mail_next_at', models.DateTimeField(null=True)),
                ('mail_error', models.TextField(blank=True)),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'indexes': [models.Index(fields=['company', 'user', '-id'], name='desk_notification_mine'), models.Index(condition=models.Q(('in_app', True), ('read_at', None)), fields=['company', 'user'], name='desk_notification_unread'), models.Index(condition=models.Q(('mail_state__in', ['queued', 'sending'])), fields=['mail_next_at', 'id'], name='desk_notification_mail')],
            },
        ),
        migrations.CreateModel(
            name='NotificationPreference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('in_app', models.BooleanField(default=True, verbose_name='in the bell')),
                ('mail', models.BooleanField(default=False, verbose_name='by mail')),
            ],
            options={
                'verbose_name': 'notification preference',
                'verbose_name_plural': 'notification preferences',
                'constraints': [models.UniqueConstraint(fields=('company', 'user', 'kind'), name='desk_preference_once')],
            },
        ),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('kind', models.CharField(max_length=60)),
                ('object_id', models.BigIntegerField()),
                ('owner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team')),
                ('title', suite.core.said.SaidField(max_length=200)),
                ('subtitle', suite.core.said.SaidField(blank=True, max_length=200)),
                ('tokens', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=24), size=None)),
            ],
            options={
                'verbose_name': 'search entry',
                'verbose_name_plural': 'search entries',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['tokens'], name='desk_search_tokens')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'object_id'), name='desk_search_once')],
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.team', verbose_name='team')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('own', models.JSONField(blank=True, default=dict, editable=False, verbose_name='own fields')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='changed')),
                ('title', suite.core.said.SaidField(max_length=200, verbose_name='title')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='due')),
                ('status', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('cancelled', 'Cancelled')], default='open', editable=False, max_length=10, verbose_name='status')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('subject_kind', models.CharField(blank=True, editable=False, max_length=60, verbose_name='kind of record')),
                ('subject_id', models.BigIntegerField(editable=False, null=True)),
                ('subject_label', suite.core.said.SaidField(blank=True, editable=False, max_length=200, verbose_name='about')),
                ('source', models.CharField(blank=True, editable=False, max_length=60, verbose_name='made by')),
                ('dedupe_key', models.CharField(editable=False, max_length=200, null=True, unique=True)),
                ('done_at', models.DateTimeField(editable=False, null=True, verbose_name='done')),
                ('notified', models.CharField(blank=True, choices=[('', 'Not yet'), ('due', 'Reminded'), ('overdue', 'Reminded that it is overdue'), ('escalated', 'The manager was told')], default='', editable=False, max_length=10)),
                ('next_notice_at', models.DateTimeField(editable=False, null=True, verbose_name='next reminder')),
            ],
            options={
                'verbose_name': 'task',
                'verbose_name_plural': 'tasks',
                'indexes': [models.Index(condition=models.Q(('status', 'open')), fields=['company', 'owner', 'due_at', 'id'], name='desk_task_open'), models.Index(fields=['company', 'due_at', 'id'], name='desk_task_by_due'), models.Index(condition=models.Q(('status', 'open')), fields=['next_notice_at', 'id'], name='desk_task_notice'), models.Index(fields=['subject_kind', 'subject_id'], name='desk_task_subject')],
            },
        ),
    ]
