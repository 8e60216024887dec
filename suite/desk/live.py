"""Pages that stand open: which record or list a page shows, and what is said on it when others work there, too."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.core import signing
from django.db.models import Model
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from suite.core import news
from suite.core.access import Actor
from suite.core.models import User
from suite.core.said import listed
from suite.desk import documents

SALT = "desk.live"


class Watched(NamedTuple):
    """What a page shows: a record, or with key 0 the list of a kind; `editing` when the page changes it."""

    kind: str
    pk: int
    editing: bool = False


def watched(path: str, context: Mapping[str, Any]) -> Watched | None:
    """What the page that is being made from this context shows, if it is a record with a page of its own or a list."""
    original, of_rows = context.get("original"), context.get("cl") or context.get("spec")
    if isinstance(original, Model):
        return Watched(original._meta.label_lower, original.pk, bool(context.get("has_change_permission")))
    if of_rows is not None:
        return Watched(of_rows.model._meta.label_lower, 0)
    return _by_address(path) if "page" in context or "form" in context else None


def _by_address(path: str) -> Watched | None:
    """The record at an address, or above it: its form and the forms of its acts stand below its page."""
    above = path
    while above.count("/") > 2:
        try:
            found = resolve(above)
        except Resolver404:
            found = None
        kind = found and documents.kind_at(found.view_name)
        if found and kind:
            pk = next(iter((*found.kwargs.values(), *found.args)))
            return Watched(kind.name, int(pk), editing=above != path)
        above = above.rstrip("/").rpartition("/")[0] + "/"
    return None


def ticket(actor: Actor, what: Watched) -> str:
    """The right to ask about what this page shows, for whoever got to see the page."""
    return signing.dumps([actor.company_id, actor.user_id, *what], salt=SALT, compress=True)


def read(actor: Actor, text: str) -> Watched | None:
    """What a ticket is for; nothing when it is another person's, or too old."""
    try:
        company_id, user_id, *what = signing.loads(text, salt=SALT, max_age=news.KEPT)
    except signing.BadSignature:
        return None
    return Watched(*what) if (company_id, user_id) == (actor.company_id, actor.user_id) else None


def asking(actor: Actor, what: Watched) -> dict[str, Any]:
    """What the script of a page needs to ask."""
    address = reverse("desk:live")
    return {"url": address, "ticket": ticket(actor, what), "since": repr(time.time()), "editing": what.editing}


def answer(actor: Actor, what: Watched, since: float) -> dict[str, str]:
    """What others did since the page was made, and who is editing: sentences, empty when there is nothing to say."""
    record = (what.kind, what.pk)
    if what.editing and what.pk:
        news.editing(actor.company_id, record, actor.user_id)  # type: ignore[arg-type]
    change = news.last_change(actor.company_id, record)
    fresh = change if change and change[0] > since and change[1] != actor.user_id else None
    there = news.editors(actor.company_id, record, but=actor.user_id) if what.pk else {}  # type: ignore[arg-type]
    wanted = {*there, *([fresh[1]] if fresh and fresh[1] else [])}
    names = {user.pk: user.label for user in User.objects.filter(pk__in=wanted)} if wanted else {}
    return {"news": _news(fresh, names, bool(what.pk)), "editing": _editing(there, names)}


def _news(change: news.Change | None, names: Mapping[int, str], is_record: bool) -> str:
    if change is None:
        return ""
    told = {"name": names.get(change[1] or 0, ""), "time": _clock(change[0])}
    if not told["name"]:
        return _("This changed at %(time)s") % told
    return (_("%(name)s changed this at %(time)s") if is_record else _("%(name)s changed this list at %(time)s")) % told


def _editing(there: Mapping[int, float], names: Mapping[int, str]) -> str:
    if not there:
        return ""
    people = listed(names.get(pk, "") for pk in there)
    return _("Being edited by %(names)s since %(time)s") % {"names": people, "time": _clock(min(there.values()))}


def _clock(moment: float) -> str:
    return timezone.localtime(dt.datetime.fromtimestamp(moment, dt.UTC)).strftime("%H:%M")
