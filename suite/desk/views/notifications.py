"""The bell's page, and how one wants to be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from suite.core import clock, robots
from suite.core.access import Actor
from suite.core.acts import acting
from suite.core.doors import door
from suite.core.robots import Platform
from suite.desk import formats, refusals
from suite.desk.forms import ActorForm
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, Column, DateFilter, ListSpec, View, list_view
from suite.desk.models import Notification, Task
from suite.desk.pages import render_page
from suite.desk.services import notifications, todos

CLOCK = forms.TimeInput({"type": "time"}, format="%H:%M")


def subjects(actor: Actor, pks: Collection[int], model: type[Model], permission: str) -> list[int]:
    """The records of a kind that notices of the actor speak of, and on which the actor may do something."""
    rows = notifications.inbox(actor).filter(pk__in=pks, subject_kind=model._meta.label_lower)
    found = model._default_manager.visible_to(actor, permission)  # type: ignore[attr-defined]
    return list(found.filter(pk__in=rows.order_by().values("subject_id")).values_list("pk", flat=True))


def about(model: type[Model], *kinds: str) -> Callable[[Notification], bool]:
    """Whether a notice speaks of a record of this kind, and is of one of these kinds."""
    return lambda row: row.subject_kind == model._meta.label_lower and (not kinds or row.kind in kinds)


def _done(*, actor: Actor, pks: Collection[int]) -> int:
    done = todos.complete(pks=subjects(actor, pks, Task, "desk.change_task"), actor=actor)
    notifications.mark_read(actor=actor, pks=pks)
    return done


def _tomorrow(*, actor: Actor, pks: Collection[int]) -> int:
    tomorrow = clock.day_starts(actor.company, clock.today(actor.company) + dt.timedelta(days=1))
    tasks = subjects(actor, pks, Task, "desk.change_task")
    put_off = todos.snooze(pks=tasks, due_at=tomorrow + dt.timedelta(hours=9), actor=actor)
    notifications.mark_read(actor=actor, pks=pks)
    return put_off


def _together(row: Notification) -> str:
    """The notices before about the same record, folded."""
    rows: Sequence[Notification] = getattr(row, "earlier", ())
    if not rows:
        return ""
    text = ngettext("%(count)s earlier", "%(count)s earlier", len(rows)) % {"count": len(rows)}
    lines = format_html_join(
        "", "<li>{} <time>{}</time></li>", ((each.title, formats.moment(each.created_at)) for each in rows)
    )
    return format_html('<details class="earlier"><summary>{}</summary><ul>{}</ul></details>', text, lines)


class NotificationList(ListSpec):
    """What I was told."""

    model = Notification
    page = "desk:notifications"
    title = gettext_lazy("Notifications")
    icon = "bell"
    columns = (
        Column("title", gettext_lazy("Notification"), card="title"),
        Column("earlier", gettext_lazy("Before about the same"), value=_together),
        Column("body", gettext_lazy("Text")),
        Column("created_at", gettext_lazy("When"), "datetime", card="side"),
        Column(
            "read", gettext_lazy("Status"), "badge",
            value=lambda row: _("Read") if row.read_at else _("Unread"),
            colours=lambda row: "secondary" if row.read_at else "primary",
        ),
    )  # fmt: skip
    filters = (
        ChoiceFilter(
            "kind",
            gettext_lazy("Kind"),
            choices=lambda actor: [(kind.name, kind.label) for kind in notifications.kinds(actor.company)],
        ),
        BoolFilter("read", gettext_lazy("Read"), condition=Q(read_at__isnull=False)),
        BoolFilter("latest", gettext_lazy("Latest only"), condition=notifications.latest, quick=False),
        DateFilter("created", gettext_lazy("When"), "created_at"),
    )
    views = (View("new", gettext_lazy("Unread"), {"read": "no", "latest": "yes"}),)
    acts: ClassVar[Sequence[Act]] = (
        Act("read", gettext_lazy("Mark as read"), "desk.view_notification", notifications.mark_read, icon="checks"),
        Act("done", gettext_lazy("Task done"), "desk.change_task", _done, icon="check", when=about(Task), in_row=True),
        Act("tomorrow", gettext_lazy("Put off to tomorrow"), "desk.change_task", _tomorrow,
            icon="calendar-due", when=about(Task)),
    )  # fmt: skip
    search_fields = ("title", "body")
    empty = gettext_lazy("You are told here when something is assigned to you, due or done.")

    def rows(self, actor: Actor) -> QuerySet[Notification]:
        return notifications.inbox(actor)

    def complete(self, rows: Sequence[Notification], actor: Actor) -> None:
        """Put what was told before about the same records on the latest notices about them."""
        last = {(row.subject_kind, row.subject_id): row for row in sorted(rows, key=lambda row: row.pk)}
        before = notifications.earlier(actor, last.values())
        for row in last.values():
            row.earlier = before.get(row.pk, ())  # type: ignore[attr-defined]

    def url(self, row: Notification) -> str:
        return reverse("desk:notification", args=[row.pk])


@door("desk.view_notification")
def notification_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, NotificationList, template="suite/desk/notifications.html")


@door("desk.view_notification")
def notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Open what a notification is about; that makes it read."""
    actor = request.actor  # type: ignore[attr-defined]
    row = get_object_or_404(notifications.inbox(actor), pk=pk)
    notifications.mark_read(actor=actor, pks=[row.pk])
    return redirect(row.url or "desk:notifications")


