"""What stock is worth after goods went back and forth: cases of other systems with numbers of our own.

`in 10@8` is bought, `out 3=24` sold at that cost, `back d 1` comes back from the customer of `d`, `give a 2` goes back
to the supplier of `a`, `found 2@30` and `lost 2` are counted, `freight a 40` is put on the goods of `a`.
"""

from __future__ import annotations

import re
from decimal import Decimal as D
from typing import Any

import pytest

from erp.inventory import services
from erp.inventory.services.revaluation import ValueChange
from erp.inventory.services.stock import source_of
from suite.core import invariants
from tests.erp.inventory.make import Shop

# By file of the other system: title, method, steps, quantity and value at the end.
CASES = {
    "tryton/tryton modules/stock/tests/scenario_stock_average_cost_price.rst": [
        ("average of four", "average", "in 1@50;in 1@90;in 1@90;in 1@90", 4, 320),
    ],
    "tryton/tryton modules/product_cost_fifo/tests/scenario_product_cost_fifo.rst": [
        ("the oldest first", "fifo", "in 6@20;in 3@50;out 4=80;out 3=90", 2, 100),
    ],
    "odoo/odoo addons/stock_account/tests/test_stockvaluation.py": [
        ("through four purchases", "fifo",
         "in 30@7;in 70@7.5;out 45=322.5;in 20@8;in 40@8.25;out 60=452.5;out 30=243.75", 25, "206.25"),
        ("cents of a moving average", "average",
         "in 30@15;in 70@15.5;out 95=1458.25;in 35@16;out 15=238.78", 25, "397.97"),
    ],
    "odoo/odoo addons/stock_account/tests/test_stockvaluationlayer.py": [
        ("a receipt goes back behind others", "average", "a:in 1@12;in 1@28;out 1=20;give a 1", 0, 0),
        ("a part goes back at its own price", "average", "a:in 10@12;in 10@28;give a 4", 16, 352),
        ("a delivery comes back at its cost", "average", "in 4@10;d:out 4=40;in 4@30;back d 2", 6, 140),
        ("it comes back and leaves again", "average", "in 1@12;in 1@28;d:out 1=20;back d 1;out 1=20", 1, 20),
        ("odd prices come back in parts", "average", "in 1@7.77;in 1@6.66;d:out 2=14.43;back d 1;back d 1", 2, "14.43"),
        ("the last piece takes the last cent", "average", "in 2@2;in 1@2.01;out 1=2;out 1=2.01;out 1=2", 0, 0),
        ("what is lost leaves at the average", "average", "in 5@10;in 5@20;lost 4", 6, 90),
        ("a delivery comes back behind a receipt", "fifo", "in 4@10;d:out 4=40;in 4@25;back d 4", 8, 140),
        ("a part of the first receipt goes back", "fifo", "a:in 10@12;in 10@28;give a 3", 17, 364),
        ("the second receipt goes back, not the oldest", "fifo", "in 5@12;b:in 5@28;give b 5", 5, 60),
        ("a receipt goes back whose goods are sold", "fifo", "a:in 2@12;in 2@28;out 2=24;give a 2", 0, 0),
        ("what cost nothing comes back for nothing", "fifo", "in 1@9;in 1@0;out 1=9;d:out 1=0;back d 1", 1, 0),
        ("less was delivered than booked", "fifo", "in 8@10;d:out 6=60;in 8@15;back d 4", 14, 180),
        ("what is found is the newest", "fifo", "in 2@10;found 2@30;out 2=20;out 2=60", 0, 0),
    ],
    "odoo/odoo addons/stock_landed_costs/tests/test_stockvaluationlayer.py": [
        ("freight on three pieces", "fifo", "a:in 3@10;freight a 20;out 1=16.67;out 1=16.67;out 1=16.66", 0, 0),
        ("freight on what is partly sold", "fifo", "a:in 10@6;in 10@9;out 4=24;freight a 50", 16, 156),
        ("freight on what is all sold", "average", "a:in 10@6;out 10=60;freight a 50", 0, 0),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "steps", "quantity", "value"),
    [pytest.param(*case[1:], id=case[0]) for cases in CASES.values() for case in cases],
)
def test_goods_are_worth_what_they_came_for(shop: Shop, method: str, steps: str, quantity: int, value: Any) -> None:
    product = shop.product("goods", costing=method)
    papers: dict[str, Any] = {}
    costs: list[tuple[str, D]] = []

    for step in steps.split(";"):
        name, verb, figures = re.fullmatch(r"(?:(\w):)?(\w+) (.+)", step).groups()  # type: ignore[union-attr]
        paper, cost = _play(shop, product, verb, figures, papers)
        papers[name or ""] = paper
        costs += [(step, paper.lines.get().cost - D(cost))] if cost else []

    assert [step for step, off in costs if off] == []
    assert shop.worth(product) == (quantity, D(value))
    assert "freight" in steps or all(finding.holds for finding in invariants.check())


def _play(shop: Shop, product: Any, verb: str, figures: str, papers: dict[str, Any]) -> tuple[Any, str]:
    """One step: the paper it made and the cost that is expected of it."""
    first, _, second = figures.partition({"in": "@", "found": "@", "out": "="}.get(verb, " "))
    line = papers[first].lines.get() if first in papers else None
    match verb:
        case "in":
            return shop.buy((product, first, second)), ""
        case "out":
            return shop.sell((product, first)), second
        case "back":
            return services.return_goods({line.pk: D(second)}, actor=shop.actor, reason="unwanted"), ""
        case "give":
            return services.return_to_supplier({line.pk: D(second)}, actor=shop.actor, reason="broken"), ""
        case "freight":
            source = source_of(papers[first])
            change = ValueChange(source, product.pk, shop.warehouse_id, line.quantity, D(second), line.pk)
            return services.revalue([change], actor=shop.actor), ""
    counted = services.Difference(
        product.pk, D(first if verb == "found" else f"-{first}"), D(second) if second else None
    )
    return services.adjust([counted], warehouse_id=shop.warehouse_id, reason="counted", actor=shop.actor), ""
