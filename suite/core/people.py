"""What people change about themselves, and what is recorded about their comings and goings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import acting, current_act, save_changes, service
from suite.core.models import ApiToken, Membership, User


def anybody() -> bool:
    """Whether there is a user at all: else the first page founds a company."""
    return User.objects.exists()


def record(user: User, action: str) -> None:
    """Write an audit row for a user in each of their companies; who failed to sign in did not act."""
    who = None if action.endswith("failed") else user
    for membership in Membership.objects.filter(user=user).select_related("company"):
        with acting(Actor(who, membership.company)) as act:
            act.audit(user, action)


@service
def change_profile(*, user: User, values: Mapping[str, Any], actor: Actor) -> None:
    """Change name, address, language, looks or time zone of a user."""
    save_changes(user, values, action="profile")


@service
def set_password(*, user: User, password: str, actor: Actor) -> None:
    """Give a user a new password; raises ValidationError for a weak one or the one they have. All their sign-ins
    elsewhere end."""
    if user.check_password(password):
        raise ValidationError(_("This is the password already: choose another one"))
    password_validation.validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    current_act().audit(user, "password")


@service
def sign_out_everywhere(*, users: Collection[User], actor: Actor, reason: str = "") -> None:
    """End all sign-ins and tokens of users at once."""
    moment, keys = clock.now(), [user.pk for user in users]
    User.objects.filter(pk__in=keys).update(signed_out_at=moment)
    ApiToken.objects.filter(user__in=keys, revoked_at=None).update(revoked_at=moment)
    for user in users:
        current_act().audit(user, "signed_out_everywhere")
