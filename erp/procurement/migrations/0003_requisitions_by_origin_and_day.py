"""Boards and calendars of requisitions are read by index."""

from django.db import models

from suite.core.migrating import AddIndexInUse, AllAtOnce


class Migration(AllAtOnce):
    atomic = False

    dependencies = [("erp_procurement", "0002_numbers_by_pattern")]

    operations = [
        AddIndexInUse("requisition", models.Index(fields=["company", "origin", "-id"], name="erp_requisition_by_origin")),
        AddIndexInUse("requisition", models.Index(fields=["company", "created_at", "id"], name="erp_requisition_by_day")),
    ]
