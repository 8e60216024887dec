"""Questions that inventory asks upwards; the area that knows plugs its answer in from apps.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Incoming:
    """What is ordered and not here yet, in base units, and when the first of it is expected."""

    quantity: Decimal
    next_arrival: dt.date | None = None


def _nothing(company_id: int, product_ids: Collection[int]) -> Mapping[int, Incoming]:
    return {}


# Plugged by procurement; products with nothing on the way may be left out of the answer.
incoming: Callable[[int, Collection[int]], Mapping[int, Incoming]] = _nothing
