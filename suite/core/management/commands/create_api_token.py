"""Print a new API token, and nothing else, so that a script can take it."""

import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from suite.core import clock, tokens
from suite.core.access import Actor
from suite.core.middleware import memberships_of
from suite.core.models import User

LONGEST = 3650


def lifetime(text: str) -> int:
    """Days that a token may live; 0 is refused, for no end at all is what leaving the option out means."""
    if text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= LONGEST:
        return int(text)
    raise ArgumentTypeError(f"from 1 to {LONGEST}")


class Command(BaseCommand):
    help = "Makes an API token for a user and prints it; it is not shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--company", help="code of the company; by default the first the user belongs to")
        parser.add_argument("--name", default="command line", help="which system will use it")
        parser.add_argument(
            "--scope", action="append", default=[], help="permission or pattern, such as crm_sales.*; may be repeated"
        )
        parser.add_argument("--days", type=lifetime, help="how long it is valid; by default until it is revoked")

    def handle(
        self, *, username: str, company: str | None, name: str, scope: list[str], days: int | None, **_: Any
    ) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no user {username}")
        if strange := tokens.misspelt(scope):
            raise CommandError(f"No permission is called {', '.join(strange)}")
        memberships = memberships_of(user)
        membership = (memberships.filter(company__code=company) if company else memberships).first()
        if membership is None:
            raise CommandError(f"{username} does not belong to {company or 'a company'}")
        expires_at = clock.now() + dt.timedelta(days=days) if days else None
        actor = Actor(user, membership.company)
        self.stdout.write(tokens.create(user=user, name=name, scopes=scope, expires_at=expires_at, actor=actor))
