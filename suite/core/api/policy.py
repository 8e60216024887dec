"""Every route says which permission it needs; one that does not say so is shut."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from suite.core import modules
from suite.core.access import Actor
from suite.core.doors import SIGNED_IN

VERBS = {
    "list": "view",
    "retrieve": "view",
    "create": "add",
    "update": "change",
    "partial_update": "change",
    "destroy": "delete",
}


class DeclaredPolicy(BasePermission):
    """Lets in who holds the permission that `view.permission_code(action)` names; everybody for SIGNED_IN."""

    def has_permission(self, request: Request, view: Any) -> bool:
        actor = getattr(request, "actor", None)
        if actor is None:
            return False
        found = request._request.resolver_match
        action = asked_for(request, view)
        code = view.permission_code(action) if action else None
        modules.demand(actor, found.route if found else "", code)
        if action is None:
            return True  # no such method here: the answer is 405
        if code is None or (code != SIGNED_IN and not actor.may(code)):
            return False
        return request.method in SAFE_METHODS or action in getattr(view, "only_asks", ()) or may_write(actor, code)


def may_write(actor: Actor, code: str) -> bool:
    """Whether the scopes of the caller's token reach further than reading, where people change what is their own."""
    if actor.token_scopes is None:
        return True
    needed = "core.change_user" if code == SIGNED_IN else code.replace(".view_", ".change_", 1)
    return any(fnmatchcase(needed, pattern) for pattern in actor.token_scopes)


def asked_for(request: Request, view: Any) -> str | None:
    """The action of a viewset or the method of a plain view, HEAD being GET; None where there is none."""
    method = request.method.lower()
    if method == "options":
        return None
    if hasattr(view, "action"):
        return view.action
    method = "get" if method == "head" else method
    return method if hasattr(view, method) else None


def code_of(model: Any, action: str, declared: dict[str, str]) -> str | None:
    """The permission for an action: the declared one, else Django's own for the four usual verbs, else none."""
    if action in declared:
        return declared[action]
    if model is None or action not in VERBS:
        return None
    return f"{model._meta.app_label}.{VERBS[action]}_{model._meta.model_name}"
