"""Fill a demo company: twelve months that end today."""

from __future__ import annotations

import gc
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integration.demo import story
from suite.core.models import Company


class Command(BaseCommand):
    help = "Load the demo company through the services of the house"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=story.SIZES, default="small")

    def handle(self, *, size: str, verbosity: int, **_: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo data has published passwords: not in production")
        wanted = story.SIZES[size]
        if Company.objects.filter(code=wanted.code).exists():
            self.stdout.write(f"The company {wanted.code} is here already; remove it with clear_demo")
            return
        began = time.monotonic()
        gc.freeze()  # hardly anything of what is loaded and made is garbage: looking for it takes a tenth of the time
        gc.set_threshold(50_000)
        story.tell(wanted, say=self.stdout.write if verbosity > 1 else lambda text: None)
        self.stdout.write(
            f"Company {wanted.code}: {wanted.customers} customers, {wanted.orders} orders,"
            f" {time.monotonic() - began:.1f} s"
        )
