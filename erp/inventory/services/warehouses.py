"""Warehouses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from erp.inventory.models import StockBalance, Warehouse
from suite.core import cached
from suite.core.access import Actor
from suite.core.acts import changes_between, current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Company


def found_default(company: Company) -> None:
    """Give a new company its first warehouse."""
    Warehouse.objects.create(company=company, code="MAIN", name="主仓库", name_en="Main warehouse", is_default=True)


@service
def save_warehouse(
    *, values: Mapping[str, Any], actor: Actor, warehouse: Warehouse | None = None, reason: str = ""
) -> Warehouse:
    """Make a warehouse, or change one; a new default takes the place of the old one.

    Raises ValidationError for a code that is taken, BusinessError when the default or one with stock is archived.
    """
    row = warehouse or Warehouse(company=actor.company)
    changes = changes_between(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean(exclude=["company"], validate_constraints=False)
    if Warehouse.objects.of(actor.company_id).filter(code=row.code).exclude(pk=row.pk).exists():
        raise ValidationError({"code": _("There is a warehouse with this code already")})
    if changes.get("is_default") == (True, False):
        raise BusinessError(Refusal("default_warehouse", _("Name another default warehouse first"), field="is_default"))
    if row.is_transit and (row.is_default or row.is_archived):
        sentence = _("In %(name)s are the goods of transfers: nothing is delivered from there, and it stays")
        raise BusinessError(Refusal("transit_warehouse", sentence, {"name": row.label}))
    if row.is_archived:
        _demand_idle(row)
    if row.is_default:
        Warehouse.objects.of(actor.company_id).filter(is_default=True).exclude(pk=row.pk).update(is_default=False)
    row.save()
    cached.forget(actor.company_id)
    current_act().audit(row, "changed" if warehouse else "created", changes)
    return row


def _demand_idle(warehouse: Warehouse) -> None:
    if warehouse.is_default:
        raise BusinessError(Refusal("default_warehouse", _("Name another default warehouse first")))
    if StockBalance.objects.filter(warehouse=warehouse, on_hand__gt=0).exists():
        raise BusinessError(
            Refusal("warehouse_in_use", _("There is still stock in %(name)s"), {"name": warehouse.label})
        )


def transit_warehouse_id(company_id: int) -> int:
    """Where goods are that left one warehouse and have not arrived in another; made when it is first asked for."""
    known = Warehouse.objects.of(company_id).filter(is_transit=True).values_list("pk", flat=True)
    pk = known.first()
    if pk is None:
        taken = Warehouse.objects.of(company_id).filter(code="TRANSIT").exists()
        row = Warehouse(company_id=company_id, code="TRANSIT*" if taken else "TRANSIT", name="在途", is_transit=True)
        row.name_en = "On the way"
        Warehouse.objects.bulk_create([row], ignore_conflicts=True)  # somebody else may make it at this moment
        pk = known.get()
    return pk


def default_warehouse_id(company_id: int) -> int:
    """Where orders are delivered from; raises BusinessError when no warehouse is the default."""
    pk = cached.rows(company_id, "inventory.default_warehouse", _default_warehouse_id)
    if pk is None:
        raise BusinessError(Refusal("no_default_warehouse", _("Name a default warehouse first")))
    return pk


def _default_warehouse_id(company_id: int) -> int | None:
    rows = Warehouse.objects.of(company_id).filter(is_default=True, is_archived=False)
    return rows.values_list("pk", flat=True).first()
