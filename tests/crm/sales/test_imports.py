import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.sales.imports.papers import ORDERS
from crm.sales.models import Order
from crm.sales.services.confirming import confirm_orders
from suite.core import jobs
from suite.core.acts import acting
from suite.core.models import Job
from suite.desk.imports import Batch, running
from suite.masterdata.models import ExchangeRate, Product
from tests import sheets
from tests.crm.sales.shop import Shop, line

COLUMNS = ("external_ref", "party", "product", "quantity", "unit_price", "discount")


def load(shop: Shop, *rows: tuple, **options: object) -> Job:
    """Import a file with these rows, as the job does it."""
    text = "\n".join(",".join(str(cell) for cell in row) for row in [COLUMNS, *rows])
    path = default_storage.save("imports/orders", ContentFile(text.encode()))
    mapping = {name: place for place, name in enumerate(COLUMNS)}
    job = running.start(
        actor=shop.rep, kind="orders", path=path, name="orders.csv", header=0, mapping=mapping, **options
    )
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == "done", job.error
    return job


def test_rows_with_one_reference_become_one_order(shop: Shop, lamp: Product) -> None:
    job = load(
        shop,
        ("A-1", "华为", "LAMP", 3, "", ""),
        ("A-1", "华为", "LAMP", 1, 100, 10),
        ("A-2", shop.customer.code, "LAMP", 2, "", ""),
    )

    assert (job.result["made"], job.result["refused"]) == (2, 0)
    first = Order.objects.get(external_ref="A-1")
    assert (first.party, first.lines.count(), first.gross) == (shop.customer, 2, 3 * 113 + 90)
    assert first.owner_id == shop.rep.user_id


def test_of_a_bad_order_nothing_goes_in_and_every_row_says_why(shop: Shop, lamp: Product) -> None:
    job = load(
        shop,
        ("A-1", "华为", "LAMP", 1, "", ""),
        ("A-2", "华为", "LAMP", 1, "", ""),
        ("A-2", "华为", "NOTHING", 1, "", ""),
        ("A-3", "华为", "LAMP", 1, "", ""),
        ("A-3", "华为", "LAMP", 1, "", 101),
        ("A-4", "华为", "LAMP", "many", "", ""),
    )

    assert list(Order.objects.values_list("external_ref", flat=True)) == ["A-1"]
    assert job.result["refused"] == 5
    reasons = dict(each.split(": ", 1) for each in job.result["refusals"])
    assert "there is no “NOTHING”" in reasons["Line 4"]
    assert reasons["Line 6"] == "A discount is between 0 and 100 percent"
    assert reasons["Line 5"] == "Another line of this paper was refused"


def test_an_order_with_a_higher_discount_comes_in_and_its_line_says_so(shop: Shop, lamp: Product) -> None:
    rows = [("A-1", "华为", "LAMP", 1, "", ""), ("A-1", "华为", "LAMP", 1, "", 90)]

    rehearsed, loaded = load(shop, *rows, rehearse=True), load(shop, *rows)

    assert (loaded.result["made"], loaded.result["refused"]) == (1, 0)
    (doubt,) = loaded.result["doubts"]
    assert doubt.startswith("Line 3: 90% discount is above the 20% you may give")
    assert rehearsed.result["doubts"] == loaded.result["doubts"]


def test_an_order_that_names_no_customer_stays_out_and_says_so(shop: Shop, lamp: Product) -> None:
    rows = [["A-1", None, lamp.pk, Decimal(1), None, None], ["A-2", shop.customer.pk, lamp.pk, Decimal(1), None, None]]

    with acting(shop.rep):
        saved = ORDERS.save(actor=shop.rep, batch=Batch(COLUMNS, rows, [2, 3]))

    assert saved.refused == {0: "Say which customer orders"}
    assert Order.objects.get().external_ref == "A-2"


def test_an_order_is_imported_once(shop: Shop, lamp: Product) -> None:
    load(shop, ("A-1", "华为", "LAMP", 1, "", ""))

    again = load(shop, ("A-1", "华为", "LAMP", 1, "", ""))

    assert again.result["made"] == 0
    assert Order.objects.count() == 1


def test_lines_that_contradict_each_other_are_refused(shop: Shop, lamp: Product) -> None:
    shop.add_customer("小米", owner=shop.rep)

    job = load(shop, ("A-1", "华为", "LAMP", 1, "", ""), ("A-1", "小米", "LAMP", 1, "", ""))

    assert job.result["refused"] == 2


def test_customers_of_others_are_not_found(shop: Shop, lamp: Product) -> None:
    shop.add_customer("小米", owner=shop.other_rep)

    assert load(shop, ("A-1", "小米", "LAMP", 1, "", "")).result["refused"] == 1


def test_an_import_is_undone_but_for_what_was_confirmed_since(shop: Shop, lamp: Product) -> None:
    job = load(shop, ("A-1", "华为", "LAMP", 1, "", ""), ("A-2", "华为", "LAMP", 1, "", ""))
    kept = Order.objects.get(external_ref="A-2")
    confirm_orders(order_ids=[kept.pk], actor=shop.rep)

    undo = running.take_back(actor=shop.rep, job=job)
    jobs.run(undo.pk)

    undo.refresh_from_db()
    assert list(Order.objects.all()) == [kept]
    assert kept.number in undo.result["refusals"][0]


@pytest.mark.parametrize("orders", [2, 100])
def test_a_batch_takes_the_same_statements_for_any_number_of_orders(shop: Shop, lamp: Product, orders: int) -> None:
    shop.order(line(lamp))
    names = ["external_ref", "party", "product", "quantity"]
    rows = [[f"R-{number}", shop.customer.pk, lamp.pk, Decimal(1)] for number in range(orders)]

    with acting(shop.system), CaptureQueriesContext(connection) as captured:
        saved = ORDERS.save(actor=shop.system, batch=Batch(names, rows, list(range(orders))))

    assert len(saved.made) == orders
    assert len(captured) <= 20


def test_a_quantity_below_zero_is_no_order(shop: Shop, lamp: Product) -> None:
    job = load(shop, ("A-1", "华为", "LAMP", 1, "", ""), ("A-1", "华为", "LAMP", -1, "", ""))

    assert not Order.objects.exists()
    assert job.result["refusals"] == [
        "Line 2: Another line of this paper was refused",
        "Line 3: An order needs a quantity above zero; take goods back with a return",
    ]


def test_an_order_comes_in_the_currency_that_its_lines_name(shop: Shop, lamp: Product) -> None:
    ExchangeRate.objects.create(
        company=shop.company, currency_id="USD", valid_from=dt.date(2020, 1, 1), rate=Decimal("7.1")
    )
    rows = [
        {"external_ref": "A-1", "party": "华为", "product": "LAMP", "quantity": "1", "currency_id": "USD"},
        {"external_ref": "A-2", "party": "华为", "product": "LAMP", "quantity": "1", "currency_id": "QQQ"},
    ]

    job = sheets.load(shop.rep, "orders", rows)

    assert Order.objects.get().currency_id == "USD"
    assert job.result["refusals"] == ["Line 3: There is no currency QQQ"]
