"""Quotations: offered, revised, won or lost, and turned into orders without retyping."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Contract, Opportunity, Order, OrderLine, Quotation, QuotationLine
from crm.sales.services import approving, links, mails, moving
from crm.sales.services import lines as trade_lines
from crm.sales.services.documents import Draft
from crm.sales.services.drafts import Prepared, discard
from crm.sales.services.orders import shipping_addresses
from crm.sales.services.policy import policy_of
from crm.sales.services.pricing import LineInput
from suite.automation.services import approvals
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.desk import search
from suite.masterdata.models import Party

Status = Quotation.Status
# What a copy of the paper takes along: a new revision, or the order that comes from it.
HEADER = (
    "company_id", "party_id", "owner_id", "team_id", "contact_id", "currency_id", "exchange_rate", "prices_include_tax",
    "net", "tax_amount", "gross", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationDraft(Draft):
    """A quotation as somebody wants it; without a last day it is valid as long as the sales settings say."""

    valid_until: dt.date | None = None
    opportunity_id: int | None = None

    def contradiction(self, today: dt.date) -> Refusal | None:
        return over_before_it_began(self.valid_until, self.date or today)


def over_before_it_began(valid_until: dt.date | None, date: dt.date) -> Refusal | None:
    """Why a quotation of this date cannot end on that day."""
    if valid_until is None or valid_until >= date:
        return None
    return Refusal("valid_until", _("This day is before the date of the quotation"), field="valid_until")


@service
def create_quotation(
    *, party: Party, lines: Sequence[LineInput], actor: Actor, reason: str = "", **fields: Any
) -> Quotation:
    """Write a draft quotation, priced; `fields` are those of QuotationDraft. Raises BusinessError as `create_order`."""
    return create_quotations([QuotationDraft(party_id=party.pk, lines=lines, **fields)], actor=actor, reason=reason)[0]


@service
def create_quotations(drafts: Sequence[QuotationDraft], *, actor: Actor, reason: str = "") -> list[Quotation]:
    """Write draft quotations by a fixed number of statements; all of them or none (see `orders.create_orders`)."""
    prepared = _prepared(drafts, actor)
    prepared.demand_all()
    return prepared.write(QuotationLine, "quotation")


def check_quotations(drafts: Sequence[QuotationDraft], *, actor: Actor) -> dict[int, list[Refusal]]:
    """What speaks against each draft, by its index; writes nothing."""
    return _prepared(drafts, actor).refusals


def _prepared(drafts: Sequence[QuotationDraft], actor: Actor) -> Prepared[QuotationDraft, Quotation]:
    days = dt.timedelta(days=policy_of(actor.company_id).quotation_days)

    def make(draft: QuotationDraft, header: dict[str, Any]) -> Quotation:
        until = draft.valid_until or header["date"] + days
        return Quotation(**header, valid_until=until, opportunity_id=draft.opportunity_id)

    return Prepared(drafts, actor=actor, make=make)


@service
def quote_opportunity(*, opportunity_id: int, actor: Actor, reason: str = "") -> Quotation:
    """Write the draft of a quotation with the customer, contact and products of a deal, priced from the lists.

    Raises BusinessError when the deal is closed or has no customer yet.
    """
    deal = Opportunity.objects.of(actor.company_id).lock([opportunity_id]).select_related("party").get()
    deal.demand_status(Opportunity.Status.OPEN)
    demand_customer(deal)
    assert deal.party is not None
    quotation = create_quotation(
        party=deal.party, lines=lines_of_deal(deal), contact_id=deal.contact_id, currency_id=str(deal.currency_id),
        owner_id=deal.owner_id, team_id=deal.team_id, opportunity_id=deal.pk, actor=actor,
    )  # fmt: skip
    current_act().link(deal, quotation)
    return quotation


@service
def change_quotation(
    *,
    quotation_id: int,
    actor: Actor,
    version: int | None = None,
    lines: Sequence[LineInput] | None = None,
    reason: str = "",
    **fields: Any,
) -> Quotation:
    """Change a draft quotation, as `orders.change_order` does; one that was sent is revised instead."""
    quotation = locked(quotation_id, actor)
    quotation.demand_version(version)
    quotation.demand_status(Status.DRAFT)
    until = fields.get("valid_until", quotation.valid_until)
    if refusal := over_before_it_began(until, fields.get("date") or quotation.date):
        raise BusinessError(refusal)
    if trade_lines.change(QuotationLine, "quotation", quotation, fields=fields, inputs=lines, actor=actor):
        _announce(quotation, "changed")
        approvals.ask_again(documents=[quotation], actor=actor)
    return quotation


@service
def delete_quotation(*, quotation_id: int, actor: Actor, version: int | None = None, reason: str = "") -> None:
    """Throw a draft away; the revision it was to replace becomes valid again."""
    locked(quotation_id, actor).demand_version(version)
    if refused := delete_drafts(quotation_ids=[quotation_id], actor=actor):
        raise BusinessError(*refused.values())


@service
def delete_drafts(*, quotation_ids: Collection[int], actor: Actor, reason: str = "") -> Refusals:
    """Throw drafts away as `delete_quotation` does, and name those that are none; a few statements for any number."""
    quotations = list(Quotation.objects.of(actor.company_id).lock(quotation_ids).select_related("replaces"))
    gone = [row for row in quotations if row.status == Status.DRAFT]
    replaced = [row.replaces for row in gone if row.replaces]
    discard(gone)
    Quotation.move_to(replaced, Status.SENT)
    sentence = _("%(number)s is %(status)s: only drafts are deleted")
    return {
        row.pk: Refusal("wrong_state", sentence, {"number": row, "status": row.get_status_display()})
        for row in quotations
        if row.status != Status.DRAFT
    }


@service
def send_quotation(
    *,
    quotation_id: int,
    actor: Actor,
    by_mail: bool = True,
    to: str = "",
    message: str = "",
    language: str = "",
    reason: str = "",
) -> Quotation:
    """Mark a quotation as sent and mail it as a PDF; once sent it may be mailed again.

    `to` is by default the contact's, else the customer's mail address; `by_mail=False` is for what was handed over
    otherwise. Raises BusinessError when there is nothing to send, or no address to send it to.
    """
    quotation = locked(quotation_id, actor)
    quotation.demand_status(Status.DRAFT, Status.SENT)
    if not quotation.lines.exists():
        raise BusinessError(Refusal("no_lines", _("%(number)s has no lines"), {"number": quotation}))
    if quotation.status == Status.DRAFT:
        approving.demand_granted([quotation], actor)
    if by_mail:
        mails.queue(quotation, actor=actor, to=to, message=message, language=language)
    if quotation.status == Status.DRAFT:
        _move(quotation, Status.SENT, "sent", sent_at=clock.now())
    else:
        current_act().audit(quotation, "sent again")
    return quotation


@service
def revise_quotation(*, quotation_id: int, actor: Actor, reason: str = "") -> Quotation:
    """Write the next revision of a sent quotation, as a draft under the same number; the present one is frozen and
    its links lead nowhere any more."""
    quotation = locked(quotation_id, actor)
    quotation.demand_status(Status.SENT)
    today = clock.today(actor.company)
    revision = Quotation(
        **header_of(quotation),
        number=quotation.number,
        date=today,
        valid_until=today + dt.timedelta(days=policy_of(actor.company_id).quotation_days),
        revision=quotation.revision + 1,
        opportunity_id=quotation.opportunity_id,
        replaces=quotation,
    )
    revision.save()
    trade_lines.copy(quotation, QuotationLine, quotation=revision)
    _move(quotation, Status.REPLACED, "replaced")
    links.revoke_links(quotation_id=quotation.pk, actor=actor)
    act = current_act()
    act.link(quotation, revision, "revision")
    act.audit(revision, "created", {"revision": (quotation.revision, revision.revision)})
    search.index([revision])
    _announce(revision, "created")
    return revision


@service
def win_quotation(*, quotation_id: int, actor: Actor, reason: str = "") -> Quotation:
    """Close a quotation as won, where the order is written elsewhere; a draft is promised by it, as by sending.

    The deal behind it is won with it.
    """
    quotation = _close(quotation_id, Status.WON, "won", actor)
    moving.win_by([quotation_id], actor, str(_("Quotation %(number)s is won")) % {"number": quotation})
    return quotation


@service
def lose_quotation(*, quotation_id: int, actor: Actor, reason: str = "") -> Quotation:
    """Close a quotation as lost; the reason is kept in its history."""
    return _close(quotation_id, Status.LOST, "lost", actor)


def win_contracted(rows: Sequence[Quotation]) -> None:
    """Close the quotations of contracts that came into force as won."""
    for quotation in rows:
        if quotation.status in (Status.DRAFT, Status.SENT):
            _move(quotation, Status.WON, "won")


def _close(quotation_id: int, status: str, what: str, actor: Actor) -> Quotation:
    quotation = locked(quotation_id, actor)
    quotation.demand_status(Status.DRAFT, Status.SENT)
    if quotation.status == Status.DRAFT and status == Status.WON:
        approving.demand_granted([quotation], actor)
    _move(quotation, status, what)
    return quotation


@service
def order_from_quotation(*, quotation_id: int, actor: Actor, reason: str = "", **fields: Any) -> Order:
    """Write the order with the very lines that were quoted and close the quotation as won.

    `fields` are further fields of the order (customer_reference, requested_date, ...). A second call is refused with
    the number of the order that is there. A draft is promised by it, as by sending.
    """
    quotation = locked(quotation_id, actor)
    refuse_taken(quotation)
    quotation.demand_status(Status.DRAFT, Status.SENT, Status.WON)
    if quotation.status == Status.DRAFT:
        approving.demand_granted([quotation], actor)
    address = shipping_addresses(actor, [quotation.party_id]).get(quotation.party_id, "")
    order = Order(
        **header_of(quotation),
        **{"date": clock.today(actor.company), "shipping_address": address, **fields},
        quotation=quotation,
    )
    order.save()
    trade_lines.copy(quotation, OrderLine, order=order)
    if quotation.status != Status.WON:
        _move(quotation, Status.WON, "won")
    act = current_act()
    act.link(quotation, order)
    act.audit(order, "created", {"quotation": (None, str(quotation)), "gross": (None, order.gross)})
    act.announce("crm.sales.order.created", order, {"number": order.number})
    search.index([order])
    return order


def refuse_taken(quotation: Quotation) -> None:
    """A quotation becomes one order, however often it is asked for; what is to be signed first its contract orders."""
    orders = Order.objects.filter(quotation=OuterRef("pk")).exclude(status=Order.Status.CANCELLED)
    contracts = Contract.objects.filter(quotation=OuterRef("pk")).exclude(status__in=Contract.ENDED)
    order, contract = (
        Quotation.objects.filter(pk=quotation.pk)
        .values_list(*(Subquery(rows.order_by("pk").values("number")[:1]) for rows in (orders, contracts)))
        .get()
    )
    if order:
        sentence = _("%(number)s has become order %(order)s already")
        raise BusinessError(Refusal("already_ordered", sentence, {"number": quotation, "order": order}))
    if contract:
        sentence = _("%(number)s is under contract %(contract)s: the order comes with its approval")
        raise BusinessError(Refusal("under_contract", sentence, {"number": quotation, "contract": contract}))


def demand_customer(deal: Opportunity) -> None:
    if deal.party is None:
        sentence = _("%(number)s has no customer yet: name one first")
        raise BusinessError(Refusal("no_customer", sentence, {"number": deal.number}, field="party"))


def lines_of_deal(deal: Opportunity) -> list[LineInput]:
    """The products of a deal as lines; one where nobody knows how many."""
    return [LineInput(product_id=row.product_id, quantity=row.quantity or Decimal(1)) for row in deal.lines.all()]


def locked(quotation_id: int, actor: Actor) -> Quotation:
    rows = Quotation.objects.of(actor.company_id).lock([quotation_id])
    return rows.select_related("company", "party", "contact", "replaces").get()


def header_of(quotation: Quotation) -> dict[str, Any]:
    return {name: getattr(quotation, name) for name in HEADER}


def _move(quotation: Quotation, status: str, what: str, **fields: Any) -> None:
    before = quotation.status
    Quotation.move_to([quotation], status, **fields)
    current_act().audit(quotation, what, {"status": (str(before), str(status))})
    _announce(quotation, what)


def _announce(quotation: Quotation, what: str) -> None:
    payload = {"number": quotation.number, "party": quotation.party_id, "gross": quotation.gross}
    current_act().announce(f"crm.sales.quotation.{what}", quotation, payload)
