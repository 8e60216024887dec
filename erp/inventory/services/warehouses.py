"""Warehouses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from erp.inventory.models import Warehouse
from suite.core import cached
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Company


def found_default(company: Company) -> None:
    """Give a new company its first warehouse."""
    Warehouse.objects.create(company=company, code="MAIN", name="主仓库", name_en="Main warehouse", is_default=True)


def default_warehouse_id(company_id: int) -> int:
    """Where orders are delivered from; raises BusinessError when no warehouse is the default."""
    pk = cached.rows(company_id, "inventory.default_warehouse", _default_warehouse_id)
    if pk is None:
        raise BusinessError(Refusal("no_default_warehouse", _("Name a default warehouse first")))
    return pk


def _default_warehouse_id(company_id: int) -> int | None:
    rows = Warehouse.objects.of(company_id).filter(is_default=True, is_archived=False)
    return rows.values_list("pk", flat=True).first()
