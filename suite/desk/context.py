"""What every page needs around its content. Nothing is read before a template asks for it."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils import translation

from suite.core.access import Actor
from suite.core.models import Company, User
from suite.desk import navigation
from suite.desk.lists.spec import open_spec
from suite.desk.services import drafts, menus, notifications, saved_views

PHONE_PLACES = 4


class Shell:
    """Menu, bell, companies and looks for one request; at most two statements."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.actor: Actor | None = getattr(request, "actor", None)

    @cached_property
    def pages(self) -> list[navigation.Entry]:
        return menus.menu(self.actor) if self.actor else []

    @cached_property
    def sections(self) -> list[navigation.Section]:
        return navigation.sections(self.pages)

    @cached_property
    def pinned(self) -> list[dict[str, Any]]:
        """The views that somebody keeps in the menu, as far as their lists are open to them."""
        return [
            {
                "name": view.name,
                "icon": saved_views.ICONS[view.kind],
                "url": f"{spec.address}?view={view.pk}",
                "is_open": self.request.path == spec.address and self.request.GET.get("view") == str(view.pk),
            }
            for view in (saved_views.pinned(self.actor) if self.actor else ())
            if self.actor and (spec := open_spec(view.list_key, self.actor))
        ]

    @cached_property
    def phone_pages(self) -> list[navigation.Entry]:
        return sorted((entry for entry in self.pages if entry.phone), key=lambda entry: entry.phone)[:PHONE_PLACES]

    @cached_property
    def quick(self) -> list[navigation.Entry]:
        return navigation.quick(self.actor) if self.actor else []

    @cached_property
    def current(self) -> navigation.Entry | None:
        return navigation.current(self.pages, self.request.path)

    @cached_property
    def badges(self) -> dict[str, int] | None:
        return navigation.cached_badges(self.actor) if self.actor else {}

    @cached_property
    def unread(self) -> int:
        return notifications.unread(self.actor) if self.actor else 0

    @cached_property
    def drafts(self) -> str:
        """Where drafts of the reader wait, as the script of forms reads it."""
        return json.dumps(drafts.addresses(self.actor) if self.actor and self.actor.user_id else [])

    @cached_property
    def companies(self) -> list[Company]:
        """The companies of the user, for the switch."""
        user = self.actor and self.actor.user
        return list(user.companies.order_by("pk")) if user else []

    @property
    def theme(self) -> str:
        return self._look("theme", User.Theme.SYSTEM, User.Theme.values)

    @property
    def density(self) -> str:
        return self._look("density", User.Density.COMPACT, User.Density.values)

    @property
    def language(self) -> str:
        return translation.get_language() or "zh-hans"

    @property
    def other_language(self) -> tuple[str, str]:
        """Code and own name of the language one click away."""
        return ("zh-hans", "中文") if self.language.startswith("en") else ("en", "English")

    def _look(self, name: str, default: str, allowed: list[str]) -> str:
        chosen = getattr(self.request.user, name, None) or self.request.COOKIES.get(name)
        return chosen if chosen in allowed else default


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` in every template."""
    return {"shell": Shell(request)}
