import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from crm.sales.models import Order, OrderLine
from suite.masterdata.models import Currency, Product, Tax
from suite.masterdata.services.settings import set_exchange_rate
from tests import make
from tests.crm.sales.shop import Shop, line
from tests.make import client

ORDERS = "/api/v1/crm/sales/orders/"


def body(shop: Shop, *lines: dict, **fields) -> dict:
    return {"party": shop.customer.pk, "lines": list(lines), **fields}


def test_an_order_is_written_with_its_lines_and_priced_by_us(shop: Shop, lamp: Product, mei: APIClient) -> None:
    answer = mei.post(ORDERS, body(shop, {"product": lamp.pk, "quantity": "3", "discount": "10"}), format="json")

    assert answer.status_code == 201, answer.data
    order = answer.data
    assert order["number"].startswith("SO")
    assert (order["net"], order["tax_amount"], order["gross"]) == ("270.00", "35.10", "305.10")
    (only,) = order["lines"]
    assert (only["unit_price"], only["tax_rate"], only["product_code"]) == ("113.000000", "13.0000", "LAMP")
    assert order["owner"] == shop.rep.user_id


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", "-1"), ("quantity", "0"), ("quantity", "1e30"), ("quantity", "NaN"), ("quantity", "many"),
        ("unit_price", "-1"), ("discount", "101"), ("product", 10**12), ("product", "LAMP"), ("tax", 0),
        ("requested_date", "2026-02-30"), ("description", "x" * 10_000), ("description", "a\x00b"), ("colour", "red"),
        ("net", "1"),
    ],
)  # fmt: skip
def test_bad_input_is_answered_at_the_field_and_nothing_is_written(
    shop: Shop, lamp: Product, mei: APIClient, field: str, value: object
) -> None:
    good = {"product": lamp.pk, "quantity": "1"}

    answer = mei.post(ORDERS, body(shop, good, good | {field: value}), format="json")

    assert answer.status_code == 400, answer.data
    assert list(answer.data["lines"][1]) == [field]
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("party", 10**12),
        ("date", "tomorrow"),
        ("currency", "RMB1"),
        ("currency", "QQQ"),
        ("exchange_rate", "0"),
        ("colour", "red"),
        ("note", "x" * 5001),
    ],
)
def test_bad_headers_are_answered_at_the_field(
    shop: Shop, lamp: Product, mei: APIClient, field: str, value: object
) -> None:
    answer = mei.post(ORDERS, body(shop, {"product": lamp.pk, "quantity": "1"}, **{field: value}), format="json")

    assert answer.status_code == 400, answer.data
    assert list(answer.data) == [field]


def test_what_may_not_be_given_away_is_told_at_its_line_and_refused_when_it_is_confirmed(
    shop: Shop, lamp: Product, mei: APIClient
) -> None:
    lines = [{"product": lamp.pk, "quantity": "1"}, {"product": lamp.pk, "quantity": "1", "discount": "50"}]

    saved = mei.post(ORDERS, body(shop, *lines), format="json")
    one = f"{ORDERS}{saved.data['id']}/"
    listed = mei.get(ORDERS).data["results"]
    confirmed = mei.post(f"{one}confirm/", {}, format="json")
    together = mei.post(f"{ORDERS}confirm/", {"ids": [saved.data["id"]], "all_or_nothing": False}, format="json")

    (doubt,) = saved.data["doubts"]
    assert (saved.status_code, listed[0]["doubts"]) == (201, [doubt])
    assert (doubt["line"], doubt["field"], doubt["code"]) == (1, "discount", "discount_too_high")
    assert (confirmed.status_code, confirmed.data["refusals"][0]["line"]) == (409, 1)
    assert confirmed.data["code"] == together.data["refused"][0]["code"] == "discount_too_high"
    assert client(shop.manager).get(one).data["doubts"] == []


def test_the_currency_of_the_books_has_no_other_rate_than_one(shop: Shop, lamp: Product, mei: APIClient) -> None:
    lines = {"product": lamp.pk, "quantity": "1"}

    made = mei.post(ORDERS, body(shop, lines, exchange_rate="5"), format="json")
    order = mei.post(ORDERS, body(shop, lines, exchange_rate="1"), format="json")
    changed = mei.patch(f"{ORDERS}{order.data['id']}/", {"exchange_rate": "5"}, format="json")

    assert order.status_code == 201, order.data
    for answer in (made, changed):
        assert (answer.status_code, answer.data["code"]) == (409, "own_currency")
        assert answer.data["refusals"][0]["field"] == "exchange_rate"


def test_a_rate_that_no_amount_can_hold_is_refused_at_its_field(shop: Shop, lamp: Product, mei: APIClient) -> None:
    lines = {"product": lamp.pk, "quantity": "3000000", "unit_price": "100000"}

    keeper = client(make.actor(shop.company, "rep", "accountant"))
    answer = keeper.post(ORDERS, body(shop, lines, currency="USD", exchange_rate="9999999999"), format="json")

    assert (answer.status_code, answer.data["code"]) == (409, "too_large")
    assert answer.data["refusals"][0]["field"] == "exchange_rate"


