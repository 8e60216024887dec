"""What all companies share, so that no company has to be founded for it: units, currencies, regions."""

from django.db import migrations

from suite.masterdata.services import founding


def seed(apps, editor):
    unit, currency, region = (apps.get_model("masterdata", name) for name in ("Unit", "Currency", "Region"))
    unit.objects.bulk_create(
        [unit(code=code, name=name, name_en=name_en, digits=digits) for code, name, name_en, digits in founding.UNITS]
    )
    currency.objects.bulk_create(
        [
            currency(code=code, name=name, name_en=name_en, symbol=symbol, digits=digits)
            for code, name, name_en, symbol, digits in founding.CURRENCIES
        ]
    )
    region.objects.bulk_create(
        [
            region(code=code, name=name, name_en=name_en, parent_id=parent or None)
            for code, name, name_en, parent in founding.regions()
        ],
        batch_size=2000,
    )


class Migration(migrations.Migration):
    dependencies = [("masterdata", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
