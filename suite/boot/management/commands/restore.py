"""Bring back what `backup` wrote."""

from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from suite.boot import backup


class Command(BaseCommand):
    help = "Puts a backup in the place of database and files, and says whether it adds up. Stop web and worker first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="what `backup` wrote")
        parser.add_argument("--yes", action="store_true", help="do not ask whether what is there may go")

    def handle(self, *args: Any, file: str, yes: bool, **options: Any) -> None:
        if not (yes or is_wanted()):
            raise CommandError("Nothing was changed")
        try:
            facts = backup.bring_back(Path(file))
        except backup.Unfit as error:
            raise CommandError(str(error)) from None
        cache.clear()
        self.stdout.write(f"Back as of {facts.made_at}, with {facts.files} files")
        call_command("check_invariants", stdout=self.stdout)


def is_wanted() -> bool:
    """Whether a person says yes; where nobody can be asked, nobody does."""
    try:
        return input("Everything in the database and all files will be replaced. Go on? [y/N] ").lower() == "y"
    except EOFError:
        return False
