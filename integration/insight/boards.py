"""The dashboard: looked at, arranged by its reader or for a role, and hung on a wall."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from suite.core.access import Actor
from suite.core.doors import OPEN, door
from suite.core.middleware import memberships_of, settle_in
from suite.core.models import Role, User
from suite.core.texts import read_json
from suite.desk.dashboards import boards, lists, tiles
from suite.desk.dashboards.boards import Placed
from suite.desk.dashboards.tiles import WIDEST
from suite.desk.models import DashboardLayout
from suite.desk.pages import done, refuse, render_page
from suite.desk.services import dashboards, layouts

MAY = "integration_insight.view_dashboard"
PAGE = "integration/insight/dashboard.html"
BOARD = "integration/insight/_board.html"
ON_A_PAGE = 6  # tiles of a wall, big enough to be read at five metres
SALT = "insight.wall"
WALL_DAYS = 60


def figures(actor: Actor) -> dict[str, Any]:
    """The figures of the actor's dashboard, for the workbench."""
    places = [each for each in boards.placed(actor) if each.tile.kind == "figure"]
    return {"board": boards.read(actor, places)}


@door(MAY)
def dashboard(request: HttpRequest) -> HttpResponse:
    """The reader's own dashboard; each figure opens the rows behind it."""
    return _page(request, None)


@door("core.change_role")
def role_dashboard(request: HttpRequest, pk: int) -> HttpResponse:
    """The dashboard of everybody of a role who has not arranged their own; shown with the figures of its arranger."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return _page(request, get_object_or_404(Role.objects.visible_to(actor, "core.change_role"), pk=pk))


def _page(request: HttpRequest, role: Role | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        return _arrange(request, actor, role)
    return render_page(request, PAGE, _context(request, actor, role), part=BOARD)


def _context(request: HttpRequest, actor: Actor, role: Role | None) -> dict[str, Any]:
    places = boards.placed(actor, role)
    is_open = bool(role) or bool(request.GET.get("arrange")) or request.method == "POST"
    context: dict[str, Any] = {"board": boards.read(actor, places), "role": role, "arranging": is_open}
    if is_open:
        there = {each.tile.name for each in places}
        context |= {
            "offered": [tile for tile in tiles.registered(actor) if tile.name not in there],
            "views": [
                (name, left)
                for name, looks in lists.offered(actor, shared_only=bool(role))
                if (left := [tile for tile in looks if tile.name not in there])
            ],
            "is_own": layouts.own(DashboardLayout, actor, role) is not None,
            "widest": WIDEST,
            "roles": Role.objects.visible_to(actor).order_by("pk") if actor.may("core.change_role") else [],
        }
    return context


def _arrange(request: HttpRequest, actor: Actor, role: Role | None) -> HttpResponse:
    """Do what was asked and say so, with a way back; a mere change of places needs no new figures."""
    was = layouts.own(DashboardLayout, actor, role)
    back = {"tiles": json.dumps(was.tiles)} if was else {"reset": "1"}
    wanted = None if "reset" in request.POST else changed(boards.placed(actor, role), request.POST)
    try:
        if wanted is None:
            dashboards.forget(actor=actor, role=role)
        else:
            dashboards.arrange(tiles=wanted.tiles, actor=actor, role=role)
    except ValidationError as error:
        return refuse(request, error.messages, status=400)
    said = wanted.said if wanted else _("The dashboard is again as it was")
    done(request, said, f"{request.path}", back)
    if not request.headers.get("HX-Request"):
        return redirect(request.path if role else f"{request.path}?arrange=yes")
    if wanted and wanted.is_order:
        response = render(request, "integration/insight/_said.html")
        response["HX-Reswap"] = "none"
        return response
    return render(request, BOARD, _context(request, actor, role))


class Wanted(NamedTuple):
    """What a form asks for, in the words of a layout and of people."""

    tiles: Sequence[dict[str, Any]]
    said: str
    is_order: bool = False


def changed(places: Sequence[Placed], data: QueryDict) -> Wanted:
    """The tiles after what a form says: their order, and one of left, right, narrower, wider, remove, add, tiles."""
    if "tiles" in data:
        return Wanted(_kept(data.get("tiles", "")), _("The dashboard is again as it was"))
    order = {name: number for number, name in enumerate(data.getlist("order"))}
    places = sorted(places, key=lambda each: order.get(each.tile.name, len(order)))
    kept = [each.kept for each in places]
    act = next((name for name in ("left", "right", "narrower", "wider", "remove", "add") if name in data), "")
    name = data.get(act, "")
    if act == "add":
        return Wanted([*kept, {"tile": name, "width": _width(name)}], _("The tile stands at the end"))
    at = next((number for number, each in enumerate(kept) if each["tile"] == name), None)
    if at is None:
        return Wanted(kept, _("The order is kept"), is_order=True)
    if act == "remove":
        said = _("“%(tile)s” is taken off the dashboard") % {"tile": places[at].tile.title}
        return Wanted([*kept[:at], *kept[at + 1 :]], said)
    if act in ("narrower", "wider"):
        width = kept[at]["width"] + (1 if act == "wider" else -1)
        kept[at] = {**kept[at], "width": min(max(width, 1), WIDEST)}
        return Wanted(kept, _("The width is kept"))
    other = at + (-1 if act == "left" else 1)
    if 0 <= other < len(kept):
        kept[at], kept[other] = kept[other], kept[at]
    return Wanted(kept, _("The order is kept"))


def _width(name: str) -> int:
    known = tiles.tile(name)
    return known.width if known else lists.width_of(name)


def _kept(text: str) -> list[dict[str, Any]]:
    """Tiles as a page gave them out to be put back; ValidationError for anything else."""
    try:
        return [{"tile": str(each["tile"]), "width": int(each["width"])} for each in read_json(text)]
    except (ValueError, TypeError, KeyError) as error:
        raise ValidationError(_("This cannot be put back")) from error


@require_GET
@door(MAY)
def wall(request: HttpRequest) -> HttpResponse:
    """The reader's dashboard on a screen in the hall: it turns its pages, reads itself anew and needs nobody."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    ticket = signing.dumps([actor.user_id, actor.company_id, seal(actor.user)], salt=SALT, compress=True)
    return render_page(request, "integration/insight/wall.html", {**_wall(actor), "ticket": ticket})


