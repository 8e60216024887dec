"""What a person may give away: discounts up to the company's limit, prices down to the floor. A draft may say anything;
whoever promises it to the customer (confirms, sends, amends) is judged. What a promotion takes off is given away by the
company: it is no discount of theirs, and only a discount on top of it is held against the floor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.sales.models import ContractLine, OrderLine, QuotationLine
from crm.sales.services.policy import policy_of
from crm.sales.services.pricing import PricedLine, with_tax
from suite.core.access import Actor
from suite.core.errors import Refusal
from suite.core.money import HUNDRED, round_quantity
from suite.desk import formats
from suite.masterdata.models import Tax
from suite.masterdata.services import units

Sold = OrderLine | QuotationLine | ContractLine | PricedLine
MAY_EXCEED = "crm_sales.override_discount"
# What is decided by hand on a line; a line that stays like this and does not grow gives away no more than before.
DECIDED = ("product_id", "unit_id", "unit_price", "discount")

SEES_FLOORS = "masterdata.see_cost"  # who may read floor prices at the product

# `untold` is what is said of a price below the floor to those who may not know the floor.
TO_APPROVE = {
    "discount": _("%(discount)s%% discount is above the %(most)s%% you may give: it needs an approval"),
    "unit_price": _("%(price)s is below the floor price of %(floor)s: it needs an approval"),
    "untold": _("%(price)s is below the floor price: it needs an approval"),
}
FORBIDDEN = {
    "discount": _(
        "%(discount)s%% discount is above the %(most)s%% you may give, and no approval is foreseen for it: "
        "your manager may do this"
    ),
    "unit_price": _(
        "%(price)s is below the floor price of %(floor)s, and no approval is foreseen for it: your manager may do this"
    ),
    "untold": _("%(price)s is below the floor price, and no approval is foreseen for it: your manager may do this"),
}
CODES = {"discount": "discount_too_high", "unit_price": "below_floor"}


def beyond(
    lines: Iterable[Sold],
    *,
    rate: Decimal,
    includes_tax: bool,
    actor: Actor,
    words: Mapping[str, str | Promise] = TO_APPROVE,
) -> list[Refusal]:
    """What the actor may not give away by themselves, at each line; no statement.

    `rate` and `includes_tax` are those of the paper: what its money is worth, and whether its prices include tax.
    """
    if actor.may(MAY_EXCEED):
        return []
    return excesses(lines, rate=rate, includes_tax=includes_tax, actor=actor, words=words)


def excesses(
    lines: Iterable[Sold],
    *,
    rate: Decimal,
    includes_tax: bool,
    actor: Actor,
    words: Mapping[str, str | Promise],
) -> list[Refusal]:
    """What is beyond the limits of the actor's company at each line, whoever may exceed them; no statement."""
    found = []
    for index, line in enumerate(lines):
        if excess := _excess(line, rate, includes_tax, actor):
            field, params = excess
            said = words["untold" if field == "unit_price" and "floor" not in params else field]
            found.append(Refusal(CODES[field], said, params, index, field))
    return found


def undertaxed(line: Sold, taxes: Mapping[int, Tax], index: int | None = None) -> Refusal | None:
    """What must be said of a line with a lower tax than its product has: the company owes the difference where the
    customer was not entitled to it. Another rate of the product's own tax, of another day, is no lower one."""
    if line.tax_id == line.product.tax_id:
        return None
    tax, own = taxes[line.tax_id], taxes[line.product.tax_id]
    if tax.code == own.code or tax.rate >= own.rate:
        return None
    params = {"rate": formats.quantity(tax.rate), "own": formats.quantity(own.rate), "product": line.product}
    sentence = _("%(rate)s%% tax is lower than the %(own)s%% of %(product)s")
    return Refusal("lower_tax", sentence, params, index, "tax")


def _excess(line: Sold, rate: Decimal, includes_tax: bool, actor: Actor) -> tuple[str, dict[str, str]] | None:
    if line.discount and line.discount > (most := policy_of(actor.company_id).max_discount):
        return "discount", {"discount": formats.quantity(line.discount), "most": formats.quantity(most)}
    if line.promotion_id and not line.discount:  # what a promotion gives is decided
        return None
    lowest = floor_of(line, rate, includes_tax)
    asked = round_quantity(line.unit_price * (HUNDRED - line.discount) / HUNDRED)
    if lowest is None or asked >= lowest:
        return None
    floor = {"floor": formats.quantity(lowest)} if actor.may(SEES_FLOORS) else {}
    return "unit_price", {"price": formats.quantity(asked), **floor}


def floor_of(line: Sold, rate: Decimal, includes_tax: bool) -> Decimal | None:
    """The floor price of a line, per its unit and in the money of its paper; None where the product has none."""
    product = line.product
    if product.floor_price is None:
        return None
    floor = with_tax(product.floor_price / rate, line.tax_rate, product.sale_price_includes_tax, includes_tax)
    return units.times(floor, _factor(line))


def _factor(line: Sold) -> Fraction:
    """How many base units the line's unit has: the fraction that both quantities were rounded from."""
    return (Fraction(line.base_quantity) / Fraction(line.quantity)).limit_denominator(10_000)


def given_more(before: Sequence[Any], after: Sequence[Any]) -> set[int]:
    """The places of lines that give away what was not agreed yet: new ones, and those whose terms or quantity grew."""
    old = {line.pk: line for line in before}
    return {place for place, line in enumerate(after) if not _as_agreed(line, old.get(line.pk))}


def _as_agreed(line: Any, before: Any) -> bool:
    same = before is not None and all(getattr(line, name) == getattr(before, name) for name in DECIDED)
    return same and line.base_quantity <= before.base_quantity