@door("desk.view_notification")
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    notifications.mark_read(actor=request.actor)  # type: ignore[attr-defined]
    return redirect("desk:notifications")


class TimesForm(ActorForm):
    """When and by which robot one is told."""

    quiet_from = forms.TimeField(label=gettext_lazy("Quiet from"), required=False, widget=CLOCK)
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"), required=False, widget=CLOCK,
        help_text=gettext_lazy("Mail and robot wait until then; the bell rings on"),
    )  # fmt: skip
    digest_at = forms.TimeField(
        label=gettext_lazy("All in one message at"), required=False, widget=CLOCK,
        help_text=gettext_lazy("Blank: each at once. What is urgent, such as approvals, never waits for it."),
    )  # fmt: skip
    robot = forms.ChoiceField(
        label=gettext_lazy("Robot"), required=False, choices=[("", gettext_lazy("None")), *Platform.choices]
    )
    robot_url = forms.CharField(
        label=gettext_lazy("Address of the robot"), required=False, max_length=500,
        help_text=gettext_lazy("As the platform shows it for the robot of a group; blank leaves it as it is"),
    )  # fmt: skip
    robot_secret = forms.CharField(
        label=gettext_lazy("Secret of the robot"), required=False, max_length=200,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=gettext_lazy("As DingTalk or Feishu shows it where the robot signs; blank leaves it as it is"),
    )  # fmt: skip


@door("desk.change_notificationpreference")
def preferences(request: HttpRequest) -> HttpResponse:
    """A table of kinds and ways; quiet hours, digest and robot."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = notifications.settings_of(actor)
    known = {name: getattr(row, name) for name in ("quiet_from", "quiet_until", "digest_at", "robot")}
    form = TimesForm(request.POST if request.method == "POST" else None, actor=actor, initial=known)
    shown = notifications.preferences(actor)
    if form.is_bound:
        shown = [
            (kind, notifications.Ways(*(f"{kind.name}.{way}" in request.POST for way in notifications.Ways._fields)))
            for kind, _ways in shown
        ]
    if form.is_bound and form.is_valid():
        try:
            with acting(actor):
                notifications.prefer(actor=actor, choices={kind.name: ways for kind, ways in shown})
                notifications.set_times(actor=actor, **form.cleaned_data)
        except ValidationError as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("Saved"))
            return redirect("desk:notification_preferences")
    context = {
        "preferences": shown,
        "form": form,
        "robot_at": robots.shown(row.robot_url),
    }
    status = 400 if form.is_bound else 200
    return render_page(request, "suite/desk/notification_preferences.html", context, status=status)
