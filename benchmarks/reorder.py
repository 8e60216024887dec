"""Filling 5,000 shelves up, all of them short (G8)."""

from __future__ import annotations

from typing import Any

from benchmarks import common, floor, world
from erp.inventory import services as inventory
from erp.inventory.models import StockRule
from erp.procurement.models import RequisitionLine
from erp.procurement.services import reordering, suppliers
from suite.core.money import HUNDRED
from suite.masterdata.models import Product

POINTS = 5000
ODOO, TRYTON = 77.7, 38.9  # seconds


def run() -> None:
    seconds, plain, counts = [], [], []
    for _round in range(common.ROUNDS):
        place = _short()
        made: list[Any] = []
        counts.append(common.statements(lambda made=made, place=place: made.append(_timed(place, seconds))))  # type: ignore[misc]
        asked = RequisitionLine.objects.filter(requisition__in=made[0]).count()
        if asked != POINTS:
            raise RuntimeError(f"{asked} lines instead of {POINTS}")
        plain.append(floor.reorder(POINTS))
    ours, beside = sorted(seconds)[len(seconds) // 2], sorted(plain)[len(plain) // 2]
    common.row("G8", f"reorder over {POINTS:,} points, all short; SQL floor", ours, beside, "s", "")
    common.row("G8", "statements", max(counts), None, "", "<= 30", max(counts) <= 30)
    common.row("G8", "times as fast as Odoo's 77.7 s", ODOO / ours, None, "times", ">= 20", ours <= ODOO / 20)
    common.row("G8", "times as fast as Tryton's 38.9 s", TRYTON / ours, None, "times", ">= 10", ours <= TRYTON / 10)


def _timed(place: world.World, seconds: list[float]) -> Any:
    made: list[Any] = []
    seconds.append(common.timed(lambda: made.extend(reordering.reorder(actor=place.actor))))
    return made


def _short() -> world.World:
    """A company whose every product has a supplier, a reorder point and nothing on the shelf."""
    place = world.make(products=POINTS, parties=1, on_hand=0)
    supplier = suppliers.create_supplier(actor=place.actor, name="Supplier")
    products = Product.objects.of(place.company.pk).in_bulk(place.products)
    items = [suppliers.ItemDraft(supplier, product, {"price": HUNDRED}) for product in products.values()]
    suppliers.set_items(items=items, actor=place.actor)
    warehouse_id = inventory.default_warehouse_id(place.company.pk)
    StockRule.objects.bulk_create(
        StockRule(company=place.company, product_id=pk, warehouse_id=warehouse_id, reorder_point=5, target=20)
        for pk in place.products
    )
    world.analyze()
    return place
