"""Goods leave the house: a delivery is shipped, in full or in part; the rest goes on in a backorder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from erp.finance import services as finance
from erp.finance.services import Issue
from erp.inventory.models import Delivery, DeliveryLine, Demand, StockMove
from erp.inventory.services.dates import Booking, booking, demand_confirmed, late_booking
from erp.inventory.services.deliveries import insert_lines
from erp.inventory.services.stock import Key, Paper, Stock, source_of
from erp.inventory.signals import goods_delivered
from suite.core import bulk
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.money import ZERO
from suite.core.prepared import Prepared
from suite.masterdata.services.units import misfit

DELIVERIES = Prepared(lambda company, pks: Delivery.objects.of(company).lock(pks))
LINES = Prepared(
    lambda pks: DeliveryLine.objects.filter(delivery__id__any=pks).select_related("product").order_by("position", "id")
)
DEMANDS = Prepared(
    lambda company, kinds, lines: Demand.objects.of(company).filter(order_kind__any=kinds, line_id__any=lines)
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who of a set was refused, by key, and what else must be said."""

    refused: Refusals
    told: Sequence[str] = ()


@dataclass(slots=True)
class Load:
    """A delivery, its lines, and how much of each leaves now."""

    delivery: Delivery
    lines: list[DeliveryLine] = field(default_factory=list)
    quantities: dict[int, Decimal] = field(default_factory=dict)

    @property
    def leaving(self) -> list[DeliveryLine]:
        return [line for line in self.lines if self.quantities[line.pk]]

    @property
    def staying(self) -> list[tuple[DeliveryLine, Decimal]]:
        """Lines with what of them does not leave now."""
        rests = ((line, line.quantity - self.quantities[line.pk]) for line in self.lines)
        return [(line, rest) for line, rest in rests if rest]

    @property
    def is_direct(self) -> bool:
        return self.delivery.kind_of == Delivery.Kind.DIRECT

    def takes(self, line: DeliveryLine) -> bool:
        """Whether a line leaves our stock."""
        return line.product.is_stocked and not self.is_direct

    def key(self, line: DeliveryLine) -> Key:
        return Key(line.product_id, self.delivery.warehouse_id)


@service
def ship(
    deliveries: Collection[Delivery],
    *,
    actor: Actor,
    quantities: Mapping[int, Decimal] | None = None,
    posting_date: dt.date | None = None,
    days: Mapping[int, dt.date] | None = None,
    backorder_date: dt.date | None = None,
    direct_costs: Mapping[int, Decimal] | None = None,
    reason: str = "",
) -> list[Delivery]:
    """Ship deliveries with everything that follows for stock, cost and revenue, or none of them.

    `quantities` by delivery line, in base units, ships only so much (lines not named stay); the rest goes on in a
    backorder, promised for `backorder_date` when given. What the order has reserved is used first, then what is free.
    `days` by delivery: when each left, where that was not on the `posting_date`; of a closed period they are kept and
    booked today. The `posting_date` that somebody chose must be open.
    Direct deliveries leave with the supplier's receipt, which gives `direct_costs` by line; by themselves they do not.
    A fixed number of statements, two more with backorders. Raises BusinessError, by delivery id, where the delivery is
    not open, waits for payment, would leave before its order was confirmed, or goods are lacking or were on its day.
    """
    usual = booking(posting_date, actor=actor)
    loads = _loads(deliveries, quantities, actor)
    _demand_shippable(loads, direct_costs)
    bookings = _bookings(loads, usual, days or {}, actor)
    demand_confirmed({load.delivery: bookings[load.delivery.pk].day for load in loads}, actor=actor)
    taken = {
        (load.key(line), bookings[load.delivery.pk].date) for load in loads for line in load.leaving if load.takes(line)
    }
    stock = Stock.lock({key for key, _day in taken}, actor=actor)
    stock.look_back(taken)
    stock.read_layers()
    demands = _demands(loads, actor)
    for load in loads:
        for line in load.leaving if load.is_direct else ():
            line.cost = (direct_costs or {}).get(line.pk, ZERO)
    refused: Refusals = {}
    for load in loads:
        paper = Paper(source_of(load.delivery), StockMove.Kind.DELIVERY, *bookings[load.delivery.pk])
        lack = _take(load, paper, demands, stock)
        if lack:
            refused[load.delivery.pk] = lack
    if refused:
        raise BusinessError(by_key=refused)
    stock.write()
    _open_backorders(loads, backorder_date)
    bulk.update([line for load in loads for line in load.leaving], "quantity", "cost")
    shipped = [load.delivery for load in loads]
    Delivery.move_to(shipped, Delivery.Status.SHIPPED, shipped_on=usual.day)
    if days:
        for delivery in shipped:
            delivery.shipped_on = bookings[delivery.pk].day
        bulk.update(shipped, "shipped_on")
    finance.recognise_deliveries(
        [_issue(load, line, bookings[load.delivery.pk].date) for load in loads for line in load.leaving],
        posting_date=usual.date,
        actor=actor,
    )
    _tell(loads, actor)
    return shipped


