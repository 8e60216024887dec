"""Numbers are made as the company wants them; what has a number keeps it."""

from django.db import migrations

from suite.core.numbering import NumberTrigger


class Migration(migrations.Migration):
    dependencies = [("core", "0008_number_patterns"), ("erp_finance", "0005_terms_from_month_end")]

    operations = [
        NumberTrigger("erp_finance_openitem", "OI"),
        NumberTrigger("erp_finance_moneymovement", "MM"),
        NumberTrigger("erp_finance_invoice", "INV"),
    ]
