"""Boards and calendars of stock papers are read by index."""

from django.db import models

from suite.core.migrating import AddIndexInUse, AllAtOnce


class Migration(AllAtOnce):
    atomic = False

    dependencies = [("erp_inventory", "0004_transfers")]

    operations = [
        AddIndexInUse("delivery", models.Index(fields=["company", "shipped_on", "id"], name="erp_delivery_by_shipping")),
        AddIndexInUse("delivery", models.Index(fields=["company", "kind_of", "-id"], name="erp_delivery_by_kind")),
        AddIndexInUse("stocktransfer", models.Index(fields=["company", "shipped_on", "id"], name="erp_transfer_by_shipping")),
    ]
