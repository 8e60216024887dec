import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from suite.core.errors import BusinessError
from suite.desk import choices
from suite.masterdata import queries
from suite.masterdata.models import ExchangeRate, Region, Tax
from tests import make


def test_the_relief_of_the_levy_ends_with_2027(company):
    relief = Tax.objects.of(company.pk).get(code="VAT1")

    assert queries.tax_on(relief, dt.date(2027, 12, 31)) == relief
    with pytest.raises(BusinessError, match="VAT1"):
        queries.tax_on(relief, dt.date(2028, 1, 1))


def test_a_new_rate_takes_over_the_code_of_the_old_one(company):
    usual = Tax.objects.of(company.pk).get(code="VAT13")
    Tax.objects.filter(pk=usual.pk).update(valid_to=dt.date(2026, 12, 31))
    Tax.objects.create(company=company, code="VAT13", rate=12, name="12%", valid_from=dt.date(2027, 1, 1))

    assert queries.default_tax(company, dt.date(2026, 12, 31)).rate == 13
    assert queries.default_tax(company, dt.date(2027, 1, 1)).rate == 12


def test_the_rate_of_a_day_is_the_latest_before_it(company):
    for day, rate in ((1, "7.10"), (15, "7.20")):
        ExchangeRate.objects.create(
            company=company, currency_id="USD", valid_from=dt.date(2026, 3, day), rate=Decimal(rate)
        )

    assert queries.exchange_rate(company, "USD", dt.date(2026, 3, 14)) == Decimal("7.10")
    assert queries.exchange_rate(company, "USD", dt.date(2026, 3, 15)) == Decimal("7.20")
    assert queries.exchange_rate(company, "CNY", dt.date(2026, 3, 1)) == 1
    with pytest.raises(BusinessError, match="USD"):
        queries.exchange_rate(company, "USD", dt.date(2026, 2, 28))


@pytest.mark.parametrize(
    ("code", "name", "parent"),
    [
        ("440000", "广东省", None),
        ("440300", "深圳市", "440000"),
        ("440305", "南山区", "440300"),
        ("441900", "东莞市", "440000"),
        ("310115", "浦东新区", "310000"),
        ("810000", "香港特别行政区", None),
    ],
)
def test_regions_are_those_in_force_and_levels_may_be_missing(db, code, name, parent):
    region = Region.objects.get(code=code)

    assert (region.name, region.parent_id) == (name, parent)


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("518000 广东省 深圳市 南山区 科技园路1号", "518000 Guangdong Shenzhen Nanshan District 科技园路1号"),
        ("长沙市工业园区 196 号 刘勇", "Changsha 工业园区 196 号 刘勇"),
        ("重庆市 成都市场路 3 号", "Chongqing 成都市场路 3 号"),
        ("1 Main Street, Springfield", "1 Main Street, Springfield"),
        ("", ""),
    ],
)
def test_the_regions_of_an_address_are_read_in_english_by_english_readers(db, text, english):
    with translation.override("en"):
        assert queries.address_for_reader(text) == english
    with translation.override("zh-hans"):
        assert queries.address_for_reader(text) == text


def test_a_picker_offers_first_what_is_called_exactly_so(house, company):
    for code, barcode in (("A1", "6901003003"), ("03003", ""), ("030031", "")):
        make.product(company, code, barcode=barcode)

    found = choices.kind("product").find(house, "03003")

    assert [product.code for product in found][:2] == ["03003", "030031"]
