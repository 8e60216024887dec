from django.db import migrations

TASKS = "UPDATE desk_task SET notified = 'overdue', next_notice_at = NULL WHERE notified = 'escalated'"
CHOICES = "UPDATE desk_notificationpreference SET kind = 'flow_urgent' WHERE kind = 'escalation'"


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0006_managers_told_by_flow"),
    ]

    operations = [
        migrations.RunSQL(TASKS, migrations.RunSQL.noop),
        migrations.RunSQL(CHOICES, migrations.RunSQL.noop),
    ]
