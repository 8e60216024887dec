"""Ticking first steps, by what people really did; putting the list away, and showing it again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import connection

from suite.core import cached, clock
from suite.core.access import Actor
from suite.core.acts import service
from suite.desk import guides
from suite.desk.models import FirstSteps

LOOK_BACK = dt.timedelta(days=60)
# The newest acts of the company are looked through, so that it costs the same however long the trail is.
LATEST = """
SELECT DISTINCT kind, action FROM (
  SELECT actor_id, kind, action FROM core_audit WHERE company_id = %s AND at >= %s ORDER BY id DESC LIMIT 20000
) latest WHERE actor_id = %s
"""


def state_of(actor: Actor) -> FirstSteps:
    """What somebody has done so far, from the process's copy; to be read only."""
    blank = FirstSteps(company_id=actor.company_id, user_id=actor.user_id)
    if actor.user_id is None:
        return blank
    mine = FirstSteps.objects.of(actor.company_id).filter(user=actor.user_id)
    return cached.rows(actor.company_id, f"desk.first_steps.{actor.user_id}", lambda _pk: mine.first()) or blank


def are_open(actor: Actor) -> bool:
    """Whether the list still stands on somebody's workbench."""
    state = state_of(actor)
    return not state.put_away and any(step.code not in state.done for step in guides.steps(actor))


def look(actor: Actor) -> list[tuple[guides.Step, bool]]:
    """The list with what is done; what the trail shows since is ticked for good."""
    steps, done = guides.steps(actor), set(state_of(actor).done)
    left = [step for step in steps if step.code not in done]
    if left:
        trail = _trail(actor) if any(step.acts for step in left) else set()
        found = [step.code for step in left if step.acts & trail or (step.is_done and step.is_done(actor))]
        if found:
            tick(found, actor=actor)
            done.update(found)
    return [(step, step.code in done) for step in steps]


def _trail(actor: Actor) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(LATEST, [actor.company_id, clock.now() - LOOK_BACK, actor.user_id])
        return set(cursor.fetchall())


@service
def _keep(*, actor: Actor, codes: Collection[str] = (), put_away: bool | None = None) -> None:
    state, _made = FirstSteps.objects.select_for_update(of=("self",)).get_or_create(
        company=actor.company, user_id=actor.user_id
    )
    state.done = sorted({*state.done, *codes})
    state.put_away = state.put_away if put_away is None else put_away
    state.save(update_fields=["done", "put_away"])
    cached.forget(actor.company_id)


def tick(codes: Collection[str], *, actor: Actor) -> None:
    """Remember acts as done; they stay so."""
    _keep(codes=codes, actor=actor)


def put_away(*, actor: Actor, away: bool = True) -> None:
    """Take the list off the workbench, or show it there again."""
    _keep(put_away=away, actor=actor)
