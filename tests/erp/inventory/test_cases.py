"""Worked cases of stock valuation, played as their file tells them, when that file lies beside the project.

A step is `in 10@8` (bought), `out 12`, `out 1 (D1)`, `customer returns D1`, `the returned unit is delivered again`, or
`quantity of the issue corrected to 10`; what is expected is asked by name.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from erp.inventory import services
from erp.inventory.models import CostLayer, Delivery
from suite.core.money import round_money
from tests import shared
from tests.erp.inventory.make import Shop

METHODS = {"fifo": "fifo", "moving_average": "average"}


def cases() -> list[Any]:
    """The cases whose every step can be played; one that says why where there is no file."""
    found = shared.cases("stock_valuation")
    if not found:
        return [pytest.param(None, id="none", marks=pytest.mark.skip(reason=f"{shared.FOLDER} has no such cases"))]
    return [pytest.param(case, id=id) for id, case in found.items() if all(map(Play.knows, case["when"]))]


class Play:
    """One product, played through the steps; what every step did is remembered."""

    STEPS = (
        (re.compile(r"in ([\d.]+)@([\d.]+)"), "bring"),
        (re.compile(r"out ([\d.]+)(?: \((\w+)\))?"), "take"),
        (re.compile(r"customer returns (\w+)"), "send_back"),
        (re.compile(r"the returned unit is delivered again"), "deliver_again"),
        (re.compile(r"quantity of the issue corrected to ([\d.]+)"), "correct"),
    )

    def __init__(self, shop: Shop, method: str) -> None:
        self.shop = shop
        self.product = shop.product("goods", costing=METHODS[method])
        self.outs: list[Delivery] = []
        self.named: dict[str, Delivery] = {}
        self.before_outs = Decimal(0)
        self.after_return = Decimal(0)

    @classmethod
    def knows(cls, step: str) -> bool:
        return any(pattern.fullmatch(step) for pattern, _name in cls.STEPS)

    def step(self, text: str) -> None:
        for pattern, name in self.STEPS:
            if match := pattern.fullmatch(text):
                getattr(self, name)(*match.groups())

    def bring(self, quantity: str, cost: str) -> None:
        self.shop.buy((self.product, quantity, cost))

    def take(self, quantity: str, name: str | None = None) -> None:
        self.before_outs = self.before_outs or self.value
        self.outs.append(self.shop.sell((self.product, quantity)))
        if name:
            self.named[name] = self.outs[-1]

    def send_back(self, name: str) -> None:
        line = self.named[name].lines.get()
        services.return_goods({line.pk: line.quantity}, actor=self.shop.actor, reason="returned")
        self.after_return = self.value

    def deliver_again(self) -> None:
        self.take("1")

    def correct(self, quantity: str) -> None:
        line = self.outs[-1].lines.get()
        services.return_goods({line.pk: line.quantity - Decimal(quantity)}, actor=self.shop.actor, reason="corrected")

    @property
    def qty(self) -> Decimal:
        return self.shop.worth(self.product)[0]

    @property
    def value(self) -> Decimal:
        return self.shop.worth(self.product)[1]

    def cost(self, delivery: Delivery) -> Decimal:
        return delivery.lines.get().cost

    def answer(self, name: str) -> Any:
        """What the house says to a name of the file."""
        match name:
            case "qty" | "value":
                return getattr(self, name)
            case "unit_cost":
                return self.value / self.qty
            case "unit_cost_shown":
                return round_money(self.before_outs / sum(out.lines.get().quantity for out in self.outs))
            case "value_before_outs":
                return self.before_outs
            case "value_after_return":
                return self.after_return
            case "cost_of_last_out":
                return self.cost(self.outs[-1])
            case "cost_of_second_delivery":
                return self.cost(self.outs[1])
            case "total_cost_of_outs":
                return sum(map(self.cost, self.outs))
            case "layers":
                layers = CostLayer.objects.filter(product=self.product, remaining__gt=0).order_by("pk")
                return [[layer.remaining, layer.remaining_value / layer.remaining] for layer in layers]
        return self.cost(self.named[name.removeprefix("cost_of_")])


@pytest.mark.parametrize("case", cases())
def test_a_case_ends_as_its_file_says(shop: Shop, case: Any) -> None:
    play = Play(shop, case["given"]["method"])

    for step in case["when"]:
        play.step(step)

    said = {name: play.answer(name) for name in case["expect"]}
    assert said == {name: exact(value) for name, value in case["expect"].items()}


def exact(value: Any) -> Any:
    """Figures of the file as they are written there."""
    if isinstance(value, list):
        return [exact(each) for each in value]
    return Decimal(str(value))