def test_only_who_keeps_the_exchange_rates_gives_another_than_the_days(
    shop: Shop, lamp: Product, mei: APIClient
) -> None:
    """At a rate of 1,000 a price of 1 dollar would stand above every floor price."""
    keeper = client(make.actor(shop.company, "rep", "accountant"))
    day = {"currency": Currency.objects.get(pk="USD"), "valid_from": dt.date(2026, 1, 1)}
    set_exchange_rate(rate=Decimal("7.1"), actor=shop.system, **day)
    lines = {"product": lamp.pk, "quantity": "1", "unit_price": "1"}

    refused = [mei.post(ORDERS, body(shop, lines, currency="USD", exchange_rate="1000"), format="json")]
    made = mei.post(ORDERS, body(shop, lines, currency="USD", exchange_rate="7.10"), format="json")
    one = f"{ORDERS}{made.data['id']}/"
    refused += [mei.patch(one, {"exchange_rate": "1000"}, format="json")]
    allowed = keeper.post(ORDERS, body(shop, lines, currency="USD", exchange_rate="7.3"), format="json")
    unknown = mei.patch(one, {"currency": "JPY"}, format="json")

    for answer in refused:
        assert (answer.status_code, answer.data["code"]) == (409, "not_the_days_rate")
        assert answer.data["refusals"][0]["field"] == "exchange_rate"
    assert [made.status_code, allowed.status_code] == [201, 201], (made.data, allowed.data)
    assert (unknown.status_code, unknown.data["refusals"][0]["field"]) == (409, "currency")


def test_a_tax_below_the_products_own_is_told_at_its_line_and_keeps_nobody(
    shop: Shop, lamp: Product, mei: APIClient
) -> None:
    free = Tax.objects.of(shop.company.pk).filter(rate__lt=13).order_by("rate")[0]
    good = {"product": lamp.pk, "quantity": "1"}

    saved = mei.post(ORDERS, body(shop, good, good | {"tax": free.pk}), format="json")
    browser = Client()
    browser.force_login(shop.rep.user, "suite.core.auth.CompanyBackend")
    page = browser.get(reverse("sales:order", args=[saved.data["id"]])).content.decode()
    confirmed = mei.post(f"{ORDERS}{saved.data['id']}/confirm/", {}, format="json")

    (doubt,) = saved.data["doubts"]
    assert (doubt["line"], doubt["field"], doubt["code"]) == (1, "tax", "lower_tax")
    assert doubt["detail"] in page
    assert confirmed.status_code == 200, confirmed.data


def test_a_contact_of_another_customer_is_refused(shop: Shop, lamp: Product, mei: APIClient) -> None:
    other = shop.add_customer("小米", owner=shop.rep, contacts=[{"name": "雷"}])
    contact = other.contacts.get()

    answer = mei.post(ORDERS, body(shop, contact=contact.pk), format="json")

    assert (answer.status_code, answer.data["code"]) == (409, "foreign_contact")


def test_two_hundred_lines_take_as_many_statements_as_one(shop: Shop, lamp: Product, mei: APIClient) -> None:
    def statements(lines: int) -> int:
        wanted = body(shop, *[{"product": lamp.pk, "quantity": "1", "tax": lamp.tax_id}] * lines)
        with CaptureQueriesContext(connection) as captured:
            assert mei.post(ORDERS, wanted, format="json").status_code == 201
        return len(captured)

    statements(1)

    assert statements(1) == statements(200)


def test_a_change_keeps_what_is_left_out_of_a_line_that_is_named(shop: Shop, lamp: Product, mei: APIClient) -> None:
    order = shop.order(line(lamp, "1", "100", description="red"), line(lamp, "2"))
    first = order.lines.first()

    answer = mei.patch(
        f"{ORDERS}{order.pk}/",
        {
            "version": 1,
            "note": "rush",
            "lines": [{"id": first.pk, "quantity": "5"}, {"product": lamp.pk, "quantity": 1}],
        },
        format="json",
    )

    assert answer.status_code == 200, answer.data
    assert answer.data["version"] == 2
    assert [(row["quantity"], row["unit_price"], row["description"]) for row in answer.data["lines"]] == [
        ("5.000000", "100.000000", "red"),
        ("1.000000", "113.000000", ""),
    ]
    assert answer.data["lines"][0]["id"] == first.pk
    assert OrderLine.objects.count() == 2


def test_a_new_line_needs_product_and_quantity(shop: Shop, lamp: Product, mei: APIClient) -> None:
    order = shop.order(line(lamp))

    answer = mei.patch(f"{ORDERS}{order.pk}/", {"lines": [{"product": lamp.pk}]}, format="json")

    assert answer.status_code == 400
    assert list(answer.data["lines"][0]) == ["quantity"]


