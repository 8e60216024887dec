import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from erp.procurement.models import PurchaseOrder, Supplier
from erp.procurement.services import (
    LineInput,
    approve_orders,
    change_order,
    create_order,
    place_orders,
    submit_orders,
)
from erp.procurement.services.orders import inputs_of, unplaceable
from suite.automation.models import Approval
from suite.automation.queries import changes_before, changes_since
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.masterdata.models import Currency
from suite.masterdata.services.settings import set_exchange_rate
from tests import make


@pytest.fixture
def order(planner: Actor, supplier: Supplier) -> PurchaseOrder:
    """A draft over ten pieces that waits for its approval."""
    product = make.product(planner.company)
    lines = [LineInput(product.pk, Decimal(10), Decimal(5))]
    made = create_order(supplier=supplier, lines=lines, actor=planner)
    return submit_orders(order_ids=[made.pk], actor=planner)[0]


def test_a_changed_order_asks_again_and_says_what_changed(order: PurchaseOrder, planner: Actor, boss: Actor) -> None:
    line = order.lines.get()

    change_order(
        order_id=order.pk, lines=[LineInput(line.product_id, Decimal(12), Decimal(5), id=line.pk)], actor=planner
    )

    first, second = Approval.objects.filter(object_id=order.pk).order_by("pk")
    assert (first.status, second.status, second.amount) == ("withdrawn", "waiting", Decimal(60))
    told = changes_before(second)
    assert any("12" in text for text in told)
    approve_orders(order_ids=[order.pk], actor=boss)
    assert place_orders(order_ids=[order.pk], actor=planner)[0].status == PurchaseOrder.Status.ORDERED


def test_a_note_on_an_order_lets_its_approval_wait_on(order: PurchaseOrder, planner: Actor) -> None:
    change_order(order_id=order.pk, note="Ring the bell twice", actor=planner)

    assert Approval.objects.get(object_id=order.pk).status == Approval.Status.WAITING


def test_what_was_approved_is_what_is_placed(
    order: PurchaseOrder, planner: Actor, boss: Actor, supplier: Supplier
) -> None:
    approve_orders(order_ids=[order.pk], actor=boss)
    (line,) = inputs_of(order)
    other = make.product(planner.company, "OTHER")
    elsewhere = make.supplier(planner.company, "Elsewhere")

    def placed(**changes: Any) -> str:
        """What placing says after a change of the approved order, which is taken back afterwards."""
        kept = {"party": supplier.party, "lines": [line]}
        change_order(order_id=order.pk, actor=planner, **(kept | changes))
        try:
            refused = unplaceable([PurchaseOrder.objects.get(pk=order.pk)])
            return refused[order.pk].code if refused else ""
        finally:
            change_order(order_id=order.pk, actor=planner, **kept)

    halved = replace(line, quantity=Decimal(5), unit_price=Decimal(10))
    assert placed(party=elsewhere.party) == "not_approved"
    assert placed(lines=[replace(line, product_id=other.pk, unit_price=Decimal(1))]) == "not_approved"
    assert placed(lines=[halved]) == "not_approved"
    assert placed(lines=[replace(line, quantity=Decimal(20), unit_price=Decimal(2))]) == "not_approved"
    gift = replace(line, id=None, quantity=Decimal(1), discount=Decimal(100))
    assert placed(lines=[line, gift]) == "not_approved"
    assert placed(lines=[replace(line, quantity=Decimal(9), unit_price=Decimal("4.9"))]) == ""
    assert placed(lines=[replace(line, unit_price=Decimal(10), discount=Decimal(50))]) == ""

    change_order(order_id=order.pk, lines=[halved], actor=planner)
    approval = Approval.objects.get(object_id=order.pk)
    with pytest.raises(BusinessError, match="changed since it was approved"):
        place_orders(order_ids=[order.pk], actor=planner)
    assert any("5 pcs x 10" in text for text in changes_since(approval, PurchaseOrder.objects.get(pk=order.pk)))


def test_only_who_keeps_the_exchange_rates_gives_another_than_the_days(
    buyer: Actor, accountant: Actor, supplier: Supplier
) -> None:
    dollar = Currency.objects.get(pk="USD")
    set_exchange_rate(currency=dollar, valid_from=dt.date(2026, 1, 1), rate=Decimal("7.1"), actor=accountant)
    lines = [LineInput(make.product(buyer.company).pk, Decimal(10), Decimal(5))]

    with pytest.raises(BusinessError) as drawn_up:
        create_order(supplier=supplier, lines=lines, currency=dollar, exchange_rate=Decimal("0.01"), actor=buyer)
    order = create_order(supplier=supplier, lines=lines, currency=dollar, actor=buyer)
    with pytest.raises(BusinessError) as changed:
        change_order(order_id=order.pk, exchange_rate=Decimal("0.01"), actor=buyer)
    kept = change_order(order_id=order.pk, exchange_rate=Decimal("7.3"), actor=accountant)

    for refused in (drawn_up, changed):
        assert (refused.value.code, refused.value.refusals[0].field) == ("not_the_days_rate", "exchange_rate")
    assert (order.exchange_rate, kept.exchange_rate) == (Decimal("7.1"), Decimal("7.3"))


def test_an_order_without_a_price_is_not_placed_and_one_that_is_free_is(buyer: Actor, supplier: Supplier) -> None:
    product = make.product(buyer.company)
    line = LineInput(product.pk, Decimal(10), Decimal(0))
    unpriced = create_order(supplier=supplier, lines=[line], actor=buyer)
    free = replace(line, unit_price=Decimal(5), discount=Decimal(100))
    gift = create_order(supplier=supplier, lines=[free], actor=buyer)

    with pytest.raises(BusinessError) as refused:
        place_orders(order_ids=[unpriced.pk], actor=buyer)

    (said,) = refused.value.refusals
    assert (said.code, said.line, said.field) == ("no_price", 0, "unit_price")
    assert product.code in str(said)
    assert place_orders(order_ids=[gift.pk], actor=buyer)[0].status == PurchaseOrder.Status.ORDERED
