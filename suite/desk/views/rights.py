"""What a role may: every permission of the house beside how far it reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from suite.core import modules, roles, staff
from suite.core.access import Scope
from suite.core.doors import door
from suite.core.models import Company, Grant, Role
from suite.desk.pages import render_page


@dataclass(frozen=True)
class Right:
    """One permission and how far it reaches now."""

    code: str
    label: str
    scope: str


@dataclass(frozen=True)
class Rights:
    """The permissions over one kind of record: the four usual ones (None where there is none), and its own."""

    label: str
    usual: list[Right | None]
    own: list[Right]


VERBS = ("view", "add", "change", "delete")


@door("core.change_role")
def rights(request: HttpRequest, pk: int) -> HttpResponse:
    """The matrix of a role; only what differs is written."""
    actor = request.actor  # type: ignore[attr-defined]
    role = get_object_or_404(Role.objects.visible_to(actor, "core.change_role"), pk=pk)
    if request.method == "POST":
        typed = {code: request.POST[code] for code in roles.known_codes() if request.POST.get(code) in Scope.values}
        changed = staff.set_grants(
            role=role,
            scopes={code: Scope(scope) for code, scope in typed.items()},
            actor=actor,
            reason=request.POST.get("reason", "")[:500],
        )
        messages.success(
            request, ngettext("%(count)s right changed", "%(count)s rights changed", changed) % {"count": changed}
        )
        return redirect("desk:rights", role.pk)
    held = dict(Grant.objects.visible_to(actor).filter(role=role).values_list("code", "scope"))
    context = {"role": role, "areas": list(areas(held, actor.company)), "scopes": Scope.choices}
    return render_page(request, "suite/desk/rights.html", context)


def areas(held: dict[str, str], company: Company) -> Iterator[tuple[str, list[Rights]]]:
    """The permissions by area and kind of record, without the areas that are switched off."""
    for app in apps.get_app_configs():
        if app.name.split(".")[0] in roles.HOUSE and modules.is_on(company, app.label):
            rows = [_rights(model, held) for model in app.get_models()]
            if rows:
                yield str(app.verbose_name), rows


def _rights(model: type[Model], held: dict[str, str]) -> Rights:
    known = {label: Right(code, _(label), held.get(code, Scope.NONE)) for code, label in roles.codes_of(model).items()}
    usual = [known.pop(verb, None) for verb in VERBS]
    return Rights(capfirst(str(model._meta.verbose_name_plural)), usual, list(known.values()))
