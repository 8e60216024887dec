"""Boards of customers and the calendar of their last orders are read by index."""

from django.db import models

from suite.core.migrating import AddIndexInUse, AllAtOnce


class Migration(AllAtOnce):
    atomic = False

    dependencies = [("crm_customers", "0002_own_fields_of_customers")]

    operations = [
        AddIndexInUse(
            "customer", models.Index(fields=["company", "stage", "-updated_at", "-id"], name="crm_customer_by_stage")
        ),
        AddIndexInUse(
            "customer", models.Index(fields=["company", "grade", "-updated_at", "-id"], name="crm_customer_by_grade")
        ),
        AddIndexInUse(
            "customer", models.Index(fields=["company", "last_order_on", "id"], name="crm_customer_by_last_order")
        ),
    ]