@require_GET
@door(OPEN)
def wall_figures(request: HttpRequest) -> HttpResponse:
    """The figures of a wall that hangs there: its ticket outlives the sign-in, and opens nothing else."""
    actor = _of_ticket(request.headers.get("X-Wall", ""))
    if actor is None:
        raise Http404
    settle_in(request, actor)
    response = render(request, "integration/insight/_wall.html", _wall(actor))
    response["Cache-Control"] = "no-store"
    return response


def _wall(actor: Actor) -> dict[str, Any]:
    places = [each for each in boards.placed(actor) if not each.tile.personal]
    board = boards.read(actor, places)
    pages = [board.shown[at : at + ON_A_PAGE] for at in range(0, len(board.shown), ON_A_PAGE)]
    return {"board": board, "pages": pages, "company": actor.company}


def seal(user: User) -> str:
    """What of a user ends the ticket of a wall when it changes: the password, and being signed out everywhere."""
    return f"{user.get_session_auth_hash()[:16]}{user.signed_out_at or ''}"


def _of_ticket(text: str) -> Actor | None:
    """Whose wall it is, while they may see it."""
    try:
        user_id, company_id, kept = signing.loads(text, salt=SALT, max_age=WALL_DAYS * 24 * 3600)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    member = memberships_of(user).filter(company=company_id).first() if user else None
    if user is None or member is None or seal(user) != kept:
        return None
    actor = Actor(user, member.company)
    return actor if actor.may(MAY) else None
