"""What the frame around every page asks for: counts, looks, companies, pickers, home."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from suite.core.doors import OPEN, SIGNED_IN, door
from suite.core.middleware import memberships_of
from suite.core.models import User
from suite.desk import choices, live, navigation
from suite.desk import workbench as home
from suite.desk.own import rules
from suite.desk.pages import back, render_page
from suite.desk.services import notifications

YEAR = 365 * 24 * 3600
SECONDS = re.compile(r"\d{1,12}(\.\d{1,9})?")


@door(SIGNED_IN)
@require_GET
def workbench(request: HttpRequest) -> HttpResponse:
    """What to do now."""
    blocks = home.blocks(request.actor)  # type: ignore[attr-defined]
    return render_page(request, "suite/desk/workbench.html", {"blocks": blocks})


@door(SIGNED_IN)
@require_GET
def workbench_block(request: HttpRequest, name: str) -> HttpResponse:
    """One block; it fails alone."""
    block = home.block(request.actor, name)  # type: ignore[attr-defined]
    if block is None:
        raise Http404
    return render(request, block.template, {"block": block, **block.context(request.actor)})  # type: ignore[attr-defined]


@door(SIGNED_IN)
@require_GET
def pulse(request: HttpRequest) -> JsonResponse:
    """The counts in the frame, asked for once a minute."""
    actor = request.actor  # type: ignore[attr-defined]
    return JsonResponse({"unread": notifications.unread(actor), "badges": navigation.badges(actor)})


@door(SIGNED_IN)
@require_GET
def live_answer(request: HttpRequest) -> JsonResponse:
    """What others did to what an open page shows, asked for every few seconds; costs no statement while nothing is."""
    actor = request.actor  # type: ignore[attr-defined]
    what = live.read(actor, request.GET.get("ticket", ""))
    since = request.GET.get("since", "")
    if what is None or not SECONDS.fullmatch(since):
        raise Http404
    return JsonResponse(live.answer(actor, what, float(since)))


@door(SIGNED_IN)
@require_GET
def choices_of(request: HttpRequest, kind: str) -> JsonResponse:
    """What a picker offers for some words (`q`), or the one row called exactly so (`exact`)."""
    known, actor = choices.kind(kind), request.actor  # type: ignore[attr-defined]
    if known is None:
        raise Http404
    nothing = ""
    if exact := request.GET.get("exact", "").replace("\x00", "").strip()[:100]:
        row = known.exactly(actor, exact)
        rows = [row] if row else []
    else:
        words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
        rows = list(known.find(actor, words))
        nothing = "" if rows else str((not words and known.empty) or _("Nothing found"))
    found = [{"value": row.pk, "text": known.text(row), "hint": known.hint(rules.shown(row, actor))} for row in rows]
    return JsonResponse({"choices": found, "nothing": nothing})


@door(OPEN)
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Language, theme and density: in a cookie at once, with the user for every other device."""
    response = redirect(back(request))
    allowed = {
        "language": dict(settings.LANGUAGES),
        "theme": dict(User.Theme.choices),
        "density": dict(User.Density.choices),
    }
    chosen = {name: request.POST[name] for name in allowed if request.POST.get(name) in allowed[name]}
    for name, value in chosen.items():
        cookie = settings.LANGUAGE_COOKIE_NAME if name == "language" else name
        response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    if chosen and request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(**chosen)
    return response


@door(SIGNED_IN)
@require_POST
def company(request: HttpRequest) -> HttpResponse:
    """Work in another company of mine from now on."""
    wanted = request.POST.get("company", "")
    if not wanted.isascii() or not wanted.isdigit():
        raise Http404
    if not memberships_of(request.user).filter(company=int(wanted)).exists():
        raise Http404
    request.session["company_id"] = int(wanted)
    return redirect("workbench")
