"""What the addresses of the warehouse share."""

from __future__ import annotations

from typing import Any

from suite.core.api import DecimalField

SEE_COST = "masterdata.see_cost"


def quantity_field(**kwargs: Any) -> DecimalField:
    """A quantity in the product's base unit."""
    return DecimalField(max_digits=18, decimal_places=6, **kwargs)
