"""Bring in a folder of customers, products and orders, through the services of the house."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify

from integration.loading import history
from integration.loading.loader import Loader, Report, lines_of
from suite.core import companies
from suite.core.access import Actor
from suite.core.models import Company


class Command(BaseCommand):
    help = "Load a folder of customers, products and orders; every order is confirmed, shipped, invoiced and collected"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument(
            "--company", help="code of the company; one is founded where there is none (default: the folder's name)"
        )

    def handle(self, *, directory: Path, company: str | None, verbosity: int, **_: Any) -> None:
        if not directory.is_dir():
            raise CommandError(f"{directory} is not a folder")
        try:
            read = history.read(directory)
        except (history.NotUnderstood, UnicodeDecodeError, OSError) as error:
            raise CommandError(str(error)) from error
        if not read.orders:
            raise CommandError(f"{directory}: none of the {read.rows} lines can be booked")
        code = company or slugify(directory.resolve().name)[:32] or "history"
        owner = Company.objects.filter(code=code).first() or companies.found(code=code, name=directory.resolve().name)
        say = self.stdout.write if verbosity > 1 else lambda text: None
        report = Loader(read, Actor.system(owner), say).run()
        self._print(report, code)

    def _print(self, report: Report, code: str) -> None:
        write = self.stdout.write
        write(f"Company {code}: {report.customers} customers, {report.products} products")
        write(f"Orders confirmed, shipped, invoiced and collected: {report.orders} with {report.lines} lines")
        write(f"Returns: {report.returns}")
        write(f"Net sales booked (each line rounded): {report.booked_net:,.2f}")
        write(f"Net sales unrounded:                  {report.exact_net:,.2f}")
        write(f"Rounding difference:                  {report.rounding:,.2f}")
        write(f"Open receivables: {report.open_receivables:,.2f}")
        write(f"{report.rows} lines in {report.seconds:.1f} s: {report.rate:,.0f} lines per second")
        if report.skipped:
            path = settings.VAR / f"not-loaded-{code}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows([("table", "row", "key", "reason"), *lines_of(report.skipped)])
            write(f"Not loaded: {len(report.skipped)} lines, listed in {path}")
            for reason, count in Counter(each.reason for each in report.skipped).most_common(8):
                write(f"  {count:6} {reason}")
