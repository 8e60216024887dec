"""All addresses of the suite with what each declares; new areas are found by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

from suite.core.api.viewsets import Declared

NOBODYS = "999999999"  # a key that no record has
SAMPLES = {"int": NOBODYS, "uuid": "00000000-0000-0000-0000-000000000000"}
UNDECLARED = "undeclared"
ADMIN = "admin"  # the admin site asks for itself


@dataclass(frozen=True)
class Route:
    """One address and method. `policy` is a permission code, "signed in", "open", or one of the two words above."""

    address: str
    method: str
    policy: str
    view: Any
    is_api: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.address}"

    @property
    def has_key(self) -> bool:
        return NOBODYS in self.address

    def at(self, key: int) -> str:
        """The address for a record."""
        return self.address.replace(NOBODYS, str(key))


def all_routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, "/", in_admin=False))


def _walk(patterns: list[Any], prefix: str, *, in_admin: bool) -> Iterator[Route]:
    for pattern in patterns:
        address = prefix + _sample(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, address, in_admin=in_admin or pattern.app_name == "admin")
        else:
            yield from _routes(pattern, address, in_admin=in_admin)


def _routes(pattern: URLPattern, address: str, *, in_admin: bool) -> Iterator[Route]:
    view = pattern.callback
    cls = getattr(view, "cls", None)
    if cls is not None and issubclass(cls, Declared):
        methods = {name: name for name in ("get", "post", "put", "patch", "delete") if hasattr(cls, name)}
        for method, action in (getattr(view, "actions", None) or methods).items():
            yield Route(address, method.upper(), cls.permission_code(action) or UNDECLARED, view, is_api=True)
    else:
        policy = getattr(view, "policy", ADMIN if in_admin else UNDECLARED)
        yield Route(address, "GET", policy, view)


def _sample(pattern: RoutePattern | RegexPattern) -> str:
    """An address that the pattern takes."""
    if isinstance(pattern, RoutePattern):
        return re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1], "x"), str(pattern))
    text, depth, kept = pattern.regex.pattern.removeprefix("^").removesuffix("$").removesuffix(r"\Z"), 0, ""
    for letter in text.replace("\\", ""):  # routers and the admin make simple patterns only: groups stand for keys
        kept += NOBODYS if letter == "(" and depth == 0 else letter if letter not in "()" and depth == 0 else ""
        depth += (letter == "(") - (letter == ")")
    return kept
