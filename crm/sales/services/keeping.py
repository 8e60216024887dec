"""Facts that keep commitments and that milestones wait for: a quotation that was sent, goods that were delivered, an
order that was confirmed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal

from django.db.models import QuerySet

from crm.customers.models import Commitment
from crm.customers.services import commitments
from crm.sales.models import Milestone, Order, OrderLine, Quotation
from crm.sales.services import plans
from suite.core import clock
from suite.core.access import Actor
from suite.core.models import OutboxEvent
from suite.core.money import ZERO
from suite.masterdata.services import units

Deed, Paper = Commitment.Deed, Commitment.Paper


def quotations_sent(sent: Sequence[OutboxEvent], actor: Actor) -> None:
    """A quotation went out: it was promised to its customer, perhaps with one of its products in mind."""
    rows = Quotation.objects.of(actor.company_id).filter(pk__in={event.object_id for event in sent})
    quotations = {row.party_id: row for row in rows.prefetch_related("lines")}
    promised = _unsettled(actor, quotations).filter(deed=Deed.DOCUMENT, document=Paper.QUOTE, by_them=False)
    commitments.keep_by(
        proofs={
            row.pk: quotations[row.party_id]
            for row in promised
            if row.product_id is None
            or any(line.product_id == row.product_id for line in quotations[row.party_id].lines.all())
        },
        actor=actor,
    )


def orders_confirmed(confirmed: Sequence[OutboxEvent], actor: Actor) -> None:
    """The order came that the customer had promised."""
    rows = Order.objects.of(actor.company_id).filter(pk__in={event.object_id for event in confirmed})
    orders = {row.party_id: row for row in rows}
    promised = _unsettled(actor, orders).filter(deed=Deed.DOCUMENT, document=Paper.ORDER, by_them=True)
    commitments.keep_by(proofs={row.pk: orders[row.party_id] for row in promised}, actor=actor)


def orders_delivered(delivered: Sequence[OutboxEvent], actor: Actor) -> None:
    """Goods left: what was promised of a product is kept once an order has delivered as many."""
    pks = {event.object_id for event in delivered}
    lines = OrderLine.objects.filter(order__company=actor.company_id, order__in=pks, delivered__gt=0)
    orders: dict[int, Order] = {}
    gone: dict[tuple[int, int | None], Decimal] = defaultdict(lambda: ZERO)
    for line in lines.select_related("order"):
        orders[line.order.party_id] = line.order
        gone[line.order.party_id, line.product_id] += line.delivered * line.base_quantity / line.quantity
        gone[line.order.party_id, None] += line.delivered
    promised = list(_unsettled(actor, orders).filter(deed=Deed.DELIVER, by_them=False).select_related("product"))
    factors = units.factors({row.product_id for row in promised if row.product_id}) if promised else {}
    proofs = {}
    for row in promised:
        base = row.quantity or ZERO
        if row.product and row.unit_id and (factor := factors.get((row.product.pk, row.unit_id))):
            base = units.times(base, factor)
        shipped = gone[row.party_id, row.product_id]
        if shipped > 0 and shipped >= base:
            proofs[row.pk] = orders[row.party_id]
    commitments.keep_by(proofs=proofs, actor=actor)


def contracts_delivered(delivered: Sequence[OutboxEvent], actor: Actor) -> None:
    """Goods of contracts left: what their milestones wanted after that has its day."""
    orders = Order.objects.of(actor.company_id).filter(pk__in={event.object_id for event in delivered})
    ids = orders.filter(contract__isnull=False, delivery=Order.Progress.DONE).values_list("contract_id", flat=True)
    plans.happened([pk for pk in ids if pk], Milestone.Event.DELIVERED, clock.today(actor.company))


def _unsettled(actor: Actor, parties: Collection[int]) -> QuerySet[Commitment]:
    states = (Commitment.Status.OPEN, Commitment.Status.BROKEN)
    return Commitment.objects.of(actor.company_id).filter(party__in=set(parties), status__in=states)
