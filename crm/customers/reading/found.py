"""What is found in a text, and the clauses in which it is looked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from crm.customers.reading import figures
from crm.customers.reading.dates import Day
from crm.customers.reading.names import Names


@dataclass(frozen=True, slots=True)
class Found:
    """Something to be done that a text speaks of.

    `by_them` is what the customer does; `asked` was asked for and is not promised yet. `start` and `end` are where the
    sentence stands in the text.
    """

    kind: str
    sentence: str
    start: int
    end: int
    due: dt.date | None = None
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    discount: Decimal | None = None
    amount: Decimal | None = None
    document: str = ""
    product: int | None = None
    by_them: bool = False
    asked: bool = False


@dataclass
class Clause:
    """A clause with all that it names."""

    text: str
    days: list[Day] = field(default_factory=list)
    papers: list[tuple[str, int, int]] = field(default_factory=list)
    prices: list[figures.Figure] = field(default_factory=list)
    amounts: list[figures.Figure] = field(default_factory=list)
    discounts: list[figures.Figure] = field(default_factory=list)
    quantities: list[figures.Figure] = field(default_factory=list)
    bare: list[figures.Figure] = field(default_factory=list)
    products: list[int] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """What a text is read with."""

    base: dt.date
    names: Names
    from_them: bool | None = None
