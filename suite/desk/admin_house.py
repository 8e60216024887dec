"""What runs in the house, and what was done: events, jobs, the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from suite.core import calendar, jobs, numbering, outbox
from suite.core.access import Actor
from suite.core.models import ApiCall, AuditRow, CalendarDay, Job, NumberPattern, OutboxEvent
from suite.core.roles import our_models
from suite.desk import audit, documents
from suite.desk.admin_base import SuiteModelAdmin
from suite.desk.admin_people import ReasonForm
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    Create,
    DateFilter,
    ListSpec,
    NumberFilter,
    PickFilter,
)


class ReadOnly(SuiteModelAdmin):
    """Rows that only the house writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def retry_events(*, actor: Actor, pks: list[int], reason: str = "") -> int:
    events = OutboxEvent.objects.visible_to(actor, "core.retry_outboxevent").filter(pk__in=pks)
    return outbox.retry(events=list(events), actor=actor, reason=reason)


@admin.register(OutboxEvent)
class EventAdmin(ReadOnly):
    list_display = ("id", "event", "kind", "object_id", "created_at", "attempts", "next_try_at", "done_at", "dead_at")
    list_filter = (("dead_at", admin.EmptyFieldListFilter), ("done_at", admin.EmptyFieldListFilter))
    search_fields = ("event",)
    fields = readonly_fields = (*list_display[1:], "error", "payload")
    ordering = ("-id",)
    acts = (
        Act("retry", _("Try again"), "core.retry_outboxevent", retry_events, icon="refresh", form=ReasonForm,
            when=lambda event: event.dead_at is not None),
    )  # fmt: skip


def stop_jobs(*, actor: Actor, pks: list[int]) -> None:
    for job in Job.objects.visible_to(actor, "core.change_job").filter(pk__in=pks):
        jobs.stop(job=job, actor=actor)


@admin.register(Job)
class JobAdmin(ReadOnly):
    list_display = ("id", "title", "kind", "user", "status", "done", "total", "created_at", "ended_at")
    list_filter = ("status",)
    fields = readonly_fields = (*list_display[1:], "started_at", "error")
    ordering = ("-id",)
    acts = (
        Act("stop", _("Stop"), "core.change_job", stop_jobs, icon="player-stop", danger=True,
            when=lambda job: job.status in (Job.Status.WAITING, Job.Status.RUNNING)),
    )  # fmt: skip


class CallList(ListSpec):
    """What other systems asked, and what they were answered."""

    model = ApiCall
    title = _("API calls")
    icon = "api"
    columns = (
        Column("at", _("When"), "datetime", card="side"),
        Column("path", _("Address"), card="title"),
        Column("method", _("Method")),
        Column("code", _("Answer code"), "number"),
        Column("milliseconds", _("Milliseconds"), "number"),
        Column("token", _("API token")),
        Column("user", _("User"), shown=False),
        Column("request_id", _("Request")),
    )
    filters = (
        DateFilter("at", _("When")),
        NumberFilter("code", _("Answer code")),
        PickFilter("user", _("User"), "user", kind="user"),
    )
    search_fields = ("request_id",)
    related = ("token", "user")
    empty = _("No system has called with a token yet")

    def search(self, q: str, actor: Actor) -> Q:
        """By the number of the request, as the answer carried it."""
        return Q(request_id=q.strip())

    def url(self, row: ApiCall) -> str:
        return reverse("admin:core_apicall_change", args=[row.pk])


class PatternList(ListSpec):
    """How the numbers of papers look."""

    model = NumberPattern
    title = _("Numbers of papers")
    icon = "hash"
    searchable = False
    columns = (
        Column("kind", _("Kind of paper"), value=str, card="title"),
        Column("prefix", _("Prefix")),
        Column("stamp", _("Date in the number")),
        Column("width", _("Digits"), "number"),
        Column("example", _("Next numbers look like"), value="example", card="side"),
    )
    order = "id"
    related = ("company",)

    def url(self, row: NumberPattern) -> str:
        return reverse("admin:core_numberpattern_change", args=[row.pk])


@admin.register(NumberPattern)
class PatternAdmin(SuiteModelAdmin):
    list_spec = PatternList
    fields = ("prefix", "stamp", "width", "example")
    readonly_fields = ("example",)

    @admin.display(description=_("Next numbers look like"))
    def example(self, row: NumberPattern) -> str:
        return row.example

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["help_texts"] = {"prefix": _("What has a number already keeps it")}
        return super().get_form(request, obj, change, **kwargs)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # founded with the company

    def change(self, actor: Actor, row: NumberPattern, values: dict[str, Any], lines: Any) -> NumberPattern:
        return numbering.change_pattern(pattern=row, actor=actor, **values)


