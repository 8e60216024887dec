from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    initial = True

    dependencies = [
        ('core', '0002_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dashboard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'permissions': [('view_dashboard', 'Can see the company dashboard')],
                'managed': False,
                'default_permissions': (),
            },
        ),
    ]
