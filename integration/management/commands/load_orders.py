"""Bring in a folder of customers, products and orders, through the services of the house."""

from __future__ import annotations

import csv
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from textwrap import fill
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, DjangoHelpFormatter
from django.utils.text import slugify

from integration.loading import history
from integration.loading.loader import Loader
from integration.loading.reading import COLUMNS, TABLES
from integration.loading.report import Report
from suite.core import companies
from suite.core.access import Actor
from suite.core.models import Company


class AsWritten(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Leaves the lines of the epilog as they are."""


def formats() -> str:
    """What may lie in the folder."""
    names = {**TABLES, **COLUMNS}
    width = max(map(len, names))
    tables, columns = (
        "\n".join(fill(f"  {name:{width}} {known[name]}", 100, subsequent_indent=" " * (width + 3)) for name in known)
        for known in (TABLES, COLUMNS)
    )
    return f"""\
One flat file of lines, or files of their own for customers, products, orders and their lines; .csv or .csv.gz,
in UTF-8, GB 18030 or Windows-1252, separated by comma, semicolon, tab or bar. A file is known by its name, else
by its columns:

{tables}

Columns by what they mean; case, blanks and signs in their names do not count, others are passed over:

{columns}

Needed are order, product, price (or what the line comes to, its discount taken off), date and customer; with
a file of orders, date and customer stand there. Without a quantity it is one of each. Days: 2012-07-04,
2012/7/4, 2012年7月4日, 20120704, 4-Jul-2012, 7/4/2012 or 4/7/2012 (the whole file tells which).

A quantity below zero, a type such as "return" or 退货, or a number such as C536379 among plain ones is a return:
it goes back to the delivery of the same customer, product and price, else it gets a credit note. Lines without
a customer are cash sales to a walk-in customer. Codes without a digit are services. What cannot be booked is
listed with its reason in var/not-loaded-COMPANY.csv. A load that was cut off goes on by the same command.
"""


class Command(BaseCommand):
    help = "Load a folder of customers, products and orders; every order is confirmed, shipped, invoiced and collected"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = AsWritten
        parser.epilog = formats()
        parser.add_argument("directory", type=Path, help="folder of .csv and .csv.gz files")
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
        write, sold, returned = self.stdout.write, report.sold, report.returned
        write(f"Company {code}: {report.customers} customers, {report.products} products")
        write(f"{report.rows:,} lines read, net value as written:   {report.exact_net:15,.2f}")
        write(f"Orders confirmed, shipped, invoiced and collected: {sold.papers:,} with {sold.lines:,} lines")
        if report.to_walk_ins.papers:
            named = sold.exact - report.to_walk_ins.exact
            lines = sold.lines - report.to_walk_ins.lines
            write(f"  to customers by name ({lines:,} lines):   {named:15,.2f}")
            write(f"  to walk-in customers ({report.to_walk_ins.lines:,} lines):  {report.to_walk_ins.exact:15,.2f}")
        write(f"Returns: {returned.papers:,} with {returned.lines:,} lines ({report.matched:,} of known deliveries)")
        write(f"Sales booked:                          {sold.booked:15,.2f}")
        write(f"Returns booked:                        {-returned.booked:15,.2f}")
        write(f"Net sales booked (each line rounded):  {report.net:15,.2f}")
        write(f"Net sales unrounded:                   {report.exact:15,.2f}")
        write(f"Rounding difference:                   {report.net - report.exact:15,.2f}")
        write(f"Revenue in the ledger:                 {report.ledger_net:15,.2f}")
        write(f"Open receivables:                      {report.open_receivables:15,.2f}")
        write(f"Events still to be delivered: {report.waiting_events}")
        write(f"{report.rows:,} lines in {report.seconds:.1f} s: {report.rate:,.0f} lines per second")
        self._list_what_is_left(report, settings.VAR / f"not-loaded-{code}.csv")

    def _list_what_is_left(self, report: Report, path: Path) -> None:
        if not report.skipped:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            rows = ((each.row, each.key, each.reason, each.detail, each.net) for each in report.skipped)
            csv.writer(file).writerows([("row", "key", "reason", "found", "net"), *sorted(rows)])
        self.stdout.write(f"Not loaded: {len(report.skipped):,} lines, listed in {path}")
        for reason, count, net in report.reasons():
            self.stdout.write(f"  {count:6,} lines worth {net:12,.2f}: {reason}")
