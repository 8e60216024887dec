"""How people, teams and the company do against their targets, as of now."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import DecimalField, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.sales import ports
from crm.sales.models import Opportunity, Order, Target
from crm.sales.queries.orders import WORTH
from suite.core import clock
from suite.core.access import Actor, Scope
from suite.core.models import Team, User
from suite.core.money import ZERO
from suite.desk.lists.dates import months_on, within

Measure = Target.Measure
SPANS = {"month": 1, "quarter": 3}
COMPANY = ("company", None)
Key = tuple[str, int | None]


@dataclass
class Figure:
    """An amount against its target; None where there is no target, or where nobody can say what came in."""

    amount: Decimal | None = ZERO
    target: Decimal | None = None
    url: str = ""

    @property
    def gap(self) -> Decimal | None:
        """What is missing to the target, below zero where it is exceeded."""
        return None if self.target is None or self.amount is None else self.target - self.amount

    @property
    def reached(self) -> Decimal | None:
        """How much of the target was reached, in percent."""
        return None if self.amount is None or not self.target else self.amount * 100 / self.target

    @property
    def bar(self) -> int:
        return min(int(self.reached or 0), 100)


@dataclass
class Row:
    """A person, a team or the company."""

    kind: str
    label: str = ""
    figures: dict[str, Figure] = field(default_factory=lambda: {measure: Figure() for measure in Measure.values})

    @property
    def cells(self) -> list[Figure]:
        return list(self.figures.values())


@dataclass(frozen=True)
class Performance:
    """The rows with the company first, then teams, then people; `as_of` is when it was read."""

    first: dt.date
    last: dt.date
    as_of: dt.datetime
    rows: list[Row]


def period(day: dt.date, span: str) -> tuple[dt.date, dt.date]:
    """The first and last day of the month or quarter of a day."""
    first = day.replace(day=1)
    if span == "quarter":
        first = months_on(first, -((first.month - 1) % 3))
    return first, months_on(first, SPANS[span]) - dt.timedelta(days=1)


def performance_of(actor: Actor, first: dt.date, last: dt.date) -> Performance:
    """Booked, won and collected in the days from first to last, against targets, of those the actor sees.

    Booked are confirmed orders by their date, in the company's currency; won are deals by the day of their end;
    collected is money that settled receivables, by its posting date (an advance counts once it is allocated). One
    statement each, one for targets, two for names. Teams are shown to those who see theirs, the company to those who
    see all.
    """
    scope = actor.scope("crm_sales.view_order")
    rows: dict[Key, Row] = {}
    found = {
        Measure.BOOKED: _booked(actor, first, last),
        Measure.WON: _won(actor, first, last),
        Measure.COLLECTED: ports.collected(actor, first, last),
    }
    for measure, sums in found.items():
        if sums is None:
            continue
        for (user_id, team_id), amount in sums.items():
            for key in _keys(user_id, team_id, scope):
                figure = rows.setdefault(key, Row(key[0])).figures[measure]
                figure.amount = (figure.amount or ZERO) + amount
    for target in Target.objects.visible_to(actor).filter(month__range=(first, last)):
        key = _key_of(target)
        figure = rows.setdefault(key, Row(key[0])).figures[target.measure]
        figure.target = (figure.target or ZERO) + target.amount
    if found[Measure.COLLECTED] is None:
        for row in rows.values():
            row.figures[Measure.COLLECTED].amount = None
    _name(rows, actor, first, last)
    order = {"company": 0, "team": 1, "user": 2}
    ordered = sorted(
        rows.values(), key=lambda row: (order[row.kind], -(row.figures[Measure.BOOKED].amount or ZERO), row.label)
    )
    return Performance(first, last, clock.now(), ordered)


def mine(actor: Actor) -> Row:
    """My own figures of this month against my targets."""
    first, last = period(clock.today(actor.company), "month")
    row = Row("user", actor.user.label if actor.user else "")
    for measure, sums in (
        (Measure.BOOKED, _booked(actor, first, last, mine=True)),
        (Measure.WON, _won(actor, first, last, mine=True)),
        (Measure.COLLECTED, ports.collected(actor, first, last)),
    ):
        amounts = None if sums is None else [sums[key] for key in sums if key[0] == actor.user_id]
        row.figures[measure].amount = None if amounts is None else sum(amounts, ZERO)
    for target in Target.objects.of(actor.company_id).filter(user=actor.user_id, month=first):
        row.figures[target.measure].target = target.amount
    _name({("user", actor.user_id): row}, actor, first, last)
    return row


def _keys(user_id: int | None, team_id: int | None, scope: Scope) -> list[Key]:
    """Whose figures an amount is in."""
    keys: list[Key] = [("user", user_id)]
    if team_id and scope in (Scope.TEAM, Scope.ALL):
        keys.append(("team", team_id))
    return [*keys, COMPANY] if scope == Scope.ALL else keys


def _key_of(target: Target) -> Key:
    if target.user_id:
        return ("user", target.user_id)
    return ("team", target.team_id) if target.team_id else COMPANY


Sums = dict[tuple[int | None, int | None], Decimal]
MONEY = DecimalField(max_digits=18, decimal_places=2)


def _booked(actor: Actor, first: dt.date, last: dt.date, *, mine: bool = False) -> Sums:
    days = within("date", first, last, actor.company, moment=False)
    rows = Order.objects.visible_to(actor).filter(days, status=Order.Status.CONFIRMED)
    return _summed(rows.filter(owner=actor.user_id) if mine else rows, WORTH)


def _won(actor: Actor, first: dt.date, last: dt.date, *, mine: bool = False) -> Sums:
    days = within("closed_at", first, last, actor.company, moment=True)
    rows = Opportunity.objects.visible_to(actor).filter(days, status=Opportunity.Status.WON)
    return _summed(rows.filter(owner=actor.user_id) if mine else rows, "value")


def _summed(rows: Any, what: Any) -> Sums:
    sums: Sums = defaultdict(lambda: ZERO)
    totals = rows.order_by().values_list("owner", "team").annotate(total=Sum(what, output_field=MONEY))
    for owner, team, total in totals:
        sums[owner, team] += total or ZERO
    return dict(sums)


def _name(rows: dict[Key, Row], actor: Actor, first: dt.date, last: dt.date) -> None:
    """What rows are called, and the lists behind their figures."""
    users = User.objects.in_bulk([pk for kind, pk in rows if kind == "user" and pk])
    teams = Team.objects.in_bulk([pk for kind, pk in rows if kind == "team"])
    orders, deals = reverse("sales:orders"), reverse("sales:opportunities")
    booked = {"status": "confirmed", "date_min": f"{first}", "date_max": f"{last}"}
    won = {"status": "won", "closed_min": f"{first}", "closed_max": f"{last}"}
    for (kind, pk), row in rows.items():
        if kind == "user":
            row.label = users[pk].label if pk in users else _("Nobody")
        elif kind == "team":
            row.label = teams[pk].label if pk in teams else ""
        else:
            row.label = actor.company.label
        whose = {} if kind != "user" else {"owner": str(pk or "none")}
        if kind != "team":
            row.figures[Measure.BOOKED].url = f"{orders}?{urlencode(booked | whose)}"
            row.figures[Measure.WON].url = f"{deals}?{urlencode(won | whose)}"
