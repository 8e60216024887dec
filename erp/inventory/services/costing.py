"""What stock is worth: moving average, or first in, first out. Arithmetic only; nothing is read or written here."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from suite.core.money import ZERO, round_money


def share(value: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """The value of `part` of `whole`; the last piece takes what is left, so that no cent outlives the goods."""
    return value if part == whole else round_money(value * part / whole)


@dataclass(slots=True)
class Layer:
    """What is left of a receipt of a FIFO product."""

    id: int
    move_id: int
    remaining: Decimal
    value: Decimal
    taken: Decimal = ZERO
    taken_value: Decimal = ZERO

    def take(self, quantity: Decimal) -> Decimal:
        cost = share(self.value, quantity, self.remaining)
        self.remaining -= quantity
        self.value -= cost
        self.taken += quantity
        self.taken_value += cost
        return cost

    def add_value(self, value: Decimal) -> None:
        self.value += value
        self.taken_value -= value


@dataclass(slots=True)
class Worth:
    """All stock of a product in the company: quantity, value and, for FIFO, the layers from old to new.

    `moved` and `moved_value` are what the act adds. Stock of a FIFO product that no layer covers is from before the
    product was FIFO and therefore the oldest.
    """

    quantity: Decimal
    value: Decimal
    is_fifo: bool = False
    layers: list[Layer] = field(default_factory=list)
    moved: Decimal = ZERO
    moved_value: Decimal = ZERO

    def add(self, quantity: Decimal, value: Decimal) -> None:
        self.quantity += quantity
        self.value += value
        self.moved += quantity
        self.moved_value += value

    def take(self, quantity: Decimal, *, from_move: int | None = None) -> Decimal:
        """Take goods out and return their cost; FIFO takes the layer of `from_move` before all others."""
        cost = self._from_layers(quantity, from_move) if self.is_fifo else share(self.value, quantity, self.quantity)
        self.add(-quantity, -cost)
        return cost

    def take_for(self, quantity: Decimal, value: Decimal, *, from_move: int | None = None) -> Decimal:
        """Take goods out at a given value, as far as the stock can bear it, and return what it was.

        For what goes back the way it came: the average may have moved on since, and no value may stay without goods.
        """
        if self.is_fifo:
            return self.take(quantity, from_move=from_move)
        cost = self.value if quantity == self.quantity else min(value, self.value)
        self.add(-quantity, -cost)
        return cost

    def unit_cost(self) -> Decimal | None:
        """The average; None where there is nothing to take it from."""
        return self.value / self.quantity if self.quantity else None

    def _from_layers(self, quantity: Decimal, from_move: int | None) -> Decimal:
        covered = sum((layer.remaining for layer in self.layers), ZERO)
        covered_value = sum((layer.value for layer in self.layers), ZERO)
        older = Layer(0, 0, self.quantity - covered, self.value - covered_value)
        left, cost = quantity, ZERO
        for layer in sorted([older, *self.layers], key=lambda layer: (layer.move_id != from_move, layer.id)):
            part = min(left, layer.remaining)
            if part > 0:
                cost += layer.take(part)
                left -= part
        return cost
