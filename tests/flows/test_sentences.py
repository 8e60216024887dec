"""Refusals say figures and names as their reader writes them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.utils import translation

from crm.sales.services.confirming import confirm_orders
from suite.boot.messages import ROOT
from suite.core.errors import BusinessError
from suite.desk.lists.filters import ChoiceFilter
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop, line


def test_what_is_short_is_said_with_its_thousands(db: None) -> None:
    shop = Shop()
    lamp = shop.add_product("LAMP", shortage=Product.Shortage.REFUSE)
    make.stock(lamp, 1234)
    order = shop.order(line(lamp, "99999", "1"))

    with pytest.raises(BusinessError, match=r"99,999 wanted, 1,234 free"):
        confirm_orders(order_ids=[order.pk], actor=shop.rep)


def test_a_price_below_the_floor_is_said_with_its_thousands(db: None) -> None:
    shop = Shop()
    lamp = shop.add_product("LAMP", price="9000", floor_price=Decimal("8000.50"))

    order = shop.order(line(lamp, "1", "1500"))

    by = make.actor(shop.company, "rep", "accountant")  # the floor is told to who may see costs
    order.owner = by.user
    order.save(update_fields=["owner"])

    with pytest.raises(BusinessError, match=r"1,500 is below the floor price of 8,000\.5,"):
        confirm_orders(order_ids=[order.pk], actor=by)


def test_names_are_joined_in_chinese_as_chinese_joins_them(db: None) -> None:
    company = make.company()
    by = make.actor(company, "administrator")
    each = ChoiceFilter("kind", "Kind", choices=Product.Kind)

    with translation.override("zh-hans"):
        _condition, chip = each.apply({"kind": "stocked,service"}, by, Product)

    assert "、" in chip.text


def test_no_sentence_writes_a_figure_in_a_way_of_its_own() -> None:
    own = re.compile(r":,\.2f\}")
    sources = [path for wing in ("crm", "erp", "integration", "suite") for path in (ROOT / wing).rglob("*.py")]

    assert len(sources) > 300
    assert [path.name for path in sources if own.search(path.read_text())] == []
