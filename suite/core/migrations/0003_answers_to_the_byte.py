"""The answer kept for a repeated request becomes text, which keeps the order of its keys."""

from importlib import import_module

from django.db import migrations, models

from suite.core.migrating import AllAtOnce

ONCE: str = import_module("suite.core.migrations.0002_guards").ONCE
DROP = "DROP FUNCTION suite_once(text, bigint, text, text)"
TO_TEXT = """
ALTER TABLE core_idempotencykey ALTER COLUMN body TYPE text USING coalesce(body::text, 'null'),
  ALTER COLUMN body SET NOT NULL
"""
TO_JSON = """
ALTER TABLE core_idempotencykey ALTER COLUMN body DROP NOT NULL, ALTER COLUMN body TYPE jsonb USING body::jsonb
"""


class Migration(AllAtOnce):
    dependencies = [("core", "0002_guards")]

    operations = [
        migrations.RunSQL(DROP, ONCE),
        migrations.RunSQL(
            TO_TEXT, TO_JSON, state_operations=[migrations.AlterField("idempotencykey", "body", models.TextField())]
        ),
        migrations.RunSQL(ONCE.replace("body jsonb", "body text"), DROP),
    ]
