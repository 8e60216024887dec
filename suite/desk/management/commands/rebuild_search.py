"""manage.py rebuild_search: make the search table anew from the records."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from suite.desk import search


class Command(BaseCommand):
    help = "Make the search table anew from the records."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", nargs="?", help="only this kind, as crm_customers.customer")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{search.rebuild(options['kind']):,} rows")
