
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0007_define_own_fields'),
        ('desk', '0012_mails_are_sendings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DashboardLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tiles', models.JSONField(default=list, verbose_name='tiles')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('role', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.role', verbose_name='role')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'dashboard layout',
                'verbose_name_plural': 'dashboard layouts',
                'constraints': [models.UniqueConstraint(fields=('company', 'user'), name='desk_dashboard_once_a_user'), models.UniqueConstraint(fields=('company', 'role'), name='desk_dashboard_once_a_role'), models.CheckConstraint(condition=models.Q(models.Q(('role__isnull', False), ('user', None)), models.Q(('role', None), ('user__isnull', False)), _connector='OR'), name='desk_dashboard_of_one')],
            },
        ),
    ]
