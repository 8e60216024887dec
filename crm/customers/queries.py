"""Whose parties are whose, and what of a party stands on its timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.customers.models import Activity, Commitment, Customer
from crm.customers.timeline import Line
from suite.core import clock
from suite.core.access import Actor, OwnerRule, Scope
from suite.core.models import AuditRow
from suite.desk import formats
from suite.desk.audit import Teller
from suite.desk.models import Task
from suite.desk.planned import MOST, Planned
from suite.masterdata.models import Party


def party_rule(path: str) -> OwnerRule:
    """Rows whose customer profile, reached by `path`, is the actor's own or of the actor's teams."""

    def rule(actor: Actor, scope: Scope) -> Q:
        mine = Q(**{f"{path}__owner": actor.user_id})
        if scope == Scope.TEAM:
            mine |= Q(**{f"{path}__team__in": actor.grants.teams})
        return mine

    return rule


def activity_rule(actor: Actor, scope: Scope) -> Q:
    """Activities and needs of one's own customers, whoever wrote them down, and those one wrote down oneself."""
    return Q(owner=actor.user_id) | party_rule("party__customer")(actor, scope)


ICONS = {
    Activity.Kind.CALL: "phone",
    Activity.Kind.VISIT: "map-pin",
    Activity.Kind.MESSAGE: "message",
    Activity.Kind.MAIL: "mail",
    Activity.Kind.NOTE: "note",
    Activity.Kind.ENQUIRY: "help-circle",
    Activity.Kind.COMPLAINT: "alert-triangle",
    Activity.Kind.PURCHASE: "shopping-cart",
}


def activities_of(actor: Actor, party_id: int) -> QuerySet[Activity]:
    """What was logged about a party, for those who may see the party."""
    return Activity.objects.visible_to(actor).filter(party=party_id).select_related("owner", "contact", "product")


def activity_line(row: Activity) -> Line:
    """An activity as the timeline shows it."""
    who = " · ".join(str(person) for person in (row.owner, row.contact) if person)
    text = row.text if row.text != row.title else ""
    product = str(row.product) if row.product else ""
    kind = str(row.get_kind_display())
    return Line(
        title=kind if row.title == kind else f"{kind}: {row.title}",
        text="\n".join(part for part in (product, row.place, text) if part),
        who=who,
        icon=ICONS[Activity.Kind(row.kind)],
    )


def tasks_of(actor: Actor, party_id: int) -> QuerySet[Task]:
    """What was to be done about a customer and is done."""
    of_party = Customer.objects.filter(party=party_id).values("pk")
    done = Task.objects.visible_to(actor).filter(status=Task.Status.DONE, subject_id__in=of_party)
    return done.filter(subject_kind=Customer._meta.label_lower).select_related("owner")


def task_line(row: Task) -> Line:
    """A finished task as the timeline shows it."""
    return Line(title=row.title, text=row.note, who=str(row.owner or ""))


BANK = {"bank_branch", "bank_account"}


def changes_of(actor: Actor, party_id: int) -> QuerySet[AuditRow]:
    """What was changed in the fields of a customer and of its party."""
    rows = AuditRow.objects.of(actor.company_id)
    profile = Customer.objects.visible_to(actor).filter(party=party_id).values("pk")
    of_profile = Q(kind=Customer._meta.label_lower, object_id__in=profile)
    return rows.filter(of_profile | Q(kind=Party._meta.label_lower, object_id=party_id)).exclude(action="created")


def change_lines(actor: Actor, rows: Sequence[AuditRow]) -> list[Line]:
    """Each change in words; bank accounts to those who see them."""
    if not actor.may("masterdata.see_bank"):
        for row in rows:
            row.changes = {name: pair for name, pair in row.changes.items() if name not in BANK}
    teller = Teller(rows, actor)
    return [Line(title=teller.act(row), text=teller.text(row), who=teller.who(row)) for row in rows]


