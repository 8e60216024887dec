"""A currency has no more places than amounts can hold."""

import django.core.validators
from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):
    dependencies = [("masterdata", "0002_units_currencies_regions")]

    operations = [
        migrations.AlterField(
            model_name="currency",
            name="digits",
            field=models.PositiveSmallIntegerField(
                default=2, validators=[django.core.validators.MaxValueValidator(2)], verbose_name="decimal places"
            ),
        ),
    ]
