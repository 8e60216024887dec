"""Modules on and off: an area that a company does not use is away at every door, and the rest works on.

What is off stands on the company, which every request reads anyway; permissions of an area that is off reach nothing
(`access.Actor.scope`), so that whatever asks for one vanishes: menu, pickers, lists, acts, figures, links. Addresses
of the area answer 404. Tables stay, services stay: who calls an area that may be off asks `is_on` and falls back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from suite.core import cached
from suite.core.access import Actor
from suite.core.acts import save_changes, service
from suite.core.models import Company

Text = str | Promise


@dataclass
class Module:
    """An area that a company can do without; `label` is that of its app."""

    label: str
    name: Text
    purpose: Text
    without: Text
    order: int
    needs: set[str] = field(default_factory=set)


class SwitchedOff(Http404):
    """The address belongs to a module that the company has switched off; says so."""


_modules: dict[str, Module] = {}
_needs: dict[str, set[str]] = {}


def register(
    label: str, name: Text, *, purpose: Text, without: Text, needs: Collection[str] = (), order: int = 50
) -> None:
    """Let companies switch an area off. Called from apps.py.

    `purpose` says what it is for, `without` how the rest works on when it is off. It cannot be on without `needs`.
    """
    _modules[label] = Module(label, name, purpose, without, order, _needs.setdefault(label, set()))
    require(label, *needs)


def require(label: str, *needed: str) -> None:
    """Say that an area cannot be on without others, which it may not know: two wings are joined by `integration`."""
    _needs.setdefault(label, set()).update(needed)


def known() -> list[Module]:
    """All modules that can be switched off."""
    return sorted(_modules.values(), key=lambda module: module.order)


def module(label: str) -> Module | None:
    return _modules.get(label)


def is_on(company: Company, label: str) -> bool:
    return label not in company.modules_off


def using(label: str) -> QuerySet[Company]:
    """The companies in which an area is on: the clock works for no others."""
    return Company.objects.exclude(modules_off__contains=[label]).order_by("pk")


def going_along(company: Company, label: str, *, on: bool) -> list[Module]:
    """What else is switched with a module: off, those that need it; on, those that it needs, and those that went along
    when it was switched off, as far as nothing else keeps them off."""

    def reached(label: str) -> Iterator[str]:
        for each in _modules.values():
            if (each.label in _needs.get(label, ()) if on else label in each.needs) and is_on(
                company, each.label
            ) != on:
                yield each.label
                yield from reached(each.label)

    found = set(reached(label))
    waiting = {each for each in company.modules_along.get(label, ()) if on and each in _modules} - found
    there = {each for each in _modules if is_on(company, each)} | found | {label}
    while back := {each for each in waiting - there if _needs[each] <= there}:
        found |= back
        there |= back
    return [each for each in known() if each.label in found]


@service
def switch(*, label: str, on: bool, actor: Actor, reason: str = "") -> list[Module]:
    """Switch a module on or off for the actor's company, with all that must go along; returns what changed.

    Nothing is deleted: what was there is there again when it is switched on, and what went along comes back along,
    unless it was switched by itself meanwhile. ValidationError for an unknown module.
    """
    this = module(label)
    if this is None:
        raise ValidationError({"module": _("There is no module %(name)s") % {"name": label}})
    company = Company.objects.select_for_update(of=("self",)).get(pk=actor.company_id)
    changed = [] if is_on(company, label) == on else [this, *going_along(company, label, on=on)]
    labels = {each.label for each in changed}
    off = {each for each in company.modules_off if each not in labels} if on else {*company.modules_off, *labels}
    along = {name: [each for each in labels if each != label] for name, labels in company.modules_along.items()}
    along = {name: labels for name, labels in along.items() if labels and name in off}
    if changed and not on:
        along[label] = [each.label for each in changed if each is not this]
    Company.objects.filter(pk=company.pk).update(modules_along=along)
    save_changes(company, {"modules_off": sorted(off)}, action="switched_on" if on else "switched_off")
    actor.company.modules_off, actor.company.modules_along = company.modules_off, along
    cached.forget(actor.company_id)
    return changed


@cache
def behind(route: str, policy: str) -> frozenset[str]:
    """The modules that an address belongs to: by the folder in which it lies, and by the permission it asks for."""
    place = route.removeprefix("api/v1/")
    found = {policy.partition(".")[0]} & _modules.keys()
    return frozenset(found | {label for label in _modules if place.startswith((folder(label), f"admin/{label}/"))})


def folder(label: str) -> str:
    """Where the addresses of an app begin: `crm/sales/`."""
    return apps.get_app_config(label).name.removeprefix("suite.").replace(".", "/") + "/"


def demand(actor: Actor | None, route: str, policy: Any) -> None:
    """Raise SwitchedOff at an address of a module that is off in the actor's company."""
    if actor is None or not actor.company.modules_off:
        return
    off = behind(route, policy if isinstance(policy, str) else "") & set(actor.company.modules_off)
    if off:
        names = ", ".join(str(each.name) for each in known() if each.label in off)
        raise SwitchedOff(_("Switched off in this company: %(modules)s") % {"modules": names})
