"""Keeping views of lists."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from suite.core.doors import door
from suite.desk.lists.state import explicit
from suite.desk.models import SavedView
from suite.desk.services import saved_views


@door("desk.add_savedview")
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Save the filters of a list as a tab, or delete a tab of mine."""
    actor = request.actor  # type: ignore[attr-defined]
    path = request.POST.get("path", "/")
    path = path if path.startswith("/") and not path.startswith("//") else "/"
    if delete := request.POST.get("delete"):
        mine = SavedView.objects.visible_to(actor).filter(owner=actor.user_id)
        view = get_object_or_404(mine, pk=delete if delete.isdigit() else 0)
        saved_views.remove(actor=actor, view=view)
        messages.success(request, _("The view was deleted"))
        return redirect(f"{path}?view=all")
    view = saved_views.save(
        actor=actor,
        list_key=request.POST.get("list_key", "")[:100],
        name=request.POST.get("name", ""),
        params=explicit(QueryDict(request.POST.get("query", ""))),
        audience=request.POST.get("audience", ""),
        is_default=bool(request.POST.get("is_default")),
    )
    messages.success(request, _("The view was saved"))
    return redirect(f"{path}?view={view.pk}")
