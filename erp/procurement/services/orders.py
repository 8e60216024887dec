"""Purchase orders: drawn up by hand, approved where needed, placed, closed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from erp.inventory.models import Warehouse
from erp.inventory.services.warehouses import default_warehouse_id
from erp.procurement.models import PurchaseOrder, PurchaseOrderLine, Requisition, Supplier
from erp.procurement.services.lines import Asked, LineInput, price, refusals, rewrite, spread_returns
from erp.procurement.services.papers import demand, locked
from erp.procurement.services.requisitions import recount
from suite.automation.services import approvals
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import changes_between, current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.money import ZERO, round_money
from suite.desk import formats, search
from suite.desk.imports.papers import each
from suite.masterdata.models import Currency
from suite.masterdata.queries import exchange_rate
from suite.masterdata.services import rates

Status = PurchaseOrder.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """A purchase order as somebody wants it; what is None follows from the supplier and the calendar."""

    supplier: Supplier
    lines: Sequence[LineInput]
    warehouse_id: int | None = None
    date: dt.date | None = None
    currency_id: str | None = None
    prices_include_tax: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)


@service
def create_order(
    *,
    supplier: Supplier,
    lines: Sequence[LineInput],
    actor: Actor,
    warehouse: Warehouse | None = None,
    date: dt.date | None = None,
    currency: Currency | None = None,
    prices_include_tax: bool = False,
    reason: str = "",
    **fields: Any,
) -> PurchaseOrder:
    """Draw up an order by hand; a draft. Prices come from the supplier's terms where none is given.

    Raises BusinessError naming lines that cannot be ordered.
    """
    draft = OrderDraft(
        supplier=supplier,
        lines=lines,
        warehouse_id=warehouse.pk if warehouse else None,
        date=date,
        currency_id=str(currency.pk) if currency else None,
        prices_include_tax=prices_include_tax,
        fields=fields,
    )
    return create_orders([draft], actor=actor, reason=reason)[0]


@service
def create_orders(drafts: Sequence[OrderDraft], *, actor: Actor, reason: str = "") -> list[PurchaseOrder]:
    """Draw up orders as `create_order` does, by a fixed number of statements (and one for each foreign rate)."""
    rate = cache(partial(exchange_rate, actor.company))
    asked = [
        (_order_of(draft, actor, rate), spread_returns(draft.lines, party_id=draft.supplier.party_id, actor=actor))
        for draft in drafts
    ]
    return write_orders(asked, actor)


def check_orders(drafts: Sequence[OrderDraft], *, actor: Actor) -> dict[int, list[Refusal]]:
    """What speaks against each draft, by its index; writes nothing."""
    rate = cache(partial(exchange_rate, actor.company))
    wrong = refusals([draft.lines for draft in drafts], actor=actor)
    return wrong | each(lambda draft: _order_of(draft, actor, rate), drafts)


def _order_of(draft: OrderDraft, actor: Actor, rate: Callable[[str, dt.date], Decimal]) -> PurchaseOrder:
    warehouse_id = draft.warehouse_id or default_warehouse_id(actor.company_id)
    order = new_order(draft.supplier, warehouse_id, actor, date=draft.date, currency_id=draft.currency_id, rate=rate)
    order.prices_include_tax = draft.prices_include_tax
    usual = order.exchange_rate
    for name, value in draft.fields.items():
        setattr(order, name, value)
    _refuse_rate(order, usual, actor)
    return order


def _refuse_rate(order: PurchaseOrder, usual: Decimal, actor: Actor) -> None:
    refusal = rates.misrated(actor, currency=str(order.currency_id), rate=order.exchange_rate, usual=usual)
    if refusal:
        raise BusinessError(refusal)


@service
def change_order(
    *, order_id: int, actor: Actor, version: int | None = None, lines: Sequence[LineInput] | None = None,
    reason: str = "", **fields: Any,
) -> PurchaseOrder:  # fmt: skip
    """Change a draft: header fields as given; `lines`, where given, are the new lines altogether.

    Where an approval is still waited for and something changed that it is about, it is asked for again.
    """
    order = locked(PurchaseOrder, [order_id], actor)[0]
    order.demand_version(version)
    order.demand_status(Status.DRAFT)
    changes = changes_between(order, fields)
    for name, value in fields.items():
        setattr(order, name, value)
    if changes.keys() & {"currency", "date", "exchange_rate"}:
        usual = exchange_rate(actor.company, str(order.currency_id), order.date)
        order.exchange_rate = order.exchange_rate if "exchange_rate" in changes else usual
        _refuse_rate(order, usual, actor)
    if lines is None and changes.keys() & {"party", "currency", "date", "prices_include_tax"}:
        lines = inputs_of(order)
    if lines is not None:
        lines = spread_returns(lines, party_id=order.party_id, actor=actor)
        touched = requisition_lines_of([order])
        changes |= rewrite(order, lines, actor=actor)
        recount(touched, actor=actor)
    if changes:
        order.version += 1
        order.updated_at = clock.now()
        order.save()
        approvals.ask_again(documents=[order], actor=actor)
        current_act().audit(order, "changed", changes)
        search.index([order])
    return order


def inputs_of(order: PurchaseOrder) -> list[LineInput]:
    """The present lines as input, to reckon them anew under other terms."""
    return [
        LineInput(
            product_id=line.product_id, quantity=line.quantity, unit_price=line.unit_price, discount=line.discount,
            unit_id=line.unit_id, tax_id=line.tax_id, description=line.description, requested_date=line.requested_date,
            promised_date=line.promised_date, id=line.pk, requisition_line_id=line.requisition_line_id,
        )
        for line in PurchaseOrderLine.objects.filter(order=order)
    ]  # fmt: skip


def new_order(
    supplier: Supplier,
    warehouse_id: int,
    actor: Actor,
    *,
    date: dt.date | None = None,
    currency_id: str | None = None,
    rate: Callable[[str, dt.date], Decimal] | None = None,
) -> PurchaseOrder:
    """An order to a supplier by its terms, not written yet."""
    date, rate = date or clock.today(actor.company), rate or partial(exchange_rate, actor.company)
    currency_id = currency_id or str(supplier.currency_id)
    return PurchaseOrder(
        company=actor.company,
        owner=actor.user,
        party_id=supplier.party_id,
        warehouse_id=warehouse_id,
        date=date,
        currency_id=currency_id,
        exchange_rate=rate(currency_id, date),
        expected_date=date + dt.timedelta(days=supplier.lead_days),
    )


def write_orders(asked: Asked, actor: Actor) -> list[PurchaseOrder]:
    """Insert draft orders with their lines."""
    priced = price(asked, actor=actor)
    orders = PurchaseOrder.objects.bulk_create([order for order, _lines in asked])
    PurchaseOrderLine.objects.bulk_create([row for rows in priced for row in rows])
    _record(orders, "created")
    search.index(orders)
    return orders


def requisition_lines_of(orders: Iterable[PurchaseOrder]) -> list[int]:
    rows = PurchaseOrderLine.objects.filter(order__in=orders, requisition_line__isnull=False)
    return list(rows.values_list("requisition_line", flat=True))


@service
def submit_orders(*, order_ids: Collection[int], actor: Actor, reason: str = "") -> list[PurchaseOrder]:
    """Ask for the approval of draft orders that approved requisitions do not cover."""
    orders = locked(PurchaseOrder, order_ids, actor)
    demand(orders, Status.DRAFT, refused=unsubmittable(orders))
    _record(orders, "submitted")
    approvals.submit(documents=orders, actor=actor)
    return orders


def unsubmittable(orders: Sequence[PurchaseOrder]) -> Refusals:
    """Why drafts cannot be submitted, by order; one statement."""
    waiting = approvals.waiting_for(orders)
    return {
        order.pk: Refusal("already_submitted", _("%(number)s waits for approval already"), {"number": order})
        for order in orders
        if order.pk in waiting
    }


@service
def approve_orders(*, order_ids: Collection[int], actor: Actor, note: str = "") -> list[PurchaseOrder]:
    """Agree for one's own step. Raises BusinessError where it is not one's turn."""
    orders = locked(PurchaseOrder, order_ids, actor)
    approvals.decide_documents(documents=orders, approve=True, actor=actor, note=note)
    return orders


@service
def reject_orders(*, order_ids: Collection[int], actor: Actor, note: str = "") -> list[PurchaseOrder]:
    """Refuse; the draft can be changed and submitted again, or cancelled."""
    orders = locked(PurchaseOrder, order_ids, actor)
    approvals.decide_documents(documents=orders, approve=False, actor=actor, note=note)
    return orders


def worth(order: PurchaseOrder) -> Decimal:
    """The order without tax in the company's currency: what its approval is about."""
    return round_money(order.net * order.exchange_rate)


