"""What rules may ask of customers beyond their list: what is on its way, what is due, what went silent.

Areas above say more by `subjects.extend("crm_customers.customer", facts=...)` with the kinds of conditions here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Count, Exists, F, IntegerField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Activity, Customer
from suite.core import clock
from suite.core.access import Actor
from suite.core.models import Company
from suite.core.said import listed
from suite.desk import formats
from suite.desk.lists import BoolFilter, DateFilter, NumberFilter
from suite.desk.lists.dates import within
from suite.desk.lists.filters import Params, number_of
from suite.desk.models import Task


@dataclass(frozen=True)
class OneOf(NumberFilter):
    """Customers of whom at least one of `rows` (with `OuterRef("party")`) has such an amount at `path`."""

    rows: QuerySet[Any] | None = None
    operators: ClassVar[tuple[str, ...]] = ()

    def understand(self, params: Params, actor: Actor, model: type[Model]) -> tuple[Q, str]:
        assert self.rows is not None
        condition, text = super().understand(params, actor, model)
        return Q(Exists(self.rows.filter(condition))), text


@dataclass(frozen=True)
class HowMany(NumberFilter):
    """Customers with so many of `rows` (with `OuterRef("party")`) whose day at `path` lies within the last year."""

    rows: QuerySet[Any] | None = None
    operators: ClassVar[tuple[str, ...]] = ()

    def understand(self, params: Params, actor: Actor, model: type[Model]) -> tuple[Q, str]:
        assert self.rows is not None
        since = clock.today(actor.company) - dt.timedelta(days=365)
        mine = self.rows.filter(**{f"{self.path}__gte": since}).order_by().values("company")
        count = Coalesce(Subquery(mine.values(count=Count("pk")), output_field=IntegerField()), 0)
        condition, words = Q(), []
        for key, compared, sign in zip(
            self.plain_keys, (Exact, GreaterThanOrEqual, LessThanOrEqual), ("=", "≥", "≤"), strict=True
        ):
            if params.get(key):
                number = number_of(params[key])
                condition &= Q(compared(count, number))
                words.append(f"{sign} {formats.quantity(number)}")
        return condition, listed(words)


@dataclass(frozen=True)
class DaysAgo(NumberFilter):
    """Customers for whom so many days have passed since the moment at `path`, or else since they were entered."""

    operators: ClassVar[tuple[str, ...]] = ()

    def understand(self, params: Params, actor: Actor, model: type[Model]) -> tuple[Q, str]:
        condition, words, today = Q(), [], clock.today(actor.company)
        at = Coalesce(F(self.path), F("created_at"))
        for key, sign in zip(self.plain_keys, ("=", "≥", "≤"), strict=True):
            if not params.get(key):
                continue
            number = number_of(params[key])
            day = today - dt.timedelta(days=min(max(int(number), 0), 20_000))
            first, last = (None if sign == "≥" else day), (None if sign == "≤" else day)
            condition &= within(at, first, last, actor.company, moment=True)
            words.append(f"{sign} {formats.quantity(number)}")
        return condition, listed(words)


@dataclass(frozen=True)
class Lately(DateFilter):
    """Customers of whom at least one of `rows` (with `OuterRef("party")`) lies within the days at `path`."""

    rows: QuerySet[Any] | None = None
    operators: ClassVar[tuple[str, ...]] = ()

    def between(self, first: dt.date | None, last: dt.date | None, company: Company, model: type[Model]) -> Q:
        assert self.rows is not None
        return Q(Exists(self.rows.filter(super().between(first, last, company, self.rows.model))))


def _task_due(actor: Actor) -> Q:
    """Open tasks about the customer, or about its party, that are due by the end of today."""
    tomorrow = clock.day_starts(actor.company, clock.today(actor.company) + dt.timedelta(days=1))
    due = Task.objects.of(actor.company_id).filter(status=Task.Status.OPEN, due_at__lt=tomorrow)
    return Q(pk__in=due.filter(subject_kind=Customer._meta.label_lower).values("subject_id")) | Q(
        party__in=due.filter(subject_kind="masterdata.party").values("subject_id")
    )


FACTS = (
    Lately(
        "enquiry", _("Enquiry"), "happened_at",
        rows=Activity.objects.filter(party=OuterRef("party"), kind=Activity.Kind.ENQUIRY),
    ),
    BoolFilter("task_due", _("A task is due"), condition=_task_due),
    DaysAgo("quiet", _("Days without contact"), "last_touch_at"),
)  # fmt: skip
