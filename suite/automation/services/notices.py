"""Telling people that they are asked, and those who asked what came of it; driven by the outbox."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from suite.automation.models import Approval
from suite.core import clock
from suite.core.access import Actor
from suite.core.models import OutboxEvent
from suite.core.said import in_each
from suite.desk import documents, formats
from suite.desk.services.notifications import holders, notify


def ask(event: OutboxEvent, actor: Actor) -> None:
    """Tell those whose turn it is: of what exceeds a limit each time, of everyday papers once a day."""
    approval = Approval.objects.prefetch_related("steps__role").get(pk=event.object_id)
    step = approval.due_step
    if step is None or event.is_history:
        return
    people = holders(actor.company, step.role.code)
    if approval.above:
        notify(
            people,
            "approval",
            _("%(document)s %(number)s waits for your approval: %(amount)s"),
            key=f"{approval.pk}:{step.position}",
            params={
                "document": in_each(lambda: documents.label_of(approval.kind)),
                "number": approval.number,
                "amount": formats.money(approval.amount),
            },
            subject=approval,
        )
    else:
        notify(
            people,
            "approval",
            _("Documents wait for your approval: %(document)s"),
            key=f"{approval.kind}:{clock.today(actor.company)}",
            params={"document": in_each(lambda: documents.label_of(approval.kind))},
            url=documents.url_of(approval._meta.label_lower, approval.pk),
        )


def tell(event: OutboxEvent, actor: Actor) -> None:
    """Tell whoever asked."""
    approval = Approval.objects.get(pk=event.object_id)
    approved = approval.status == Approval.Status.APPROVED
    if approval.requested_by_id and not event.is_history:
        notify(
            [approval.requested_by_id],
            "decision",
            _("%(number)s was approved") if approved else _("%(number)s was rejected"),
            key=str(approval.pk),
            params={"number": approval.number},
            subject=approval,
        )