def when_approved(orders: Sequence[PurchaseOrder], *, actor: Actor, note: str = "") -> None:
    """What follows from an approval; called by the approvals."""
    for order in orders:
        order.approved_amount = worth(order)
    PurchaseOrder.objects.bulk_update(orders, ["approved_amount"])
    _record(orders, "approved")


def when_rejected(orders: Sequence[PurchaseOrder], *, actor: Actor, note: str = "") -> None:
    _record(orders, "rejected")


@service
def place_orders(*, order_ids: Collection[int], actor: Actor, reason: str = "") -> list[PurchaseOrder]:
    """Commit to the suppliers.

    Raises BusinessError naming orders without lines or prices, of a blocked supplier, or that neither the approved
    requisitions they came from cover nor an approval of the order as it stands.
    """
    orders = locked(PurchaseOrder, order_ids, actor)
    demand(orders, Status.DRAFT, refused=unplaceable(orders))
    approvals.withdraw(documents=orders, actor=actor)
    PurchaseOrder.move_to(orders, Status.ORDERED)
    _record(orders, "placed")
    return orders


def unplaceable(orders: Sequence[PurchaseOrder]) -> Refusals:
    """Why drafts cannot be placed yet, by order; a few statements for any number."""
    lines: dict[int, list[PurchaseOrderLine]] = defaultdict(list)
    rows = PurchaseOrderLine.objects.filter(order__in=orders)
    for line in rows.select_related("product", "requisition_line__requisition", "requisition_line__supplier"):
        lines[line.order_id].append(line)
    blocked = set(
        Supplier.objects.filter(party__in=[order.party_id for order in orders], is_blocked=True).values_list(
            "party", flat=True
        )
    )
    refused: Refusals = {}
    to_approve: dict[int, Decimal] = {}
    for order in orders:
        open_amount = uncovered(order, lines[order.pk])
        free = next((line for line in lines[order.pk] if not line.unit_price), None)
        if not lines[order.pk]:
            refused[order.pk] = Refusal("no_lines", _("%(number)s has no lines"), {"number": order})
        elif order.party_id in blocked:
            refused[order.pk] = Refusal("supplier_blocked", _("%(number)s: the supplier is blocked"), {"number": order})
        elif free:
            refused[order.pk] = _unpriced(order, free)
        elif open_amount > 0:
            to_approve[order.pk] = open_amount
    agreed = approvals.agreed_terms([order for order in orders if order.pk in to_approve])
    for order in orders:
        amount = to_approve.get(order.pk)
        if amount and not (order.pk in agreed and as_agreed(order, lines[order.pk], agreed[order.pk])):
            refused[order.pk] = _unapproved(order, amount, changed=order.pk in agreed)
    return refused


