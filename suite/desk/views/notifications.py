"""The bell's page, and how one wants to be told."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from suite.core.access import Actor
from suite.core.doors import door
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, Column, DateFilter, ListSpec, View, list_view
from suite.desk.models import Notification
from suite.desk.pages import render_page
from suite.desk.services import notifications


class NotificationList(ListSpec):
    """What I was told."""

    model = Notification
    page = "desk:notifications"
    title = gettext_lazy("Notifications")
    icon = "bell"
    columns = (
        Column("title", gettext_lazy("Notification"), card="title"),
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
            "kind", gettext_lazy("Kind"), choices=lambda actor: [(k.name, k.label) for k in notifications.kinds()]
        ),
        BoolFilter("read", gettext_lazy("Read"), condition=Q(read_at__isnull=False)),
        DateFilter("created", gettext_lazy("When"), "created_at"),
    )
    views = (View("new", gettext_lazy("Unread"), {"read": "no"}),)
    acts = (
        Act("read", gettext_lazy("Mark as read"), "desk.view_notification", notifications.mark_read, icon="checks"),
    )
    search_fields = ("title", "body")
    empty = gettext_lazy("You are told here when something is assigned to you, due or done.")

    def rows(self, actor: Actor) -> QuerySet[Notification]:
        return notifications.inbox(actor)

    def url(self, row: Notification) -> str:
        return reverse("desk:notification", args=[row.pk])


@door("desk.view_notification")
def notification_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, NotificationList)


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


@door("desk.change_notificationpreference")
def preferences(request: HttpRequest) -> HttpResponse:
    """A table of kinds and channels."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        chosen = {
            kind.name: (f"{kind.name}.bell" in request.POST, f"{kind.name}.mail" in request.POST)
            for kind in notifications.kinds()
        }
        notifications.prefer(actor=actor, choices=chosen)
        messages.success(request, _("Saved"))
        return redirect("desk:notification_preferences")
    return render_page(
        request, "suite/desk/notification_preferences.html", {"preferences": notifications.preferences(actor)}
    )
