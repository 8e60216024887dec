from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from suite.masterdata.models import Product
from tests import make, sheets


def load(actor, rows, **options):
    return sheets.load(actor, "products", rows, **options)


def test_a_row_becomes_a_product_with_a_further_unit(buyer):
    load(
        buyer,
        [
            {
                "code": "S1",
                "name": "六角螺栓",
                "unit": "个",
                "other_unit": "box",
                "other_unit_holds": "144",
                "tax": "9%",
                "sale_price": "1.13",
                "kind": "Stocked",
            }
        ],
    )

    product = Product.objects.select_related("tax").get()
    assert (product.unit_id, product.tax.code, product.sale_price) == ("pcs", "VAT9", Decimal("1.13"))
    assert [str(unit) for unit in product.units.all()] == ["box = 144/1"]


def test_what_is_blank_takes_what_is_usual(buyer):
    load(buyer, [{"code": "S1", "name": "A", "unit": "", "tax": ""}])

    product = Product.objects.select_related("tax").get()
    assert (product.unit_id, product.tax.code) == ("pcs", "VAT13")


def test_bad_rows_are_refused_and_the_others_go_in(buyer, company):
    make.product(company, "OLD", barcode="690")

    job = load(
        buyer,
        [
            {"code": "A", "name": "A"},
            {"code": "OLD", "name": "Taken"},
            {"code": "B", "name": "B", "barcode": "690"},
            {"code": "C", "name": "C", "tax": "17%"},
            {"code": "D", "name": "D", "sale_price": "-1"},
            {"code": "E", "name": "E", "unit": "furlong"},
        ],
    )

    assert set(Product.objects.values_list("code", flat=True)) == {"OLD", "A"}
    assert job.result["refused"] == 5


def test_known_products_are_changed_but_a_unit_in_use_stays(buyer, company):
    used = make.product(company, "USED")
    make.stock(used, 1)
    make.product(company, "FREE")

    job = load(
        buyer,
        [
            {"code": "USED", "name": "Used", "unit": "kg"},
            {"code": "FREE", "name": "Free", "unit": "kg", "sale_price": "7"},
        ],
        key="code",
    )

    free = Product.objects.get(code="FREE")
    assert (free.unit_id, free.name, free.sale_price) == ("kg", "Free", 7)
    assert Product.objects.get(code="USED").unit_id == "pcs"
    assert (job.result["changed"], job.result["refused"]) == (1, 1)


def test_statements_do_not_grow_with_rows(buyer):
    counts = []
    for count in (1, 3, 30):
        rows = [{"code": f"{count}-{n}", "name": "A", "unit": "pcs"} for n in range(count)]
        with CaptureQueriesContext(connection) as seen:
            load(buyer, rows, key="code")
        counts.append(len(seen))

    assert counts[1] == counts[2]  # the first one warms the caches


def test_an_undo_takes_new_products_away_and_gives_changed_ones_their_old_values(buyer, company):
    make.product(company, "OLD", price=5)
    job = load(
        buyer,
        [{"code": "OLD", "name": "Changed", "sale_price": "9"}, {"code": "NEW", "name": "New", "sale_price": "1"}],
        key="code",
    )

    sheets.undo(buyer, job)

    product = Product.objects.get()
    assert (product.code, product.name, product.sale_price) == ("OLD", "Product OLD", 5)
