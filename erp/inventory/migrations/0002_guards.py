"""The stock ledger is final: a mistake is reversed by another row. What comes in pieces moves in whole pieces."""

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


WHOLE = """
CREATE FUNCTION erp_inventory_whole_pieces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM moved m JOIN masterdata_product p ON p.id = m.product_id JOIN masterdata_unit u ON u.code = p.unit_id
    WHERE m.quantity <> trunc(m.quantity) AND u.digits = 0
  ) THEN
    RAISE EXCEPTION 'goods that are counted move in whole units'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'erp_inventory_whole_pieces';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER erp_inventory_stockmove_whole AFTER INSERT ON erp_inventory_stockmove
  REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION erp_inventory_whole_pieces();
"""

NOT_WHOLE = """
DROP TRIGGER erp_inventory_stockmove_whole ON erp_inventory_stockmove;
DROP FUNCTION erp_inventory_whole_pieces();
"""


class Migration(migrations.Migration):
    dependencies = [("erp_inventory", "0001_initial"), ("core", "0002_guards"), ("masterdata", "0001_initial")]

    operations = [migrations.RunSQL(FINAL, NOT_FINAL), migrations.RunSQL(WHOLE, NOT_WHOLE)]
