"""Numbers are made as the company wants them; what has a number keeps it."""

from django.db import migrations

from suite.core.numbering import NumberTrigger


class Migration(migrations.Migration):
    dependencies = [("core", "0008_number_patterns"), ("erp_inventory", "0002_guards")]

    operations = [
        NumberTrigger("erp_inventory_delivery", "DN"),
        NumberTrigger("erp_inventory_goodsreceipt", "GR"),
        NumberTrigger("erp_inventory_stockadjustment", "SA"),
    ]
