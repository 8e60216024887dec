"""Found a company from the command line: the first act on a new server."""

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from suite.core import companies
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.models import User


class Command(BaseCommand):
    help = "Founds a company with everything its areas need, and makes somebody its administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="short name in addresses and files, such as acme")
        parser.add_argument("name")
        parser.add_argument("--name-en", default="")
        parser.add_argument("--currency", default="CNY")
        parser.add_argument("--time-zone", default="Asia/Shanghai")
        parser.add_argument(
            "--administrator",
            metavar="USERNAME",
            help="made if there is no such user; the password is asked for, or taken from ADMINISTRATOR_PASSWORD",
        )

    def handle(self, *, code: str, name: str, administrator: str | None, **options: Any) -> None:
        fields = {key: options[key] for key in ("name_en", "currency", "time_zone")}
        try:
            with transaction.atomic():
                company = companies.found(code=code, name=name, **fields)
                if administrator:
                    user = User.objects.filter(username=administrator).first() or self._new_user(administrator)
                    companies.join(user=user, role_codes=["administrator"], actor=Actor.system(company))
        except (BusinessError, ValidationError) as error:
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from error
        self.stdout.write(f"{company.code}: {company.name}")

    def _new_user(self, username: str) -> User:
        password = os.environ.get("ADMINISTRATOR_PASSWORD") or getpass.getpass(f"Password of {username}: ")
        user = User(username=username)
        password_validation.validate_password(password, user)
        return User.objects.create_user(username, password=password)
