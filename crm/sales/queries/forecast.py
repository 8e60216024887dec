"""The forecast of a month: what is sure, what is likely, what the probabilities come to; and what changed in a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Case, DecimalField, F, FilteredRelation, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Round, TruncMonth
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.sales.models import ForecastWeek, Opportunity, OpportunityLine
from crm.sales.queries.opportunities import WEIGHTED
from suite.core.access import Actor
from suite.core.models import User
from suite.core.money import ZERO
from suite.desk.lists.dates import months_on, within
from suite.masterdata.models import Product

Forecast, Status = Opportunity.Forecast, Opportunity.Status
MEASURES = ("won", "commit", "best", "weighted", "open")
AHEAD = 6  # months, where a row is a month
COMMIT, BEST = (Forecast.COMMIT,), (Forecast.COMMIT, Forecast.BEST)
MONEY = DecimalField(max_digits=18, decimal_places=2)
LISTED = 200  # deals that changed most


@dataclass
class Row:
    """A person, product or month: what is won, committed, best case (with what is committed), weighted and open in
    all but what is omitted; `urls` are the deals behind each."""

    label: str
    amounts: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(MEASURES, ZERO))
    urls: dict[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> list[tuple[Decimal, str]]:
        return [(self.amounts[name], self.urls.get(name, "")) for name in MEASURES]


@dataclass(frozen=True)
class Forecasted:
    """The rows and what they come to together."""

    rows: list[Row]
    total: Row


def forecast_of(actor: Actor, month: dt.date, by: str) -> Forecasted:
    """The forecast of the deals the actor sees: by owner or product for the month that begins on a day, or by month
    from there on. One statement for what is open, one for what is won, one for names.

    Deals count in the month in which they are expected to close, won ones in that in which they did. A product counts
    with the amounts of its lines; what a deal is worth beyond them stands in a row of its own, so that all adds up.
    """
    last = months_on(month, AHEAD if by == "month" else 1) - dt.timedelta(days=1)
    deals = Opportunity.objects.visible_to(actor)
    going = deals.filter(within("expected_close", month, last, actor.company, moment=False), status=Status.OPEN)
    won = deals.filter(within("closed_at", month, last, actor.company, moment=True), status=Status.WON)
    found: dict[Any, Row] = {}
    for rows, names in ((going.exclude(forecast=Forecast.OMITTED), MEASURES[1:]), (won, MEASURES[:1])):
        for key, amounts in _summed(rows, by, names, actor):
            row = found.setdefault(key, Row(""))
            for name, amount in amounts.items():
                row.amounts[name] += amount or ZERO
    if by == "month":
        for number in range(AHEAD):
            found.setdefault(months_on(month, number), Row(""))
    labels = _labels(by, [key for key in found if key is not None])
    for key, row in found.items():
        row.label = labels.get(key, _("Nobody") if by == "owner" else _("Without a product"))
        row.urls = _urls(by, key, month, last)
    ordered = sorted(found, key=lambda key: (key is None, key if by == "month" else -found[key].amounts["open"]))
    total = Row(_("Total"), urls=_urls("", None, month, last))
    for row in found.values():
        for name in MEASURES:
            total.amounts[name] += row.amounts[name]
    return Forecasted([found[key] for key in ordered], total)


def _summed(rows: QuerySet[Any], by: str, names: tuple[str, ...], actor: Actor) -> list[tuple[Any, dict[str, Decimal]]]:
    """The amounts under each key."""
    if by == "product":
        return _by_product(rows, names)
    at = "closed_at" if names == MEASURES[:1] else "expected_close"
    zone = {"tzinfo": ZoneInfo(actor.company.time_zone)} if at == "closed_at" else {}
    key = F("owner") if by == "owner" else TruncMonth(at, output_field=None, **zone)
    sums = _sums(F("value"), WEIGHTED, names)
    answer = rows.order_by().annotate(key=key).values("key").annotate(**sums)
    return [(_day(row.pop("key")), row) for row in answer]


def _day(key: Any) -> Any:
    return key.date() if isinstance(key, dt.datetime) else key


def _sums(value: Any, weighted: Any, names: tuple[str, ...], path: str = "") -> dict[str, Any]:
    """The sums of the measures, by the category of the deal at the path."""
    nothing = Value(ZERO, output_field=MONEY)

    def among(categories: tuple[str, ...]) -> Any:
        return Case(When(Q(**{f"{path}forecast__in": categories}), then=value), default=nothing)

    every = {
        "won": value, "commit": among(COMMIT), "best": among(BEST), "weighted": weighted, "open": value,
    }  # fmt: skip
    return {name: Sum(every[name], output_field=MONEY) for name in names}


def _by_product(rows: QuerySet[Any], names: tuple[str, ...]) -> list[tuple[Any, dict[str, Decimal]]]:
    deal = "opportunity__"
    value = Round(Coalesce(F("amount"), Value(ZERO)) * F(f"{deal}exchange_rate"), 2, output_field=MONEY)
    chance = Coalesce(f"{deal}chance", f"{deal}stage__probability")
    weighted = Round(value * chance / 100, 2, output_field=MONEY)
    lines: Any = OpportunityLine.objects.filter(opportunity__in=rows.values("pk")).order_by()
    answer = lines.values("product").annotate(**_sums(value, weighted, names, deal))
    found = [(row.pop("product"), row) for row in answer]
    whole = rows.order_by().aggregate(**_sums(F("value"), WEIGHTED, names))
    rest = {
        name: (whole[name] or ZERO) - sum((amounts[name] or ZERO for _pk, amounts in found), ZERO) for name in whole
    }
    return [*found, (None, rest)] if any(rest.values()) else found


def _labels(by: str, keys: list[Any]) -> Mapping[Any, str]:
    if by == "month":
        return {key: f"{key:%Y-%m}" for key in keys}
    model: Any = User if by == "owner" else Product
    return {row.pk: row.label if by == "owner" else str(row) for row in model.objects.filter(pk__in=keys)}


def _urls(by: str, key: Any, first: dt.date, last: dt.date) -> dict[str, str]:
    """The lists of the deals behind the figures of a row."""
    asked: dict[str, str] = {}
    if by == "month":
        first, last = key, months_on(key, 1) - dt.timedelta(days=1)
    elif by == "owner":
        asked["owner"] = str(key or "none")
    elif by == "product":
        asked |= {"product": str(key)} if key else {}
    going = {"status": "open", "close_min": str(first), "close_max": str(last), **asked}
    won = {"status": "won", "closed_min": str(first), "closed_max": str(last), **asked}
    kept = {"forecast_not": Forecast.OMITTED.value}
    queries = {
        "won": won, "commit": going | {"forecast": ",".join(COMMIT)}, "best": going | {"forecast": ",".join(BEST)},
        "weighted": going | kept, "open": going | kept,
    }  # fmt: skip
    address = reverse("sales:opportunities")
    return {name: f"{address}?{urlencode(query, safe=',')}" for name, query in queries.items()}


KINDS = ("new", "in", "out", "won", "lost", "changed")
SUMMED = MEASURES[1:]
Amounts = dict[str, Decimal]
NOTHING: Amounts = dict.fromkeys(SUMMED, ZERO)


@dataclass(frozen=True)
class Change:
    """What a deal did to the forecast of a month since a week began."""

    deal: Opportunity
    kind: str
    amounts: Amounts


@dataclass
class Changes:
    """The forecast of a month then and now, and between them what new deals, those moved in and out, won and lost
    ones and changed ones did to it; `then` and all of `sums` come to `now`."""

    week: dt.date
    then: Amounts
    sums: dict[str, Amounts]
    now: Amounts
    deals: list[Change]


def changes_of(actor: Actor, month: dt.date) -> Changes | None:
    """What changed in the forecast of a month since the latest week that was written down; None before the first.

    Of the deals the actor sees, by two statements. A deal that was thrown away is in neither figure.
    """
    week = ForecastWeek.objects.visible_to(actor).order_by("-week").values_list("week", flat=True).first()
    if week is None:
        return None
    last = months_on(month, 1) - dt.timedelta(days=1)
    rows = (
        Opportunity.objects.visible_to(actor)
        .annotate(before=FilteredRelation("snapshots", condition=Q(snapshots__week=week)))
        .filter(
            Q(expected_close__range=(month, last), status=Status.OPEN) | Q(before__expected_close__range=(month, last))
        )
        .annotate(
            weighted=WEIGHTED, was=F("before__pk"), was_close=F("before__expected_close"), was_worth=F("before__value"),
            was_forecast=F("before__forecast"), was_weighted=F("before__weighted"),
        )
    )  # fmt: skip
    sums: dict[str, Amounts] = {kind: dict.fromkeys(SUMMED, ZERO) for kind in KINDS}
    then, now, deals = dict.fromkeys(SUMMED, ZERO), dict.fromkeys(SUMMED, ZERO), []
    for deal in rows.order_by("pk"):
        was_in = deal.was is not None and deal.was_close is not None and month <= deal.was_close <= last
        close = deal.expected_close
        is_in = deal.status == Status.OPEN and close is not None and month <= close <= last
        before = _amounts(deal.was_worth, deal.was_forecast, deal.was_weighted) if was_in else NOTHING
        after = _amounts(deal.value, deal.forecast, deal.weighted) if is_in else NOTHING
        difference = {name: after[name] - before[name] for name in SUMMED}
        kind = _kind(deal, was_in, is_in)
        for name in SUMMED:
            then[name] += before[name]
            now[name] += after[name]
            sums[kind][name] += difference[name]
        if kind != "changed" or any(difference.values()):
            deals.append(Change(deal, kind, difference))
    deals.sort(key=lambda change: -max(abs(amount) for amount in change.amounts.values()))
    return Changes(week, then, sums, now, deals[:LISTED])


def _kind(deal: Any, was_in: bool, is_in: bool) -> str:
    if was_in and is_in:
        return "changed"
    if is_in:
        return "new" if deal.was is None else "in"
    return "out" if deal.status == Status.OPEN else deal.status


def _amounts(value: Decimal, category: str, weighted: Decimal) -> Amounts:
    if category == Forecast.OMITTED:
        return NOTHING
    return {
        "commit": value if category in COMMIT else ZERO, "best": value if category in BEST else ZERO,
        "weighted": weighted, "open": value,
    }  # fmt: skip
