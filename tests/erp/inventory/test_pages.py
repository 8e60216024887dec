"""The warehouse in the browser: lists, pages, forms, scanning."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from erp.finance.services import periods
from erp.inventory import queries, services
from erp.inventory.lists import BalanceList, DeliveryList, DemandList
from erp.inventory.models import Delivery, GoodsReceipt, StockAdjustment, StockRule, StockValue, Warehouse
from suite.core import clock
from suite.desk import formats
from suite.desk.lists import ListState
from tests import make
from tests.desk.own.make import field
from tests.erp.inventory.make import Shop

LISTS = ["stockbalance", "stockmove", "demand", "delivery", "goodsreceipt", "stockadjustment", "stockrule", "warehouse"]


def browser(shop: Shop, *roles: str) -> Client:
    client = Client()
    client.force_login(make.user(shop.company, *roles), "suite.core.auth.CompanyBackend")
    return client


@pytest.fixture
def clerk(shop: Shop) -> Client:
    return browser(shop, "warehouse")


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def page(name: str, *args: int) -> str:
    return reverse(f"inventory:{name}", args=args)


def admin(model: str, what: str = "changelist", *args: int) -> str:
    return reverse(f"admin:erp_inventory_{model}_{what}", args=args)


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """Something in every list."""
    tea = shop.product("tea", stock=10)
    shop.confirm(shop.order((tea, 4)), shop.order((tea, 9)))
    shop.buy((tea, 1, "3"))
    main = Warehouse.objects.get(pk=shop.warehouse_id)
    services.set_rule(product=tea, warehouse=main, reorder_point=Decimal(5), target=Decimal(9), actor=shop.actor)
    return shop


@pytest.mark.parametrize("model", LISTS)
def test_every_list_shows_its_rows(busy: Shop, clerk: Client, model: str) -> None:
    answer = clerk.get(admin(model))

    assert answer.status_code == 200
    assert ("tea" if model not in ("delivery", "goodsreceipt", "stockadjustment", "warehouse") else "0") in answer.text


@pytest.mark.parametrize("model", [name for name in LISTS if name != "warehouse"])
def test_a_list_takes_as_many_statements_for_many_rows_as_for_few(shop: Shop, clerk: Client, model: str) -> None:
    main = Warehouse.objects.get(pk=shop.warehouse_id)
    counts = []

    for size in (2, 20):
        for n in range(size):
            tea = shop.product(f"{model}{size}-{n}", stock=2)
            shop.confirm(shop.order((tea, 1)))
            shop.buy((tea, 1, "1"))
            services.set_rule(
                product=tea, warehouse=main, reorder_point=Decimal(5), target=Decimal(9), actor=shop.actor
            )
        clerk.get(admin(model))
        with CaptureQueriesContext(connection) as statements:
            clerk.get(admin(model))
        counts.append(len(statements))

    assert counts[0] == counts[1]
    assert counts[0] <= 14  # with session, user and menu


def test_a_delivery_page_shows_lines_chain_and_acts(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=5)
    [delivery] = shop.confirm(shop.order((tea, 5)))

    answer = clerk.get(page("delivery", delivery.pk))

    assert answer.status_code == 200
    for text in (delivery.number, "tea", page("ship_all", delivery.pk), page("ship", delivery.pk), page("picking")):
        assert text in answer.text


def test_shipping_is_shut_with_the_reason_where_goods_lack(shop: Shop, clerk: Client) -> None:
    tea, cup = shop.product("tea", stock=6), shop.product("cup", stock=1)
    other = shop.product("pot", stock=2)
    full, short, direct = shop.confirm(shop.order((tea, 5), (cup, 1)), shop.order((tea, 3)), shop.order((other, 1)))
    Delivery.objects.filter(pk=direct.pk).update(kind_of=Delivery.Kind.DIRECT)

    shown = {line.pk: [act.name for act in line.acts] for line in ListState(DeliveryList(), shop.actor, {}).lines}
    pages = {delivery.pk: clerk.get(page("delivery", delivery.pk)).text for delivery in (full, short, direct)}

    assert shown == {full.pk: ["ship"], short.pk: [], direct.pk: []}
    assert f'action="{page("ship_all", full.pk)}"' in pages[full.pk]
    assert f'action="{page("ship_all", short.pk)}"' not in pages[short.pk]
    assert 'title="tea' in pages[short.pk]
    assert page("ship", short.pk) in pages[short.pk]  # what is there may go
    assert page("ship", direct.pk) not in pages[direct.pk]


def test_what_a_delivery_lacks_is_what_shipping_it_would_say(shop: Shop) -> None:
    tea, cup = shop.product("tea", stock=6), shop.product("cup", stock=9)
    care = shop.product("care", kind="service")
    deliveries = shop.confirm(shop.order((tea, 4)), shop.order((cup, 2), (tea, 3), (tea, 1)), shop.order((care, 1)))

    foretold = {pk: str(refusal) for pk, refusal in services.lacking(deliveries).items()}

    assert foretold == {
        pk: str(refusal) for pk, refusal in services.ship_ready(deliveries, actor=shop.actor).refused.items()
    }
    assert list(foretold) == [deliveries[1].pk]


def test_shipping_all_is_one_press(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=5)
    [delivery] = shop.confirm(shop.order((tea, 5)))

    answer = clerk.post(page("ship_all", delivery.pk))

    assert (answer.status_code, answer.url) == (302, page("delivery", delivery.pk))
    delivery.refresh_from_db()
    assert delivery.status == Delivery.Status.SHIPPED


def test_a_refusal_is_said_and_changes_nothing(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=3)
    [delivery] = shop.confirm(shop.order((tea, 5)))

    answer = clerk.post(page("ship_all", delivery.pk))

    assert any("tea" in text for text in said(answer))
    delivery.refresh_from_db()
    assert delivery.status == Delivery.Status.OPEN


def test_shipping_in_part_offers_what_is_reserved_and_leaves_a_backorder(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=6)
    [delivery] = shop.confirm(shop.order((tea, 10)))
    line = delivery.lines.get()

    form = clerk.get(page("ship", delivery.pk))
    answer = clerk.post(page("ship", delivery.pk), {f"line_{line.pk}": "6", "carrier": "SF", "tracking_number": "1"})

    assert 'value="6"' in form.text
    assert answer.status_code == 302
    delivery.refresh_from_db()
    assert (delivery.status, delivery.carrier) == (Delivery.Status.SHIPPED, "SF")
    assert delivery.backorders.get().lines.get().quantity == 4


def test_a_refusal_stands_at_its_line_and_keeps_what_was_typed(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=3)
    [delivery] = shop.confirm(shop.order((tea, 5)))
    line = delivery.lines.get()

    answer = clerk.post(page("ship", delivery.pk), {f"line_{line.pk}": "5", "carrier": "SF"})

    assert answer.status_code == 409
    assert f"id_line_{line.pk}_error" in answer.text
    assert 'value="SF"' in answer.text
    delivery.refresh_from_db()
    assert (delivery.status, delivery.carrier) == (Delivery.Status.OPEN, "")


def test_a_day_of_a_closed_month_is_refused_at_the_date(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=5)
    [delivery] = shop.confirm(shop.order((tea, 5)))
    last_month = clock.today(shop.company).replace(day=1) - dt.timedelta(days=5)
    periods.close(period_ids=[shop.company_period(last_month).pk], actor=shop.actor)
    typed = {f"line_{delivery.lines.get().pk}": "5", "posting_date": str(last_month), "carrier": "SF"}

    answer = clerk.post(page("ship", delivery.pk), typed)

    delivery.refresh_from_db()
    assert answer.status_code == 409
    assert "is closed" in str(answer.context["form"].errors["posting_date"])
    assert (delivery.status, delivery.carrier) == (Delivery.Status.OPEN, "")


def test_goods_are_taken_back_on_a_page(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=5)
    delivery = shop.sell((tea, 4))
    line = delivery.lines.get()

    answer = clerk.post(page("return", delivery.pk), {f"line_{line.pk}": "1", "reason": "broken"})

    assert answer.status_code == 302
    assert GoodsReceipt.objects.get().reason == "broken"
    assert shop.balance(tea) == (2, 0)


def test_a_receipt_page_reverses_and_sends_back(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea")
    receipt, mistake = shop.buy((tea, 5, "2")), shop.buy((tea, 7, "2"))
    line = receipt.lines.get()

    shown = clerk.get(page("receipt", receipt.pk))
    back = clerk.post(page("return_to_supplier", receipt.pk), {f"line_{line.pk}": "2", "reason": "scratched"})
    reversed_ = clerk.post(page("reverse_receipt", mistake.pk), {"reason": "twice"})

    assert (shown.status_code, back.status_code, reversed_.status_code) == (200, 302, 302)
    assert shop.balance(tea) == (3, 0)


def test_an_absurd_quantity_is_refused_with_one_sentence(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=5)
    [delivery] = shop.confirm(shop.order((tea, 3)))
    line = delivery.lines.get()

    answer = clerk.post(page("ship", delivery.pk), {f"line_{line.pk}": "1e30"})

    assert answer.context["form"].errors == {f"line_{line.pk}": ["Not more than 3"]}


def test_a_count_becomes_an_adjustment(shop: Shop, clerk: Client) -> None:
    tea, cup = shop.product("tea", stock=100), shop.product("cup", stock=5)
    address = page("count") + f"?warehouse={shop.warehouse_id}"

    sheet = clerk.get(address)
    answer = clerk.post(address, {f"line_{tea.pk}": "98", f"line_{cup.pk}": "", "reason": "Stocktake"})

    assert "tea" in sheet.text
    assert answer.status_code == 302
    assert [line.difference for line in StockAdjustment.objects.latest("pk").lines.all()] == [-2]
    assert (shop.balance(tea)[0], shop.balance(cup)[0]) == (98, 5)


def test_a_count_below_what_is_reserved_names_the_orders_and_asks(shop: Shop, clerk: Client) -> None:
    cup, tea = shop.product("cup", stock=5), shop.product("tea", stock=10)
    order = shop.order((tea, 10))
    shop.confirm(order)
    address = page("count") + f"?warehouse={shop.warehouse_id}"
    counted = {f"line_{cup.pk}": "", f"line_{tea.pk}": "8", "reason": "Stocktake"}

    sheet = clerk.get(address)
    refused = clerk.post(address, counted)
    agreed = clerk.post(address, {**counted, "release": "on"})

    assert 'name="release"' not in sheet.text
    assert refused.status_code == 409
    assert 'name="release"' in refused.text
    assert f"{order.source.number} (2 piece)" in str(refused.context["form"].errors[f"line_{tea.pk}"])
    assert agreed.status_code == 302
    assert any(f"{order.source.number} 2 piece of tea" in text for text in said(agreed))
    assert shop.balance(tea) == (8, 8)


def test_a_reversal_that_takes_goods_from_orders_asks_before(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea")
    order = shop.order((tea, 3))
    shop.confirm(order)
    receipt = shop.buy((tea, 3, "2"))
    address = page("reverse_receipt", receipt.pk)

    refused = clerk.post(address, {"reason": "twice"})
    by_list = clerk.post(admin("goodsreceipt"), {"act": "reverse", "pk": [receipt.pk], "_go": "1", "reason": "twice"})
    agreed = clerk.post(address, {"reason": "twice", "release": "on"})

    assert (refused.status_code, agreed.status_code) == (409, 302)
    assert order.source.number in refused.text
    assert order.source.number in said(by_list)[0]
    assert order.source.number in said(agreed)[0]
    assert shop.balance(tea) == (0, 0)


def typed(*lines: dict[str, object]) -> dict[str, object]:
    """A grid of lines as a browser posts it."""
    fields = {f"lines-{at}-{name}": value for at, line in enumerate(lines) for name, value in line.items()}
    return {"lines-TOTAL_FORMS": len(lines), "lines-INITIAL_FORMS": 0, **fields}


def test_opening_stock_and_other_receipts_are_entered_by_hand(shop: Shop, clerk: Client) -> None:
    tea, cup = shop.product("tea", standard_cost=2), shop.product("cup", standard_cost=3)
    opening = {"kind": "opening", "warehouse": shop.warehouse_id, "reason": "Start"}
    lines = typed({"product": tea.pk, "difference": "7"}, {"product": cup.pk, "difference": "2"})
    found = {"warehouse": shop.warehouse_id, "reason": "found"}

    answers = [
        clerk.post(page("adjust"), {**opening, **lines}),
        clerk.post(page("receive"), {**found, **typed({"product": tea.pk, "quantity": "1"})}),
    ]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert (shop.worth(tea), shop.worth(cup)) == ((8, 16), (2, 6))
    for model, row in (
        ("stockadjustment", StockAdjustment.objects.get()),
        ("goodsreceipt", GoodsReceipt.objects.get()),
    ):
        assert row.number in clerk.get(admin(model, "change", row.pk)).text


def test_only_those_who_see_costs_enter_them(shop: Shop, clerk: Client) -> None:
    boss = browser(shop, "administrator")
    tea = shop.product("tea")
    body = {"warehouse": shop.warehouse_id, **typed({"product": tea.pk, "quantity": "2", "unit_cost": "9"})}

    boss.post(page("receive"), body)
    clerk.post(page("receive"), body)

    assert "unit_cost" in boss.get(page("receive")).text
    assert "unit_cost" not in clerk.get(page("receive")).text
    assert shop.worth(tea) == (4, 18)


def test_a_refused_adjustment_says_so_at_its_line(shop: Shop, clerk: Client) -> None:
    tea, cup = shop.product("tea", stock=5), shop.product("cup", stock=1)
    body = {"kind": "count", "warehouse": shop.warehouse_id, "reason": "Stocktake"}
    lines = typed({"product": tea.pk, "difference": "-1"}, {"product": cup.pk, "difference": "-2"})

    refused = clerk.post(page("adjust"), {**body, **lines})
    empty = clerk.post(page("adjust"), {**body, **typed({})})
    broken = clerk.post(page("adjust"), {**body, **typed({"product": tea.pk, "difference": "1.5"})})

    assert (refused.status_code, empty.status_code, broken.status_code) == (409, 400, 409)
    assert list(broken.context["lines"].forms[0].errors) == ["difference"]
    assert "cup" in str(refused.context["lines"].forms[1].errors)
    assert shop.balance(tea) == (5, 0)


def test_an_adjustment_is_booked_with_own_fields_or_not_at_all(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=5)
    field(shop.company, "erp_inventory.stockadjustment", "number", required=True)
    body = {"kind": "count", "warehouse": shop.warehouse_id, "reason": "Stocktake"}
    body |= typed({"product": tea.pk, "difference": "-1"})

    refused = clerk.post(page("adjust"), body)
    booked = clerk.post(page("adjust"), {**body, "own.a_number": "7"})

    assert (refused.status_code, booked.status_code) == (400, 302)
    assert StockAdjustment.objects.get(reason="Stocktake").own == {"a_number": 7}
    assert shop.balance(tea) == (4, 0)


def test_rules_and_warehouses_are_entered_by_hand(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=1)
    rule = {"product": tea.pk, "warehouse": shop.warehouse_id, "reorder_point": "5", "target": "9"}

    bad = clerk.post(page("new_rule"), rule | {"target": "1"})
    good = clerk.post(page("new_rule"), rule)
    row = StockRule.objects.get()
    changed = clerk.post(page("rule", row.pk), {"reorder_point": "1", "target": "9"})
    north = clerk.post(admin("warehouse", "add"), {"code": "N", "name": "北仓", "name_en": "", "address": ""})

    assert [answer.status_code for answer in (bad, good, changed, north)] == [409, 302, 302, 302]
    assert (row.is_low, StockRule.objects.get().is_low) == (True, False)
    assert Warehouse.objects.filter(code="N").exists()


def test_how_a_delivery_goes_is_noted_in_the_admin(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=5)
    delivery = shop.sell((tea, 1))
    address = admin("delivery", "change", delivery.pk)

    shown = clerk.get(address)
    answer = clerk.post(
        address,
        {"carrier": "SF", "tracking_number": "SF1", "note": "", "lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"},
    )

    assert (shown.status_code, answer.status_code) == (200, 302)
    delivery.refresh_from_db()
    assert (delivery.carrier, delivery.status) == ("SF", Delivery.Status.SHIPPED)


def test_selected_deliveries_are_shipped_as_far_as_they_can(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=10)
    good, short, other = shop.confirm(shop.order((tea, 4)), shop.order((tea, 50)), shop.order((tea, 1)))

    answer = clerk.post(admin("delivery"), {"act": "ship", "pk": [good.pk, short.pk, other.pk]})

    assert answer.status_code == 302
    assert sorted(Delivery.objects.filter(status="shipped").values_list("pk", flat=True)) == [good.pk]
    assert any("tea" in text for text in said(answer))


def test_picking_list_and_delivery_note_are_papers(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=10)
    [delivery] = shop.confirm(shop.order((tea, 4)))

    papers = [clerk.get(page("picking")), clerk.get(reverse("desk:paper", args=[delivery.kind(), delivery.pk]))]

    assert [paper.headers["Content-Type"] for paper in papers] == ["application/pdf"] * 2
    assert all(paper.content.startswith(b"%PDF") for paper in papers)


def test_a_rep_sees_the_delivery_of_his_order_but_cannot_ship_it(shop: Shop) -> None:
    rep = make.user(shop.company, "rep")
    client = Client()
    client.force_login(rep, "suite.core.auth.CompanyBackend")
    tea = shop.product("tea", stock=10)
    mine, theirs = shop.confirm(shop.order((tea, 1), owner=rep.pk), shop.order((tea, 1)))

    shown = client.get(page("delivery", mine.pk))

    assert shown.status_code == 200
    assert page("ship_all", mine.pk) not in shown.text
    assert client.get(page("delivery", theirs.pk)).status_code == 404
    assert client.post(page("ship_all", mine.pk)).status_code == 403


def test_blocks_of_the_workbench_show_what_waits(busy: Shop, clerk: Client) -> None:
    for name in ("to-ship", "shortages", "low-stock"):
        answer = clerk.get(reverse("desk:workbench_block", args=[name]))

        assert answer.status_code == 200
        assert "DN" in answer.text or "tea" in answer.text


def test_each_row_of_shortages_and_low_stock_leads_to_its_product(busy: Shop, clerk: Client) -> None:
    for name, spec, kind in (("shortages", DemandList, "demand"), ("low-stock", BalanceList, "stockbalance")):
        text = clerk.get(reverse("desk:workbench_block", args=[name])).text
        [query] = re.findall(rf'<li><a href="{admin(kind)}\?([^"]+)"', text)[:1]

        state = ListState(spec(), make.actor(busy.company, "warehouse"), dict(parse_qsl(unescape(query))))

        assert "tea" in text
        assert [row.product.code for row in state.page.rows] == ["tea"]


def test_stock_on_hand_is_summed_to_what_the_tile_says(shop: Shop) -> None:
    shop.product("tea", stock=3, cost="10.01")
    actor = make.actor(shop.company, "accountant")

    totals = {total["label"]: total["html"] for total in ListState(BalanceList(), actor, {}).totals}

    assert totals["Value"] == formats.money(StockValue.objects.get().value)


def test_who_ships_after_a_colleague_is_led_to_the_delivery_and_told(shop: Shop, clerk: Client) -> None:
    [delivery] = shop.confirm(shop.order((shop.product("tea", stock=9), 5)))
    line = delivery.lines.get()
    early = clerk.get(page("return", delivery.pk))
    clerk.post(page("ship_all", delivery.pk))

    late = clerk.post(page("ship", delivery.pk), {f"line_{line.pk}": "3"})

    assert [answer.url for answer in (early, late)] == [page("delivery", delivery.pk)] * 2
    assert any(delivery.number in text for text in said(late))
    assert shop.balance(line.product) == (4, 0)


def test_what_was_shipped_and_taken_back_is_said_with_its_papers(shop: Shop, clerk: Client) -> None:
    [delivery] = shop.confirm(shop.order((shop.product("tea", stock=9), 5)))
    line = delivery.lines.get()

    shipped = clerk.post(page("ship", delivery.pk), {f"line_{line.pk}": "3"})
    back = clerk.post(page("return", delivery.pk), {f"line_{line.pk}": "1", "reason": "broken"})

    rest = Delivery.objects.get(backorder_of=delivery)
    assert any(rest.number in text for text in said(shipped))
    assert any(GoodsReceipt.objects.get().number in text for text in said(back))


class Table:
    """What a scanner does: it sends the page's fields back with the next code."""

    def __init__(self, client: Client) -> None:
        self.client, self.state = client, {}  # type: ignore[var-annotated]

    def scan(self, code: str = "", **more: str) -> tuple[str, str]:
        answer = self.client.post(page("scan"), {**self.state, "code": code, **more})
        table = answer.context["table"]
        self.state = {}
        if table:
            self.state = {"mode": table.mode, "paper": table.pk, "last": table.last}
            self.state |= {f"line_{line.pk}": str(counted) for line, counted in table.rows}
        return answer.context["outcome"], str(answer.context["said"])


