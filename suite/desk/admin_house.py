"""What runs in the house, and what was done: events, jobs, the audit trail."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from suite.core import jobs, outbox
from suite.core.access import Actor
from suite.core.models import AuditRow, Job, OutboxEvent, User
from suite.core.roles import our_models
from suite.desk import audit, documents
from suite.desk.admin_base import SuiteModelAdmin
from suite.desk.admin_people import ReasonForm
from suite.desk.lists import Act, ChoiceFilter, Column, DateFilter, ListSpec, NumberFilter, PickFilter


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


def kinds(actor: Actor) -> list[tuple[str, str]]:
    """All kinds of records that leave a trail, by their names."""
    names = [(model._meta.label_lower, documents.label_of(model._meta.label_lower)) for model in our_models()]
    return sorted(names, key=lambda pair: pair[1])


def words_of(row: AuditRow) -> str:
    try:
        return audit.text_of(apps.get_model(row.kind), row)
    except LookupError:
        return row.reason


class AuditList(ListSpec):
    """Who did what to which record, with what it was before."""

    model = AuditRow
    title = _("Audit trail")
    icon = "history"
    searchable = False
    columns = (
        Column("at", _("When"), "datetime", card="side"),
        Column("who", _("Who"), value=lambda row: row.who or _("The house"), card="meta"),
        Column("kind", _("Kind"), value=lambda row: documents.label_of(row.kind), card="title"),
        Column(
            "object_id",
            _("Record"),
            value=lambda row: str(row.object_id),
            url=lambda row: documents.url_of(row.kind, row.object_id),
        ),
        Column("action", _("Act"), value=lambda row: audit.actions().get(row.action, row.action)),
        Column("changes", _("Changes"), value=words_of),
        Column("request_id", _("Request"), shown=False),
    )
    filters = (
        DateFilter("at", _("When")),
        PickFilter("who", _("Who"), "actor_id", kind="user"),
        ChoiceFilter("kind", _("Kind"), choices=kinds),
        NumberFilter("object", _("Record"), "object_id", quick=False),
    )

    def rows(self, actor: Actor) -> QuerySet[AuditRow]:
        names = User.objects.filter(pk=OuterRef("actor_id")).values(
            shown=Coalesce(NullIf("name", Value("")), "username")
        )
        return AuditRow.objects.visible_to(actor).annotate(who=Subquery(names))

    def url(self, row: AuditRow) -> str:
        return reverse("admin:core_auditrow_change", args=[row.pk])


@admin.register(AuditRow)
class AuditAdmin(ReadOnly):
    list_spec = AuditList
    fields = readonly_fields = ("at", "actor_id", "kind", "object_id", "action", "changes", "reason", "request_id")