def _unpriced(order: PurchaseOrder, line: PurchaseOrderLine) -> Refusal:
    """A price of nothing would pass every approval, and the supplier's invoice would say another one."""
    sentence = _("%(number)s: say the price of %(product)s; where it is free, enter the price and 100 %% discount")
    return Refusal("no_price", sentence, {"number": order, "product": line.product}, line.position, "unit_price")


def as_agreed(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], agreed: Mapping[str, Any]) -> bool:
    """Whether an order is what was agreed to: of the same supplier, in the same currency, and nothing else, no more and
    nothing dearer. What was kept of old approvals without lines is judged by the amount alone."""
    kept = {"party": order.party_id, "currency": str(order.currency_id)}
    same = all(agreed.get(name, value) == value for name, value in kept.items())
    briefs = [line.brief for line in lines]
    return (
        same and worth(order) <= order.approved_amount and PurchaseOrderLine.within(agreed.get("lines", briefs), briefs)
    )


def _unapproved(order: PurchaseOrder, amount: Decimal, *, changed: bool) -> Refusal:
    sentence = _("%(amount)s of %(number)s are not approved: submit the order for approval")
    if changed:
        sentence = _("%(number)s changed since it was approved: submit it again")
    return Refusal("not_approved", sentence, {"number": order, "amount": formats.money(amount)})


