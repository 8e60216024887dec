"""Quotations and orders from sheets: the rows with one reference are the lines of one paper."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.sales.models import Order, Quotation
from crm.sales.services import approving, orders, quotations
from crm.sales.services.orders import OrderDraft
from crm.sales.services.pricing import LineInput
from crm.sales.services.quotations import QuotationDraft
from suite.core.access import Actor
from suite.core.errors import Refusal
from suite.desk.imports import Field
from suite.desk.imports.papers import Papers, Row
from suite.masterdata import trade_sheets
from suite.masterdata.trade_sheets import called

WHO = Field("party", gettext_lazy("Customer"), "ref", ref="buyer", required=True, aliases=("customer", "客户"))
DATE = called(trade_sheets.DATE, "order date", "下单日期")
REQUESTED = Field("requested_date", gettext_lazy("Requested date"), "date", aliases=("required date", "要求日期"))
LINE = (
    trade_sheets.PRODUCT,
    trade_sheets.QUANTITY,
    Field("unit", gettext_lazy("Unit"), max_length=12, aliases=("单位",)),
    trade_sheets.UNIT_PRICE,
    trade_sheets.DISCOUNT,
)
TERMS = (
    Field("currency_id", gettext_lazy("Currency"), max_length=3, aliases=("币种", "currency")),
    trade_sheets.INCLUDES_TAX,
)
NOTE = trade_sheets.NOTE
ORDER_FIELDS = (
    Field(
        "external_ref",
        gettext_lazy("Order reference"),
        required=True,
        max_length=60,
        aliases=(gettext_lazy("Reference elsewhere"), "order", "order id", "order number", "订单号", "订单编号"),
        example="WEB-1001",
    ),
    WHO,
    DATE,
    REQUESTED,
    *LINE,
    *TERMS,
    Field("customer_reference", gettext_lazy("Customer's reference"), max_length=60, aliases=("客户单号",)),
    NOTE,
)
ORDERS_LEFT_OUT = (
    *(gettext_lazy(name) for name in ("Number", "Total with tax", "Status", "Promised date", "Owner", "Net", "Paid")),
    *(pgettext_lazy("progress", name) for name in ("Delivery", "Payment", "Invoicing")),
)
QUOTATION_FIELDS = (
    Field(
        "reference",
        gettext_lazy("Number"),
        required=True,
        max_length=60,
        aliases=("quotation", "quotation number", "报价单号", "reference"),
        example="1",
    ),
    WHO,
    DATE,
    Field("valid_until", gettext_lazy("Valid until"), "date", aliases=("有效期", "有效期至")),
    *LINE,
    REQUESTED,
    *TERMS,
    NOTE,
)
QUOTATIONS_LEFT_OUT = (
    *(gettext_lazy(name) for name in ("Total with tax", "Status", "Owner", "Net")),
    gettext_lazy("Sent"),
)


def line_of(row: Row, **more: Any) -> LineInput:
    return LineInput(
        product_id=row["product"],
        quantity=row["quantity"],
        unit_price=row.get("unit_price"),
        discount=row.get("discount"),
        unit_id=row.get("unit") or None,
        **more,
    )


def nobody(header: Row) -> Any:
    return "" if header["party"] else gettext_lazy("Say which customer orders")


def _below(row: Row) -> Refusal | None:
    if row["quantity"] > 0:
        return None
    sentence = gettext_lazy("An order needs a quantity above zero; take goods back with a return")
    return Refusal("quantity", sentence, field="quantity")


def _order(reference: str, header: dict[str, Any], rows: list[dict[str, Any]]) -> OrderDraft:
    party_id, lines = header.pop("party"), [line_of(row) for row in rows]
    return OrderDraft(party_id=party_id, lines=lines, external_ref=reference, **header)


def _quotation(reference: str, header: dict[str, Any], rows: list[dict[str, Any]]) -> QuotationDraft:
    lines = [line_of(row, requested_date=row.get("requested_date")) for row in rows]
    return QuotationDraft(party_id=header.pop("party"), lines=lines, **header)


def _ordered(references: Collection[str], actor: Actor) -> Iterable[str]:
    taken = Order.objects.of(actor.company_id).filter(external_ref__in=references)
    return taken.values_list("external_ref", flat=True)


def _quoted(references: Collection[str], actor: Actor) -> Iterable[str]:
    """A revision is called by the number with its own behind it."""
    numbers = {*references, *(each.rpartition("-")[0] for each in references)} - {""}
    return map(str, Quotation.objects.of(actor.company_id).filter(number__in=numbers))


ORDERS = Papers(
    group="external_ref",
    header=("party", "date", "requested_date", "currency_id", "prices_include_tax"),
    remarks=("customer_reference", "note"),
    draft=_order,
    check=orders.check_orders,
    create=orders.create_orders,
    doubts=approving.doubts,
    known=_ordered,
    line=_below,
    lacking=nobody,
)
QUOTATIONS = Papers(
    group="reference",
    header=("party", "date", "valid_until", "currency_id", "prices_include_tax"),
    remarks=("note",),
    draft=_quotation,
    check=quotations.check_quotations,
    create=quotations.create_quotations,
    doubts=approving.doubts,
    known=_quoted,
    lacking=nobody,
)


def undo_orders(*, actor: Actor, made: Collection[int], changed: Mapping[int, Any]) -> Mapping[int, str]:
    """Throw the drafts away again; what was confirmed since stays and is named."""
    return {pk: str(refusal) for pk, refusal in orders.delete_drafts(order_ids=made, actor=actor).items()}


def undo_quotations(*, actor: Actor, made: Collection[int], changed: Mapping[int, Any]) -> Mapping[int, str]:
    """Throw the drafts away again; what was sent since stays and is named."""
    return {pk: str(refusal) for pk, refusal in quotations.delete_drafts(quotation_ids=made, actor=actor).items()}
