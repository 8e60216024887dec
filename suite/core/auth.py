"""How people are known: passwords as Django keeps them, permissions of the active company."""

from typing import Any

from django.contrib.auth.backends import ModelBackend


class CompanyBackend(ModelBackend):
    """Permissions of the active company; passwords as Django keeps them."""

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        actor = getattr(user_obj, "actor", None)
        return bool(user_obj.is_active and actor and actor.may(perm))

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        actor = getattr(user_obj, "actor", None)
        return bool(user_obj.is_active and actor and any(
            code.startswith(f"{app_label}.") and actor.may(code) for code in actor.grants.scopes
        ))

    def get_all_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        actor = getattr(user_obj, "actor", None)
        return {code for code in actor.grants.scopes if actor.may(code)} if actor else set()
