"""Remove the demo company with everything in it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from integration.demo import removal
from suite.core.models import Company


class Command(BaseCommand):
    help = "Remove the demo company with everything in it; other companies and all settings stay"

    def handle(self, **_: Any) -> None:
        companies = list(Company.objects.filter(is_demo=True))
        if not companies:
            self.stdout.write("There is no demo company")
        for company in companies:
            self.stdout.write(f"{company.code}: {removal.remove(company)} rows removed")