COMMITMENT_COLOURS = {"open": "info", "kept": "success", "broken": "danger", "withdrawn": "secondary"}


def commitments_of(actor: Actor, party_id: int) -> QuerySet[Commitment]:
    """What was promised to a customer, or by one."""
    rows = Commitment.objects.visible_to(actor).filter(party=party_id)
    return rows.select_related("owner", "product", "unit")


def commitment_line(row: Commitment) -> Line:
    """A commitment as the timeline shows it."""
    due = _("due %(day)s") % {"day": formats.day(row.due_on)} if row.due_on else ""
    title = " · ".join(part for part in (row.what, due, str(row.get_status_display())) if part)
    url = reverse("customers:commitment", args=[row.pk])
    return Line(title=title, text=row.sentence, who=str(row.owner or ""), url=url)


def promises_with(actor: Actor, party_id: int) -> list[Commitment]:
    """The promises to a customer, or by one, that are not settled; what is due first comes first."""
    unsettled = commitments_of(actor, party_id).filter(status__in=(Commitment.Status.OPEN, Commitment.Status.BROKEN))
    return list(unsettled.order_by("due_on", "pk")[:6])


def promises_due(actor: Actor) -> dict[str, Any]:
    """Open promises of the actor that are due within a week or past, for the workbench."""
    soon = clock.today(actor.company) + dt.timedelta(days=7)
    rows = Commitment.objects.visible_to(actor).filter(
        owner=actor.user_id, status=Commitment.Status.OPEN, due_on__lte=soon
    )
    shown = list(rows.select_related("party", "product", "unit").order_by("due_on", "pk")[:8])
    return {"rows": shown, "may_settle": True}


def words_of_commitment(row: Commitment) -> tuple[str, ...]:
    """What a commitment is found by."""
    product = (row.product.code, row.product.name, row.product.name_en) if row.product else ()
    return row.sentence[:200], row.party.name, row.party.name_en, *product


STAGES = {"prospect": "info", "active": "success", "dormant": "warning", "lost": "danger"}  # colours of the badge


def stage_of(row: Customer) -> tuple[str, str]:
    """The lifecycle of a customer as its badge shows it."""
    return str(row.get_stage_display()), STAGES[row.stage]


UNDATED = Q(next_step_at=None) & ~Q(next_step="")  # it is known what comes next, but not when


def follow_ups(actor: Actor) -> QuerySet[Customer]:
    """The actor's customers with something to come, the most urgent first, what has no date last."""
    mine = Customer.objects.visible_to(actor).filter(owner=actor.user_id)
    rows = mine.filter(UNDATED | Q(next_step_at__isnull=False))
    return rows.select_related("party").order_by("next_step_at", "pk")[:8]


def follow_ups_block(actor: Actor) -> dict[str, Any]:
    """What the block of the workbench shows, and whether there is a customer to see: one statement more when not.

    Who leads others sees theirs and may have none of their own.
    """
    rows = list(follow_ups(actor))
    return {"rows": rows, "has_customers": bool(rows) or Customer.objects.visible_to(actor).exists()}


def next_steps(actor: Actor, whose: str, begin: dt.datetime | None, end: dt.datetime | None) -> list[Planned]:
    """What is next with the actor's customers, or those of the actor's teams, for the calendar."""
    rows = Customer.objects.visible_to(actor).filter(Q(next_step_at__lt=end) if end else UNDATED)
    rows = rows.filter(next_step_at__gte=begin) if begin else rows
    rows = rows.filter(team__in=actor.grants.teams) if whose == "team" else rows.filter(owner=actor.user_id)
    return [
        Planned(
            row.next_step_at,
            row.next_step or _("Next follow-up time"),
            row.party.label,
            reverse("customers:customer", args=[row.pk]),
            "flag",
        )
        for row in rows.select_related("party").order_by("next_step_at", "pk")[:MOST]
    ]
