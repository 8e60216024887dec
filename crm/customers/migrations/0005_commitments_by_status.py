"""The board of commitments is read by index."""

from django.db import models

from suite.core.migrating import AddIndexInUse, AllAtOnce


class Migration(AllAtOnce):
    atomic = False

    dependencies = [("crm_customers", "0004_commitments")]

    operations = [
        AddIndexInUse(
            "commitment",
            models.Index(fields=["company", "status", "-created_at", "-id"], name="crm_commitment_by_status"),
        ),
    ]
