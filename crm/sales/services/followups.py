"""Tasks that selling makes by itself: a visit after the deal, a quotation after an enquiry. Consumers of the outbox."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.customers.models import Activity, Customer
from crm.sales.models import Order, Quotation
from crm.sales.services.policy import policy_of
from suite.core import clock, outbox
from suite.core.access import Actor
from suite.core.models import OutboxEvent
from suite.core.said import name_of, said
from suite.desk.models import Task
from suite.desk.services import todos

VISIT, QUOTE = "visit-after-deal", "quote-after-enquiry"  # which rule made a task
PATIENCE = dt.timedelta(hours=24)  # how soon an enquiry is answered with a quotation
MORNING = dt.timedelta(hours=9)


def connect() -> None:
    """Called once when the project starts."""
    outbox.on("crm.sales.order.confirmed", plan_visit)
    outbox.on("crm.sales.order.cancelled", drop_visit)
    outbox.on("crm.sales.order.undone", drop_visit)
    outbox.on("crm.customers.activity.logged", plan_quotation)
    outbox.on("crm.sales.quotation.sent", close_enquiries)


def plan_visit(event: OutboxEvent, actor: Actor) -> None:
    """So many days after the deal (sales settings) its seller is to visit the customer; once per confirmation."""
    days = policy_of(actor.company_id).visit_after_days
    if not days:
        return
    due_on = dt.date.fromisoformat(event.payload["date"]) + dt.timedelta(days=days)
    if due_on < clock.today(actor.company):
        return  # history that was brought in
    order = Order.objects.of(actor.company_id).select_related("party__customer", "owner").get(pk=event.object_id)
    if order.status == Order.Status.CONFIRMED and order.owner:
        title = said(_("After-sales visit: %(party)s, order %(number)s"), {"party": order.party, "number": order})
        due_at = clock.day_starts(actor.company, due_on) + MORNING
        key = f"{VISIT}:{order.pk}:{order.revision}"
        _plan(title, order.owner_id, due_at, order.party, key=key, event=event, actor=actor)


def drop_visit(event: OutboxEvent, actor: Actor) -> None:
    """Without the deal there is no visit."""
    open_tasks = Task.objects.of(actor.company_id).filter(source=VISIT, status=Task.Status.OPEN)
    pks = open_tasks.filter(dedupe_key__startswith=f"{VISIT}:{event.object_id}:").values_list("pk", flat=True)
    todos.cancel(pks=list(pks), actor=actor)


def plan_quotation(event: OutboxEvent, actor: Actor) -> None:
    """An enquiry about a product is answered with a quotation within a day, by whoever looks after the customer."""
    rows = Activity.objects.of(actor.company_id).filter(kind=Activity.Kind.ENQUIRY, product__isnull=False)
    enquiry = rows.select_related("party__customer__owner", "product", "owner").filter(pk=event.object_id).first()
    if enquiry is None or event.is_history:
        return
    customer = getattr(enquiry.party, "customer", None)
    owner = (customer.owner if customer else None) or enquiry.owner
    if owner is None:
        return
    params = {"product": enquiry.product, "party": enquiry.party}
    title = said(_("Send a quotation for %(product)s to %(party)s"), params)
    due_at = enquiry.happened_at + PATIENCE
    _plan(title, owner.pk, due_at, enquiry.party, key=f"{QUOTE}:{enquiry.pk}", event=event, actor=actor)


def close_enquiries(event: OutboxEvent, actor: Actor) -> None:
    """A quotation that was sent answers the enquiries of its customer about its products."""
    quotation = Quotation.objects.of(actor.company_id).filter(pk=event.object_id).first()
    if quotation is None:
        return
    enquiries = Activity.objects.of(actor.company_id).filter(
        party=quotation.party_id, kind=Activity.Kind.ENQUIRY, product__in=quotation.lines.values("product")
    )
    keys = [f"{QUOTE}:{pk}" for pk in enquiries.values_list("pk", flat=True)]
    answered = Task.objects.of(actor.company_id).filter(dedupe_key__in=keys, status=Task.Status.OPEN)
    todos.complete(pks=list(answered.values_list("pk", flat=True)), actor=actor)


def _plan(
    title: str, owner_id: int | None, due_at: dt.datetime, party: Any, *, key: str, event: OutboxEvent, actor: Actor
) -> None:
    """One task on the customer; the key makes it once however often the event comes."""
    customer: Customer | None = getattr(party, "customer", None)
    task = todos.NewTask(
        title=title,
        owner_id=owner_id,
        due_at=due_at,
        subject=customer or party,
        subject_label=name_of(party),
        source=key.partition(":")[0],
        key=key,
        is_news=not event.is_history,
    )
    todos.create(tasks=[task], actor=actor)
