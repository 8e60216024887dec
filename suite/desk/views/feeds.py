"""The calendar that other programs fetch, and the page on which one gets its address."""

from __future__ import annotations

import datetime as dt
import time

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from suite.core import calendar, clock
from suite.core.access import Actor
from suite.core.auth import client_address
from suite.core.doors import OPEN, door
from suite.desk import icalendar, planned
from suite.desk.icalendar import Event
from suite.desk.models import Task
from suite.desk.pages import render_page
from suite.desk.services import feeds

BACK, AHEAD, MOST = dt.timedelta(days=30), dt.timedelta(days=180), 1000
A_MINUTE = 30  # fetches from one address; a program asks once in an hour, only somebody who guesses more often


@door("desk.view_task")
@require_GET
def feed_page(request: HttpRequest) -> HttpResponse:
    """Whether the reader's calendar has a secret address, and how to get one."""
    secret = request.session.pop("calendar_secret", "")
    address = request.build_absolute_uri(reverse("desk:feed", args=[secret])) if secret else ""
    context = {
        "feed": feeds.of(request.actor), "address": address,  # type: ignore[attr-defined]
        "crumbs": [(_("Calendar"), reverse("desk:calendar"))], "heading": _("Calendar in other programs"),
    }  # fmt: skip
    return render_page(request, "suite/desk/feed.html", context)


@door("desk.view_task")
@require_POST
def feed_new(request: HttpRequest) -> HttpResponse:
    """A new address, shown once; the one before ends."""
    request.session["calendar_secret"] = feeds.make(actor=request.actor)  # type: ignore[attr-defined]
    return redirect("desk:feed_page")


@door("desk.view_task")
@require_POST
def feed_end(request: HttpRequest) -> HttpResponse:
    """End the address."""
    feeds.take_back(actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, _("The address leads nowhere any more"))
    return redirect("desk:feed_page")


@door(OPEN)
@require_GET
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind a secret address: what its person may see now. A guess is told nothing."""
    if _too_often(client_address(request)):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    actor = feeds.find(secret)
    if actor is None or actor.user is None or not actor.may("desk.view_task"):
        raise Http404
    with translation.override(actor.user.language):
        name = _("Calendar of %(name)s") % {"name": actor.user}
        text = icalendar.written(name, _events(actor, request), stamp=clock.now())
    headers = {"Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)


def _events(actor: Actor, request: HttpRequest) -> list[Event]:
    """The actor's own tasks and what is planned, from a month ago for half a year, and free and made-up days."""
    begin, end = clock.now() - BACK, clock.now() + AHEAD
    mine = Task.objects.visible_to(actor).filter(owner=actor.user_id, status=Task.Status.OPEN)
    rows = mine.filter(due_at__gte=begin, due_at__lt=end).order_by("due_at", "pk")[:MOST]

    def url(path: str) -> str:
        return request.build_absolute_uri(path)

    found = [
        Event(f"task-{row.pk}@suite", row.due_at, row.title, row.note, url(reverse("desk:task", args=[row.pk])))
        for row in rows
        if row.due_at
    ]
    for each in planned.between(actor, "me", begin, end):
        name = f"{each.icon}-{each.url.strip('/').replace('/', '-')}@suite"
        if each.at:
            found.append(Event(name, each.at, each.title, each.about, url(each.url)))
    first, last = begin.date(), end.date()
    found += [
        Event(f"day-{day:%Y%m%d}@suite", day, f"{_mark(known.works)} {known.label}".strip())
        for day, known in sorted(calendar.days(actor.company).items())
        if first <= day <= last
    ]
    return found


def _mark(works: bool) -> str:
    return pgettext("day", "On") if works else pgettext("day", "Off")


def _too_often(address: str) -> bool:
    """Whether an address asked too often within this minute; a cache that is down stops nobody."""
    key = f"calendar-feed:{address}:{int(time.time() // 60)}"
    try:
        cache.add(key, 0, 120)
        return cache.incr(key) > A_MINUTE
    except Exception:
        return False
