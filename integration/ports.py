"""Answers to the questions that the wings ask upwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.db.models import Max, Min, Q, Sum
from django.utils.translation import gettext as _

from crm.sales import ports
from crm.sales.models import Order
from erp.finance import ports as finance_ports
from erp.finance import queries
from erp.finance.models import CreditAccount, MoneyMovement, OpenItem, Settlement
from erp.inputs import Source
from erp.inventory import services as inventory
from erp.inventory.models import Delivery, Demand
from erp.procurement import services as procurement
from erp.procurement.queries.arrivals import NextArrival
from integration.crm_to_erp import buys
from integration.receipt import receipts_of
from suite.core import clock
from suite.core.access import Actor, Scope, own_rows
from suite.core.money import ZERO


def plug() -> None:
    """Called once when the project starts."""
    ports.availability = availability
    ports.buys = buys
    ports.credit = credit
    ports.promise = promise
    ports.receipts = receipts_of
    ports.fulfilment = fulfilment
    ports.collected = collected
    finance_ports.sales_order = sales_order


def availability(actor: Actor, product_ids: Collection[int]) -> Mapping[int, ports.Availability]:
    """Stock as of now, with what is coming that nobody waits for."""
    stock = inventory.availability(product_ids, company=actor.company)
    arrivals = procurement.next_arrivals(product_ids, company=actor.company)
    bought = buys(actor)
    return {
        pk: _available(row, [each for each in arrivals.get(pk, ()) if each.free > 0], bought)
        for pk, row in stock.items()
    }


def _available(stock: inventory.Availability, spare: Sequence[NextArrival], bought: bool) -> ports.Availability:
    first = spare[0] if spare else None
    return ports.Availability(
        on_hand=stock.on_hand,
        reserved=stock.reserved,
        free=stock.free,
        incoming=stock.incoming,
        next_arrival=first.date if first else None,
        next_quantity=first.free if first else ZERO,
        coming=sum((each.free for each in spare), ZERO),
        elsewhere=stock.elsewhere,
        is_bought=bought,
    )


def promise(actor: Actor, wanted: Mapping[int, Decimal]) -> Mapping[int, ports.Promise]:
    """The earliest date for each product and quantity: from stock, from what comes (of suppliers, of other warehouses),
    and by lead time where that is sooner or nothing else comes; a fixed number of statements."""
    today = clock.today(actor.company)
    stock = inventory.availability(wanted, company=actor.company)
    arrivals = procurement.next_arrivals(wanted, company=actor.company)
    moved = inventory.transfers_under_way(wanted, company=actor.company)
    leads = procurement.lead_days(wanted, company=actor.company) if buys(actor) else {}
    return {
        pk: _earliest(quantity, today, stock.get(pk), [*arrivals.get(pk, ()), *moved.get(pk, ())], leads.get(pk))
        for pk, quantity in wanted.items()
    }


def _earliest(quantity, today, stock, arrivals, lead):  # type: ignore[no-untyped-def]
    terms: list[tuple[Decimal, dt.date, str]] = []
    left = quantity
    sources = [(stock.free, today, _("from stock"))] if stock else []
    bought = today + dt.timedelta(days=lead) if lead is not None else None
    coming = sorted(arrivals, key=lambda row: row.date or dt.date.max)
    sources += [
        (row.free, max(row.date, today), _("from %(number)s") % {"number": row.number})
        for row in coming
        if row.date and (bought is None or row.date <= bought)
    ]
    for free, day, reason in sources:
        taken = min(left, free)
        if taken > 0:
            terms.append((taken, day, str(reason)))
            left -= taken
    if left > 0:
        if bought is None:
            return ports.Promise(None, tuple(terms))
        terms.append((left, bought, _("to be bought, %(days)s days") % {"days": lead}))
    return ports.Promise(max((day for _quantity, day, _reason in terms), default=today), tuple(terms))


def credit(actor: Actor, party_ids: Collection[int]) -> Mapping[int, Decimal]:
    """What customers with a limit may still buy for; nothing for who is blocked. One statement."""
    accounts = CreditAccount.objects.of(actor.company_id).filter(party__in=party_ids)
    rows = accounts.filter(Q(limit__isnull=False) | Q(is_blocked=True))
    return {row.party_id: ZERO if row.is_blocked else (row.limit or ZERO) - row.exposure for row in rows}


def collected(actor: Actor, first: dt.date, last: dt.date) -> Mapping[ports.Whose, Decimal]:
    """Money that settled receivables, by its posting date, of those whose orders the actor sees; one statement."""
    scope = actor.scope("crm_sales.view_order")
    rows = Settlement.objects.of(actor.company_id).filter(
        item__side=OpenItem.Side.RECEIVABLE, money__isnull=False, posting_date__range=(first, last)
    )
    if scope != Scope.ALL:
        rows = rows.filter(own_rows(Settlement, actor, scope)) if scope != Scope.NONE else rows.none()
    sums = rows.order_by().values_list("item__owner", "item__team").annotate(total=Sum("amount"))
    return {(owner, team): total for owner, team, total in sums}


def fulfilment(order: Order, actor: Actor) -> ports.Fulfilment:
    """How far stock and money have come with an order; three statements, four for a cancelled one.

    Deposits that a cancelled order did not use up are owed back as its open credits are.
    """
    mine = {"company": order.company_id, "order_kind": Order.kind(), "order_id": order.pk}
    demands = list(Demand.objects.filter(**mine))
    shipped = Delivery.objects.filter(**mine, status=Delivery.Status.SHIPPED).aggregate(on=Max("shipped_on"))
    owed = OpenItem.objects.filter(**mine, side=OpenItem.Side.RECEIVABLE, status=OpenItem.Status.OPEN).aggregate(
        due=Min("due_date", filter=Q(open_amount__gt=0)),
        open=Sum("open_amount"),
        overdue=Sum(queries.overdue_part(clock.today(actor.company)), default=ZERO),
    )
    if order.status == Order.Status.CANCELLED:
        deposits = MoneyMovement.objects.filter(**mine, direction=MoneyMovement.Direction.IN, unapplied__gt=0)
        kept = deposits.aggregate(left=Sum("unapplied"))["left"]
        owed["open"] = (owed["open"] or ZERO) - kept if kept else owed["open"]
    return ports.Fulfilment(
        reserved={demand.line_id: demand.reserved for demand in demands},
        waiting={demand.line_id: demand.waiting for demand in demands},
        shipped_on=shipped["on"],
        due_on=owed["due"],
        open=owed["open"],
        overdue=owed["overdue"],
        is_bought=buys(actor),
    )


def sales_order(actor: Actor, party_id: int, order_id: int) -> Source | None:
    """The order that a customer pays a deposit for, before or after it is confirmed."""
    order = Order.objects.visible_to(actor).filter(pk=order_id, party=party_id).first()
    return Source(Order.kind(), order.pk, order.number) if order else None
