"""What was due before anybody could hear of it is no news."""

from django.db import migrations

PAST = """
UPDATE erp_finance_openitem SET overdue_told = true
WHERE side = 'receivable' AND status = 'open' AND open_amount > 0 AND due_date < current_date
"""


class Migration(migrations.Migration):
    dependencies = [("erp_finance", "0007_overdue_told")]

    operations = [migrations.RunSQL(PAST, migrations.RunSQL.noop)]
