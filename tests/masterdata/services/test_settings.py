from decimal import Decimal

import pytest

from suite.core.errors import BusinessError
from suite.masterdata.models import Unit
from suite.masterdata.services import settings, units
from tests import make


def test_a_unit_in_use_gets_decimal_places_and_loses_none(company, admin):
    product = make.product(company)
    piece = Unit.objects.get(pk="pcs")
    assert units.misfit(product, Decimal("0.5"))

    settings.change_shared(row=piece, digits=1, actor=admin)
    with pytest.raises(BusinessError) as refused:
        settings.change_shared(row=piece, digits=0, actor=admin)

    assert (refused.value.code, refused.value.refusals[0].field) == ("in_use", "digits")
    assert units.misfit(product, Decimal("0.5")) is None


def test_a_unit_nobody_uses_may_lose_places(db, admin):
    kilogram = Unit.objects.get(pk="kg")

    settings.change_shared(row=kilogram, digits=0, actor=admin)

    assert Unit.objects.get(pk="kg").digits == 0
