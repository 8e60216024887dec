"""Targets as a grid, and how everybody does against them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.sales.models import Target
from crm.sales.opportunity_lists import TargetList
from crm.sales.queries.performance import SPANS, performance_of, period
from crm.sales.services.targets import CHANGE, Wanted, set_targets, whose
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import formats
from suite.desk.lists import list_view
from suite.desk.lists.dates import months_on
from suite.desk.pages import render_page

AMOUNT = forms.DecimalField(max_digits=18, decimal_places=2, min_value=Decimal(0), required=False)


@door("crm_sales.view_target")
@require_GET
def performance(request: HttpRequest) -> HttpResponse:
    """Booked, won and collected against target, as of now: `?month=2026-11&span=quarter`."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    span = request.GET.get("span", "")
    span = span if span in SPANS else "month"
    month = _month(request.GET.get("month", ""), actor)
    first, last = period(month, span)
    step = SPANS[span]
    context = {
        "found": performance_of(actor, first, last), "measures": Target.Measure.labels, "span": span,
        "label": f"{first:%Y-%m}" if span == "month" else f"{first.year} Q{(first.month + 2) // 3}",
        "spans": [("month", _("Month")), ("quarter", _("Quarter"))], "month": f"{first:%Y-%m}",
        "previous": f"{months_on(first, -step):%Y-%m}", "next": f"{months_on(first, step):%Y-%m}",
        "may_set": actor.may(CHANGE),
    }  # fmt: skip
    return render_page(request, "crm/sales/performance.html", context)


def _month(text: str, actor: Actor) -> dt.date:
    """The month of the address, else the present one."""
    try:
        day = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        day = None
    return day if day and 2000 <= day.year <= 2100 else clock.today(actor.company).replace(day=1)


@dataclass
class Line:
    """A row of the grid: whose, and for each month the name of the field, what stands in it and what is wrong."""

    label: str
    key: str
    user_id: int | None
    team_id: int | None
    cells: list[tuple[str, str, str]]


@door("crm_sales.view_target")
def target_list(request: HttpRequest) -> HttpResponseBase:
    """The targets one may see, one by one."""
    return list_view(request, TargetList)


@door(CHANGE)
def grid(request: HttpRequest) -> HttpResponse:
    """The targets of a year for one measure, of the people and teams whose targets one may set."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = request.POST if request.method == "POST" else request.GET
    measure = asked.get("measure", "")
    measure = measure if measure in Target.Measure.values else Target.Measure.BOOKED.value
    year = _month(f"{asked.get('year', '')}-01", actor).year
    months = [dt.date(year, number, 1) for number in range(1, 13)]
    lines, status = _lines(actor, measure, months), 200
    if request.method == "POST":
        wanted, wrong = _typed(lines, request.POST, measure, months)
        status = 400
        if not wrong:
            try:
                set_targets(wanted, actor=actor)
            except BusinessError as error:
                status = 409
                for refusal in dict.fromkeys(str(refusal) for refusal in error.refusals):
                    messages.error(request, refusal)
            else:
                messages.success(request, _("The targets were saved"))
                return redirect(f"{request.path}?year={year}&measure={measure}")
    context = {
        "lines": lines, "months": [f"{month:%m}" for month in months], "year": year, "measure": measure,
        "measures": Target.Measure.choices, "years": range(year - 2, year + 3),
        "crumbs": [(_("Performance"), reverse("sales:performance"))],
        "may_import": actor.may("crm_sales.add_target") and actor.may("core.add_job"),
    }  # fmt: skip
    return render_page(request, "crm/sales/targets.html", context, status=status)


def _lines(actor: Actor, measure: str, months: list[dt.date]) -> list[Line]:
    rows = Target.objects.visible_to(actor).filter(month__in=months, measure=measure)
    known = {(row.user_id, None if row.user_id else row.team_id, row.month): row.amount for row in rows}
    lines = []
    for label, user_id, team_id in whose(actor):
        key = f"u{user_id}" if user_id else f"t{team_id}" if team_id else "c"
        amounts = [known.get((user_id, team_id, month)) for month in months]
        shown = ["" if amount is None else formats.money(amount).replace(",", "") for amount in amounts]
        cells = [(f"{key}-{month.month}", text, "") for month, text in zip(months, shown, strict=True)]
        lines.append(Line(label, key, user_id, team_id, cells))
    return lines


def _typed(
    lines: list[Line], data: Mapping[str, Any], measure: str, months: list[dt.date]
) -> tuple[list[Wanted], bool]:
    """What was typed as targets; what cannot be read stays in its cell with the reason."""
    wanted, wrong = [], False
    for line in lines:
        for place, (name, _before, _error) in enumerate(line.cells):
            text = data.get(name, "").strip().replace(",", "").replace("，", "")
            reason = ""
            try:
                amount = AMOUNT.clean(text)
                wanted.append(Wanted(months[place], measure, amount, line.user_id, line.team_id))
            except ValidationError as error:
                reason, wrong = " ".join(error.messages), True
            line.cells[place] = (name, text, reason)
    return wanted, wrong
