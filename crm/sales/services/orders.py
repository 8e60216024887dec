"""Draft orders: made, changed and thrown away; `confirming` makes commitments of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Order, OrderLine, Quotation
from crm.sales.services import lines as trade_lines
from crm.sales.services.documents import Basis, Draft
from crm.sales.services.lines import price_all
from crm.sales.services.pricing import LineInput
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import DocumentLink
from suite.masterdata.models import Address, Party


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft(Draft):
    """An order as somebody wants it; without a shipping address the customer's default one is taken."""

    requested_date: dt.date | None = None
    shipping_address: str | None = None
    customer_reference: str = ""
    external_ref: str = ""
    shortage: str = Order.Shortage.PRODUCT
    quotation: Quotation | None = None
    own: dict[str, Any] = field(default_factory=dict)


@service
def create_order(*, party: Party, lines: Sequence[LineInput], actor: Actor, reason: str = "", **fields: Any) -> Order:
    """Write a draft order, priced; `fields` are those of OrderDraft. An order without lines is a draft to be filled.

    Raises BusinessError naming everything that is wrong, at its line.
    """
    draft = OrderDraft(party_id=party.pk, lines=lines, **fields)
    prepared = _Prepared([draft], actor)
    if prepared.refusals:
        raise BusinessError(*prepared.refusals[0])
    return prepared.write()[0]


@service
def create_orders(drafts: Sequence[OrderDraft], *, actor: Actor, reason: str = "") -> list[Order]:
    """Write draft orders, priced, by a fixed number of statements; all of them or none.

    Raises BusinessError with the first refusal of each refused draft under its index.
    """
    prepared = _Prepared(drafts, actor)
    if prepared.refusals:
        raise BusinessError(by_key={index: refusals[0] for index, refusals in prepared.refusals.items()})
    return prepared.write()


def check_orders(drafts: Sequence[OrderDraft], *, actor: Actor) -> dict[int, list[Refusal]]:
    """What speaks against each draft, by its index; writes nothing."""
    return _Prepared(drafts, actor).refusals


class _Prepared:
    """Drafts made into unsaved orders, as far as nothing speaks against them."""

    def __init__(self, drafts: Sequence[OrderDraft], actor: Actor) -> None:
        basis = Basis(
            actor=actor,
            party_ids=[draft.party_id for draft in drafts],
            currencies=[draft.currency_id for draft in drafts],
        )
        self.refusals: dict[int, list[Refusal]] = {
            index: [refusal] for index, draft in enumerate(drafts) if (refusal := basis.refusal(draft))
        }
        sound = [(index, draft) for index, draft in enumerate(drafts) if index not in self.refusals]
        addresses = _shipping_addresses(
            actor, [each.party_id for _index, each in sound if each.shipping_address is None]
        )
        self.orders = [_unsaved(draft, basis, addresses) for _index, draft in sound]
        wanted = [(basis.terms(order), draft.lines) for order, (_index, draft) in zip(self.orders, sound, strict=True)]
        self.priced = price_all(wanted, actor=actor)
        self.refusals |= {
            index: priced.refusals
            for (index, _draft), priced in zip(sound, self.priced, strict=True)
            if priced.refusals
        }

    def write(self) -> list[Order]:
        pairs = list(zip(self.orders, self.priced, strict=True))
        for order, priced in pairs:
            for name, value in priced.totals().items():
                setattr(order, name, value)
        Order.objects.bulk_create(self.orders)
        trade_lines.write(OrderLine, "order", pairs)
        act = current_act()
        for order in self.orders:
            act.audit(order, "created", {"gross": (None, order.gross)})
            act.announce("crm.sales.order.created", order, {"number": order.number, "party": order.party_id})
            if order.quotation_id:
                act.link(order.quotation, order)
        return self.orders


def _unsaved(draft: OrderDraft, basis: Basis, addresses: dict[int, str]) -> Order:
    given = draft.shipping_address
    return Order(
        **basis.header(draft),
        requested_date=draft.requested_date,
        shipping_address=addresses.get(draft.party_id, "") if given is None else given,
        customer_reference=draft.customer_reference,
        external_ref=draft.external_ref,
        shortage=draft.shortage,
        quotation=draft.quotation,
        own=draft.own,
    )


def _shipping_addresses(actor: Actor, party_ids: Collection[int]) -> dict[int, str]:
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
    if trade_lines.change(OrderLine, "order", order, fields=fields, inputs=lines, actor=actor):
        current_act().announce("crm.sales.order.changed", order, {"number": order.number})
    return order


@service
def delete_draft(*, order_id: int, actor: Actor, version: int | None = None, reason: str = "") -> None:
    """Throw a draft away. One that was confirmed before has left traces and can only be cancelled."""
    order = Order.objects.of(actor.company_id).lock([order_id]).get()
    order.demand_version(version)
    order.demand_status(Order.Status.DRAFT)
    if order.revision:
        sentence = _("%(number)s was confirmed before: cancel it instead")
        raise BusinessError(Refusal("was_confirmed", sentence, {"number": order.number}))
    current_act().audit(order, "deleted", {"number": (order.number, None), "gross": (order.gross, None)})
    DocumentLink.objects.of(actor.company_id).filter(
        Q(from_kind=Order.kind(), from_id=order.pk) | Q(to_kind=Order.kind(), to_id=order.pk)
    ).delete()
    order.delete()
    reopened = order.quotation
    if reopened and reopened.status == Quotation.Status.WON and not reopened.orders.exists():
        Quotation.move_to([reopened], Quotation.Status.SENT)
