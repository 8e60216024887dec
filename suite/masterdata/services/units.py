"""Quantities in the units of trade, by exact fractions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from suite.core.errors import BusinessError, Refusal
from suite.core.money import round_quantity
from suite.masterdata.models import Product, ProductUnit

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

    Raises BusinessError naming every line whose unit the product does not have.
    """
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
        else:
            quantities.append(times(quantity, factor))
    if refusals:
        raise BusinessError(*refusals)
    return quantities


def base_quantity(product: Product, unit: str, quantity: Decimal) -> Decimal:
    """One quantity in the product's base unit; see `base_quantities`."""
    return base_quantities([(product, unit, quantity)])[0]


def times(value: Decimal, factor: Fraction) -> Decimal:
    """value x factor, rounded once, to the six places of a quantity."""
    return round_quantity(value * factor.numerator / factor.denominator)
