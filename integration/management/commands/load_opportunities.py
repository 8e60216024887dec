"""Bring in a folder of deals with their sellers, accounts and products."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify

from crm.sales.models import Opportunity
from integration.loading import opportunities
from suite.core import companies
from suite.core.access import Actor
from suite.core.models import Company


class Command(BaseCommand):
    help = (
        "Load a folder with sales_pipeline.csv (opportunity_id, sales_agent, product, account, deal_stage,"
        " engage_date, close_date, close_value) and, if they are there, accounts.csv, products.csv and sales_teams.csv"
        " (also .csv.gz); deals keep their dates"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="folder of .csv and .csv.gz files")
        parser.add_argument(
            "--company", help="code of the company; one is founded where there is none (default: the folder's name)"
        )

    def handle(self, *, directory: Path, company: str | None, **_: Any) -> None:
        if not directory.is_dir():
            raise CommandError(f"{directory} is not a folder")
        try:
            tables = opportunities.read(directory)
        except (opportunities.NotUnderstood, UnicodeDecodeError, OSError) as error:
            raise CommandError(str(error)) from error
        code = company or slugify(directory.resolve().name)[:32] or "deals"
        owner = Company.objects.filter(code=code).first() or companies.found(code=code, name=directory.resolve().name)
        if Opportunity.objects.of(owner.pk).exists():
            raise CommandError(f"The company {code} has opportunities already")
        loaded = opportunities.load(tables, Actor.system(owner))
        write = self.stdout.write
        write(f"Company {code}: {loaded.customers} customers, {loaded.products} products, {loaded.people} sellers")
        for status, (count, value) in loaded.by_status.items():
            write(f"{status:5} {count:7,} deals worth {value:15,.2f}")
        for key, reason in loaded.skipped[:20]:
            write(f"Not loaded: {key}: {reason}")
        write(f"{loaded.rows:,} rows in {loaded.seconds:.1f} s, {len(loaded.skipped)} not loaded")
