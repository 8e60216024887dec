"""Boards by progress, the calendar of promises, what is late and what is unpaid are read by index."""

from django.db import models
from django.db.models.functions import Coalesce

from suite.core.migrating import AddIndexInUse, AllAtOnce


class Migration(AllAtOnce):
    atomic = False

    dependencies = [("crm_sales", "0005_numbers_by_pattern")]

    operations = [
        AddIndexInUse(
            "order", models.Index(fields=["company", "delivery", "-date", "-id"], name="crm_order_by_delivery")
        ),
        AddIndexInUse(
            "order", models.Index(fields=["company", "invoicing", "-date", "-id"], name="crm_order_by_invoicing")
        ),
        AddIndexInUse(
            "order", models.Index(fields=["company", "payment", "-date", "-id"], name="crm_order_by_payment")
        ),
        AddIndexInUse(
            "order",
            models.Index("company", Coalesce("promised_date", "requested_date"), "id", name="crm_order_by_promise"),
        ),
        AddIndexInUse(
            "order",
            models.Index(
                "company",
                Coalesce("promised_date", "requested_date"),
                "id",
                name="crm_order_undelivered",
                condition=models.Q(~models.Q(delivery="done"), status="confirmed"),
            ),
        ),
        AddIndexInUse(
            "order",
            models.Index(
                fields=["company", "-date", "-id"],
                name="crm_order_unpaid",
                condition=models.Q(delivery__in=["part", "done"], payment__in=["none", "part"]),
            ),
        ),
    ]
