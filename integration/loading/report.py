"""What a load brought in, what it did not and why, and whether the sums agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from integration.loading.history import Skipped
from suite.core.money import ZERO, round_money


@dataclass
class Tally:
    """So many papers with so many lines, what they are worth in the books and before rounding."""

    papers: int = 0
    lines: int = 0
    booked: Decimal = ZERO
    exact: Decimal = ZERO


@dataclass
class Report:
    """One load; the tallies are of the files' rows that are in the books now."""

    rows: int = 0
    exact_net: Decimal = ZERO  # of all rows, as the files have them
    customers: int = 0
    products: int = 0
    sold: Tally = field(default_factory=Tally)
    to_walk_ins: Tally = field(default_factory=Tally)  # of what was sold
    returned: Tally = field(default_factory=Tally)
    matched: int = 0  # returned lines of which the delivery was found
    ledger_net: Decimal = ZERO  # revenue of the company in the ledger
    open_receivables: Decimal = ZERO
    waiting_events: int = 0
    seconds: float = 0.0
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def net(self) -> Decimal:
        """Sales less returns, as booked."""
        return self.sold.booked - self.returned.booked

    @property
    def exact(self) -> Decimal:
        """Sales less returns before any rounding, shown to the cent."""
        return round_money(self.sold.exact - self.returned.exact)

    @property
    def rate(self) -> float:
        """Lines per second, from file to collected money."""
        return self.rows / self.seconds if self.seconds else 0.0

    def reasons(self) -> Iterator[tuple[str, int, Decimal]]:
        """Why rows were not loaded: reason, number of rows and their net value, the most frequent first."""
        groups: dict[str, list[Skipped]] = defaultdict(list)
        for each in self.skipped:
            groups[each.reason].append(each)
        for reason, rows in sorted(groups.items(), key=lambda pair: -len(pair[1])):
            yield reason, len(rows), round_money(sum((row.net for row in rows), ZERO))
