"""Telling flows and outside systems of what is overdue, once for each receivable."""

from __future__ import annotations

from erp.finance.models import Receivable
from erp.finance.queries import overdue_part, past_due
from erp.finance.services.items import told
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service

AT_ONCE = 1000


@service
def announce_overdue(*, actor: Actor, reason: str = "") -> int:
    """Announce receivables of the company that have become overdue, the first thousand; says how many.

    What is not delivered is not overdue yet, whatever its date. Three statements; who calls it at the same time waits
    and finds nothing left.
    """
    today = clock.today(actor.company)
    rows = Receivable.objects.of(actor.company_id).filter(past_due(today), overdue_told=False)
    late = dict(rows.annotate(late=overdue_part(today)).filter(late__gt=0).values_list("pk", "late")[:AT_ONCE])
    items = [item for item in Receivable.objects.of(actor.company_id).lock(late) if not item.overdue_told]
    Receivable.objects.filter(pk__in=[item.pk for item in items]).update(overdue_told=True)
    for item in items:
        current_act().announce(
            "erp.finance.receivable.overdue", item, told(item) | {"overdue": late[item.pk]}, key="once"
        )
    return len(items)
