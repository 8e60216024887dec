"""Write database and files to one file."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from suite.boot import backup
from suite.core import clock


class Command(BaseCommand):
    help = "Writes database and files to one file, while everything runs on. Keep it, and SECRET_KEY, elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="where to; by default var/backups/suite-<moment>.tar")

    def handle(self, *args: Any, file: str | None, **options: Any) -> None:
        usual = Path(settings.VAR, "backups", f"suite-{clock.now():%Y%m%d-%H%M%S}.tar")
        target = Path(file) if file else usual
        try:
            facts = backup.save(target)
        except backup.Unfit as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{target}: {target.stat().st_size:,} bytes, the database and {facts.files} files")
