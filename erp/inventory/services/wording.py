"""Sentences that several services say."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from suite.core.errors import Refusal
from suite.masterdata.models import Product


def number(value: Decimal) -> str:
    """A quantity as people write it: 12 or 0.5, not 12.000000."""
    return f"{value.normalize():f}"


def too_little(product: Product, *, wanted: Decimal, free: Decimal, line: int | None) -> Refusal:
    """There are fewer pieces than are wanted."""
    return Refusal(
        "short_of_stock",
        _("%(product)s: %(wanted)s wanted, %(free)s free"),
        {"product": product, "wanted": number(wanted), "free": number(free)},
        line=line,
        field="quantity",
    )
