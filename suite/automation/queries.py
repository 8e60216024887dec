"""Who waits for whose decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from suite.automation import approvals as kinds
from suite.automation.models import Approval, ApprovalStep
from suite.automation.services.approvals.judging import asks
from suite.core.access import Actor, Scope
from suite.core.models import AuditRow
from suite.desk.audit import Teller

SHOWN = 8  # rows of the workbench's block


def my_approvals(actor: Actor) -> QuerySet[Approval]:
    """What waits for the actor, or for somebody in whose place they are today, newest first."""
    due = ApprovalStep.objects.filter(asks(actor), status=ApprovalStep.Status.WAITING)
    return (
        Approval.objects.of(actor.company_id)
        .filter(status=Approval.Status.WAITING, pk__in=due.values("approval"))
        .order_by("-id")
    )


def my_questions(actor: Actor) -> QuerySet[Approval]:
    """What came back to the actor with a question."""
    return Approval.objects.of(actor.company_id).filter(status=Approval.Status.RETURNED, requested_by=actor.user_id)


def asked_or_asking(actor: Actor, scope: Scope) -> Q:
    """Approvals that are the actor's business: asked for by them, decided by them, or with a step that asks them."""
    mine = ApprovalStep.objects.filter(asks(actor) | Q(decided_by=actor.user_id), company=actor.company_id)
    return Q(requested_by=actor.user_id) | Q(pk__in=mine.values("approval"))


def standing_in(actor: Actor, scope: Scope) -> Q:
    """Delegations that are the actor's business: of them, or to them."""
    return Q(user=actor.user_id) | Q(to=actor.user_id)


def route_of(kind: str, object_id: int) -> QuerySet[Approval]:
    """All approvals a document ever went through, the latest first, with their steps."""
    return (
        Approval.objects.filter(kind=kind, object_id=object_id)
        .select_related("requested_by", "rule")
        .prefetch_related("steps__role", "steps__user", "steps__decided_by", "steps__on_behalf_of")
        .order_by("-id")
    )


def terms_of(approval: Approval) -> tuple[list[tuple[str, str]], Sequence[str]]:
    """What people are asked to agree to: fields with their values, and lines in words."""
    fields = kinds.kind(approval.kind).fields
    row = _as_change(approval, {name: [None, approval.terms[name]] for name in fields if name in approval.terms})
    return Teller([row]).facts(row), _said(approval, approval.terms.get("lines", []))


def changes_since(approval: Approval, document: Any) -> list[str]:
    """What differs between what was submitted and what stands there now, a line for each field."""
    if not approval.terms or document is None:
        return []
    return _differences(approval, approval.terms, kinds.kind(approval.kind).terms([document])[document.pk])


def changes_before(approval: Approval) -> list[str]:
    """What changed since the document was submitted the last time before, a line for each field."""
    earlier = Approval.objects.filter(kind=approval.kind, object_id=approval.object_id, pk__lt=approval.pk)
    before = earlier.order_by("-pk").values_list("terms", flat=True).first()
    return _differences(approval, before, approval.terms) if before and approval.terms else []


def _differences(approval: Approval, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    old, new = dict(before), dict(after)
    both = "lines" in old and "lines" in new  # what was not kept then is not told as a change
    lines, now = old.pop("lines", []), new.pop("lines", [])
    changes = {name: [old[name], new[name]] for name in new if name in old and old[name] != new[name]}
    row = _as_change(approval, changes)
    told = Teller([row]).text(row).splitlines() if changes else []
    gone, more = ([line for line in lines if line not in now], [line for line in now if line not in lines])
    if both and (gone or more):
        told += [_("Line taken out: %(line)s") % {"line": line} for line in _said(approval, gone)]
        told += [_("New or changed line: %(line)s") % {"line": line} for line in _said(approval, more)]
    return told


def _said(approval: Approval, lines: list[str]) -> Sequence[str]:
    """Kept lines in the words of whoever reads them."""
    return kinds.kind(approval.kind).say_lines(approval.company_id, lines) if lines else lines


def _as_change(approval: Approval, changes: dict[str, list[Any]]) -> AuditRow:
    return AuditRow(company_id=approval.company_id, kind=approval.kind, object_id=approval.object_id, changes=changes)


def count_mine(actor: Actor) -> int:
    """How many documents wait for the actor, to decide or to answer; counted to 100."""
    due = Q(pk__in=my_approvals(actor).order_by().values("pk")) | Q(pk__in=my_questions(actor).values("pk"))
    return Approval.objects.of(actor.company_id).filter(due, status__in=Approval.OPEN)[:100].count()


def block(actor: Actor) -> dict[str, Any]:
    """The workbench's block: the latest that wait for the actor."""
    due = my_approvals(actor).select_related("requested_by").prefetch_related("steps__role", "steps__user")
    rows = list(due[: SHOWN + 1])
    return {"approvals": rows[:SHOWN], "more": len(rows) > SHOWN, "questions": list(my_questions(actor)[:SHOWN])}
