"""Plain input of the back wing: what it is asked to deliver and to account for. It never sees an object of the CRM."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple, Self

from suite.core.money import ZERO, part_of


class Source(NamedTuple):
    """The paper behind a row: kind (a model label such as `crm_sales.order`), key and number."""

    kind: str
    id: int
    number: str


@dataclass(frozen=True, slots=True)
class DemandLine:
    """One line of an order: quantity in the product's base unit, amounts in the company's currency."""

    line_id: int
    position: int
    product_id: int
    is_stocked: bool
    refuse_when_short: bool
    quantity: Decimal
    net: Decimal
    tax: Decimal
    requested_date: dt.date | None = None
    promised_date: dt.date | None = None
    tax_id: int | None = None  # the tax the line is charged with; None: the product's
    is_direct: bool = False  # the supplier delivers it straight to the customer; it never lies in our stock

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    def cut_to(self, quantity: Decimal) -> Self:
        """The same line for a smaller quantity, worth its cumulative part."""
        return replace(
            self,
            quantity=quantity,
            net=part_of(self.net, done=quantity, ordered=self.quantity, already=ZERO),
            tax=part_of(self.tax, done=quantity, ordered=self.quantity, already=ZERO),
        )


@dataclass(frozen=True, slots=True)
class DemandOrder:
    """One order with its lines, as the back wing needs it."""

    source: Source
    party_id: int
    owner_id: int | None
    team_id: int | None
    date: dt.date
    lines: Sequence[DemandLine]
    address: str = ""
    promised_date: dt.date | None = None

    @property
    def id(self) -> int:
        return self.source.id

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        return sum((line.tax for line in self.lines), Decimal(0))

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


class DemandSet(list[DemandOrder]):
    """The orders of one act."""

    def without(self, refused: Collection[int]) -> Self:
        """The orders whose ids are not refused."""
        return type(self)(order for order in self if order.id not in refused)

    def with_lines(self, keep: Collection[int]) -> Self:
        """The same orders with only these line ids."""
        return type(self)(
            replace(order, lines=[line for line in order.lines if line.line_id in keep]) for order in self
        )


@dataclass(frozen=True, slots=True)
class Shortage:
    """What one order line waits for after reservation, in base units."""

    demand_id: int
    source: Source
    line_id: int
    product_id: int
    warehouse_id: int
    quantity: Decimal
    needed_by: dt.date | None
    is_direct: bool = False


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What an amendment, a cancellation or an undo asks of the back wing: the lines as they stood and as they shall be.

    Keys are line ids. A new line stands only in `after`; a line given up stands in `after` with what was delivered
    of it (quantity 0 when nothing was). `after` never falls below what was delivered or invoiced: the
    caller has checked it. Taken by `finance.change_orders`, `inventory.change_orders` and
    `procurement.withdraw_supply`, each over a set.
    """

    order: DemandOrder
    before: dict[int, DemandLine]
    after: dict[int, DemandLine]
