"""The orders of a contract are found by index."""

from django.db import models

from suite.core.migrating import AddIndexInUse, AllAtOnce


class Migration(AllAtOnce):
    atomic = False

    dependencies = [("crm_sales", "0015_contracts")]

    operations = [
        AddIndexInUse(
            "order",
            models.Index(
                fields=["contract"], name="crm_order_by_contract", condition=models.Q(contract__isnull=False)
            ),
        ),
    ]
