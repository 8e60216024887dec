"""Orders from sheets: the rows with one reference are the lines of one order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.sales.models import Order
from crm.sales.services.orders import OrderDraft, check_orders, create_orders, delete_drafts
from crm.sales.services.pricing import LineInput
from suite.core.access import Actor
from suite.core.errors import Refusal
from suite.desk import imports
from suite.desk.imports import Batch, Field, Saved

HEADER = ("date", "requested_date", "currency_id", "customer_reference", "prices_include_tax", "note")
FIELDS = (
    Field(
        "external_ref",
        gettext_lazy("Order reference"),
        required=True,
        max_length=60,
        aliases=(gettext_lazy("Reference elsewhere"), "order", "order id", "order number", "订单号", "订单编号"),
        example="WEB-1001",
    ),
    Field("party", gettext_lazy("Customer"), "ref", ref="buyer", required=True, aliases=("customer", "客户")),
    Field("date", gettext_lazy("Date"), "date", aliases=("order date", "下单日期", "日期")),
    Field("requested_date", gettext_lazy("Requested date"), "date", aliases=("required date", "要求日期")),
    Field(
        "product", gettext_lazy("Product"), "ref", ref="product", required=True, aliases=("product code", "商品编码")
    ),
    Field("quantity", gettext_lazy("Quantity"), "number", required=True, aliases=("qty", "数量")),
    Field("unit", gettext_lazy("Unit"), max_length=12, aliases=("单位",)),
    Field("unit_price", gettext_lazy("Unit price"), "money", aliases=("price", "单价")),
    Field("discount", gettext_lazy("Discount %"), "number", aliases=("discount", "折扣")),
    Field("currency_id", gettext_lazy("Currency"), max_length=3, aliases=("币种", "currency")),
    Field("prices_include_tax", gettext_lazy("Prices include tax"), "bool", default=True, aliases=("含税",)),
    Field("customer_reference", gettext_lazy("Customer's reference"), max_length=60, aliases=("客户单号",)),
    Field("note", gettext_lazy("Note"), max_length=5000, aliases=("备注",)),
)
LEFT_OUT = (
    *(gettext_lazy(name) for name in ("Number", "Total with tax", "Status", "Promised date", "Owner", "Net", "Paid")),
    *(pgettext_lazy("progress", name) for name in ("Delivery", "Payment", "Invoicing")),
)


def register() -> None:
    """Called once, from apps.py."""
    imports.register(
        "orders",
        gettext_lazy("Orders"),
        permission="crm_sales.add_order",
        fields=FIELDS,
        left_out=LEFT_OUT,
        save=save,
        undo=undo,
        group="external_ref",
        batch=2000,
        url_name="sales:orders",
        model=Order,
    )


def save(*, actor: Actor, batch: Batch, key: str = "", update: bool = True) -> Saved:
    """Write the orders of a batch as drafts: a good order whole, of a bad one nothing, with the reason at its line."""
    saved = Saved()
    rows = list(batch.dicts())
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(row["external_ref"], []).append(place)
    taken = Order.objects.of(actor.company_id).filter(external_ref__in=list(places))
    for reference in taken.values_list("external_ref", flat=True):
        _refuse(saved, places.pop(reference), _("There is an order with this reference already"))
    for reference, own in list(places.items()):
        if _contradicts(rows, own):
            _refuse(saved, places.pop(reference), _("Lines of one order need the same customer, dates and currency"))
        elif not any(rows[place].get("party") for place in own):
            _refuse(saved, places.pop(reference), _("Say which customer orders"))
        elif below := [line for line, place in enumerate(own) if rows[place]["quantity"] <= 0]:
            sentence = _("An order needs a quantity above zero; take goods back with a return")
            _refuse_at_lines(saved, places.pop(reference), [Refusal("quantity", sentence, line=line) for line in below])
    drafts = [_draft(reference, [rows[place] for place in own]) for reference, own in places.items()]
    refused = check_orders(drafts, actor=actor)
    for index, own in enumerate(places.values()):
        if index in refused:
            _refuse_at_lines(saved, own, refused[index])
    good = [draft for index, draft in enumerate(drafts) if index not in refused]
    if good:
        saved.made = [order.pk for order in create_orders(good, actor=actor)]
        taken_in = [own for index, own in enumerate(places.values()) if index not in refused]
        saved.placed = {place: pk for own, pk in zip(taken_in, saved.made, strict=True) for place in own}
    return saved


def _contradicts(rows: list[dict[str, Any]], places: Collection[int]) -> bool:
    """Whether the lines of an order say different things about it; a blank cell agrees with everything."""
    return any(
        len({rows[place].get(name) for place in places} - {None, ""}) > 1
        for name in ("party", "date", "requested_date", "currency_id", "prices_include_tax")
    )


def _draft(reference: str, rows: list[dict[str, Any]]) -> OrderDraft:
    header = {name: next((row[name] for row in rows if row.get(name) not in (None, "")), None) for name in HEADER}
    party_id = next(row["party"] for row in rows if row.get("party"))
    given = {name: value for name, value in header.items() if value is not None}
    return OrderDraft(party_id=party_id, lines=[_line(row) for row in rows], external_ref=reference, **given)


def _line(row: Mapping[str, Any]) -> LineInput:
    return LineInput(
        product_id=row["product"],
        quantity=row["quantity"],
        unit_price=row.get("unit_price"),
        discount=row.get("discount"),
        unit_id=row.get("unit") or None,
    )


def _refuse(saved: Saved, places: Collection[int], reason: str) -> None:
    saved.refused |= dict.fromkeys(places, reason)


def _refuse_at_lines(saved: Saved, places: list[int], refusals: list[Refusal]) -> None:
    """The reason at the line it speaks of; the other lines of the order stay out with it."""
    _refuse(saved, places, _("Another line of this order was refused"))
    for refusal in reversed(refusals):
        saved.refused[places[refusal.line or 0]] = str(refusal)


def undo(*, actor: Actor, made: Collection[int], changed: Mapping[int, Any]) -> Mapping[int, str]:
    """Throw the drafts away again; what was confirmed since stays and is named."""
    return {pk: str(refusal) for pk, refusal in delete_drafts(order_ids=made, actor=actor).items()}
