"""What past visits were left for, as the next visit tells."""

from django.db import migrations

FILL = """
UPDATE crm_sales_stagevisit visit SET left_for = CASE WHEN stage.kind = 'open' THEN following.kind ELSE stage.kind END
FROM (
  SELECT id, lead(kind) OVER deal AS kind, lead(stage_id) OVER deal AS stage_id
  FROM crm_sales_stagevisit WINDOW deal AS (PARTITION BY opportunity_id ORDER BY entered_at, id)
) following
JOIN crm_sales_stage stage ON stage.id = following.stage_id
WHERE following.id = visit.id AND visit.left_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("crm_sales", "0009_funnel")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
