"""The board of tasks is read by index."""

from django.db import models

from suite.core.migrating import AddIndexInUse, AllAtOnce


class Migration(AllAtOnce):
    atomic = False

    dependencies = [("desk", "0015_search_by_kind")]

    operations = [
        AddIndexInUse("task", models.Index(fields=["company", "status", "due_at", "id"], name="desk_task_by_status")),
    ]
