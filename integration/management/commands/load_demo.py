"""Fill a demo company: twelve months that end today."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integration.demo import story
from suite.core.models import Company

SIZES = {"small": (300, 1000), "large": (2000, 8000)}


class Command(BaseCommand):
    help = "Load the demo company through the services of the house"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=SIZES, default="small")

    def handle(self, *, size: str, verbosity: int, **_: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo data has published passwords: not in production")
        if Company.objects.filter(code="demo").exists():
            self.stdout.write("The demo company is here already; remove it with clear_demo")
            return
        customers, orders = SIZES[size]
        began = time.monotonic()
        story.tell(customers=customers, orders=orders, say=self.stdout.write if verbosity > 1 else lambda text: None)
        self.stdout.write(f"Demo company: {customers} customers, {orders} orders, {time.monotonic() - began:.1f} s")
