"""Keeping views of lists."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from suite.core.doors import door
from suite.desk.lists.spec import spec_of
from suite.desk.lists.state import explicit
from suite.desk.models import SavedView
from suite.desk.services import saved_views

# What anybody may do with a view that is offered: keep it in the menu, open it first.
USES: dict[str, dict[str, bool]] = {
    "pin": {"is_pinned": True},
    "unpin": {"is_pinned": False},
    "first": {"is_default": True},
    "not_first": {"is_default": False},
}


@door("desk.add_savedview")
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows as a tab."""
    actor = request.actor  # type: ignore[attr-defined]
    spec = spec_of(request.POST.get("list_key", ""))
    if spec is None or not actor.may(spec.view_permission):
        raise Http404
    view = saved_views.save(
        actor=actor,
        list_key=spec.key,
        name=request.POST.get("name", ""),
        params=explicit(QueryDict(request.POST.get("query", ""))),
        audience=request.POST.get("audience", ""),
        is_default=bool(request.POST.get("is_default")),
    )
    messages.success(request, _("The view was saved"))
    return redirect(f"{_list(request)}?view={view.pk}")


@door("desk.view_savedview")
@require_POST
def change_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a view in the menu or open it first; save, rename, share or delete one's own."""
    actor = request.actor  # type: ignore[attr-defined]
    view = get_object_or_404(SavedView.objects.visible_to(actor).filter(saved_views.offered_to(actor)), pk=pk)
    do, here = request.POST.get("do", ""), f"{_list(request)}?view={view.pk}"
    if do in USES:
        saved_views.use(actor=actor, view=view, **USES[do])
        return redirect(here)
    if do == "roles" and actor.may("core.change_role"):
        saved_views.open_first_for(actor=actor, view=view, roles=request.POST.getlist("roles"))
    elif not saved_views.may_change(actor, view):
        raise PermissionDenied(do)
    elif do == "delete":
        saved_views.remove(actor=actor, view=view)
        messages.success(request, _("The view was deleted"))
        return redirect(f"{_list(request)}?view=all")
    else:
        values: dict[str, Any] = {name: request.POST[name] for name in ("name", "audience") if name in request.POST}
        if do == "save":
            values["params"] = explicit(QueryDict(request.POST.get("query", "")))
        saved_views.change(actor=actor, view=view, values=values)
    messages.success(request, _("The view was saved"))
    return redirect(here)


def _list(request: HttpRequest) -> str:
    """The address of the list that was looked at."""
    path = request.POST.get("path", "/")
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
