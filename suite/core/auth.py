"""How people are known: passwords as Django keeps them, permissions of the active company."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from suite.core import demo


class CompanyBackend(ModelBackend):
    """Permissions of the active company."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        if settings.PRODUCTION and password == demo.PASSWORD:
            return None
        return super().authenticate(request, username, password, **kwargs)

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        actor = getattr(user_obj, "actor", None)
        return bool(user_obj.is_active and actor and actor.may(perm))

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(code.startswith(f"{app_label}.") for code in self.get_all_permissions(user_obj))

    def get_all_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        actor = getattr(user_obj, "actor", None)
        return {code for code in actor.grants.scopes if actor.may(code)} if actor else set()


def name_of(username: str) -> str:
    """The user name that belongs to what somebody typed: itself, or the name of whoever has this mail address."""
    from suite.core.models import User

    if "@" not in username:
        return username
    known = User.objects.filter(email__iexact=username).values_list("username", flat=True).first()
    return known or username


def client_address(request: HttpRequest) -> str:
    """The address of the browser; behind our proxies, what the outermost of them saw."""
    count, seen = settings.TRUSTED_PROXIES, request.headers.get("X-Forwarded-For", "").split(",")
    if 0 < count <= len(seen):
        try:
            return str(ip_address(seen[-count].strip()))
        except ValueError:
            pass
    return request.META.get("REMOTE_ADDR", "")
