"""Telling people that they are asked, and those who asked what came of it; driven by the outbox and the clock."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from suite.automation.models import Approval, ApprovalStep
from suite.automation.services.approvals.judging import DECIDE, in_force
from suite.core import clock
from suite.core.access import Actor, Scope
from suite.core.models import Company, Grant, Membership, OutboxEvent
from suite.core.roles import INTEGRATOR
from suite.core.said import in_each
from suite.desk import documents, formats
from suite.desk.services.notifications import notify


def ask(event: OutboxEvent, actor: Actor) -> None:
    """Tell those whose turn it is: of what exceeds a limit or meets a condition each time, of everyday papers once a
    day."""
    approval = Approval.objects.prefetch_related("steps__role", "steps__user").get(pk=event.object_id)
    if event.is_history or approval.status != Approval.Status.WAITING:
        return
    for step in approval.due_steps:
        people = asked_by(step, approval, actor.company)
        if approval.above or approval.because or not step.role_id or not step.from_rule:
            notify(
                people,
                "approval",
                _("%(document)s %(number)s waits for your approval: %(amount)s"),
                key=f"{approval.pk}:{step.pk}",
                params=_params(approval) | {"amount": formats.money(approval.amount)},
                body=step.because,
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


def remind(approval: Approval, step: ApprovalStep) -> None:
    """Tell those who let an approval wait that it does; joins the act of the clock."""
    company = Company.objects.get(pk=approval.company_id)
    notify(
        asked_by(step, approval, company), "approval",
        _("%(document)s %(number)s still waits for your approval"),
        key=f"{approval.pk}:{step.pk}:again", params=_params(approval), subject=approval,
    )  # fmt: skip


def asked_by(step: ApprovalStep, approval: Approval, company: Company) -> Collection[int]:
    """The people whom a step asks, and who stands in for them today; never whoever asked."""
    members = Membership.objects.filter(company=company, user__is_active=True)
    if step.user_id:
        members = members.filter(user=step.user_id)
    elif step.role_id:
        members = members.filter(roles=step.role_id)
    else:
        everything = Grant.objects.filter(role__company=company, code=DECIDE, scope=Scope.ALL)
        members = members.filter(roles__in=everything.exclude(role__code=INTEGRATOR).values("role"))
    people = set(members.values_list("user_id", flat=True))
    people |= set(in_force(Actor.system(company)).filter(user__in=people).values_list("to_id", flat=True))
    return sorted(people - {approval.requested_by_id})


def tell(event: OutboxEvent, actor: Actor) -> None:
    """Tell whoever asked what came of it, or that they are asked something."""
    approval = Approval.objects.prefetch_related("steps").get(pk=event.object_id)
    sentences = {
        Approval.Status.APPROVED: _("%(number)s was approved"),
        Approval.Status.REJECTED: _("%(number)s was rejected"),
        Approval.Status.RETURNED: _("%(number)s came back to you with a question"),
    }
    sentence = sentences.get(Approval.Status(approval.status))
    if sentence and approval.requested_by_id and not event.is_history:
        said = approval.question or next((step.note for step in approval.steps.all() if step.status == "rejected"), "")
        key = event.dedupe_key if approval.status == Approval.Status.RETURNED else str(approval.pk)
        notify(
            [approval.requested_by_id],
            "decision",
            sentence,
            key=key,
            params={"number": approval.number},
            body=said,
            subject=approval,
        )


def _params(approval: Approval) -> dict[str, str]:
    return {"document": in_each(lambda: documents.label_of(approval.kind)), "number": approval.number}
