from django.db import migrations

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('desk', '0003_first_views_kept'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='savedview', name='desk_view_one_default'),
        migrations.RemoveField(model_name='savedview', name='is_default'),
    ]
