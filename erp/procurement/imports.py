"""Requisitions and purchase orders from sheets: the rows with one number are the lines of one paper."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from erp.procurement.models import PurchaseOrder, Requisition, Supplier
from erp.procurement.services import LineInput, Wish, cancel_orders, cancel_requisitions, orders, requisitions
from erp.procurement.services.orders import OrderDraft
from erp.procurement.services.requisitions import RequisitionDraft
from suite.core.access import Actor
from suite.core.errors import Refusal
from suite.core.money import ZERO
from suite.desk import imports
from suite.desk.imports import Field
from suite.desk.imports.papers import Papers, Row, numbers_of

WAREHOUSE = Field("warehouse", gettext_lazy("Warehouse"), "ref", ref="warehouse", aliases=("仓库", "仓库编码"))
SUPPLIER = Field("supplier", gettext_lazy("Supplier"), "ref", ref="supplier", aliases=("供应商", "supplier"))
PRODUCT = Field(
    "product", gettext_lazy("Product"), "ref", ref="product", required=True,
    aliases=("商品编码", "物料编码", "product code", "sku"),
)  # fmt: skip
QUANTITY = Field("quantity", gettext_lazy("Quantity"), "number", required=True, aliases=("数量", "qty"), example="12")
REQUISITION_FIELDS = (
    Field(
        "reference", gettext_lazy("Number"), required=True, max_length=60, aliases=("请购单号", "requisition number"),
        example="1",
    ),
    PRODUCT,
    QUANTITY,
    SUPPLIER,
    Field("price", gettext_lazy("Price without tax"), "money", aliases=("不含税单价", "price")),
    Field("needed_by", gettext_lazy("Needed by"), "date", aliases=("需求日期",)),
    WAREHOUSE,
    Field("note", gettext_lazy("Note"), max_length=200, aliases=("备注",)),
)  # fmt: skip
REQUISITIONS_LEFT_OUT = tuple(
    gettext_lazy(name)
    for name in ("Origin", "Order", "Products", "Amount without tax", "Status", "Requested by", "Created")
)
ORDER_FIELDS = (
    Field(
        "reference", gettext_lazy("Number"), required=True, max_length=60, aliases=("采购订单号", "order number"),
        example="1",
    ),
    Field("supplier", gettext_lazy("Supplier"), "ref", ref="supplier", required=True, aliases=("供应商", "supplier")),
    Field("date", gettext_lazy("Date"), "date", aliases=("下单日期", "order date")),
    Field("expected_date", gettext_lazy("Expected"), "date", aliases=(gettext_lazy("Expected date"), "到货日期")),
    WAREHOUSE,
    Field("currency_id", gettext_lazy("Currency"), max_length=3, aliases=("币种",)),
    Field("prices_include_tax", gettext_lazy("Prices include tax"), "bool", default=False, aliases=("含税",)),
    Field("supplier_reference", gettext_lazy("Supplier's reference"), max_length=60, aliases=("供应商单号",)),
    PRODUCT,
    QUANTITY,
    Field("unit", gettext_lazy("Unit"), max_length=12, aliases=("单位",)),
    Field("unit_price", gettext_lazy("Unit price"), "money", aliases=("单价", "price")),
    Field("discount", gettext_lazy("Discount %"), "number", aliases=("折扣",)),
    Field("note", gettext_lazy("Note"), max_length=5000, aliases=("备注",)),
)  # fmt: skip
ORDERS_LEFT_OUT = tuple(gettext_lazy(name) for name in ("Net", "Total with tax", "Status", "Owner"))


def register() -> None:
    """Called once, from apps.py."""
    imports.register(
        "requisitions",
        gettext_lazy("Purchase requisitions"),
        permission="erp_procurement.add_requisition",
        fields=REQUISITION_FIELDS,
        left_out=REQUISITIONS_LEFT_OUT,
        save=REQUISITIONS.save,
        undo=undo_requisitions,
        group="reference",
        batch=2000,
        url_name="procurement:requisitions",
        model=Requisition,
    )
    imports.register(
        "purchase-orders",
        gettext_lazy("Purchase orders"),
        permission="erp_procurement.add_purchaseorder",
        fields=ORDER_FIELDS,
        left_out=ORDERS_LEFT_OUT,
        save=save_orders,
        undo=undo_orders,
        group="reference",
        batch=2000,
        url_name="procurement:orders",
        model=PurchaseOrder,
    )


def _above(row: Row) -> Refusal | None:
    if row["quantity"] > 0:
        return None
    return Refusal("quantity", gettext_lazy("The quantity must be above zero"), field="quantity")


def _requisition(reference: str, header: dict[str, Any], rows: list[dict[str, Any]]) -> RequisitionDraft:
    lines = [
        Wish(row["product"], row["quantity"], row.get("supplier"), row.get("price"), row.get("needed_by"))
        for row in rows
    ]
    return RequisitionDraft(lines, header.get("warehouse"), header.get("note", ""))


def _order_of(suppliers: Mapping[int, Supplier]) -> Callable[..., OrderDraft]:
    def draft(reference: str, header: dict[str, Any], rows: list[dict[str, Any]]) -> OrderDraft:
        return OrderDraft(
            supplier=suppliers[header["supplier"]],
            lines=[
                LineInput(
                    product_id=row["product"],
                    quantity=row["quantity"],
                    unit_price=row.get("unit_price"),
                    discount=row.get("discount") or ZERO,
                    unit_id=row.get("unit") or None,
                )
                for row in rows
            ],
            warehouse_id=header.get("warehouse"),
            date=header.get("date"),
            currency_id=header.get("currency_id"),
            prices_include_tax=header.get("prices_include_tax", False),
            fields={name: header[name] for name in ("expected_date", "supplier_reference", "note") if name in header},
        )

    return draft


REQUISITIONS = Papers(
    group="reference",
    header=("warehouse",),
    remarks=("note",),
    draft=_requisition,
    check=requisitions.check_requisitions,
    create=requisitions.create_requisitions,
    known=numbers_of(Requisition),
    line=_above,
)


def save_orders(*, actor: Actor, batch: imports.Batch, **how: Any) -> imports.Saved:
    """Write purchase orders as drafts; goods go back by returns, not by sheets."""
    suppliers = Supplier.objects.of(actor.company_id).select_related("party").in_bulk(batch.column("supplier"))
    return Papers(
        group="reference",
        header=("supplier", "date", "expected_date", "warehouse", "currency_id", "prices_include_tax"),
        remarks=("supplier_reference", "note"),
        draft=_order_of(suppliers),
        check=orders.check_orders,
        create=orders.create_orders,
        known=numbers_of(PurchaseOrder),
        line=_above,
    ).save(actor=actor, batch=batch, **how)


def _undo(rows: Sequence[Any], cancel: Callable[[list[int]], Any]) -> dict[int, str]:
    drafts = [row.pk for row in rows if row.status == row.Status.DRAFT]
    if drafts:
        cancel(drafts)
    sentence = _("%(number)s is %(status)s already")
    return {
        row.pk: sentence % {"number": row, "status": row.get_status_display()}
        for row in rows
        if row.pk not in drafts and row.status != row.Status.CANCELLED
    }


def undo_requisitions(*, actor: Actor, made: Collection[int], changed: Mapping[int, Any]) -> dict[int, str]:
    """Give the drafts up again; what was submitted since stays and is named."""
    rows = list(Requisition.objects.of(actor.company_id).lock(made))
    return _undo(rows, lambda pks: cancel_requisitions(requisition_ids=pks, actor=actor))


def undo_orders(*, actor: Actor, made: Collection[int], changed: Mapping[int, Any]) -> dict[int, str]:
    """Cancel the drafts again; what was placed since stays and is named."""
    rows = list(PurchaseOrder.objects.of(actor.company_id).lock(made))
    return _undo(rows, lambda pks: cancel_orders(order_ids=pks, actor=actor))
