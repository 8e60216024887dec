from django.db import migrations

# Mails that wait go on waiting in the rows that send them now.
MOVE = """
INSERT INTO desk_notificationsending
  (company_id, notification_id, channel, is_digest, state, attempts, next_try_at, error)
SELECT company_id, id, 'mail', false, 'queued', mail_attempts, coalesce(mail_next_at, now()), mail_error
FROM desk_notification WHERE mail_state IN ('queued', 'sending')
"""


class Migration(migrations.Migration):

    dependencies = [("desk", "0010_ways_of_telling")]

    operations = [migrations.RunSQL(MOVE, "DELETE FROM desk_notificationsending")]
