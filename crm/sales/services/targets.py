"""Setting targets: in the grid, by import and through the API the same way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Target
from suite.core.access import Actor, Scope
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.models import Membership, Team

CHANGE = "crm_sales.change_target"
SELLING = ("rep", "sales_manager")  # whose roles have targets


@dataclass(frozen=True, slots=True)
class Wanted:
    """A target as somebody wants it: of a person, of a team, or of the company; without an amount there is none."""

    month: dt.date
    measure: str
    amount: Decimal | None
    user_id: int | None = None
    team_id: int | None = None


@service
def set_targets(wanted: Sequence[Wanted], *, actor: Actor, reason: str = "") -> list[Target]:
    """Write targets by a fixed number of statements, all or none; one without an amount is taken away.

    Raises BusinessError, under the index of each, for a month that is none, somebody who does not work here, a negative
    amount, and for people and teams whose targets the actor may not set.
    """
    if refused := check_targets(wanted, actor=actor):
        raise BusinessError(by_key=refused)
    teams = _teams_of([each.user_id for each in wanted if each.user_id], actor)
    known = {
        (row.month, row.measure, row.user_id, None if row.user_id else row.team_id): row
        for row in Target.objects.of(actor.company_id)
        .filter(month__in={each.month for each in wanted}, measure__in={each.measure for each in wanted})
        .select_for_update(of=("self",))
    }
    made, changed, gone = [], [], []
    for key, each in {(w.month, w.measure, w.user_id, None if w.user_id else w.team_id): w for w in wanted}.items():
        row = known.get(key)
        if each.amount is None:
            gone += [row] if row else []
        elif row is None:
            team_id = teams.get(each.user_id) if each.user_id else each.team_id
            made.append(
                Target(company=actor.company, month=each.month, measure=each.measure, user_id=each.user_id,
                       team_id=team_id, amount=each.amount)
            )  # fmt: skip
        elif row.amount != each.amount:
            current_act().audit(row, "changed", {"amount": (row.amount, each.amount)})
            row.amount = each.amount
            changed.append(row)
    for row in gone:
        current_act().audit(row, "deleted", {"amount": (row.amount, None)})
    Target.objects.filter(pk__in=[row.pk for row in gone]).delete()
    Target.objects.bulk_update(changed, ["amount"])
    Target.objects.bulk_create(made)
    for row in made:
        current_act().audit(row, "created", {"amount": (None, row.amount)})
    return [*made, *changed]


def check_targets(wanted: Sequence[Wanted], *, actor: Actor) -> Refusals:
    """What speaks against each target, by its index; writes nothing."""
    scope = actor.scope(CHANGE)
    teams = _teams_of([each.user_id for each in wanted if each.user_id], actor)
    of_company = set(Team.objects.of(actor.company_id).values_list("pk", flat=True))
    refused: Refusals = {}
    for index, each in enumerate(wanted):
        if each.month.day != 1:
            refused[index] = Refusal("month", _("A month is its first day"), field="month")
        elif each.measure not in Target.Measure.values:
            refused[index] = Refusal("measure", _("There is no such measure"), field="measure")
        elif each.amount is not None and each.amount < 0:
            refused[index] = Refusal("amount", _("The amount must not be negative"), field="amount")
        elif each.user_id and each.user_id not in teams:
            refused[index] = Refusal("not_a_member", _("This person does not work in this company"), field="user")
        elif not each.user_id and each.team_id and each.team_id not in of_company:
            refused[index] = Refusal("unknown_team", _("There is no such team"), field="team")
        elif scope != Scope.ALL:
            team = teams.get(each.user_id) if each.user_id else each.team_id
            if scope != Scope.TEAM or team is None or team not in actor.grants.teams:
                refused[index] = Refusal("not_yours", _("You set targets of your own team only"), field="user")
    return refused


def _teams_of(users: Sequence[int], actor: Actor) -> dict[int | None, int | None]:
    """The teams of those of them who work here."""
    rows = Membership.objects.filter(company=actor.company_id, user__in=users)
    return dict(rows.values_list("user_id", "team_id"))


def whose(actor: Actor) -> list[tuple[str, int | None, int | None]]:
    """Whose targets the actor may set: the label, and the keys of person and team; the company has neither."""
    is_all = actor.scope(CHANGE) == Scope.ALL
    mine = Q() if is_all else Q(team__in=actor.grants.teams)
    people = Membership.objects.filter(mine, company=actor.company_id, user__is_active=True, roles__code__in=SELLING)
    teams = Team.objects.of(actor.company_id).order_by("name")
    found: list[tuple[str, int | None, int | None]] = [(actor.company.label, None, None)] if is_all else []
    found += [(team.label, None, team.pk) for team in teams if is_all or team.pk in actor.grants.teams]
    rows = people.select_related("user").order_by("team", "user__name", "pk").distinct()
    return [*found, *((row.user.label, row.user_id, None) for row in rows)]
