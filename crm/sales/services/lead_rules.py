"""The rules by which leads find their owner: made, changed, put in order, and tried with a lead that is not kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Lead, LeadRule, LeadSeat
from crm.sales.services import leads
from suite.automation import conditions, subjects
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service, undone
from suite.core.models import Membership, Team, User


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in the pool of a rule, and how many open leads are enough."""

    user: User
    quota: int | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of a lead: the rule that fits, who would get it, and why."""

    rule: LeadRule | None
    owner: User | None
    why: str


@service
def create_rule(
    *,
    name: str,
    actor: Actor,
    seats: Sequence[Seat] = (),
    way: str = LeadRule.Way.ROUND,
    conditions: Mapping[str, Any] | None = None,
    name_en: str = "",
    team: Team | None = None,
    is_active: bool = True,
    position: int | None = None,
    reason: str = "",
) -> LeadRule:
    """Make a rule, behind the others unless `position` says where. Raises ValidationError by field."""
    last = LeadRule.objects.of(actor.company_id).order_by("-position").values_list("position", flat=True).first()
    rule = LeadRule(
        company=actor.company, name=name.strip(), name_en=name_en.strip(), way=way, conditions=dict(conditions or {}),
        team=team, is_active=is_active, position=10 + (last or 0) if position is None else position,
    )  # fmt: skip
    _judge(rule, actor)
    rule.save()
    _seat(rule, seats, actor)
    current_act().audit(rule, "created", {"name": (None, rule.name)})
    return rule


@service
def change_rule(
    *, rule_id: int, actor: Actor, seats: Sequence[Seat] | None = None, reason: str = "", **values: Any
) -> LeadRule:
    """Change a rule; `seats`, where given, are its people altogether. Raises ValidationError by field."""
    rule = LeadRule.objects.of(actor.company_id).lock([rule_id]).get()
    proposed = LeadRule(pk=rule.pk, company=actor.company, name=rule.name, conditions=rule.conditions)
    for name, value in values.items():
        setattr(proposed, name, value)
    _judge(proposed, actor)
    save_changes(rule, values)
    if seats is not None:
        _seat(rule, seats, actor)
    return rule


@service
def switch_rules(*, rule_ids: Collection[int], on: bool, actor: Actor, reason: str = "") -> int:
    """Switch rules on or off; says how many were different."""
    rows = list(LeadRule.objects.of(actor.company_id).exclude(is_active=on).lock(rule_ids))
    for rule in rows:
        current_act().audit(rule, "changed", {"is_active": (not on, on)})
    LeadRule.objects.filter(pk__in=[rule.pk for rule in rows]).update(is_active=on)
    return len(rows)


@service
def delete_rules(*, rule_ids: Collection[int], actor: Actor, reason: str = "") -> int:
    """Delete rules; the leads they gave keep their owners and the words that say why."""
    rows = list(LeadRule.objects.of(actor.company_id).lock(rule_ids))
    for rule in rows:
        current_act().audit(rule, "deleted", {"name": (rule.name, None)})
    LeadRule.objects.filter(pk__in=[rule.pk for rule in rows]).delete()
    return len(rows)


def _judge(rule: LeadRule, actor: Actor) -> None:
    rule.clean_fields(exclude=["company", "team"])
    taken = LeadRule.objects.of(actor.company_id).filter(name=rule.name).exclude(pk=rule.pk)
    if taken.exists():
        raise ValidationError({"name": _("There is a rule with this name already")})
    subject = subjects.subject(Lead.kind(), actor.company_id)
    assert subject is not None
    if wrong := conditions.problems(rule.conditions, subject, Actor.system(actor.company)):
        raise ValidationError({"conditions": wrong})


def _seat(rule: LeadRule, seats: Sequence[Seat], actor: Actor) -> None:
    """Bring the people of a rule to `seats`; who stays keeps their turn."""
    users = [seat.user.pk for seat in seats]
    if len(users) != len(set(users)):
        raise ValidationError({"seats": _("Each person once, please")})
    here = set(Membership.objects.filter(company=actor.company_id, user__in=users).values_list("user_id", flat=True))
    if strangers := [seat.user for seat in seats if seat.user.pk not in here]:
        raise ValidationError({"seats": _("%(name)s does not work in this company") % {"name": strangers[0].label}})
    before = {row.user_id: row for row in rule.seats.select_related("user")}
    rows = [
        LeadSeat(
            company_id=rule.company_id, rule=rule, user=seat.user, position=place, quota=seat.quota,
            turn=before[seat.user.pk].turn if seat.user.pk in before else 0,
        )
        for place, seat in enumerate(seats)
    ]  # fmt: skip
    for row in rows:
        row.clean_fields(exclude=["company", "rule", "user"])
        if row.quota == 0:
            raise ValidationError({"seats": _("At least one lead, or no limit")})
    told = [f"{row.user.username} {row.quota or ''}".strip() for row in before.values()]
    telling = [f"{row.user.username} {row.quota or ''}".strip() for row in rows]
    if told == telling:
        return
    rule.seats.all().delete()
    LeadSeat.objects.bulk_create(rows)
    current_act().audit(rule, "changed", {"people": (told, telling)})


def try_lead(*, values: Mapping[str, Any], actor: Actor) -> Trial:
    """Let a sample lead arrive, see who would get it by which rule, and take all of it back."""
    with undone():
        lead = leads.create_lead(actor=Actor.system(actor.company), **values)
        return Trial(lead.rule, lead.owner, str(lead.chosen_why))
