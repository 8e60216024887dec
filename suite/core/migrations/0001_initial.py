import django.contrib.auth.validators
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
import suite.core.models.people
import suite.core.said
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AuditRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('company_id', models.BigIntegerField()),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('actor_id', models.BigIntegerField(null=True)),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('object_id', models.BigIntegerField()),
                ('action', models.CharField(max_length=40, verbose_name='action')),
                ('changes', models.JSONField(default=dict, verbose_name='changes')),
                ('reason', suite.core.said.SaidField(blank=True, max_length=500, verbose_name='reason')),
                ('request_id', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'verbose_name': 'audit row',
                'verbose_name_plural': 'audit trail',
                'db_table': 'core_audit',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Company',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('code', models.SlugField(max_length=32, unique=True, verbose_name='code')),
                ('credit_code', models.CharField(blank=True, max_length=18, verbose_name='unified social credit code')),
                ('currency', models.CharField(default='CNY', max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$')], verbose_name='currency')),
                ('time_zone', models.CharField(default='Asia/Shanghai', max_length=64, validators=[suite.core.models.people.validate_time_zone], verbose_name='time zone')),
                ('address', models.CharField(blank=True, max_length=300, verbose_name='address')),
                ('address_en', models.CharField(blank=True, max_length=300, verbose_name='English address')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('bank', models.CharField(blank=True, max_length=200, verbose_name='bank and account')),
                ('bank_en', models.CharField(blank=True, max_length=200, verbose_name='bank and account in English')),
                ('is_demo', models.BooleanField(default=False, verbose_name='demo data')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
            ],
            options={
                'verbose_name': 'company',
                'verbose_name_plural': 'companies',
                'permissions': [('use_admin', 'Can enter the admin pages')],
            },
        ),
        migrations.CreateModel(
            name='DocumentLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('from_kind', models.CharField(max_length=60)),
                ('from_id', models.BigIntegerField()),
                ('to_kind', models.CharField(max_length=60)),
                ('to_id', models.BigIntegerField()),
                ('relation', models.CharField(blank=True, max_length=30)),
                ('created_at', models.DateTimeField(default=suite.core.clock.now)),
            ],
            options={
                'verbose_name': 'document link',
                'verbose_name_plural': 'document links',
                'indexes': [models.Index(fields=['to_kind', 'to_id'], name='core_link_back')],
                'constraints': [models.UniqueConstraint(fields=('from_kind', 'from_id', 'to_kind', 'to_id', 'relation'), name='core_link_once')],
            },
        ),
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('series', models.CharField(max_length=60)),
                ('value', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('company', 'series'), name='core_counter_once')],
            },
        ),
        migrations.CreateModel(
            name='OutboxEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('event', models.CharField(max_length=80, verbose_name='event')),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('object_id', models.BigIntegerField()),
                ('payload', models.JSONField(default=dict, verbose_name='payload')),
                ('dedupe_key', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='happened')),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='written')),
                ('next_try_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next try')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('done_at', models.DateTimeField(null=True, verbose_name='done')),
                ('dead_at', models.DateTimeField(null=True, verbose_name='given up')),
                ('error', models.TextField(blank=True, verbose_name='error')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
                'permissions': [('retry_outboxevent', 'Can retry events')],
                'constraints': [models.UniqueConstraint(fields=('dedupe_key',), name='core_outbox_once')],
                'indexes': [models.Index(condition=models.Q(('dead_at', None), ('done_at', None)), fields=['id'], name='core_outbox_due'), models.Index(condition=models.Q(('done_at', None)), fields=['kind', 'object_id', 'id'], name='core_outbox_open')],
            },
        ),
        migrations.CreateModel(
            name='Effect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('dedupe_key', models.CharField(max_length=200, unique=True)),
                ('at', models.DateTimeField(default=suite.core.clock.now)),
            ],
            options={
                'verbose_name': 'effect',
                'verbose_name_plural': 'effects',
            },
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roles', to='core.company', verbose_name='company')),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('second_step', models.BooleanField(default=False, help_text='Signing in takes a code from an authenticator app', verbose_name='second step required')),
            ],
            options={
                'verbose_name': 'role',
                'verbose_name_plural': 'roles',
                'constraints': [models.UniqueConstraint(fields=('company', 'code'), name='core_role_code_once')],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('client', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=120)),
                ('request_digest', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField()),
                ('body', models.JSONField(null=True)),
                ('created_at', models.DateTimeField(db_index=True, default=suite.core.clock.now)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('company', 'client', 'key'), name='core_idempotency_once')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='core.role', verbose_name='role')),
                ('code', models.CharField(max_length=150, verbose_name='permission')),
                ('scope', models.CharField(choices=[('none', 'Nothing'), ('own', 'Own'), ('team', 'Team'), ('all', 'Everything')], default='all', max_length=8, verbose_name='scope')),
            ],
            options={
                'verbose_name': 'grant',
                'verbose_name_plural': 'grants',
                'constraints': [models.UniqueConstraint(fields=('role', 'code'), name='core_grant_code_once')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('title', suite.core.said.SaidField(blank=True, max_length=200, verbose_name='title')),
                ('params', models.JSONField(default=dict)),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('stopped', 'Stopped')], default='waiting', max_length=10, verbose_name='status')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='rows done')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('result', models.JSONField(default=dict)),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, verbose_name='created')),
                ('started_at', models.DateTimeField(null=True, verbose_name='started')),
                ('alive_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('name', models.CharField(blank=True, max_length=100, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=100, verbose_name='English name')),
                ('language', models.CharField(choices=[('zh-hans', 'Simplified Chinese'), ('en', 'English')], default='zh-hans', max_length=10, verbose_name='language')),
                ('time_zone', models.CharField(blank=True, max_length=64, validators=[suite.core.models.people.validate_time_zone], verbose_name='time zone')),
                ('theme', models.CharField(choices=[('system', 'As the device'), ('light', 'Light'), ('dark', 'Dark')], default='system', max_length=10, verbose_name='theme')),
                ('density', models.CharField(choices=[('compact', 'Compact'), ('roomy', 'Roomy')], default='compact', max_length=10, verbose_name='density')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('signed_out_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='sign-ins ended')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'constraints': [models.UniqueConstraint(models.F('email'), condition=models.Q(('email', ''), _negated=True), name='core_user_email_once', violation_error_message='Another user has this mail address')],
            },
            managers=[
                ('objects', suite.core.models.people.PeopleManager()),
            ],
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='teams', to='core.company', verbose_name='company')),
                ('manager', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='led_teams', to=settings.AUTH_USER_MODEL, verbose_name='manager')),
            ],
            options={
                'verbose_name': 'team',
                'verbose_name_plural': 'teams',
                'constraints': [models.UniqueConstraint(fields=('company', 'name'), name='core_team_name_once')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('prefix', models.CharField(db_index=True, editable=False, max_length=12, verbose_name='begins with')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('scopes', models.JSONField(blank=True, default=list, verbose_name='scopes')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires')),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='revoked')),
                ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='core.company', verbose_name='company')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='memberships', to='core.team', verbose_name='team')),
                ('roles', models.ManyToManyField(blank=True, related_name='memberships', to='core.role', verbose_name='roles')),
            ],
            options={
                'verbose_name': 'membership',
                'verbose_name_plural': 'memberships',
                'constraints': [models.UniqueConstraint(fields=('user', 'company'), name='core_membership_once')],
            },
        ),
        migrations.AddField(
            model_name='job',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['company', 'user', '-id'], name='core_job_mine'),
        ),
        migrations.AddField(
            model_name='user',
            name='companies',
            field=models.ManyToManyField(related_name='users', through='core.Membership', to='core.company', verbose_name='companies'),
        ),
    ]
