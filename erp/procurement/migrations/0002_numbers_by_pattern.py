"""Numbers are made as the company wants them; what has a number keeps it."""

from django.db import migrations

from suite.core.numbering import NumberTrigger


class Migration(migrations.Migration):
    dependencies = [("core", "0008_number_patterns"), ("erp_procurement", "0001_initial")]

    operations = [
        NumberTrigger("erp_procurement_requisition", "PR"),
        NumberTrigger("erp_procurement_purchaseorder", "PO"),
    ]
