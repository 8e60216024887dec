"""Whom a step is for: whoever looks after the record, their manager, the holders of a role, or somebody by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from suite.automation.flows.nodes.base import Item, NodeForm
from suite.automation.subjects import Subject
from suite.core import cached
from suite.core.access import Actor
from suite.core.models import Membership, Role
from suite.core.said import Text
from suite.desk.forms import PickerField
from suite.desk.services.notifications import holders, managers_of

OWNER, MANAGER, ROLE, USER = "owner", "manager", "role", "user"
WHO = [
    (OWNER, gettext_lazy("Whoever looks after the record")),
    (MANAGER, gettext_lazy("The manager of whoever looks after it")),
    (ROLE, gettext_lazy("A role")),
    (USER, gettext_lazy("Somebody by name")),
]


class WhoForm(NodeForm):
    """A node that is for somebody."""

    who = forms.ChoiceField(label=pgettext_lazy("flow", "Who"), choices=WHO, initial=OWNER)
    role = forms.ChoiceField(label=gettext_lazy("Role"), required=False)
    user = PickerField("user", label=gettext_lazy("Person"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", ""), *((role.code, role.label) for role in roles(self.actor))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        for who in (ROLE, USER):
            if typed.get("who") == who and not typed.get(who) and who not in self.errors:
                self.add_error(who, _("Say who"))
        return typed


def roles(actor: Actor) -> list[Role]:
    return cached.rows(actor.company_id, "automation.roles", lambda pk: list(Role.objects.of(pk).order_by("pk")))


def names(actor: Actor) -> dict[int, str]:
    """Who works in the company, by key of the user."""
    return cached.rows(actor.company_id, "automation.people", _read_names)


def _read_names(company_id: int) -> dict[int, str]:
    members = Membership.objects.of(company_id).select_related("user")
    return {row.user_id: row.user.label for row in members}


def named(params: Mapping[str, Any], actor: Actor) -> str:
    """Whom it is for, in words."""
    match params.get("who"):
        case "role":
            return next((role.label for role in roles(actor) if role.code == params.get("role")), _("Nobody"))
        case "user":
            return names(actor).get(_key(params.get("user")), _("somebody who does not work here"))
    return str(dict(WHO).get(str(params.get("who")), _("Nobody")))


def _key(value: Any) -> int:
    return int(value) if str(value).isascii() and str(value).isdigit() and len(str(value)) < 19 else 0


class People:
    """Who is meant for each record; a fixed number of statements for all of them."""

    def __init__(self, typed: Mapping[str, Any], items: Sequence[Item], subject: Subject, actor: Actor) -> None:
        self.who = typed["who"]
        self.subject = subject
        self.group: list[int] = []
        self.present: dict[int, int | None] = {}
        self.managers: dict[int, int] = {}
        if self.who == ROLE:
            self.group = sorted(holders(actor.company, typed["role"]))
        elif self.who == USER:
            self._know({typed["user"].pk}, actor)
            self.group = list(self.present)
        else:
            self._know({owner for item in items if (owner := subject.owner(item.row))}, actor)
        if self.who == MANAGER:
            self.managers = managers_of({team for item in items if (team := self._team(item))})

    def _know(self, users: set[int], actor: Actor) -> None:
        members = Membership.objects.filter(company=actor.company_id, user__in=users, user__is_active=True)
        self.present = dict(members.values_list("user_id", "team_id"))

    def _team(self, item: Item) -> int | None:
        return self.subject.team(item.row) or self.present.get(self.subject.owner(item.row) or 0)

    def all(self, item: Item) -> list[int]:
        """Everybody who is meant."""
        owner = self.subject.owner(item.row)
        if self.who == OWNER:
            return [owner] if owner in self.present else []  # type: ignore[list-item]
        if self.who == MANAGER:
            manager = self.managers.get(self._team(item) or 0)
            return [manager] if manager and manager != owner else []
        return self.group

    def one(self, item: Item) -> int | None:
        """Who does it: of a role its holders take turns, record by record."""
        found = self.all(item)
        return found[item.run.object_id % len(found)] if found else None

    def nobody(self) -> Text:
        """Why nobody is meant."""
        return {
            OWNER: gettext_lazy("Nobody who works here looks after the record"),
            MANAGER: gettext_lazy("Whoever looks after the record has no manager"),
            ROLE: gettext_lazy("Nobody holds this role"),
        }.get(self.who, gettext_lazy("This person does not work here any more"))