@service
def ship_ready(deliveries: Collection[Delivery], *, actor: Actor, posting_date: dt.date | None = None) -> Outcome:
    """Ship those deliveries that can be shipped in full; the outcome names the others.

    `ship` refuses before it writes, so the others are left out and the rest is tried again.
    """
    refused: Refusals = {}
    left = list(deliveries)
    while left:
        try:
            ship(left, posting_date=posting_date, actor=actor)
            break
        except BusinessError as error:
            if not error.by_key.keys() & {delivery.pk for delivery in left}:
                raise
            refused |= error.by_key
            left = [delivery for delivery in left if delivery.pk not in refused]
    return Outcome(refused)


def _loads(deliveries: Collection[Delivery], quantities: Mapping[int, Decimal] | None, actor: Actor) -> list[Load]:
    """The deliveries locked in key order, in the sequence given, with their lines."""
    asked = {delivery.pk: Load(delivery) for delivery in deliveries}
    for delivery in DELIVERIES(company=actor.company_id, pks=asked):
        asked[delivery.pk].delivery = delivery
    for line in LINES(pks=asked):
        load = asked[line.delivery_id]
        load.lines.append(line)
        load.quantities[line.pk] = line.quantity if quantities is None else quantities.get(line.pk, ZERO)
        if not 0 <= load.quantities[line.pk] <= line.quantity:
            sentence = _("Between 0 and what is on the delivery")
            raise BusinessError(Refusal("more_than_there", sentence, line=len(load.lines) - 1, field="quantity"))
        if quantities is not None:
            odd = misfit(line.product, load.quantities[line.pk], rest=line.quantity, line=len(load.lines) - 1)
            if odd:
                raise BusinessError(odd)
    return list(asked.values())


def _bookings(loads: Iterable[Load], usual: Booking, days: Mapping[int, dt.date], actor: Actor) -> dict[int, Booking]:
    """When each delivery is booked."""
    of_day = {day: late_booking(day, actor=actor) for day in set(days.values())}
    pks = [load.delivery.pk for load in loads]
    return {pk: of_day[days[pk]] if pk in days else usual for pk in pks}


def _demand_shippable(loads: Iterable[Load], direct_costs: Mapping[int, Decimal] | None) -> None:
    refused: Refusals = {}
    for load in loads:
        delivery = load.delivery
        if delivery.status != Delivery.Status.OPEN:
            refused[delivery.pk] = Refusal(
                "wrong_state",
                _("%(number)s is %(status)s: this cannot be done any more"),
                {"number": delivery.number, "status": delivery.get_status_display()},
            )
        elif load.is_direct and direct_costs is None:
            refused[delivery.pk] = Refusal(
                "direct",
                _("%(number)s is delivered by the supplier: receive the purchase order when it has arrived"),
                {"number": delivery.number},
            )
        elif delivery.waits_for_payment:
            refused[delivery.pk] = Refusal(
                "waits_for_payment", _("%(number)s waits for the customer's payment"), {"number": delivery.number}
            )
        elif not load.leaving:
            refused[delivery.pk] = Refusal(
                "nothing_to_ship", _("%(number)s: say what is shipped"), {"number": delivery.number}
            )
    if refused:
        raise BusinessError(by_key=refused)


