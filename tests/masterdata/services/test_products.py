from decimal import Decimal

import pytest

from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from suite.core.errors import BusinessError
from suite.desk.own import rules
from suite.masterdata.models import Product, Tax
from suite.masterdata.services import products, settings
from suite.masterdata.services.products import ProductDraft
from tests import make


def test_a_product_is_counted_in_pieces_and_taxed_as_usual(company):
    product = make.product(company, "A-1")

    assert product.unit_id == "pcs"
    assert product.tax.rate == 13
    assert product.is_stocked


def test_many_products_cost_as_many_statements_as_one(house, django_assert_num_queries):
    drafts = [
        ProductDraft({"code": f"P{n}", "name": "x", "barcode": f"69{n}"}, [{"unit_id": "carton", "numerator": 12}])
        for n in range(50)
    ]
    rules.everything(house.company_id)  # which there are is read once a process

    with django_assert_num_queries(8):  # begin, usual tax, taken?, products, units, search, trail, commit
        products.create_products(drafts=drafts, actor=house)

    assert Product.objects.count() == 50


def test_a_code_is_given_once(house, company):
    make.product(company, "A-1")

    with pytest.raises(BusinessError, match="A-1"):
        make.product(company, "A-1")


def test_the_unit_may_change_while_nothing_refers_to_the_product(house, company):
    product = make.product(company)

    products.change_product(product=product, unit_id="kg", actor=house)

    product.refresh_from_db()
    assert product.unit_id == "kg"


def test_the_unit_of_a_product_in_use_stays(house, company, used_product):
    with pytest.raises(BusinessError) as refused:
        products.change_product(product=used_product, unit_id="kg", actor=house)

    assert refused.value.code == "product_used"
    assert refused.value.refusals[0].field == "unit"


def test_the_price_of_a_product_in_use_may_change(house, used_product):
    products.change_product(product=used_product, sale_price=Decimal("12.50"), kind="made", actor=house)

    used_product.refresh_from_db()
    assert used_product.sale_price == Decimal("12.50")


def test_a_product_in_use_cannot_become_a_service(house, used_product):
    with pytest.raises(BusinessError, match="in use"):
        products.change_product(product=used_product, kind="service", actor=house)


def test_its_own_further_units_do_not_make_a_product_used(house, company):
    product = make.product(company, units=[{"unit_id": "carton", "numerator": 12}])

    assert not products.used([product.pk])


def test_further_units_are_replaced_as_a_list(house, company):
    product = make.product(company, units=[{"unit_id": "carton", "numerator": 12}])

    products.change_product(product=product, units=[{"unit_id": "box", "numerator": 1, "denominator": 3}], actor=house)

    assert [str(unit) for unit in product.units.all()] == ["box = 1/3"]


def test_the_rates_of_the_law_are_there_from_the_first_day(company):
    rates = dict(Tax.objects.of(company.pk).values_list("code", "rate"))

    assert rates == {"VAT13": 13, "VAT9": 9, "VAT6": 6, "VAT3": 3, "VAT1": 1, "VAT0": 0}
    assert not Tax.objects.of(company.pk).filter(legal_basis="").exists()
    assert Tax.objects.of(company.pk).get(is_default=True).code == "VAT13"


def test_a_rate_that_taxed_documents_stays(company, house):
    tax = Tax.objects.of(company.pk).get(code="VAT9")
    settings.change_tax(tax=tax, rate=Decimal(8), actor=house)
    product = make.product(company, tax=tax)
    rep = make.actor(company, "rep")
    create_order(party=make.customer(rep).party, lines=[LineInput(product.pk, Decimal(1))], actor=rep)

    with pytest.raises(BusinessError) as refused:
        settings.change_tax(tax=tax, rate=Decimal(9), actor=house)

    assert refused.value.code == "in_use"


@pytest.fixture
def used_product(company):
    """On an order: the price list's reference would do as well."""
    from crm.sales.models import PriceList, PriceListItem

    product = make.product(company)
    prices = PriceList.objects.create(company=company, name="All")
    PriceListItem.objects.create(company=company, price_list=prices, product=product, price=9)
    return product