@admin.register(ApiCall)
class CallAdmin(ReadOnly):
    list_spec = CallList
    fields = readonly_fields = ("at", "method", "path", "code", "milliseconds", "token", "user", "request_id", "told")


def kinds(actor: Actor) -> list[tuple[str, str]]:
    """All kinds of records that leave a trail, by their names."""
    names = [(model._meta.label_lower, documents.label_of(model._meta.label_lower)) for model in our_models()]
    return sorted(names, key=lambda pair: pair[1])


class AuditList(ListSpec):
    """Who did what to which record, with what it was before."""

    model = AuditRow
    title = _("Audit trail")
    icon = "history"
    searchable = False
    columns = (
        Column("at", _("When"), "datetime", card="side"),
        Column("who", _("Who"), value=lambda row: row.teller.who(row), card="meta"),
        Column("kind", _("Kind"), value=lambda row: documents.label_of(row.kind), card="title"),
        Column(
            "object_id",
            _("Record"),
            value=lambda row: row.teller.record(row),
            url=lambda row: documents.url_of(row.kind, row.object_id),
        ),
        Column("action", _("Act"), value=lambda row: row.teller.act(row)),
        Column("changes", _("Changes"), value=lambda row: row.teller.text(row)),
        Column("request_id", _("Request"), shown=False),
    )
    filters = (
        DateFilter("at", _("When")),
        PickFilter("who", _("Who"), "actor_id", kind="user"),
        ChoiceFilter("kind", _("Kind"), choices=kinds),
        NumberFilter("object", _("Record"), "object_id", quick=False),
    )

    def complete(self, rows: Sequence[AuditRow], actor: Actor) -> None:
        teller = audit.Teller(rows, actor)
        for row in rows:
            row.teller = teller  # type: ignore[attr-defined]

    def url(self, row: AuditRow) -> str:
        return reverse("admin:core_auditrow_change", args=[row.pk])


@admin.register(AuditRow)
class AuditAdmin(ReadOnly):
    list_spec = AuditList
    fields = readonly_fields = ("at", "who", "kind_name", "record", "act", "told", "request_id")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> AuditRow | None:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            row.teller = audit.Teller([row], request.actor)  # type: ignore[attr-defined]
        return row

    @admin.display(description=_("Who"))
    def who(self, row: Any) -> str:
        return row.teller.who(row)

    @admin.display(description=_("Kind"))
    def kind_name(self, row: Any) -> str:
        return documents.label_of(row.kind)

    @admin.display(description=_("Record"))
    def record(self, row: Any) -> str:
        return row.teller.record(row)

    @admin.display(description=_("Act"))
    def act(self, row: Any) -> str:
        return row.teller.act(row)

    @admin.display(description=_("Changes"))
    def told(self, row: Any) -> str:
        return row.teller.text(row)


class CalendarDayList(ListSpec):
    """On which days the company is free, or works though it is weekend."""

    model = CalendarDay
    title = _("Holidays and make-up days")
    icon = "calendar-event"
    searchable = False
    columns = (
        Column("date", _("Date"), "date", sort=True, card="title"),
        Column("label", _("Name")),
        Column("works", _("Is worked"), "bool", card="side"),
    )
    filters = (
        DateFilter("date", _("Date")),
        BoolFilter("works", _("Is worked")),
    )
    acts = (
        Act("remove", _("Remove"), "core.delete_calendarday", calendar.remove_days, icon="trash", danger=True,
            confirm=_("Take these days out of the calendar? They are again what their weekday says.")),
    )  # fmt: skip
    order = "-date"
    create = Create(_("New day"), "admin:core_calendarday_add", "core.add_calendarday")

    def url(self, row: CalendarDay) -> str:
        return reverse("admin:core_calendarday_change", args=[row.pk])


@admin.register(CalendarDay)
class CalendarDayAdmin(SuiteModelAdmin):
    list_spec = CalendarDayList
    fields = ("date", "works", "name", "name_en")

    def add(self, actor: Actor, values: dict[str, Any], lines: Any) -> CalendarDay:
        return calendar.add_day(actor=actor, **values)

    def change(self, actor: Actor, row: CalendarDay, values: dict[str, Any], lines: Any) -> CalendarDay:
        return calendar.change_day(day=row, actor=actor, **values)
