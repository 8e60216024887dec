"""Customers are sorted by their grade."""

from django.db import models

from suite.core.migrating import AddIndexInUse, AllAtOnce


class Migration(AllAtOnce):
    atomic = False

    dependencies = [("crm_customers", "0008_ratings")]

    operations = [
        AddIndexInUse("customer", models.Index(fields=["company", "grade", "id"], name="crm_customer_in_grades")),
    ]
