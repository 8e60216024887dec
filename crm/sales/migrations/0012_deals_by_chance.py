"""Deals are sorted and filtered by their win probability."""

from django.db import models

from suite.core.migrating import AddIndexInUse, AllAtOnce


class Migration(AllAtOnce):
    atomic = False

    dependencies = [("crm_sales", "0011_win_probability")]

    operations = [
        AddIndexInUse("opportunity", models.Index(fields=["company", "chance", "id"], name="crm_opportunity_by_chance")),
    ]
