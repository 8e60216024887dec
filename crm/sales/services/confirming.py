"""Turning drafts into commitments, and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Order, OrderLine
from crm.sales.services import approving, moving, progress
from crm.sales.signals import drafts_dropped, orders_cancelled, orders_confirmed
from suite.automation.services import approvals
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.money import ZERO
from suite.core.prepared import Prepared
from suite.core.said import listed
from suite.desk import formats

LINES = Prefetch("lines", OrderLine.objects.select_related("product").order_by("position", "id"))
ORDERS = Prepared(
    lambda company, pks: Order.objects.of(company).lock(pks).select_related("party").prefetch_related(LINES)
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each order of a set; `done` are the orders as they now stand, with their lines.

    `told` is what else must be said of them.
    """

    done: list[Order]
    refused: Refusals = field(default_factory=dict)
    told: Sequence[str] = ()


@service
def confirm_orders(
    *,
    order_ids: Collection[int],
    actor: Actor,
    all_or_nothing: bool = True,
    reason: str = "",
) -> Outcome:
    """Turn drafts into commitments; an order is confirmed with everything that follows from it, or not at all.

    Raises BusinessError when an order is refused and `all_or_nothing` is set; else the outcome names the refused."""
    orders = locked_with_lines(order_ids, actor)
    refused = approving.ungranted(orders, actor) | not_drafts(orders) | incomplete(orders)
    accepted = _accepted(orders, refused, all_or_nothing)
    if accepted:
        refused |= _answers(orders_confirmed.send(sender=Order, orders=accepted, actor=actor))
        accepted = _accepted(accepted, refused, all_or_nothing)
    Order.move_to(accepted, Order.Status.CONFIRMED, confirmed_at=clock.now())
    _record(accepted, "confirmed", (Order.Status.DRAFT, Order.Status.CONFIRMED))
    if quoted := [order.quotation_id for order in accepted if order.quotation_id]:
        numbers = listed(order.number for order in accepted if order.quotation_id)
        moving.win_by(quoted, actor, str(_("Order %(number)s was confirmed")) % {"number": numbers})
    if current_act().notes.pop(progress.CHANGED, False):
        accepted = locked_with_lines([order.pk for order in accepted], actor)
    return Outcome(accepted, refused)


@service
def cancel_orders(*, order_ids: Collection[int], actor: Actor, reason: str, all_or_nothing: bool = True) -> Outcome:
    """Give up what is not delivered yet; what left the house stays sold. Linked counter-entries undo it.

    Drafts of invoices over what is given up are voided. The orders done carry what is `owed_back` to their customers
    and which drafts were `voided`. Refused is an order of which everything left the house, for it is done and counts as
    such, and one of which what is given up is invoiced already."""
    orders = locked_with_lines(order_ids, actor)
    drafts = [order for order in orders if order.status == Order.Status.DRAFT]
    outcome = _take_back([order for order in orders if order not in drafts], actor, reason, all_or_nothing, undo=False)
    approvals.withdraw(documents=drafts, actor=actor)
    if contracted := [order for order in drafts if order.contract_id]:
        drafts_dropped.send(sender=Order, orders=contracted, actor=actor)
    Order.move_to(drafts, Order.Status.CANCELLED)
    Order.move_to(outcome.done, Order.Status.CANCELLED)
    begun = [order for order in outcome.done if order.invoicing == Order.Progress.PART]
    progress.invoiced({line.pk: ZERO for order in begun for line in order.confirmed_lines})
    _record(drafts, "cancelled", (Order.Status.DRAFT, Order.Status.CANCELLED))
    _record(outcome.done, "cancelled", (Order.Status.CONFIRMED, Order.Status.CANCELLED))
    told = [sentence for order in outcome.done for sentence in _aftermath(order, actor)]
    return Outcome(drafts + outcome.done, outcome.refused, told)


def _aftermath(order: Order, actor: Actor) -> Iterator[str]:
    """What must be said of an order that was cancelled: the drafts that went with it, and money to be paid back."""
    if order.voided:
        sentence = _("%(number)s: draft invoice %(invoices)s was voided with it")
        yield str(sentence) % {"number": order.number, "invoices": listed(order.voided)}
    if order.owed_back:
        sentence = _(
            "%(number)s: %(amount)s %(currency)s is owed back to the customer and stands open until it is paid"
        )
        amount = formats.money(order.owed_back)
        yield str(sentence) % {"number": order.number, "amount": amount, "currency": actor.company.currency}