def test_goods_are_picked_by_scanning_and_shipped(shop: Shop, clerk: Client) -> None:
    tea, cup = shop.product("tea", stock=9, barcode="6901"), shop.product("cup", stock=9, barcode="6902")
    [delivery] = shop.confirm(shop.order((tea, 5), (cup, 1)))
    table = Table(clerk)

    outcomes = [table.scan(code)[0] for code in (delivery.number, "6901", "5*6901", "4*6901", "6902", "6902", "nobody")]
    table.scan(undo="1")
    answer = clerk.post(page("scan"), {**table.state, "finish": "1"})

    assert outcomes == ["good", "good", "bad", "good", "good", "bad", "bad"]
    assert answer.status_code == 302
    assert [line.quantity for line in delivery.lines.all()] == [5]
    assert [line.product_id for line in delivery.backorders.get().lines.all()] == [cup.pk]


def test_a_half_picked_paper_keeps_its_count_when_it_is_scanned_again_or_put_aside(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=9, barcode="6901")
    half, other = shop.confirm(shop.order((tea, 4)), shop.order((tea, 1)))
    table = Table(clerk)

    table.scan(half.number)
    table.scan("2*6901")
    again, elsewhere = table.scan(half.number), table.scan(other.number)
    kept = dict(table.state)
    table.scan(aside="1")
    nothing = dict(table.state)
    table.scan(half.number)

    assert (again[0], elsewhere) == ("good", ("bad", f"Finish {half.number} first, or put it aside"))
    assert (kept["paper"], nothing) == (half.pk, {})
    assert table.state == {**kept, "last": ""}


