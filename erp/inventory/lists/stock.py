"""Lists of what is there, what moves and who wants it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import DecimalField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import NullIf
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from erp.inventory import queries, services
from erp.inventory.lists.common import SEE_COST, each, order_url
from erp.inventory.models import Demand, StockBalance, StockMove, StockRule
from erp.inventory.services.costing import share
from erp.inventory.services.shipping import Outcome
from suite.core.access import Actor
from suite.core.money import ZERO, round_money
from suite.desk import documents
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    Create,
    DateFilter,
    Edit,
    ListSpec,
    NumberFilter,
    PickFilter,
    View,
)


def of_product(model: type, **more: str) -> Callable[[Any], str]:
    """The address of another list, narrowed to the product and warehouse of a row."""
    page = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"  # type: ignore[attr-defined]

    def address(row: Any) -> str:
        query = {"product": row.product_id, "warehouse": row.warehouse_id, **more}
        return reverse(page) + "?" + "&".join(f"{name}={value}" for name, value in query.items())

    return address


def source_url(row: StockMove) -> str:
    return documents.url_of(row.source_kind, row.source_id)


def worth_of(row: StockBalance) -> Decimal:
    """What the pieces in this warehouse are worth at the product's average."""
    whole = getattr(row.product, "stock_value", None)
    return share(whole.value, row.on_hand, whole.quantity) if whole and whole.quantity else ZERO


class BalanceList(ListSpec):
    """Stock on hand: what is there, what is promised, what is free."""

    model = StockBalance
    title = _("Stock on hand")
    icon = "packages"
    columns = (
        Column("code", _("Code"), value="product__code", card="side"),
        Column("name", _("Product"), value="product__label", card="title"),
        Column("specification", _("Specification"), value=lambda row: row.product.read("specification"), shown=False),
        Column("category", _("Category"), value="product__category", shown=False),
        Column("warehouse", _("Warehouse"), value="warehouse__label"),
        Column("on_hand", _("On hand"), "quantity", url=of_product(StockMove)),
        Column("reserved", _("Reserved"), "quantity", url=of_product(Demand)),
        Column("free", _("Free"), "quantity"),
        Column("unit", _("Unit"), value="product__unit__label"),
        Column("value", _("Value"), "money", value=worth_of, permission=SEE_COST),
        Column("updated_at", _("Changed"), "datetime", shown=False),
    )
    filters = (
        PickFilter("product", _("Product"), kind="product"),
        PickFilter("warehouse", _("Warehouse"), kind="warehouse"),
        BoolFilter("low", _("Below the reorder point"), condition=Q(product__stock_rules__is_low=True)),
        BoolFilter("there", _("On hand"), condition=Q(on_hand__gt=0)),
        BoolFilter("free", _("Free"), condition=Q(on_hand__gt=F("reserved"))),
        NumberFilter("on_hand", _("On hand"), quick=False),
    )
    views = (
        View("there", _("In stock"), {"there": "yes"}),
        View("low", _("Low"), {"low": "yes"}),
        View("gone", _("Nothing left"), {"there": "no"}),
    )
    related = ("product__unit", "product__stock_value", "warehouse")
    search_fields = ("product__code", "product__name", "product__name_en", "product__barcode")
    empty = _("No stock yet. Enter the opening stock, or import it from a file.")
    importer = "opening_stock"
    create = Create(
        _("Opening stock"),
        "inventory:adjust",
        "erp_inventory.add_stockadjustment",
        "?kind=opening",
    )

    def url(self, row: StockBalance) -> str:
        return of_product(StockMove)(row)

    def footer(self, rows: QuerySet[StockBalance]) -> dict[str, Any]:
        """The value at each product's average, to the cent only once it is summed: shares that add up to the whole."""
        whole = F("product__stock_value__quantity")
        worth = F("on_hand") * F("product__stock_value__value") / NullIf(whole, Value(ZERO))
        exact = DecimalField(max_digits=30, decimal_places=10)
        found = rows.order_by().aggregate(value=Sum(ExpressionWrapper(worth, output_field=exact)))
        return {"value": round_money(found["value"] or ZERO)}


class ProductStock(ListSpec):
    """Where one product lies, for everybody who may know."""

    model = StockBalance
    title = _("Stock on hand")
    icon = "packages"
    columns = (
        Column("warehouse", _("Warehouse"), value="warehouse__label", card="title"),
        Column("on_hand", _("On hand"), "quantity"),
        Column("reserved", _("Reserved"), "quantity"),
        Column("free", _("Free"), "quantity", card="side"),
        Column("unit", _("Unit"), value="product__unit__label"),
    )
    related = ("product__unit", "warehouse")
    empty = _("None of it was ever in stock.")

    def url(self, row: StockBalance) -> str:
        return ""


