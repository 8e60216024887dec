"""The lines that a promotion made cheaper are found by index."""

from django.db import models

from suite.core.migrating import AddIndexInUse, AllAtOnce


class Migration(AllAtOnce):
    atomic = False

    dependencies = [("crm_sales", "0022_promotions")]

    operations = [
        AddIndexInUse(
            "quotationline",
            models.Index(
                fields=["promotion"], name="crm_quotation_line_promoted", condition=models.Q(promotion__isnull=False)
            ),
        ),
        AddIndexInUse(
            "contractline",
            models.Index(
                fields=["promotion"], name="crm_contract_line_promoted", condition=models.Q(promotion__isnull=False)
            ),
        ),
        AddIndexInUse(
            "orderline",
            models.Index(
                fields=["promotion"], name="crm_order_line_promoted", condition=models.Q(promotion__isnull=False)
            ),
        ),
    ]
