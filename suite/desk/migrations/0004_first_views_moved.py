from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0003_first_views_kept'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='savedview', name='desk_view_one_default'),
        migrations.RemoveField(model_name='savedview', name='is_default'),
    ]
