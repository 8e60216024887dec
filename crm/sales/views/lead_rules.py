"""Pages of the rules that find owners for leads, and of how quickly leads are answered."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.sales.lead_forms import RangeForm, RuleForm, SampleForm, Seats
from crm.sales.lead_lists import LeadRuleList
from crm.sales.models import Lead, LeadRule
from crm.sales.queries.leads import OnTime, on_time
from crm.sales.services import distributing, lead_rules
from suite.automation import conditions, subjects
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import refusals
from suite.desk.lists import list_view
from suite.desk.pages import render_page

CHANGE = "crm_sales.change_leadrule"
HEADER = ("name", "name_en", "way", "team", "is_active")


@door(CHANGE)
def rule_list(request: HttpRequest) -> HttpResponseBase:
    """The rules in their order."""
    return list_view(request, LeadRuleList)


@door("crm_sales.add_leadrule")
def rule_new(request: HttpRequest) -> HttpResponse:
    return _sheet(request, None)


@door(CHANGE)
def rule_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A rule: its conditions, its people, and the leads it gave."""
    rows = LeadRule.objects.visible_to(request.actor, CHANGE)  # type: ignore[attr-defined]
    return _sheet(request, get_object_or_404(rows, pk=pk))


def _sheet(request: HttpRequest, rule: LeadRule | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    subject = subjects.subject(Lead.kind(), actor.company_id)
    assert subject is not None
    data = request.POST if request.method == "POST" else None
    shown = {name: getattr(rule, name) for name in (*HEADER, "position")} if rule else None
    form = RuleForm(data, actor=actor, initial=shown, record=rule)
    seats = [{"user": row.user_id, "quota": row.quota} for row in rule.seats.all()] if rule else []
    lines = Seats(data, actor=actor, prefix="seats", initial=seats if data is None else None)
    asked = rule.conditions if rule else {}
    status = 200 if data is None else 400
    if data is not None:
        asked = conditions.read(data, subject, actor)
        if all([form.is_valid(), lines.is_valid()]):
            status = 409
            try:
                saved = _save(rule, form, lines, asked if asked["groups"] else {}, actor)
            except (BusinessError, ValidationError) as error:
                refusals.place(error, form, lines)
            else:
                messages.success(request, _("%(name)s was saved") % {"name": saved.label})
                return redirect("sales:lead_rule", saved.pk) if "more" in data else redirect("sales:lead_rules")
    context = {
        "form": form,
        "lines": lines,
        "lines_heading": _("Who gets these leads"),
        "groups": conditions.controls(asked, subject, actor),
        "match": asked.get("match", "all"),
        "rule": rule,
        "idle": distributing.idle(rule, actor) if rule else [],
        "heading": rule.label if rule else _("New lead rule"),
        "crumbs": _crumbs(),
        "back": reverse("sales:lead_rules"),
    }
    return render_page(request, "crm/sales/lead_rule.html", context, status=status)


def _save(rule: LeadRule | None, form: RuleForm, lines: Any, asked: dict[str, Any], actor: Actor) -> LeadRule:
    typed = form.cleaned_data
    values = {name: typed[name] for name in HEADER} | {"conditions": asked}
    if typed["position"] is not None:
        values["position"] = typed["position"]
    seats = [each.seat() for each in lines.filled_forms]
    if rule is None:
        return lead_rules.create_rule(seats=seats, actor=actor, **values)
    return lead_rules.change_rule(rule_id=rule.pk, seats=seats, actor=actor, **values)


@door(CHANGE)
def rule_try(request: HttpRequest) -> HttpResponse:
    """Who would get a lead, and by which rule; nothing of it is kept."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    form = SampleForm(data, actor=actor)
    trial = None
    if data is not None and form.is_valid():
        try:
            trial = lead_rules.try_lead(values=form.values(), actor=actor)
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form)
    context = {
        "form": form, "trial": trial, "heading": _("Try the rules with a lead"), "crumbs": _crumbs(),
        "back": reverse("sales:lead_rules"), "submit": _("Try"),
    }  # fmt: skip
    return render_page(request, "crm/sales/lead_try.html", context, status=400 if form.errors else 200)


@door("crm_sales.view_lead")
@require_GET
def response_report(request: HttpRequest) -> HttpResponse:
    """How many leads were answered in time, by person and by source; the last thirty days unless said otherwise."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = clock.today(actor.company)
    usual = {"first": today - dt.timedelta(days=29), "last": today}
    form = RangeForm(request.GET if request.GET else {name: str(day) for name, day in usual.items()}, actor=actor)
    tables: list[tuple[str, list[tuple[OnTime, str]]]] = []
    if form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        for by, label in (("owner", _("Owner")), ("source", _("Source"))):
            rows = on_time(actor, by, first, last)
            tables.append((label, [(row, _address(by, row, first, last)) for row in rows]))
    context = {"form": form, "tables": tables, "crumbs": [(_("Leads"), reverse("sales:leads"))]}
    return render_page(request, "crm/sales/lead_response.html", context, status=200 if form.is_valid() else 400)


def _address(by: str, row: OnTime, first: dt.date, last: dt.date) -> str:
    """The leads behind a row."""
    asked = {"received_min": str(first), "received_max": str(last)}
    if by == "owner":
        asked["owner"] = str(row.key or "none")
    elif row.key:
        asked["source_is"] = row.key
    else:
        asked["source_empty"] = "yes"
    return f"{reverse('sales:leads')}?{urlencode(asked)}"


def _crumbs() -> list[tuple[Any, str]]:
    return [(_("Lead rules"), reverse("sales:lead_rules"))]
