"""Every route says which permission it needs; one that does not say so is shut."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

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
        if getattr(view, "action", "") is None:
            return True  # no such method here: the answer is 405
        code = view.permission_code(getattr(view, "action", request.method.lower()))
        return code is not None and (code == SIGNED_IN or actor.may(code))


def code_of(model: Any, action: str, declared: dict[str, str]) -> str | None:
    """The permission for an action: the declared one, else Django's own for the four usual verbs, else none."""
    if action in declared:
        return declared[action]
    if model is None or action not in VERBS:
        return None
    return f"{model._meta.app_label}.{VERBS[action]}_{model._meta.model_name}"
