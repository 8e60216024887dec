"""Money and quantity: Decimal only, one rounding (half up), amounts with two places, prices and quantities with six."""

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

ZERO = Decimal(0)
HUNDRED = Decimal(100)
LARGEST_AMOUNT = Decimal(10) ** 16  # what 18 digits with two places can hold


def _two(currency: str) -> int:
    return 2


# How many places the amounts of a currency have. Plugged by the area that keeps the currencies.
places_of: Callable[[str], int] = _two


class LineAmounts(NamedTuple):
    """What a line is worth: net + tax = gross, each rounded to the currency."""

    net: Decimal
    tax: Decimal
    gross: Decimal


def round_money(value: Decimal, digits: int = 2) -> Decimal:
    """Round half up to the places of the currency; the only rounding of amounts in the house."""
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def round_quantity(value: Decimal) -> Decimal:
    """Round half up to the six places in which quantities and unit prices are kept."""
    return value.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)


def line_amounts(
    *, quantity: Decimal, unit_price: Decimal, discount: Decimal, rate: Decimal, included: bool, digits: int = 2
) -> LineAmounts:
    """Amounts of one line; `discount` and `rate` are percents.

    With prices that include tax the gross is rounded first, net = round(gross / (1 + rate)) and tax is the rest,
    so that what was quoted is what is owed (shared practice of Chinese invoices).
    """
    amount = round_money(quantity * unit_price * (HUNDRED - discount) / HUNDRED, digits)
    if included:
        net = round_money(amount * HUNDRED / (HUNDRED + rate), digits)
        return LineAmounts(net, amount - net, amount)
    tax = round_money(amount * rate / HUNDRED, digits)
    return LineAmounts(amount, tax, amount + tax)


def part_of(total: Decimal, *, done: Decimal, ordered: Decimal, already: Decimal, digits: int = 2) -> Decimal:
    """The next part of an amount that is spread over quantities, cumulative so that the parts add up to the total.

    `done` is the quantity done including this part, `already` the amount of the parts before it.
    """
    return round_money(total * done / ordered, digits) - already


def next_part(total: Decimal, already: Decimal, done: Decimal, now: Decimal, ordered: Decimal) -> Decimal:
    """The part of a line's amount for the quantity from `done` to `now`.

    Cumulative over the whole line while it is as ordered; after an amendment what is left is spread over what is left.
    """
    if already == round_money(total * done / ordered):
        return part_of(total, done=now, ordered=ordered, already=already)
    return part_of(total - already, done=now - done, ordered=ordered - done, already=ZERO)


def spread(total: Decimal, weights: Sequence[Decimal], digits: int = 2) -> list[Decimal]:
    """Spread an amount over weights; the parts add up to the total and each is within a cent of its share."""
    whole = sum(weights, ZERO)
    parts, done, already = [], ZERO, ZERO
    for weight in weights:
        done += weight
        part = part_of(total, done=done, ordered=whole, already=already, digits=digits) if whole else ZERO
        already += part
        parts.append(part)
    return parts


class AmountField(models.DecimalField):
    """An amount of money: 18 digits, two places."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


class QuantityField(models.DecimalField):
    """A quantity or a unit price: 18 digits, six places."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)


class PercentField(models.DecimalField):
    """A percentage between 0 and 100 with four places."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 7)
        kwargs.setdefault("decimal_places", 4)
        kwargs.setdefault("default", ZERO)
        kwargs.setdefault("validators", [MinValueValidator(ZERO), MaxValueValidator(HUNDRED)])
        super().__init__(*args, **kwargs)
