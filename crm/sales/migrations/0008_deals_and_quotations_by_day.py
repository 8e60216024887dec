"""The board of opportunities, their calendar and that of quotations are read by index."""

from django.db import models

from suite.core.migrating import AddIndexInUse, AllAtOnce


class Migration(AllAtOnce):
    atomic = False

    dependencies = [("crm_sales", "0007_pipelines")]

    operations = [
        AddIndexInUse("quotation", models.Index(fields=["company", "valid_until", "id"], name="crm_quotation_by_end")),
        AddIndexInUse(
            "opportunity", models.Index(fields=["company", "forecast", "-id"], name="crm_opportunity_by_forecast")
        ),
        AddIndexInUse(
            "opportunity", models.Index(fields=["company", "next_step_on", "id"], name="crm_opportunity_by_next")
        ),
    ]
