"""Quantities in the units of trade, by exact fractions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from suite.core import cached
from suite.core.errors import BusinessError, Refusal
from suite.core.money import round_quantity
from suite.desk import formats
from suite.masterdata.models import Product, ProductUnit, Unit

Factors = dict[tuple[int, str], Fraction]


def factors(product_ids: Collection[int]) -> Factors:
    """How many base units one of each further unit of these products is; one statement. The base unit itself is 1."""
    rows = ProductUnit.objects.filter(product__in=set(product_ids))
    return {
        (product_id, unit_id): Fraction(numerator, denominator)
        for product_id, unit_id, numerator, denominator in rows.values_list(
            "product_id", "unit_id", "numerator", "denominator"
        )
    }


def base_quantities(lines: Sequence[tuple[Product, str, Decimal]]) -> list[Decimal]:
    """Quantities in the products' base units, for lines of (product, unit code, quantity); at most one statement.

    Raises BusinessError naming every line whose unit the product does not have, or whose quantity the unit cannot say.
    """
    quantities, refusals = converted(lines)
    if refusals:
        raise BusinessError(*refusals)
    return quantities


def converted(lines: Sequence[tuple[Product, str, Decimal]]) -> tuple[list[Decimal], list[Refusal]]:
    """What `base_quantities` answers and what it raises: quantities of the good lines, refusals at the others."""
    others = {product.pk for product, unit, _quantity in lines if unit != product.unit_id}
    known = factors(others) if others else {}
    refusals, quantities = [], []
    for index, (product, unit, quantity) in enumerate(lines):
        factor = Fraction(1) if unit == product.unit_id else known.get((product.pk, unit))
        if factor is None:
            refusals.append(
                Refusal(
                    "unknown_unit",
                    _("%(product)s is not traded in %(unit)s"),
                    {"product": product.code, "unit": unit},
                    line=index,
                    field="unit",
                )
            )
        elif refusal := misfit(product, quantity, unit=unit, base=times(quantity, factor), line=index):
            refusals.append(refusal)
        else:
            quantities.append(times(quantity, factor))
    return quantities, refusals


def base_quantity(product: Product, unit: str, quantity: Decimal) -> Decimal:
    """One quantity in the product's base unit; see `base_quantities`."""
    return base_quantities([(product, unit, quantity)])[0]


def times(value: Decimal, factor: Fraction) -> Decimal:
    """value x factor, rounded once, to the six places of a quantity."""
    return round_quantity(value * factor.numerator / factor.denominator)


def misfit(
    product: Product,
    quantity: Decimal,
    *,
    unit: str = "",
    base: Decimal | None = None,
    rest: Decimal | None = None,
    line: int | None = None,
    field: str = "quantity",
) -> Refusal | None:
    """Why there is no such quantity of a product in a unit (its own unless said): it has more places than the unit.

    `base` is the same in the product's own unit: half a dozen is whole pieces, a third of a dozen of five is not; what
    is weighed or measured comes out of a conversion as it comes. `rest` is all there is: that goes whatever its places,
    and so does a part of it when it came out of such a conversion. No statement.
    """
    traded, own = _unit(product, unit or product.unit_id), _unit(product, product.unit_id)
    if rest is not None and (quantity == rest or not _fits(rest, traded)):
        return None
    if not _fits(quantity, traded):
        return _refusal(product, quantity, traded, line, field)
    if base is not None and not own.digits and not _fits(base, own):
        return _refusal(product, base, own, line, field)
    return None


def _fits(quantity: Decimal, unit: Unit) -> bool:
    return quantity == round(quantity, unit.digits)


def _refusal(product: Product, quantity: Decimal, unit: Unit, line: int | None, field: str) -> Refusal:
    names = {"product": product, "quantity": formats.quantity(quantity), "unit": unit, "places": unit.digits}
    if unit.digits:
        sentence = _("%(product)s: %(quantity)s has more than the %(places)s decimal places of the unit %(unit)s")
    else:
        sentence = _("%(product)s comes in whole units (%(unit)s), not in %(quantity)s")
    return Refusal("unit_places", sentence, names, line, field)


def _unit(product: Product, code: str) -> Unit:
    """A unit from the process's copy; one that was added since is read."""
    known = cached.rows(product.company_id, "masterdata.units", lambda _company: Unit.objects.in_bulk())
    return known[code] if code in known else Unit.objects.get(pk=code)
