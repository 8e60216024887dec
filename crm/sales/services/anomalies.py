"""Stages that let fewer deals through than usual: found every day, told once."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Stage, StageAlert, StageVisit
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.models import Membership
from suite.desk.services import notifications

LATEST = dt.timedelta(days=28)  # what is judged
USUAL = dt.timedelta(days=182)  # before that: what it is judged by
ENOUGH, KNOWN = 10, 50  # visits that ended within each
SIGMAS = 3
ON = (StageVisit.LeftFor.FORWARD, StageVisit.LeftFor.WON)
NAMED = 200  # deals of an alert


@dataclass(frozen=True, slots=True)
class Judged:
    """How a stage did lately, in shares of 1: `limit` is where its usual band ends."""

    visits: int
    share: float
    usual: float

    @property
    def limit(self) -> float:
        """The lower control limit of a p-chart: p - 3 x sqrt(p (1 - p) / n), never below 0.

        p is the usual share, n the number of visits judged (Shewhart's chart for a fraction; Montgomery, Introduction
        to Statistical Quality Control, on control charts for fraction nonconforming). A stage that has not changed
        falls below it about once in 740 times.
        """
        return max(self.usual - SIGMAS * math.sqrt(self.usual * (1 - self.usual) / self.visits), 0)

    @property
    def is_low(self) -> bool:
        return self.share < self.limit


def judge(actor: Actor) -> dict[int, Judged]:
    """The stages that can be judged: 10 visits ended in the last 28 days, 50 in the half year before. One statement."""
    now, going = clock.now(), {"stage__kind": Stage.Kind.OPEN, "stage__is_archived": False}
    late = Q(left_at__gte=now - LATEST)
    went_on = Q(left_for__in=ON)
    rows = (
        StageVisit.objects.of(actor.company_id)
        .filter(left_at__gte=now - LATEST - USUAL, left_at__lt=now, **going)
        .exclude(left_for="")
        .order_by()
        .values_list("stage")
        .annotate(
            visits=Count("pk", filter=late), on=Count("pk", filter=late & went_on), known=Count("pk", filter=~late),
            usually=Count("pk", filter=~late & went_on),
        )
    )  # fmt: skip
    return {
        stage: Judged(visits, on / visits, usually / known)
        for stage, visits, on, known, usually in rows
        if visits >= ENOUGH and known >= KNOWN
    }


@service
def raise_stage_alerts(*, actor: Actor) -> int:
    """Tell managers once of each stage that fell below its usual band, with the deals that did not go on.

    An alert stays open while that is so and ends when the stage is back within. Says how many were raised.
    """
    judged = judge(actor)
    alerts = {row.stage_id: row for row in StageAlert.objects.of(actor.company_id).filter(closed_at=None)}
    back = [row.pk for pk, row in alerts.items() if pk not in judged or not judged[pk].is_low]
    StageAlert.objects.filter(pk__in=back).update(closed_at=clock.now())
    low = {pk: found for pk, found in judged.items() if found.is_low and pk not in alerts}
    if not low:
        return 0
    stopped: dict[int, list[int]] = {pk: [] for pk in low}
    visits = StageVisit.objects.filter(stage__in=low, left_at__gte=clock.now() - LATEST).exclude(left_for__in=(*ON, ""))
    for stage_id, deal_id in visits.order_by("-left_at").values_list("stage", "opportunity"):
        stopped[stage_id].append(deal_id)
    stages = Stage.objects.in_bulk(list(low))
    made = StageAlert.objects.bulk_create(
        StageAlert(
            company=actor.company, stage=stages[pk], visits=found.visits, share=_percent(found.share),
            usual=_percent(found.usual), limit=_percent(found.limit), deals=list(dict.fromkeys(stopped[pk]))[:NAMED],
        )
        for pk, found in low.items()
    )  # fmt: skip
    managers = Membership.objects.filter(company=actor.company_id, roles__code="sales_manager", user__is_active=True)
    hearers = list(managers.values_list("user", flat=True).distinct())
    for alert in made:
        current_act().audit(alert, "created", {"share": (alert.usual, alert.share)})
        notifications.notify(
            hearers, "stage_alert", _("%(stage)s lets fewer deals through: %(share)s %% went on, usually %(usual)s %%"),
            key=f"{alert.pk}", url=reverse("sales:stage_alerts"),
            params={"stage": alert.stage, "share": f"{alert.share:.1f}", "usual": f"{alert.usual:.1f}"},
        )  # fmt: skip
    return len(made)


def _percent(share: float) -> Decimal:
    return Decimal(str(round(100 * share, 4)))
