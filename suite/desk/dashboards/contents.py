"""What stands in a tile; each kind has a template of its name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import get_language

from suite.desk import formats

Text = str | Promise


def points(values: Sequence[Decimal], low: Decimal, high: Decimal) -> str:
    """Values as the points of a line that is 100 wide and 24 high."""
    height, step = (high - low) or Decimal(1), Decimal(100) / max(len(values) - 1, 1)
    return " ".join(f"{n * step:.1f},{23 - 22 * (each - low) / height:.1f}" for n, each in enumerate(values))


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: of now, or of this month so far with its way through the last months, this one last.

    `unit` is a currency other than the company's own, `others` are sums in further ones, `count` how many rows are
    behind a sum.
    """

    kind: ClassVar[str] = "figure"

    value: Decimal
    url: str = ""
    count: int | None = None
    series: Sequence[Decimal] = ()
    is_warning: bool = False
    is_money: bool = True
    unit: str = ""
    others: Sequence[tuple[str, Decimal]] = ()
    left_out: bool = False  # the view asks more than the reader may see, and this was left out

    @property
    def text(self) -> str:
        """Short enough to be read from afar."""
        return f"{formats.SYMBOLS.get(self.unit, self.unit)}{formats.big(self.value)}"

    @property
    def exact(self) -> str:
        return formats.money(self.value, self.unit) if self.is_money else formats.quantity(self.value)

    @property
    def further(self) -> list[str]:
        """What is summed in other currencies."""
        return [formats.money(value, unit) for unit, value in self.others]

    @property
    def before(self) -> Decimal | None:
        """The whole of last month."""
        return self.series[-2] if self.series else None

    @property
    def reached(self) -> Decimal | None:
        """How much of last month this one has reached, in percent: a month that is not over has fallen by nothing."""
        return self.value * 100 / self.before if self.before and self.before > 0 else None

    @property
    def points(self) -> str:
        return points(self.series, min(self.series), max(self.series))


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: Decimal
    url: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Numbers beside one another, each with the rows behind it."""

    kind: ClassVar[str] = "bars"

    bars: Sequence[Bar]
    url: str = ""
    is_money: bool = False
    left_out: bool = False

    @property
    def drawn(self) -> list[tuple[Bar, str, int]]:
        """Each bar with its number in words, and its length in percent of the longest."""
        longest = max((bar.value for bar in self.bars), default=Decimal(0))
        return [
            (bar, formats.big(bar.value), int(max(bar.value, Decimal(0)) * 100 / longest) if longest > 0 else 0)
            for bar in self.bars
        ]


@dataclass(frozen=True, slots=True)
class Series:
    """A way through months; `urls` are the rows behind each of them."""

    name: Text
    values: Sequence[Decimal]
    urls: Sequence[str]
    bars: bool = False


@dataclass(frozen=True, slots=True)
class Trend:
    """Several ways through the same months, in the company's currency."""

    kind: ClassVar[str] = "trend"

    months: Sequence[dt.date]
    series: Sequence[Series]
    url: str = ""

    @property
    def chart(self) -> dict[str, Any]:
        """What the script that draws it needs."""
        chinese = (get_language() or "").startswith("zh")
        return {
            "months": [f"{month:%Y-%m}" for month in self.months],
            "units": [[10**8, "亿"], [10**4, "万"]] if chinese else [[10**6, "M"], [10**3, "K"]],
            "series": [
                {"name": str(each.name), "values": [float(value) for value in each.values], "bars": each.bars}
                for each in self.series
            ],
        }

    @property
    def table(self) -> list[tuple[dt.date, list[tuple[Decimal, str]]]]:
        """Month by month the numbers, each with its rows."""
        pairs = [list(zip(each.values, each.urls, strict=True)) for each in self.series]
        return [(month, [each[n] for each in pairs]) for n, month in enumerate(self.months)]

    @property
    def lines(self) -> list[tuple[Series, str]]:
        """Each series as points on one scale, where nothing can be clicked."""
        every = [value for each in self.series for value in each.values]
        low, high = min([*every, Decimal(0)]), max([*every, Decimal(0)])
        return [(each, points(each.values, low, high)) for each in self.series]


@dataclass(frozen=True, slots=True)
class Rows:
    """The first rows of a list."""

    kind: ClassVar[str] = "rows"

    heads: Sequence[tuple[str, str]]  # label, classes
    lines: Sequence[Any]
    texts: Sequence[Sequence[str]]
    url: str = ""
    left_out: bool = False


Content = Figure | Bars | Trend | Rows
