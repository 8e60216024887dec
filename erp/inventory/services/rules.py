"""Stock rules: when a product is low, and how far it is filled up."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from erp.inventory.models import StockRule, Warehouse
from erp.inventory.services.levels import Crossing, announce
from erp.inventory.services.stock import Key, Stock
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.money import ZERO
from suite.masterdata.models import Product


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
    key = Key(product.pk, warehouse.pk)
    free = Stock.lock([key], actor=actor, valued=False).cells[key].free
    values = {"reorder_point": reorder_point, "target": target, "safety_stock": safety_stock}
    rule = StockRule.objects.of(actor.company_id).filter(product=product, warehouse=warehouse).first()
    known = rule is not None
    rule = rule or StockRule(company=actor.company, product=product, warehouse=warehouse)
    was_low, is_low = rule.is_low, free < reorder_point
    _demand_order(values)
    if known:
        save_changes(rule, {**values, "is_low": is_low})
    else:
        for name, value in {**values, "is_low": is_low}.items():
            setattr(rule, name, value)
        rule.save()
        current_act().audit(rule, "created", {name: (None, value) for name, value in values.items()})
    if is_low != was_low:
        current_act().collect(announce, Crossing(rule.pk, *key, is_low, free))
    return rule


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


def _demand_order(values: dict[str, Decimal]) -> None:
    for name, value in values.items():
        if value < 0:
            raise ValidationError({name: _("Must not be negative")})
    if values["target"] < values["reorder_point"]:
        raise ValidationError({"target": _("Fill up to at least the reorder point")})