def test_the_paper_of_a_half_that_left_leads_to_the_rest(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=9, barcode="6901")
    [half] = shop.confirm(shop.order((tea, 4)))
    table = Table(clerk)
    table.scan(half.number)
    table.scan("2*6901")

    shipped = clerk.post(page("scan"), {**table.state, "finish": "1"})
    rest = half.backorders.get()
    found = clerk.post(page("scan"), {"code": half.number})
    services.ship([rest], actor=shop.actor)
    gone = clerk.post(page("scan"), {"code": half.order_number})

    assert said(shipped) == [f"{half.number} is shipped; the rest goes on as {rest.number}"]
    assert (found.context["table"].pk, found.context["said"]) == (
        rest.pk,
        f"{half.number} is Shipped, the rest is {rest.number}",
    )
    assert [counted for _line, counted in found.context["table"].rows] == [0]
    assert (gone.context["table"], gone.context["outcome"]) == (None, "bad")
    assert clerk.get(reverse("desk:paper", args=[half.kind(), half.pk])).content.startswith(b"%PDF")


def test_enter_behind_a_code_scans_it_and_never_finishes_the_table(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=9, barcode="6901")
    [delivery] = shop.confirm(shop.order((tea, 5)))
    table = Table(clerk)
    table.scan(delivery.number)
    table.scan("6901")

    shown = clerk.post(page("scan"), {**table.state, "code": "6901"}).content.decode()
    buttons = re.findall(r"<button[^>]*>", shown[shown.index('class="scan"') :])

    assert 'name="' not in buttons[0]
    assert [name for each in buttons for name in re.findall(r'name="(\w+)"', each)][:2] == ["undo", "finish"]


