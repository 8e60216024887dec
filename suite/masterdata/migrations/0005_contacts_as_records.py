"""Contacts are records of their own: they have versions and own fields, and a list by name."""

from django.db import migrations, models

import suite.core.clock
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):
    dependencies = [("core", "0008_number_patterns"), ("masterdata", "0004_numbers_by_pattern")]

    operations = [
        migrations.AddField(
            "contact",
            "created_at",
            models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name="created"),
        ),
        migrations.AddField("contact", "own", models.JSONField(blank=True, default=dict, editable=False)),
        migrations.AddField(
            "contact",
            "updated_at",
            models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name="changed"),
        ),
        migrations.AddField("contact", "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AddIndex(
            "contact", models.Index(fields=["company", "name", "id"], name="masterdata_contact_by_name")
        ),
    ]
