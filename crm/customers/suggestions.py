"""What had better be done next with a customer: areas say what they know, the most urgent stands on its page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.customers.models import Commitment, Customer
from suite.core import clock
from suite.core.access import Actor
from suite.desk import formats
from suite.desk.models import Task


@dataclass(frozen=True)
class Suggestion:
    """One sentence and one button, a link to `url`; `kind` names who says so."""

    kind: str
    sentence: str
    label: str
    url: str
    icon: str = "flag"


Find = Callable[[Actor, Customer], Suggestion | None]
_finders: list[tuple[int, str, Find]] = []


def register(find: Find, *, order: int, permission: str = "") -> None:
    """Let an area suggest what comes next; asked in `order` until one answers, by one statement each."""
    _finders.append((order, permission, find))
    _finders.sort(key=lambda each: each[0])


def next_best(actor: Actor, customer: Customer) -> Suggestion | None:
    """The most urgent of what is known; None where nothing presses."""
    for _order, permission, find in _finders:
        if (not permission or actor.may(permission)) and (found := find(actor, customer)):
            return found
    return None


def overdue_task(actor: Actor, customer: Customer) -> Suggestion | None:
    """The task about the customer that is overdue the longest."""
    rows = Task.objects.visible_to(actor).filter(
        status=Task.Status.OPEN, due_at__lt=clock.now(), subject_kind=Customer._meta.label_lower, subject_id=customer.pk
    )
    row = rows.order_by("due_at").first()
    if row is None:
        return None
    sentence = _("Overdue since %(day)s: %(what)s") % {"day": formats.day(row.due_at), "what": row.title}
    return Suggestion("task", sentence, _("Open the task"), reverse("desk:task", args=[row.pk]), "checkbox")


def open_promise(actor: Actor, customer: Customer) -> Suggestion | None:
    """What we promised for today or before, and have not kept; then what is due tomorrow."""
    today = clock.today(actor.company)
    rows = Commitment.objects.visible_to(actor).filter(
        party=customer.party_id, status__in=(Commitment.Status.OPEN, Commitment.Status.BROKEN), by_them=False,
        due_on__lte=today + dt.timedelta(days=1),
    )  # fmt: skip
    row = rows.select_related("product", "unit").order_by("due_on").first()
    if row is None:
        return None
    sentence = _("We promised for %(day)s: %(what)s") % {"day": formats.day(row.due_on), "what": row.what}
    return Suggestion(
        "commitment", sentence, _("Look at it"), reverse("customers:commitment", args=[row.pk]), "list-check"
    )


register(overdue_task, order=10, permission="desk.view_task")
register(open_promise, order=20, permission="crm_customers.view_commitment")
