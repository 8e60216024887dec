"""Sentences that several services say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from suite.core.errors import BusinessError, Refusal
from suite.core.money import LARGEST_AMOUNT
from suite.desk import formats
from suite.masterdata.models import Product


def too_little(
    product: Product, *, wanted: Decimal, free: Decimal, line: int | None, field: str = "quantity"
) -> Refusal:
    """There are fewer pieces than are wanted."""
    return Refusal(
        "short_of_stock",
        _("%(product)s: %(wanted)s wanted, %(free)s free"),
        {"product": product, "wanted": formats.quantity(wanted), "free": formats.quantity(free)},
        line=line,
        field=field,
    )


def too_little_then(
    product: Product, *, wanted: Decimal, there: Decimal, day: dt.date, line: int | None, field: str = "quantity"
) -> Refusal:
    """There are enough today, and were not on an earlier day."""
    return Refusal(
        "short_of_stock_then",
        _("%(product)s: %(wanted)s wanted, but on %(day)s only %(there)s were there"),
        {"product": product, "wanted": formats.quantity(wanted), "day": day, "there": formats.quantity(there)},
        line=line,
        field=field,
    )


def demand_bookable(value: Decimal, *, line: int, field: str) -> None:
    """Refuse what is worth more than an amount can say."""
    if value >= LARGEST_AMOUNT:
        raise BusinessError(Refusal("too_large", _("The amount is too large"), line=line, field=field))
