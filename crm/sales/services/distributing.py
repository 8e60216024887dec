"""Who gets a lead: the first rule whose conditions it meets chooses among its people, and says so on the lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from crm.sales import ports
from crm.sales.models import Lead, LeadRule, LeadSeat
from suite.automation import conditions, subjects
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.models import Grant, Membership, User
from suite.core.said import Said, again, in_each, listed, said
from suite.desk.services import notifications

WORKS_ON = "crm_sales.change_lead"
Way = LeadRule.Way


@dataclass
class Pool:
    """The people of the rules as they stand now: who can be given something, who not and why, who has how much."""

    seats: dict[int, list[LeadSeat]]
    reasons: dict[int, Said]  # by user: why they get nothing at all
    teams: Mapping[int, int | None]
    load: dict[int, int]
    given: set[int] = field(default_factory=set)  # seats whose turn has moved

    def why_not(self, seat: LeadSeat) -> Said | None:
        """Why this person gets nothing at the moment."""
        if reason := self.reasons.get(seat.user_id):
            return reason
        if seat.quota is not None and self.load.get(seat.user_id, 0) >= seat.quota:
            return said(_("%(name)s has enough open leads (%(count)s)"), {"name": seat.user, "count": seat.quota})
        return None

    def choose(self, rule: LeadRule) -> LeadSeat | None:
        """Whose turn it is; in turn is who waited longest, so that who comes back from leave is not flooded."""
        free = [seat for seat in self.seats.get(rule.pk, ()) if self.why_not(seat) is None]
        if not free:
            return None
        if rule.way == Way.FIXED:
            return free[0]
        if rule.way == Way.LEAST:
            return min(free, key=lambda seat: (self.load.get(seat.user_id, 0), seat.turn, seat.position, seat.pk))
        return min(free, key=lambda seat: (seat.turn, seat.position, seat.pk))

    def give(self, rule: LeadRule, seat: LeadSeat) -> None:
        rule.turns += 1
        seat.turn = rule.turns
        self.given.add(seat.pk)
        self.load[seat.user_id] = self.load.get(seat.user_id, 0) + 1


def distribute(leads: Sequence[Lead], actor: Actor) -> None:
    """Find an owner for each of these leads and put it on them, with the reason; the caller saves them.

    The rules are locked, so that leads that arrive at the same time queue up: each person's turn comes once. Five
    statements and one for each rule, whatever the number of leads. Where the company has no rule, whoever enters a lead
    keeps it.
    """
    if not leads:
        return
    active = LeadRule.objects.of(actor.company_id).filter(is_active=True)
    rules = sorted(active.order_by("pk").select_for_update(of=("self",)), key=lambda rule: (rule.position, rule.pk))
    if not rules:
        for lead in leads:
            lead.owner_id = actor.user_id
            lead.chosen_why = said(_("Entered by hand")) if actor.user_id else said(_("There is no rule yet"))
        return
    pool = _pool(rules, actor)
    chosen = _rules_of(leads, rules, actor)
    stranded: list[tuple[Lead, LeadRule]] = []
    for lead in sorted(leads, key=lambda row: row.pk):
        rule = chosen.get(lead.pk)
        if rule is None:
            lead.chosen_why = said(_("No rule fits: it waits for whoever takes it"))
            continue
        lead.rule = rule
        seat = pool.choose(rule)
        if seat is None:
            lead.team_id, lead.chosen_why = rule.team_id, _stranded(rule, pool)
            stranded.append((lead, rule))
            continue
        pool.give(rule, seat)
        lead.owner_id, lead.team_id = seat.user_id, pool.teams.get(seat.user_id)
        lead.chosen_why = said(_("%(rule)s: %(way)s"), {"rule": rule, "way": Way(rule.way).label})
    bulk.update([rule for rule in rules if rule in chosen.values()], "turns")
    bulk.update([seat for seats in pool.seats.values() for seat in seats if seat.pk in pool.given], "turn")
    _tell_managers(stranded, actor)


def idle(rule: LeadRule, actor: Actor) -> list[str]:
    """Who of a rule's people gets nothing at the moment, and why."""
    pool = _pool([rule], actor)
    return [str(reason) for seat in pool.seats.get(rule.pk, ()) if (reason := pool.why_not(seat))]