def uncovered(order: PurchaseOrder, lines: Iterable[PurchaseOrderLine]) -> Decimal:
    """How much of the order no approved requisition asked for, without tax in the company's currency."""
    net = ((round_money(line.net * order.exchange_rate), _covered(order, line)) for line in lines)
    return sum((max(amount - covered, ZERO) for amount, covered in net), ZERO)


def _covered(order: PurchaseOrder, line: PurchaseOrderLine) -> Decimal:
    """What an approved requisition asked to spend on a line; on other goods, or with another supplier: nothing."""
    wanted = line.requisition_line
    approved = {Requisition.Status.APPROVED, Requisition.Status.ORDERED}
    if wanted is None or wanted.requisition.status not in approved or wanted.product_id != line.product_id:
        return ZERO
    if wanted.supplier and wanted.supplier.party_id != order.party_id:
        return ZERO
    return round_money(min(line.base_quantity, wanted.quantity) * wanted.price)


@service
def close_short(*, order_ids: Collection[int], actor: Actor, reason: str = "") -> list[PurchaseOrder]:
    """Expect no more of these orders. What did not come is pending on its requisition again: order it or give it up."""
    orders = locked(PurchaseOrder, order_ids, actor)
    demand(orders, Status.ORDERED)
    return _end(orders, Status.CLOSED, "closed", actor)


@service
def cancel_orders(*, order_ids: Collection[int], actor: Actor, reason: str = "") -> list[PurchaseOrder]:
    """Take orders back of which nothing came yet; their requisitions want the goods again."""
    orders = locked(PurchaseOrder, order_ids, actor)
    refused = begun(orders)
    demand(orders, Status.DRAFT, Status.ORDERED, refused=refused)
    approvals.withdraw(documents=orders, actor=actor)
    return _end(orders, Status.CANCELLED, "cancelled", actor)


def begun(orders: Sequence[PurchaseOrder]) -> Refusals:
    """Why orders cannot be cancelled any more, by order; one statement."""
    lines = PurchaseOrderLine.objects.filter(order__in=orders).exclude(received=0, invoiced=0)
    pks = set(lines.values_list("order", flat=True))
    return {
        order.pk: Refusal("received", _("Goods of %(number)s came already: close it short instead"), {"number": order})
        for order in orders
        if order.pk in pks
    }


def _end(orders: list[PurchaseOrder], status: Status, what: str, actor: Actor) -> list[PurchaseOrder]:
    PurchaseOrder.move_to(orders, status)
    recount(requisition_lines_of(orders), actor=actor)
    _record(orders, what)
    return orders


def _record(orders: Iterable[PurchaseOrder], what: str) -> None:
    act = current_act()
    for order in orders:
        act.audit(order, what)
        act.announce(
            f"erp.procurement.purchaseorder.{what}",
            order,
            {"number": order.number, "party": order.party_id, "gross": order.gross, "expected": order.expected_date},
        )