@service
def undo_confirm(*, order_id: int, actor: Actor, reason: str = "") -> Order:
    """Reverse the whole set that the confirmation made and make the order a draft again.

    Raises BusinessError naming what blocks it once something has left the house, was invoiced or paid.
    """
    orders = locked_with_lines([order_id], actor)
    _take_back(orders, actor, reason, all_or_nothing=True, undo=True)
    for order in orders:
        Order.move_to([order], Order.Status.DRAFT, confirmed_at=None, revision=order.revision + 1)
    _record(orders, "undone", (Order.Status.CONFIRMED, Order.Status.DRAFT))
    return orders[0]


def _take_back(orders: list[Order], actor: Actor, reason: str, all_or_nothing: bool, *, undo: bool) -> Outcome:
    refused = not_confirmed(orders) if undo else carried_out(orders) | not_confirmed(orders)
    accepted = _accepted(orders, refused, all_or_nothing)
    if accepted:
        refused |= _answers(orders_cancelled.send(sender=Order, orders=accepted, actor=actor, reason=reason, undo=undo))
        accepted = _accepted(accepted, refused, all_or_nothing)
    return Outcome(accepted, refused)


def locked_with_lines(order_ids: Collection[int], actor: Actor) -> list[Order]:
    """The orders, locked in key order, each with its lines in `confirmed_lines`; two statements for any number."""
    orders = ORDERS(company=actor.company_id, pks=order_ids)
    if len(orders) != len(set(order_ids)):
        raise BusinessError(Refusal("not_found", _("The order does not exist any more")))
    for order in orders:
        order.confirmed_lines = list(order.lines.all())
    return orders


def not_drafts(orders: Iterable[Order]) -> Refusals:
    return {
        order.pk: Refusal(
            "already_confirmed" if order.status == Order.Status.CONFIRMED else "wrong_state",
            _("%(number)s is %(status)s already"),
            {"number": order.number, "status": order.get_status_display()},
        )
        for order in orders
        if order.status != Order.Status.DRAFT
    }


def not_confirmed(orders: Iterable[Order]) -> Refusals:
    return {
        order.pk: Refusal(
            "wrong_state",
            _("%(number)s is %(status)s: there is no confirmation to take back"),
            {"number": order.number, "status": order.get_status_display()},
        )
        for order in orders
        if order.status != Order.Status.CONFIRMED
    }


def carried_out(orders: Iterable[Order]) -> Refusals:
    """Orders of which nothing is left to give up."""
    return {
        order.pk: Refusal(
            "delivered",
            _("%(number)s is delivered: take goods back with a return"),
            {"number": order.number},
        )
        for order in orders
        if order.delivery == Order.Progress.DONE
    }


def incomplete(orders: Iterable[Order]) -> Refusals:
    """Orders that nobody could carry out."""
    refused: Refusals = {}
    for order in orders:
        if not order.confirmed_lines:
            refused[order.pk] = Refusal("no_lines", _("%(number)s has no lines"), {"number": order.number})
        elif order.party.is_archived:
            refused[order.pk] = Refusal("archived", _("%(party)s is archived"), {"party": order.party.label})
        for index, line in enumerate(order.confirmed_lines):
            if line.product.is_archived:
                refused[order.pk] = Refusal(
                    "archived", _("%(product)s is archived"), {"product": line.product}, line=index, field="product"
                )
            elif line.quantity <= 0:
                refused[order.pk] = Refusal(
                    "quantity",
                    _("Line %(line)s: an order needs a quantity above zero; take goods back with a return"),
                    {"line": index + 1},
                    line=index,
                    field="quantity",
                )
    return refused


def _accepted(orders: list[Order], refused: Refusals, all_or_nothing: bool) -> list[Order]:
    if refused and all_or_nothing:
        raise BusinessError(by_key=refused)
    return [order for order in orders if order.pk not in refused]


def _answers(responses: Iterable[tuple[Any, Any]]) -> Refusals:
    refused: Refusals = {}
    for _receiver, answer in responses:
        refused |= answer or {}
    return refused


def _record(orders: Iterable[Order], what: str, status: tuple[str, str]) -> None:
    act = current_act()
    for order in orders:
        act.audit(order, what, {"status": (str(status[0]), str(status[1]))})
        act.announce(f"crm.sales.order.{what}", order, told(order))


def told(order: Order) -> dict[str, Any]:
    """What every event of an order says about it."""
    return {"number": order.number, "party": order.party_id, "date": order.date, "gross": order.gross}
