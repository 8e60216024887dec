from django.db import migrations

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [("desk", "0011_mails_on_their_way")]

    operations = [
        migrations.RemoveIndex(
            model_name='notification',
            name='desk_notification_mail',
        ),
        migrations.RemoveField(
            model_name='notification',
            name='mail_attempts',
        ),
        migrations.RemoveField(
            model_name='notification',
            name='mail_error',
        ),
        migrations.RemoveField(
            model_name='notification',
            name='mail_next_at',
        ),
        migrations.RemoveField(
            model_name='notification',
            name='mail_state',
        ),
    ]
