"""What pages ask about orders: which are late, how far one has come and who is next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DecimalField, F, Q, QuerySet
from django.db.models.functions import Coalesce, Round
from django.utils.translation import gettext as _

from crm.sales.models import Order, OrderLine
from crm.sales.ports import Fulfilment
from suite.core import clock
from suite.core.access import Actor
from suite.core.money import ZERO, round_money, round_quantity
from suite.desk import formats
from suite.desk.lists.dates import within

DONE, NOW, LATE, WAITING = "done", "now", "late", "waiting"
# What an order comes to in the company's currency.
WORTH = Round(F("gross") * F("exchange_rate"), 2, output_field=DecimalField(max_digits=18, decimal_places=2))
Progress = Order.Progress
PROMISED = Coalesce("promised_date", "requested_date")  # as the indexes have it


def is_late(actor: Actor) -> Q:
    """Confirmed, promised (or else requested) for a day that is past, and not delivered."""
    today = clock.today(actor.company)
    past = within(PROMISED, None, today - dt.timedelta(days=1), actor.company, moment=False)
    return Q(past, ~Q(delivery=Progress.DONE), status=Order.Status.CONFIRMED)


def to_confirm(actor: Actor) -> QuerySet[Order]:
    """My drafts that have lines, the oldest first."""
    mine = Order.objects.visible_to(actor).filter(owner=actor.user_id, status=Order.Status.DRAFT)
    return mine.exclude(gross=0).select_related("party").order_by("date", "id")


def late(actor: Actor) -> QuerySet[Order]:
    """Late orders the actor sees, the longest overdue first."""
    return Order.objects.visible_to(actor).filter(is_late(actor)).select_related("party").order_by(PROMISED, "id")


def orders_of(actor: Actor, party_id: int) -> QuerySet[Order]:
    """The orders on the timeline of a party."""
    return Order.objects.visible_to(actor).filter(party=party_id).select_related("owner")


@dataclass(frozen=True, slots=True)
class Step:
    """One of the three stretches of an order's way: `state` is done, now, late or waiting."""

    label: str
    state: str
    text: str
    date: dt.date | dt.datetime | None = None
    next: str = ""


def way_of(order: Order, lines: Iterable[OrderLine], fulfilment: Fulfilment, actor: Actor) -> list[Step]:
    """Follow-up, fulfilment, collection: how far, since when, and who is next.

    What was delivered before an order was cancelled is still to be invoiced and paid.
    """
    return [_follow_up(order), _fulfilment(order, fulfilment, actor), _collection(order, lines, fulfilment)]


def _follow_up(order: Order) -> Step:
    label = _("Follow-up")
    if order.status == Order.Status.DRAFT:
        who = _("%(who)s: confirm the order") % {"who": order.owner or _("Sales")}
        return Step(label, NOW, _("Draft"), order.date, who)
    if order.status == Order.Status.CANCELLED:
        return Step(label, DONE, _("Cancelled"), order.updated_at)
    return Step(label, DONE, _("Confirmed"), order.confirmed_at)


def _fulfilment(order: Order, fulfilment: Fulfilment, actor: Actor) -> Step:
    label = _("Fulfilment")
    if _is_void(order):
        return Step(label, WAITING, "")
    if order.delivery == Progress.DONE:
        return Step(label, DONE, _("Delivered"), fulfilment.shipped_on)
    if order.status == Order.Status.CANCELLED:
        return Step(label, DONE, _("Partly delivered"), fulfilment.shipped_on)
    promised = order.promised_date or order.requested_date
    is_overdue = bool(promised and promised < clock.today(actor.company))
    waiting = sum(fulfilment.waiting.values(), ZERO)
    text = _("Partly delivered") if order.delivery == Progress.PART else _("Not delivered yet")
    if waiting and not fulfilment.is_bought:
        waits = _("%(quantity)s wait for goods: purchasing is switched off")
        who = waits % {"quantity": formats.quantity(waiting)}
    elif waiting:
        who = _("Purchasing: %(quantity)s to come") % {"quantity": formats.quantity(waiting)}
    else:
        who = _("Warehouse: ship what is reserved")
    return Step(label, LATE if is_overdue else NOW, text, promised, who)


def _is_void(order: Order) -> bool:
    """Whether nothing came of an order yet, or any more."""
    return order.status == Order.Status.DRAFT or (
        order.status == Order.Status.CANCELLED and order.delivery == Progress.NONE
    )


def _collection(order: Order, lines: Iterable[OrderLine], fulfilment: Fulfilment) -> Step:
    label = _("Collection")
    own = order.company.currency
    currency = "" if order.currency_id == own else own
    if fulfilment.open is not None and fulfilment.open < 0:
        text = _("%(amount)s owed back") % {"amount": formats.money(-fulfilment.open, currency)}
        return Step(label, NOW, text, None, _("Finance: pay it back or use it up"))
    if _is_void(order):
        return Step(label, WAITING, "")
    in_own = order.gross if order.currency_id == own else round_money(order.gross * order.exchange_rate)
    rest = ZERO if order.status == Order.Status.CANCELLED else in_own - order.paid
    owed = rest if fulfilment.open is None else fulfilment.open
    if order.payment == Progress.DONE or (order.status == Order.Status.CANCELLED and owed <= 0):
        return Step(label, DONE, _("Paid"))
    text = _("%(amount)s open") % {"amount": formats.money(owed, currency)}
    if order.delivery == Progress.NONE:
        return Step(label, WAITING, text, fulfilment.due_on)
    if any(line.delivered - line.returned > line.invoiced for line in lines):
        return Step(label, NOW, text, fulfilment.due_on, _("Finance: invoice what was delivered"))
    return Step(label, LATE if fulfilment.overdue else NOW, text, fulfilment.due_on, _("Finance: collect the money"))


@dataclass(frozen=True, slots=True)
class LineProgress:
    """A line with its quantities in the line's own unit."""

    line: OrderLine
    reserved: Decimal
    delivered: Decimal
    returned: Decimal
    invoiced: Decimal


def progress_of(lines: Sequence[OrderLine], fulfilment: Fulfilment) -> list[LineProgress]:
    """The lines of an order with how far each has come."""
    return [
        LineProgress(
            line,
            in_line_unit(line, fulfilment.reserved.get(line.pk, ZERO)),
            in_line_unit(line, line.delivered),
            in_line_unit(line, line.returned),
            in_line_unit(line, line.invoiced),
        )
        for line in lines
    ]


def in_line_unit(line: OrderLine, base_quantity: Decimal) -> Decimal:
    """A base quantity in the unit in which the line was ordered."""
    return round_quantity(base_quantity * line.quantity / line.base_quantity)
