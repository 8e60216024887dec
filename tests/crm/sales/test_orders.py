import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.sales.models import Order, OrderLine
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.lines import inputs_of
from crm.sales.services.orders import OrderDraft, change_order, check_orders, create_orders, delete_draft
from suite.core.errors import BusinessError, Stale
from suite.core.models import AuditRow
from suite.masterdata.models import Address, Product
from tests.crm.sales.shop import Shop, line


def test_an_order_gets_number_owner_team_and_address_from_its_customer(shop: Shop, lamp: Product) -> None:
    Address.objects.create(
        company=shop.company, party=shop.customer, detail="坂田街道1号", contact_name="张伟", is_default=True
    )

    order = shop.order(line(lamp), actor=shop.manager)

    assert order.number.startswith("SO")
    assert (order.owner_id, order.team_id) == (shop.rep.user_id, shop.team.pk)
    assert order.shipping_address == "坂田街道1号 张伟"
    assert AuditRow.objects.filter(kind="crm_sales.order", object_id=order.pk, action="created").count() == 1


def test_an_order_of_nobodys_customer_belongs_to_who_wrote_it(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp), party=shop.add_customer("free"), actor=shop.rep)

    assert (order.owner_id, order.team_id) == (shop.rep.user_id, shop.team.pk)


@pytest.mark.parametrize("actor", ["rep", "system"])
def test_creating_takes_as_many_statements_for_one_order_as_for_fifty(shop: Shop, lamp: Product, actor: str) -> None:
    second = shop.add_product("L2", floor_price=Decimal(1))

    def statements(orders: int, lines: int) -> int:
        drafts = [
            OrderDraft(party_id=shop.customer.pk, lines=[line(lamp), line(second)] * lines) for _n in range(orders)
        ]
        with CaptureQueriesContext(connection) as captured:
            create_orders(drafts, actor=getattr(shop, actor))
        return len(captured)

    statements(1, 1)
    counts = {statements(1, 1), statements(1, 100), statements(50, 1), statements(50, 2)}

    assert len(counts) == 1
    assert counts.pop() <= 12


def test_of_many_drafts_all_are_written_or_none(shop: Shop, lamp: Product) -> None:
    good = OrderDraft(party_id=shop.customer.pk, lines=[line(lamp)])
    bad = OrderDraft(party_id=shop.customer.pk, lines=[line(lamp), line(lamp, discount=Decimal(101))])
    nobody = OrderDraft(party_id=0, lines=[line(lamp)])

    found = check_orders([good, bad, nobody], actor=shop.rep)
    assert {index: refusals[0].code for index, refusals in found.items()} == {
        1: "discount",
        2: "unknown_party",
    }
    with pytest.raises(BusinessError) as refused:
        create_orders([good, bad, nobody], actor=shop.rep)

    assert set(refused.value.by_key) == {1, 2}
    assert not Order.objects.exists()


def test_changing_a_draft_keeps_adds_and_drops_lines(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp, "1"), line(lamp, "2"), line(lamp, "3"))
    first, second, third = inputs_of(order.lines.all())

    change_order(
        order_id=order.pk, actor=shop.rep, version=1, note="rush",
        lines=[line(lamp, "5", "113", id=third.id), line(lamp, "7"), first],
    )  # fmt: skip

    order.refresh_from_db()
    kept = list(order.lines.values_list("pk", "quantity", "position"))
    assert kept[0] == (third.id, 5, 0)
    assert kept[1][1:] == (7, 1)
    assert kept[2] == (first.id, 1, 2)
    assert not OrderLine.objects.filter(pk=second.id).exists()
    assert (order.gross, order.note, order.version) == (13 * 113, "rush", 2)


def test_changing_nothing_leaves_no_trace(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp, "1"))
    before = AuditRow.objects.count()

    change_order(order_id=order.pk, actor=shop.rep, note="", lines=inputs_of(order.lines.all()))

    order.refresh_from_db()
    assert order.version == 1
    assert AuditRow.objects.count() == before


def test_a_save_over_an_older_copy_is_refused(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp))
    change_order(order_id=order.pk, actor=shop.manager, version=1, note="mine")

    with pytest.raises(Stale):
        change_order(order_id=order.pk, actor=shop.rep, version=1, note="yours")


def test_a_draft_says_what_somebody_wants_and_who_confirms_it_is_judged(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp), line(lamp, discount=Decimal(50)))

    with pytest.raises(BusinessError) as refused:
        confirm_orders(order_ids=[order.pk], actor=shop.rep)

    (refusal,) = refused.value.refusals
    assert (refusal.code, refusal.line, refusal.field) == ("discount_too_high", 1, "discount")
    assert confirm_orders(order_ids=[order.pk], actor=shop.manager).done == [order]


def test_switching_the_tax_mode_keeps_the_prices_and_reckons_anew(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp, "1", "100"))

    changed = change_order(order_id=order.pk, actor=shop.rep, prices_include_tax=False)

    assert (changed.net, changed.gross) == (100, 113)
    assert order.lines.get().unit_price == 100


def test_a_line_of_another_order_cannot_be_taken_over(shop: Shop, lamp: Product) -> None:
    order, other = shop.order(line(lamp)), shop.order(line(lamp))

    with pytest.raises(BusinessError) as refused:
        change_order(order_id=order.pk, actor=shop.rep, lines=[line(lamp, id=other.lines.get().pk)])

    assert refused.value.code == "unknown_line"


def test_a_change_takes_as_many_statements_for_one_line_as_for_a_hundred(shop: Shop, lamp: Product) -> None:
    def statements(lines: int) -> int:
        order = shop.order(*[line(lamp, "1", "100")] * 2 * lines)
        kept = inputs_of(order.lines.all()[:lines])
        wanted = [line(lamp, "2", "90", id=each.id) for each in kept] + [line(lamp)] * lines
        with CaptureQueriesContext(connection) as captured:
            change_order(order_id=order.pk, actor=shop.rep, lines=wanted)
        return len(captured)

    statements(1)

    assert statements(1) == statements(100) <= 17


@pytest.mark.parametrize("date", [dt.date(1, 1, 1), dt.date(9999, 12, 31)])
def test_a_slip_in_the_year_is_refused_when_written_and_when_changed(shop: Shop, lamp: Product, date: dt.date) -> None:
    order = shop.order(line(lamp))

    with pytest.raises(BusinessError) as written:
        shop.order(line(lamp), date=date)
    with pytest.raises(BusinessError) as changed:
        change_order(order_id=order.pk, actor=shop.rep, date=date)

    assert (written.value.code, changed.value.code) == ("date", "date")


def test_a_draft_may_be_thrown_away_but_only_a_draft(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp))
    delete_draft(order_id=order.pk, actor=shop.rep)
    assert not Order.objects.filter(pk=order.pk).exists()

    cancelled = shop.order(line(lamp))
    Order.move_to([cancelled], Order.Status.CANCELLED)
    with pytest.raises(BusinessError) as refused:
        delete_draft(order_id=cancelled.pk, actor=shop.rep)
    assert refused.value.code == "wrong_state"
