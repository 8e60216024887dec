"""Who uses what: sign-ins and acts per person and area over the last days, from the audit trail."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.apps import apps
from django.core.cache import cache
from django.db import connection

from suite.core import clock
from suite.core.access import Actor
from suite.core.models import User
from suite.core.roles import HOUSE
from suite.core.said import listed
from suite.desk import guides
from suite.desk.models import FirstSteps

DAYS = 30
KEPT = 300  # seconds: the trail of a month is read for it
COUNTED = """
SELECT actor_id, kind, action, count(*), max(at)
FROM core_audit WHERE company_id = %s AND at >= %s AND actor_id IS NOT NULL GROUP BY 1, 2, 3
"""


@dataclass
class Usage:
    """What one person did."""

    user: User
    roles: str
    acts: Counter[str] = field(default_factory=Counter)
    sign_ins: int = 0
    latest: dt.datetime | None = None
    steps_done: int = 0
    steps: int = 0
    cells: list[tuple[str, int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.acts.values())


@dataclass(frozen=True)
class Adoption:
    """People by what they did, the busiest first; areas by label and name; areas that nobody used."""

    areas: list[tuple[str, str]]
    people: list[Usage]
    idle: list[str]
    since: dt.date


def adoption(actor: Actor) -> Adoption:
    """The last thirty days of the actor's company; a few statements for any number of people."""
    since = clock.today(actor.company) - dt.timedelta(days=DAYS)
    members = User.objects.filter(memberships__company=actor.company_id, is_active=True)
    people = {
        user.pk: Usage(user, "")
        for user in members.prefetch_related("memberships__roles").order_by("name", "username").distinct()
    }
    seen: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for actor_id, kind, action, count, latest in _counted(actor, since):
        usage = people.get(actor_id)
        if usage is None:
            continue
        usage.latest = max(filter(None, (usage.latest, latest)))
        if action == "signed_in":
            usage.sign_ins += count
        else:
            usage.acts[kind.partition(".")[0]] += count
            seen[actor_id].add((kind, action))
    done = dict(FirstSteps.objects.of(actor.company_id).values_list("user", "done"))
    for pk, usage in people.items():
        mine = [each for each in usage.user.memberships.all() if each.company_id == actor.company_id]
        roles = [role for each in mine for role in each.roles.all()]
        usage.roles = listed(role.label for role in roles)
        steps = guides.of_roles([role.code for role in roles])[: guides.LENGTH]
        usage.steps = len(steps)
        usage.steps_done = sum(step.code in done.get(pk, ()) or bool(step.acts & seen[pk]) for step in steps)
    names = {app.label: str(app.verbose_name) for app in apps.get_app_configs() if app.name.split(".")[0] in HOUSE}
    used = {area for usage in people.values() for area in usage.acts}
    areas = [(label, name) for label, name in names.items() if label in used]
    for usage in people.values():
        usage.cells = [(name, usage.acts[label]) for label, name in areas]
    working = [label for label in names if label.split("_")[0] in ("crm", "erp") and "_" in label]
    idle = [names[label] for label in working if label not in used and label not in actor.company.modules_off]
    busiest = sorted(people.values(), key=lambda usage: (-usage.total, -usage.sign_ins, usage.user.label))
    return Adoption(areas, busiest, idle, since)


def _counted(actor: Actor, since: dt.date) -> list[tuple[int, str, str, int, dt.datetime]]:
    key = f"desk:adoption:{actor.company_id}"
    known = cache.get(key)
    if known is None:
        with connection.cursor() as cursor:
            cursor.execute(COUNTED, [actor.company_id, clock.day_starts(actor.company, since)])
            known = cursor.fetchall()
        cache.set(key, known, KEPT)
    return known
