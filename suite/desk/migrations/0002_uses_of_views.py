import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('desk', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='savedview',
            name='roles',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='opens first for'),
        ),
        migrations.CreateModel(
            name='ViewUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('view', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='desk.savedview', verbose_name='saved view')),
                ('list_key', models.CharField(max_length=100, verbose_name='list')),
                ('is_pinned', models.BooleanField(default=False, verbose_name='in the menu')),
                ('is_default', models.BooleanField(default=False, verbose_name='open this first')),
            ],
            options={
                'verbose_name': 'use of a view',
                'verbose_name_plural': 'uses of views',
                'constraints': [models.UniqueConstraint(fields=('user', 'view'), name='desk_view_use_once'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('company', 'user', 'list_key'), name='desk_view_one_first')],
            },
        ),
    ]
