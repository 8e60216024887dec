"""Numbers are made as the company wants them; what has a number keeps it."""

from django.db import migrations

from suite.core.numbering import NumberTrigger


class Migration(migrations.Migration):
    dependencies = [("core", "0008_number_patterns"), ("crm_sales", "0004_discounted_lines")]

    operations = [
        NumberTrigger("crm_sales_quotation", "QT"),
        NumberTrigger("crm_sales_order", "SO"),
    ]