def test_a_scan_finds_the_delivery_of_an_order_and_the_stock_of_a_product(shop: Shop, clerk: Client) -> None:
    tea = shop.product("tea", stock=9, barcode="6901")
    order = shop.order((tea, 5))
    shop.confirm(order)

    by_order = clerk.post(page("scan"), {"code": order.source.number})
    stock = clerk.post(page("scan"), {"code": "6901"})

    assert by_order.context["table"].party == shop.customer.label
    assert [row.free for row in stock.context["stock"]] == [4]


@pytest.mark.parametrize("code", ["*", "0*tea", "-1*tea", "1e99*tea", "NaN*tea", "x" * 500, "'; DROP TABLE"])
def test_odd_scans_are_said_to_be_odd(shop: Shop, clerk: Client, code: str) -> None:
    shop.product("tea", stock=9)

    answer = clerk.post(page("scan"), {"code": code, "paper": "99999999999999999999", "line_1": "x"})

    assert (answer.status_code, answer.context["outcome"]) == (200, "bad")


def test_counts_of_the_shipping_block_lead_to_the_rows_they_count(shop: Shop) -> None:
    tea = shop.product("tea", stock=50)
    late = dt.date(2020, 1, 1)
    orders = [shop.order((tea, 1), promised=late), shop.order((tea, 1)), shop.order((tea, 1), promised=late)]
    for _order in orders:
        shop.confirm(_order)
    unpaid, direct = Delivery.objects.order_by("-pk")[:2]
    Delivery.objects.filter(pk=unpaid.pk).update(waits_for_payment=True)
    Delivery.objects.filter(pk=direct.pk).update(kind_of=Delivery.Kind.DIRECT)

    block = queries.shipping_block(shop.actor)

    counted = {view: ListState(DeliveryList(), shop.actor, {"view": view}).count for view in ("open", "late", "unpaid")}
    assert counted == {"open": block["count"], "late": block["late"], "unpaid": block["unpaid"]}
    assert counted == {"open": 1, "late": 1, "unpaid": 1}
