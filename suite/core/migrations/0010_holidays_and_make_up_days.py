"""Days on which a company is free, or works though it is weekend."""

import django.db.models.deletion
from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):
    dependencies = [("core", "0009_modules_along")]

    operations = [
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_en", models.CharField(blank=True, max_length=200, verbose_name="English name")),
                ("date", models.DateField(verbose_name="date")),
                ("works", models.BooleanField(default=False, verbose_name="is worked")),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.company",
                        verbose_name="company",
                    ),
                ),
            ],
            options={
                "verbose_name": "holiday or make-up day",
                "verbose_name_plural": "holidays and make-up days",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "date"),
                        name="core_calendar_day_once",
                        violation_error_message="This day is in the calendar already",
                    )
                ],
            },
        ),
    ]
