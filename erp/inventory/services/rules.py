"""Stock rules: when a product is low, and how far it is filled up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from erp.inventory.models import StockRule, Warehouse
from erp.inventory.services.levels import Crossing, announce
from erp.inventory.services.stock import Key, Stock
from suite.core.access import Actor
from suite.core.acts import changes_between, current_act, service
from suite.core.money import ZERO
from suite.masterdata.models import Product

RULED = ("reorder_point", "target", "safety_stock")
Changes = dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """When a product is low in a warehouse, and how far it is filled up."""

    product_id: int
    warehouse_id: int
    reorder_point: Decimal
    target: Decimal
    safety_stock: Decimal = ZERO

    @property
    def key(self) -> Key:
        return Key(self.product_id, self.warehouse_id)

    @property
    def values(self) -> dict[str, Decimal]:
        return {name: getattr(self, name) for name in RULED}


@service
def set_rule(
    *,
    product: Product,
    warehouse: Warehouse,
    reorder_point: Decimal,
    target: Decimal,
    actor: Actor,
    safety_stock: Decimal = ZERO,
    reason: str = "",
) -> StockRule:
    """Say when a product is low in a warehouse and how far it is filled up; one rule for each, changed when it exists.

    Raises ValidationError when the target lies below the reorder point.
    """
    rule = Rule(product.pk, warehouse.pk, reorder_point, target, safety_stock)
    return set_rules([rule], actor=actor, reason=reason)[0]


@service
def set_rules(rules: Sequence[Rule], *, actor: Actor, reason: str = "") -> list[StockRule]:
    """Set rules as `set_rule` does, each for another pair; a fixed number of statements."""
    for each in rules:
        demand_order(each)
    keys = [each.key for each in rules]
    cells = Stock.lock(keys, actor=actor, valued=False).cells
    pairs = {"product__in": {key.product_id for key in keys}, "warehouse__in": {key.warehouse_id for key in keys}}
    known = {
        Key(row.product_id, row.warehouse_id): row for row in StockRule.objects.of(actor.company_id).filter(**pairs)
    }
    act, rows = current_act(), []
    changed: list[tuple[StockRule, Changes]] = []
    crossed: list[tuple[StockRule, Key]] = []
    for each in rules:
        row = known.get(each.key) or StockRule(
            company=actor.company, product_id=each.product_id, warehouse_id=each.warehouse_id
        )
        values = {**each.values, "is_low": cells[each.key].free < each.reorder_point}
        if bool(values["is_low"]) != row.is_low:
            crossed.append((row, each.key))
        changed.append((row, changes_between(row, values) if row.pk else {n: (None, v) for n, v in values.items()}))
        for name, value in values.items():
            setattr(row, name, value)
        rows.append(row)
    new = {id(row) for row in rows if row.pk is None}
    StockRule.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["product", "warehouse"], update_fields=[*RULED, "is_low"]
    )
    for row, changes in changed:
        if changes:
            act.audit(row, "created" if id(row) in new else "changed", changes)
    for row, key in crossed:
        act.collect(announce, Crossing(row.pk, *key, row.is_low, cells[key].free))
    return rows


@service
def drop_rule(found: StockRule, *, actor: Actor, reason: str = "") -> None:
    """Stop watching a product in a warehouse; what was low because of it is no longer."""
    key = Key(found.product_id, found.warehouse_id)
    free = Stock.lock([key], actor=actor, valued=False).cells[key].free
    rule = StockRule.objects.of(actor.company_id).filter(pk=found.pk).first()
    if rule is None:
        return  # somebody else did
    current_act().audit(rule, "deleted")
    if rule.is_low:
        current_act().collect(announce, Crossing(rule.pk, *key, False, free))
    StockRule.objects.filter(pk=rule.pk).delete()


def demand_order(rule: Rule) -> None:
    """Raise ValidationError for figures below zero, or a target below the reorder point."""
    for name, value in rule.values.items():
        if value < 0:
            raise ValidationError({name: _("Must not be negative")})
    if rule.target < rule.reorder_point:
        raise ValidationError({"target": _("Fill up to at least the reorder point")})