def _demands(loads: Iterable[Load], actor: Actor) -> dict[tuple[str, int | None], Demand]:
    """The demands behind the lines, read under the lock on their stock."""
    lines = {line.order_line_id for load in loads for line in load.leaving if load.takes(line)}
    if not lines:
        return {}
    kinds = {load.delivery.order_kind for load in loads}
    demands = DEMANDS(company=actor.company_id, kinds=kinds, lines=lines)
    return {(demand.order_kind, demand.line_id): demand for demand in demands}


def _take(load: Load, paper: Paper, demands: Mapping[tuple[str, int | None], Demand], stock: Stock) -> Refusal | None:
    """Take the goods of a delivery out of the stock, or say which line lacks them."""
    for index, line in enumerate(load.lines):
        quantity, key = load.quantities[line.pk], load.key(line)
        if not quantity or not load.takes(line):
            continue
        demand = demands.get((load.delivery.order_kind, line.order_line_id))
        if demand:
            change = stock.change(demand.pk)
            own = min(quantity, demand.reserved + change.reserved)
            stock.hold(key, -own)
            change.reserved -= own
            change.shipped += quantity
        lack = stock.lack(line.product, quantity, key, paper, there=stock.cells[key].free, line=index)
        if lack:
            return lack
        line.cost = stock.take(key, quantity, paper, line_id=line.pk)
    return None


def _open_backorders(loads: Iterable[Load], promised: dt.date | None) -> None:
    """Put what stays onto deliveries of its own; lines of which nothing leaves go over, the others are shortened."""
    parts = [load for load in loads if load.staying]
    if not parts:
        return
    backorders = Delivery.objects.bulk_create(
        Delivery(
            company_id=load.delivery.company_id,
            kind_of=load.delivery.kind_of,
            owner_id=load.delivery.owner_id,
            team_id=load.delivery.team_id,
            party_id=load.delivery.party_id,
            warehouse_id=load.delivery.warehouse_id,
            order_kind=load.delivery.order_kind,
            order_id=load.delivery.order_id,
            order_number=load.delivery.order_number,
            promised_date=promised or load.delivery.promised_date,
            address=load.delivery.address,
            backorder_of=load.delivery,
        )
        for load in parts
    )
    moved, rows = [], []
    for load, backorder in zip(parts, backorders, strict=True):
        current_act().link(load.delivery, backorder, "backorder")
        for line, rest in load.staying:
            if rest == line.quantity:
                line.delivery = backorder
                moved.append(line)
            else:
                line.quantity -= rest
                rows.append((backorder.pk, line.position, line.order_line_id, line.product_id, rest))
        load.lines = [line for line in load.lines if line.delivery_id == load.delivery.pk]
    bulk.update(moved, "delivery")
    if rows:
        insert_lines(parts[0].delivery.company_id, rows)


def _issue(load: Load, line: DeliveryLine, day: dt.date) -> Issue:
    return Issue(
        source=source_of(load.delivery),
        order=load.delivery.order,
        party_id=load.delivery.party_id,
        line_id=line.order_line_id,
        product_id=line.product_id,
        quantity=line.quantity,
        cost=line.cost,
        is_service=not line.product.is_stocked,
        date=day,
        is_direct=load.is_direct,
    )


def _tell(loads: Iterable[Load], actor: Actor) -> None:
    act = current_act()
    for load in loads:
        delivery = load.delivery
        delivery.shipped_lines = load.leaving
        act.audit(delivery, "shipped", {"status": (Delivery.Status.OPEN, Delivery.Status.SHIPPED)})
        act.announce(
            "erp.inventory.delivery.shipped",
            delivery,
            {"number": delivery.number, "order": delivery.order_number, "party": delivery.party_id},
        )
    goods_delivered.send(sender=Delivery, deliveries=[load.delivery for load in loads], actor=actor)