def test_a_stale_change_is_a_conflict(shop: Shop, lamp: Product, mei: APIClient) -> None:
    order = shop.order(line(lamp))
    mei.patch(f"{ORDERS}{order.pk}/", {"version": 1, "note": "first"}, format="json")

    answer = mei.patch(f"{ORDERS}{order.pk}/", {"version": 1, "note": "second"}, format="json")

    assert (answer.status_code, answer.data["code"]) == (409, "stale")
    assert {each["field"] for each in answer.data["refusals"]} >= {"version"}


def test_reps_reach_their_own_orders_managers_the_teams_and_nobody_a_strangers(
    shop: Shop, lamp: Product, mei: APIClient, bo: APIClient
) -> None:
    theirs = Shop("globex")
    mine, free = shop.order(line(lamp)), shop.order(line(lamp), actor=shop.other_rep, party=shop.add_customer("free"))
    foreign = theirs.order(line(theirs.add_product("X")))

    def seen(by: APIClient) -> set[int]:
        return {row["id"] for row in by.get(ORDERS).data["results"]}

    assert seen(mei) == {mine.pk} == seen(bo)
    assert seen(client(shop.other_rep)) == {free.pk}
    for pk in (free.pk, foreign.pk):
        assert mei.get(f"{ORDERS}{pk}/").status_code == 404
        assert mei.patch(f"{ORDERS}{pk}/", {"note": "mine now"}, format="json").status_code == 404
        for act in ("confirm", "cancel", "undo"):
            assert mei.post(f"{ORDERS}{pk}/{act}/", {}, format="json").status_code == 404


def test_a_list_takes_few_statements_however_many_rows(shop: Shop, lamp: Product, mei: APIClient) -> None:
    def statements(size: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(mei.get(f"{ORDERS}?page_size={size}").data["results"]) == size
        return len(captured)

    for _n in range(20):
        shop.order(line(lamp), line(lamp))
    statements(1)

    assert statements(2) == statements(20) <= 6


def test_lists_are_filtered_by_state_customer_day_and_amount(shop: Shop, lamp: Product, mei: APIClient) -> None:
    small, large = shop.order(line(lamp, "1")), shop.order(line(lamp, "9"), external_ref="WEB-9")

    def found(query: str) -> set[int]:
        answer = mei.get(f"{ORDERS}?{query}")
        assert answer.status_code == 200, answer.data
        return {row["id"] for row in answer.data["results"]}

    assert found("gross__gte=500") == {large.pk}
    assert found("external_ref=WEB-9") == {large.pk}
    assert found(f"party={shop.customer.pk}&status=draft&date__lte=2999-01-01") == {small.pk, large.pk}
    assert found("status__in=draft,cancelled") == {small.pk, large.pk}
    assert found("status__in=confirmed,cancelled") == set()
    assert mei.get(f"{ORDERS}?owner__password=x").status_code == 400
    assert list(mei.get(f"{ORDERS}?status__in=draft,foo").data) == ["status__in"]


def test_an_order_with_a_reference_is_taken_once(shop: Shop, lamp: Product, mei: APIClient) -> None:
    wanted = body(shop, {"product": lamp.pk, "quantity": "1"}, external_ref="WEB-1")

    first, second = (mei.post(ORDERS, wanted, format="json") for _n in range(2))

    assert (first.status_code, second.status_code) == (201, 409)
    assert "reference" in second.data["detail"]
    assert second.data["refusals"][0]["field"] == "external_ref"


@pytest.mark.parametrize("papers", ["orders", "quotations"])
def test_more_lines_than_a_page_takes_are_refused_at_the_lines(
    shop: Shop, lamp: Product, mei: APIClient, papers: str
) -> None:
    lines = [{"product": lamp.pk, "quantity": "1"}] * 501

    answer = mei.post(f"/api/v1/crm/sales/{papers}/", body(shop, *lines), format="json")

    assert (answer.status_code, list(answer.data)) == (400, ["lines"])


def test_the_same_key_writes_one_order(shop: Shop, lamp: Product, mei: APIClient) -> None:
    wanted = body(shop, {"product": lamp.pk, "quantity": "1"})

    answers = [mei.post(ORDERS, wanted, format="json", headers={"Idempotency-Key": "k1"}) for _n in range(3)]

    assert {answer.data["id"] for answer in answers} == {Order.objects.get().pk}


def test_a_draft_is_deleted_with_its_right_only(shop: Shop, lamp: Product, mei: APIClient) -> None:
    order = shop.order(line(lamp))

    assert client(shop.rep, "*.view_*").delete(f"{ORDERS}{order.pk}/").status_code == 403
    assert mei.delete(f"{ORDERS}{order.pk}/").status_code == 204
    assert mei.get(f"{ORDERS}{order.pk}/").status_code == 404


def test_amounts_come_back_as_exact_decimals(shop: Shop, lamp: Product, mei: APIClient) -> None:
    order = shop.order(line(lamp, "3", "33.33"))

    answer = mei.get(f"{ORDERS}{order.pk}/")

    assert Decimal(answer.data["gross"]) == Decimal("99.99")
    assert isinstance(answer.data["gross"], str)