class MoveList(ListSpec):
    """The stock ledger: every movement with the document behind it, and what was there after it.

    Balances follow the dates of posting, so rows read by date read like a ledger card.
    """

    model = StockMove
    title = _("Stock ledger")
    icon = "list-details"
    columns = (
        Column("source_number", _("Document"), card="title", url=source_url),
        Column("kind", _("Kind"), card="side"),
        Column("posting_date", _("Date"), "date", sort=True),
        Column("effective_date", _("Effective date"), "date", shown=False),
        Column("code", _("Code"), value="product__code"),
        Column("name", _("Product"), value="product__label"),
        Column("warehouse", _("Warehouse"), value="warehouse__label"),
        Column("quantity", _("Quantity"), "quantity"),
        Column("balance", _("On hand after"), "quantity", value="after__quantity"),
        Column("value", _("Value"), "money", permission=SEE_COST),
        Column("worth", _("Value after"), "money", value="after__value", permission=SEE_COST),
        Column("created_at", _("Booked"), "datetime", shown=False),
    )
    filters = (
        PickFilter("product", _("Product"), kind="product"),
        PickFilter("warehouse", _("Warehouse"), kind="warehouse"),
        ChoiceFilter("kind", _("Kind"), choices=StockMove.Kind),
        DateFilter("date", _("Date"), field="posting_date"),
    )
    views = (View("month", _("This month"), {"date": "this_month"}),)
    order = "-posting_date"
    related = ("product", "warehouse")
    search_fields = ("source_number",)
    empty = _("Nothing has moved yet.")

    def complete(self, rows: Sequence[StockMove], actor: Actor) -> None:
        after = queries.balances_after(rows)
        for row in rows:
            row.after = after[row.pk]  # type: ignore[attr-defined]

    def url(self, row: StockMove) -> str:
        return source_url(row)


class DemandList(ListSpec):
    """What orders want: reserved, shipped, or still waited for."""

    model = Demand
    title = _("Demands and reservations")
    icon = "hourglass"
    columns = (
        Column("order_number", _("Order"), card="title", url=order_url),
        Column("party", _("Customer"), value="party__label", card="side"),
        Column("code", _("Code"), value="product__code"),
        Column("name", _("Product"), value="product__label"),
        Column("warehouse", _("Warehouse"), value="warehouse__label", shown=False),
        Column("promised_date", _("Promised date"), "date"),
        Column("wanted", _("Wanted"), "quantity"),
        Column("reserved", _("Reserved"), "quantity"),
        Column("shipped", _("Shipped"), "quantity"),
        Column("waiting", _("Still short"), "quantity"),
    )
    filters = (
        PickFilter("product", _("Product"), kind="product"),
        PickFilter("warehouse", _("Warehouse"), kind="warehouse"),
        PickFilter("party", _("Customer"), kind="party"),
        BoolFilter("waiting", _("Waiting"), field="is_waiting"),
        BoolFilter("open", _("Not fully shipped"), condition=Q(wanted__gt=F("shipped"))),
        DateFilter("promised", _("Promised date"), field="promised_date", quick=False),
    )
    views = (
        View("waiting", _("Shortages"), {"waiting": "yes"}),
        View("late", _("Late"), {"open": "yes", "promised": "before_today"}),
    )
    related = ("product", "warehouse", "party")
    search_fields = ("order_number", "product__code")
    empty = _("No order wants goods.")

    def url(self, row: Demand) -> str:
        return order_url(row)


def _drop_rules(*, actor: Actor, pks: Collection[int]) -> Outcome:
    return each(StockRule, pks, services.drop_rule, actor=actor)


def _figure(name: str) -> Edit:
    """A figure of a stock rule that is changed in its cell."""

    def save(*, row: StockRule, value: Decimal, actor: Actor) -> None:
        figures = {each: getattr(row, each) for each in ("reorder_point", "target", "safety_stock")}
        services.set_rule(product=row.product, warehouse=row.warehouse, actor=actor, **{**figures, name: value})

    quantity = forms.DecimalField(min_value=0, max_digits=18, decimal_places=6)
    return Edit("erp_inventory.change_stockrule", quantity, save)


class RuleList(ListSpec):
    """Stock rules: when a product is low, and how far it is filled up."""

    model = StockRule
    title = _("Stock rules")
    icon = "target-arrow"
    columns = (
        Column("code", _("Code"), value="product__code", card="side"),
        Column("name", _("Product"), value="product__label", card="title"),
        Column("warehouse", _("Warehouse"), value="warehouse__label"),
        Column("free", _("Free"), "quantity"),
        Column("reorder_point", _("Reorder point"), "quantity", edit=_figure("reorder_point")),
        Column("target", _("Fill up to"), "quantity", edit=_figure("target")),
        Column("safety_stock", _("Safety stock"), "quantity", shown=False),
        Column("is_low", _("Low now"), "bool"),
    )
    filters = (
        PickFilter("product", _("Product"), kind="product"),
        PickFilter("warehouse", _("Warehouse"), kind="warehouse"),
        BoolFilter("low", _("Low now"), field="is_low"),
    )
    views = (View("low", _("Low now"), {"low": "yes"}),)
    acts = (
        Act("drop", _("Remove"), "erp_inventory.delete_stockrule", _drop_rules, icon="trash", danger=True,
            confirm=_("Stop watching these products?")),
    )  # fmt: skip
    related = ("product", "warehouse")
    search_fields = ("product__code", "product__name", "product__name_en")
    create = Create(_("New stock rule"), "inventory:new_rule", "erp_inventory.add_stockrule")
    empty = _("No product is watched yet.")
    importer = "stock-rules"

    def rows(self, actor: Actor) -> QuerySet[StockRule]:
        free = StockBalance.objects.filter(product=OuterRef("product"), warehouse=OuterRef("warehouse"))
        return super().rows(actor).annotate(free=Subquery(free.values(free=F("on_hand") - F("reserved"))))

    def url(self, row: StockRule) -> str:
        return reverse("inventory:rule", args=[row.pk])
