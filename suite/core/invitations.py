"""One-time links by which people set a password themselves: who is invited, and who forgot the old one.

A link holds until it is used, the person signs in, or the days of PASSWORD_RESET_TIMEOUT are over.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.core.mail import send_mail
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

from suite.core import people
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.middleware import memberships_of
from suite.core.models import User

PAUSE = 60  # seconds between two mails to one address
DAYS = settings.PASSWORD_RESET_TIMEOUT // 86400


def link_of(user: User) -> str:
    """The path of a new one-time link; it does not end those that were given before."""
    key = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("new-password", args=[key, default_token_generator.make_token(user)])


def holder_of(key: str, token: str) -> User | None:
    """Whose link this is; None when it is over."""
    try:
        user = User.objects.get(pk=urlsafe_base64_decode(key).decode(), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        return None
    return user if default_token_generator.check_token(user, token) and memberships_of(user).exists() else None


def ask(address: str, base: str) -> None:
    """Have links mailed to those who use a mail address or name; says nothing about whether there is anybody."""
    from suite.core.tasks import mail_links

    if cache.add(f"core:forgotten:{address.lower()}", 1, PAUSE):
        mail_links.apply_async((address, base), retry=False)


def mail_links(address: str, base: str) -> int:
    """Mail a one-time link to every active user with this mail address or name; returns how many were sent."""
    meant = User.objects.filter(Q(email__iexact=address) | Q(username=address), is_active=True).exclude(email="")
    holders = [user for user in meant if memberships_of(user).exists()]
    for user in holders:
        mail_link(user, base)
    return len(holders)


def mail_link(user: User, base: str) -> None:
    """Mail somebody a one-time link in their language; `base` is the address of the house, as https://suite.example."""
    with translation.override(user.language):
        text = _("Set a password with this link. It works once, within %(days)s days:") % {"days": DAYS}
        name = _("User name: %(name)s") % {"name": user.username}
        lines = (text, base.rstrip("/") + link_of(user), name)
        send_mail(_("Your password for Suite"), "\n\n".join(lines), None, [user.email])


@service
def use(*, user: User, password: str, actor: Actor) -> None:
    """Set the password by a link; all sign-ins and tokens end, and so does the link. ValidationError for a weak one."""
    people.set_password(user=user, password=password, actor=actor)
    people.sign_out_everywhere(users=[user], actor=actor)
    current_act().audit(user, "link_used")