def _stranded(rule: LeadRule, pool: Pool) -> Any:
    why = [reason for seat in pool.seats.get(rule.pk, ()) if (reason := pool.why_not(seat))]
    reasons = in_each(lambda: listed(again(each) for each in why))
    if not why:
        return said(_("%(rule)s: nobody stands in this rule"), {"rule": rule})
    return said(_("%(rule)s: nobody is free. %(why)s"), {"rule": rule, "why": reasons})


def _pool(rules: Sequence[LeadRule], actor: Actor) -> Pool:
    seats: dict[int, list[LeadSeat]] = {}
    rows = LeadSeat.objects.filter(rule__in=rules).select_related("user").order_by("position", "pk")
    people: dict[int, User] = {}
    for seat in rows:
        seats.setdefault(seat.rule_id, []).append(seat)
        people[seat.user_id] = seat.user
    members = Membership.objects.filter(company=actor.company_id, user__in=people, user__is_active=True)
    teams: dict[int, int | None] = dict(members.values_list("user_id", "team_id"))
    able = set(
        Grant.objects.filter(
            code=WORKS_ON, role__company=actor.company_id, role__memberships__user__in=people,
            role__memberships__company=actor.company_id,
        ).exclude(scope="none").values_list("role__memberships__user_id", flat=True)
    )  # fmt: skip
    away = ports.away(actor.company_id, list(people), clock.today(actor.company))
    reasons: dict[int, Said] = {}
    for pk, user in people.items():
        if pk not in teams:
            reasons[pk] = said(_("%(name)s has left"), {"name": user})
        elif pk not in able and not user.is_superuser:
            reasons[pk] = said(_("%(name)s may not work on leads"), {"name": user})
        elif pk in away:
            reasons[pk] = said(_("%(name)s is away"), {"name": user})
    counted = Lead.objects.of(actor.company_id).filter(owner__in=people, status__in=Lead.OPEN).values("owner")
    load = dict(counted.annotate(count=Count("pk")).values_list("owner", "count"))
    return Pool(seats, reasons, teams, load)


def _rules_of(leads: Sequence[Lead], rules: Sequence[LeadRule], actor: Actor) -> dict[int, LeadRule]:
    """The first rule whose conditions each lead meets. A rule that says what nobody understands any more fits none."""
    house = Actor.system(actor.company)
    subject = subjects.subject(Lead.kind(), actor.company_id)
    assert subject is not None
    found: dict[int, LeadRule] = {}
    left = {lead.pk for lead in leads}
    for rule in rules:
        if not left:
            break
        try:
            hit = conditions.holding(rule.conditions, subject, house, left) if rule.conditions else set(left)
        except conditions.Misunderstood:
            continue
        found |= dict.fromkeys(hit, rule)
        left -= hit
    return found


def _tell_managers(stranded: Sequence[tuple[Lead, LeadRule]], actor: Actor) -> None:
    """Tell the manager of the team with which leads wait, else all who may hand leads to others."""
    if not stranded:
        return
    managers = notifications.managers_of({rule.team_id for _lead, rule in stranded if rule.team_id})
    everybody: list[int] | None = None
    for lead, rule in stranded:
        who = [managers[rule.team_id]] if rule.team_id in managers else None
        if who is None:
            everybody = _leaders(actor) if everybody is None else everybody
            who = everybody
        notifications.notify(
            who, "lead_stranded", _("A lead waits for an owner: %(lead)s. %(why)s"),
            params={"lead": lead.title, "why": lead.chosen_why}, key=f"lead:{lead.pk}", subject=lead,
        )  # fmt: skip


def _leaders(actor: Actor) -> list[int]:
    managers = Membership.objects.filter(company=actor.company_id, roles__code="sales_manager", user__is_active=True)
    return list(managers.values_list("user_id", flat=True).distinct()[:20])
