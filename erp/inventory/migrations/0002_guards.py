"""The stock ledger is final: a mistake is reversed by another row."""

from django.db import migrations

FINAL = """
CREATE TRIGGER erp_inventory_stockmove_final BEFORE UPDATE OR DELETE ON erp_inventory_stockmove
  FOR EACH ROW EXECUTE FUNCTION suite_append_only();
CREATE TRIGGER erp_inventory_stockmove_kept BEFORE TRUNCATE ON erp_inventory_stockmove
  FOR EACH STATEMENT EXECUTE FUNCTION suite_append_only();
"""

NOT_FINAL = """
DROP TRIGGER erp_inventory_stockmove_final ON erp_inventory_stockmove;
DROP TRIGGER erp_inventory_stockmove_kept ON erp_inventory_stockmove;
"""


class Migration(migrations.Migration):
    dependencies = [("erp_inventory", "0001_initial"), ("core", "0002_guards")]

    operations = [migrations.RunSQL(FINAL, NOT_FINAL)]
