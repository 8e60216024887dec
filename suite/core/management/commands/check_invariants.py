"""Say whether books, stock and events add up."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from suite.core import invariants


class Command(BaseCommand):
    help = "Runs the invariants over one moment and prints what contradicts them; exit code 1 if anything does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", help="only these, such as I1 I5")

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        findings = invariants.check(*names)
        for finding in findings:
            word = self.style.SUCCESS("ok") if finding.holds else self.style.ERROR(f"{finding.count} rows")
            self.stdout.write(f"{finding.invariant.name:<4} {finding.invariant.title}: {word}")
            for row in finding.rows:
                self.stdout.write("     " + "  ".join(f"{name}={value}" for name, value in row.items()))
        if not all(finding.holds for finding in findings):
            raise SystemExit(1)
