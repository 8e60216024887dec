"""Draft orders: made, changed and thrown away; `confirming` makes commitments of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.sales.models import Order, OrderLine, Quotation
from crm.sales.services import lines as trade_lines
from crm.sales.services import promising
from crm.sales.services.documents import Draft
from crm.sales.services.drafts import Prepared, discard
from crm.sales.services.pricing import LineInput
from suite.automation.services import approvals
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.masterdata.models import Address, Party


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft(Draft):
    """An order as somebody wants it; without a shipping address the customer's default one is taken."""

    requested_date: dt.date | None = None
    shipping_address: str | None = None
    customer_reference: str = ""
    external_ref: str = ""
    shortage: str = Order.Shortage.PRODUCT
    own: dict[str, Any] = field(default_factory=dict)


@service
def create_order(*, party: Party, lines: Sequence[LineInput], actor: Actor, reason: str = "", **fields: Any) -> Order:
    """Write a draft order, priced; `fields` are those of OrderDraft. An order without lines is a draft to be filled.

    Raises BusinessError naming everything that is wrong, at its line.
    """
    return create_orders([OrderDraft(party_id=party.pk, lines=lines, **fields)], actor=actor, reason=reason)[0]


@service
def create_orders(drafts: Sequence[OrderDraft], *, actor: Actor, reason: str = "") -> list[Order]:
    """Write draft orders, priced, by a fixed number of statements; all of them or none.

    Raises BusinessError: of one draft with everything that is wrong with it, of many with the first refusal of each
    under its index (`check_orders` asks beforehand).
    """
    prepared = _prepared(drafts, actor)
    prepared.demand_all()
    return prepared.write(OrderLine, "order")


def check_orders(drafts: Sequence[OrderDraft], *, actor: Actor) -> dict[int, list[Refusal]]:
    """What speaks against each draft, by its index; writes nothing."""
    return _prepared(drafts, actor).refusals


def _prepared(drafts: Sequence[OrderDraft], actor: Actor) -> Prepared[OrderDraft, Order]:
    addresses = shipping_addresses(actor, [draft.party_id for draft in drafts if draft.shipping_address is None])

    def make(draft: OrderDraft, header: dict[str, Any]) -> Order:
        given = draft.shipping_address
        return Order(
            **header,
            requested_date=draft.requested_date,
            shipping_address=addresses.get(draft.party_id, "") if given is None else given,
            customer_reference=draft.customer_reference,
            external_ref=draft.external_ref,
            shortage=draft.shortage,
            own=draft.own,
        )

    return Prepared(drafts, actor=actor, make=make)


def shipping_addresses(actor: Actor, party_ids: Collection[int]) -> dict[int, str]:
    """The default shipping address of each party, as one line of text."""
    if not party_ids:
        return {}
    rows = Address.objects.of(actor.company_id).filter(
        party__in=set(party_ids), kind=Address.Kind.SHIPPING, is_default=True
    )
    return {
        row.party_id: " ".join(filter(None, (row.detail, row.contact_name, row.contact_phone)))[:400] for row in rows
    }


@service
def change_order(
    *,
    order_id: int,
    actor: Actor,
    version: int | None = None,
    lines: Sequence[LineInput] | None = None,
    reason: str = "",
    **fields: Any,
) -> Order:
    """Change a draft order: header fields as given; `lines`, where given, are the new lines altogether.

    A line with an id keeps its id; a line without a price is priced from the lists. Without `lines` the present ones
    stay, reckoned anew when customer, date, currency or tax mode changed. Raises Stale when `version` is not the
    present one, BusinessError when the order is no draft or a line cannot be sold like this.
    """
    order = Order.objects.of(actor.company_id).lock([order_id]).select_related("company").get()
    order.demand_version(version)
    order.demand_status(Order.Status.DRAFT)
    _refuse_other_terms(order, lines, fields)
    party = fields.get("party")
    if party and party.pk != order.party_id:
        fields.setdefault("shipping_address", shipping_addresses(actor, [party.pk]).get(party.pk, ""))
    if trade_lines.change(OrderLine, "order", order, fields=fields, inputs=lines, actor=actor):
        current_act().announce("crm.sales.order.changed", order, {"number": order.number})
        approvals.ask_again(documents=[order], actor=actor)
        if lines is not None and order.promised_date:
            promising.forget_promise(order)
    return order


def _refuse_other_terms(order: Order, lines: Sequence[LineInput] | None, fields: Mapping[str, Any]) -> None:
    """An order of a contract says what was signed; when and where to, and when it is wanted, may be said anew."""
    if order.contract_id is None:
        return
    party = fields.get("party")
    terms = ("currency_id", "exchange_rate", "prices_include_tax")
    other = any(fields.get(name, getattr(order, name)) != getattr(order, name) for name in terms)
    if lines is not None:
        other |= [_goods(each) for each in lines] != [_goods(each) for each in trade_lines.inputs_of(order.lines.all())]
    if other or (party and party.pk != order.party_id):
        sentence = _("%(number)s says what its contract says: its customer, lines and prices stay")
        raise BusinessError(Refusal("under_contract", sentence, {"number": order.number}))


def _goods(line: LineInput) -> tuple[Any, ...]:
    return (line.product_id, line.quantity, line.unit_price, line.discount or 0, line.unit_id, line.tax_id)


@service
def delete_draft(*, order_id: int, actor: Actor, version: int | None = None, reason: str = "") -> None:
    """Throw a draft away. One that was confirmed before has left traces and can only be cancelled."""
    order = Order.objects.of(actor.company_id).lock([order_id]).get()
    order.demand_version(version)
    if refused := delete_drafts(order_ids=[order_id], actor=actor):
        raise BusinessError(*refused.values())


@service
def delete_drafts(*, order_ids: Collection[int], actor: Actor, reason: str = "") -> Refusals:
    """Throw drafts away and name those that are none, or were confirmed before; a few statements for any number."""
    orders = list(Order.objects.of(actor.company_id).lock(order_ids).select_related("quotation"))
    refused: Refusals = {order.pk: refusal for order in orders if (refusal := _undeletable(order))}
    gone = [order for order in orders if order.pk not in refused]
    discard(gone)
    won = {order.quotation.pk: order.quotation for order in gone if order.quotation}
    still = Order.objects.filter(quotation__in=won).values_list("quotation_id", flat=True) if won else ()
    reopened = [each for pk, each in won.items() if pk not in still and each.status == Quotation.Status.WON]
    Quotation.move_to(reopened, Quotation.Status.SENT)
    return refused


def _undeletable(order: Order) -> Refusal | None:
    if order.status != Order.Status.DRAFT:
        sentence = _("%(number)s is %(status)s: only drafts are deleted")
        return Refusal("wrong_state", sentence, {"number": order.number, "status": order.get_status_display()})
    if order.contract_id:
        sentence = _("%(number)s belongs to a contract: cancel it instead")
        return Refusal("under_contract", sentence, {"number": order.number})
    if order.revision:
        sentence = _("%(number)s was confirmed before: cancel it instead")
        return Refusal("was_confirmed", sentence, {"number": order.number})
    return None
