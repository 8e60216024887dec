"""Make the coming partitions of the audit trail; the clock does it every night too."""

from typing import Any

from django.core.management.base import BaseCommand

from suite.core import partitions


class Command(BaseCommand):
    help = "Makes the partitions of the audit trail for this month and the next two."

    def handle(self, **_: Any) -> None:
        for name in partitions.ensure():
            self.stdout.write(name)
