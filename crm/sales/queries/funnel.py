"""The funnel of a pipeline: how many came to each stage, how many went on, how long it took; any range of days."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count, F, Sum
from django.urls import reverse
from django.utils.http import urlencode

from crm.sales.models import Pipeline, Stage, StageVisit
from suite.core.access import Actor
from suite.desk.lists.dates import within

LeftFor = StageVisit.LeftFor
ON = (LeftFor.FORWARD, LeftFor.WON)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage: visits that began in the range, and of those how many went on, back or were lost, or are there still.

    `days` is the mean stay of those that have left; `share` how many of the fullest stage came here.
    """

    stage: Stage
    entered: int
    went_on: int
    back: int
    lost: int
    days: float | None
    share: int
    url: str

    @property
    def still(self) -> int:
        return self.entered - self.went_on - self.back - self.lost

    @property
    def conversion(self) -> float | None:
        """How many of a hundred that came went on."""
        return 100 * self.went_on / self.entered if self.entered else None


def funnel_of(actor: Actor, pipeline: Pipeline, first: dt.date | None, last: dt.date | None) -> list[Step]:
    """The stages of a pipeline in their order; archived ones where something was in them. Two statements.

    A second visit counts again, and so does its time (`StageVisit`).
    """
    visits = StageVisit.objects.visible_to(actor).filter(
        within("entered_at", first, last, actor.company, moment=True)
    )  # of all pipelines: naming the stages would keep the database from reading in parallel
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    stays: dict[int, dt.timedelta] = defaultdict(dt.timedelta)
    groups = visits.order_by().values_list("stage", "left_for").annotate(
        visits=Count("pk"), stay=Sum(F("left_at") - F("entered_at"))
    )  # fmt: skip
    for stage_id, left_for, count, stay in groups:
        counts[stage_id][left_for] += count
        stays[stage_id] += stay or dt.timedelta()
    stages = [
        stage for stage in pipeline.stages.order_by("position", "id") if stage.pk in counts or not stage.is_archived
    ]
    most = max((counts[stage.pk].total() for stage in stages), default=0)
    return [_step(stage, counts[stage.pk], stays[stage.pk], most, visited(stage, first, last)) for stage in stages]


def _step(stage: Stage, left_for: Counter[str], stay: dt.timedelta, most: int, url: str) -> Step:
    entered = left_for.total()
    ended = entered - left_for[""]
    return Step(
        stage, entered, sum(left_for[each] for each in ON), left_for[LeftFor.BACK], left_for[LeftFor.LOST],
        stay.total_seconds() / 86400 / ended if ended else None, round(100 * entered / most) if most else 0, url,
    )  # fmt: skip


def visited(stage: Stage, first: dt.date | None, last: dt.date | None) -> str:
    """The address of the deals that came to a stage in a range of days."""
    days = {"visited_since": first, "visited_until": last}
    asked = {"visited": str(stage.pk)} | {name: str(day) for name, day in days.items() if day}
    return f"{reverse('sales:opportunities')}?{urlencode(asked)}"
