"""The lists of purchasing, with what can be done to their rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from erp.inventory.lists.common import each
from erp.inventory.services.shipping import Outcome
from erp.procurement import services
from erp.procurement.models import (
    LandedCost,
    PurchaseOrder,
    PurchaseOrderLine,
    Requisition,
    RequisitionLine,
    Supplier,
    SupplierItem,
)
from erp.procurement.services import orders, requisition_orders, suppliers
from suite.automation.services import approvals
from suite.core.access import Actor
from suite.core.errors import Refusals
from suite.core.said import listed
from suite.desk import documents
from suite.desk.forms import ActorForm
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, Column, Create, DateFilter, ListSpec, PickFilter, View

AREA = "erp_procurement"
Asked, Ordered = Requisition.Status, PurchaseOrder.Status


class NoteForm(ActorForm):
    note = forms.CharField(label=_("Note"), required=False, max_length=500)


class WhyForm(ActorForm):
    """The same, for decisions that must say why."""

    note = forms.CharField(label=_("Why"), max_length=500)


class ReasonForm(ActorForm):
    reason = forms.CharField(label=_("Reason"), max_length=500)


def over(service: Callable[..., Any], argument: str) -> Callable[..., Any]:
    """A service over a set as lists call it, with the papers that came of it."""

    def run(*, actor: Actor, pks: Collection[int], **data: Any) -> Any:
        return service(**{argument: pks}, actor=actor, **data)

    return run


def while_in(*states: Any) -> Callable[[Any], bool]:
    return lambda row: row.status in states


def keep_back(rows: Sequence[Any], why: Callable[[Sequence[Any]], Refusals]) -> None:
    """Note at the rows of a page what keeps each from its next step."""
    reasons = why(rows) if rows else {}
    for row in rows:
        row.kept_back = reasons.get(row.pk)


def leave_to_others(rows: Sequence[Any], actor: Actor) -> None:
    """Note at the rows of a page which of them the actor cannot decide about."""
    reasons = approvals.undecidable(rows, actor) if rows else {}
    for row in rows:
        row.not_mine = reasons.get(row.pk)


def may_be_decided(state: Any) -> Callable[[Any], bool]:
    """In this state, unless the list knows that the decision is not this reader's."""
    return lambda row: row.status == state and not getattr(row, "not_mine", None)


@dataclass(frozen=True)
class OfLineFilter(PickFilter):
    """Papers with a line that names one of the picked records; a paper with several such lines stands there once."""

    lines: type[Model] = RequisitionLine
    parent: str = ""

    def understand(self, params: Any, actor: Actor, model: type[Model]) -> tuple[Q, str]:
        condition, text = super().understand(params, actor, model)
        return Q(pk__in=self.lines._default_manager.filter(condition).values(self.parent)), text


def may_be_ordered(requisition: Requisition) -> bool:
    """Approved, unless the list knows what keeps it from being ordered."""
    return requisition.status == Asked.APPROVED and not getattr(requisition, "kept_back", None)


def why_not_ordered(requisition: Requisition) -> str:
    """What keeps an approved requisition from being ordered, for the button of its record."""
    return " ".join(str(refusal) for refusal in requisition_orders.unorderable([requisition]).values())


REQUISITION_ACTS = (
    Act(
        "approve", _("Approve"), f"{AREA}.approve_requisition", over(services.approve_requisitions, "requisition_ids"),
        icon="check", form=NoteForm, when=may_be_decided(Asked.SUBMITTED), to=Asked.APPROVED,
    ),
    Act(
        "order", pgettext_lazy("act", "Order"), f"{AREA}.order_requisition",
        over(services.order_requisitions, "requisition_ids"),
        icon="shopping-cart", when=may_be_ordered, in_row=True, refused=why_not_ordered, to=Asked.ORDERED,
    ),
    Act(
        "submit", _("Submit for approval"), f"{AREA}.change_requisition",
        over(services.submit_requisitions, "requisition_ids"), icon="send", when=while_in(Asked.DRAFT),
        to=Asked.SUBMITTED,
    ),
    Act(
        "reject", _("Reject"), f"{AREA}.approve_requisition", over(services.reject_requisitions, "requisition_ids"),
        icon="x", form=WhyForm, danger=True, when=may_be_decided(Asked.SUBMITTED), to=Asked.REJECTED,
    ),
    Act(
        "reopen", _("Back to draft"), f"{AREA}.change_requisition",
        over(services.reopen_requisitions, "requisition_ids"), icon="rotate",
        when=while_in(Asked.SUBMITTED, Asked.REJECTED), to=Asked.DRAFT,
    ),
    Act(
        "cancel", _("Give up"), f"{AREA}.change_requisition", over(services.cancel_requisitions, "requisition_ids"),
        icon="ban", form=ReasonForm, danger=True,
        when=while_in(Asked.DRAFT, Asked.SUBMITTED, Asked.APPROVED, Asked.REJECTED), to=Asked.CANCELLED,
    ),
)  # fmt: skip


class RequisitionList(ListSpec):
    """What is asked for."""

    model = Requisition
    page = "procurement:requisitions"
    title = _("Purchase requisitions")
    icon = "clipboard-list"
    columns = (
        Column("number", _("Number"), card="title"),
        Column("origin", _("Origin")),
        Column("order_number", _("Order"), url=lambda row: documents.url_of(row.order_kind, row.order_id)),
        Column("what", _("Products"), value=lambda row: listed(str(line.product) for line in row.lines.all()[:3])),
        Column("needed_by", _("Needed by"), "date", value=lambda row: needed_by(row)),
        Column("amount", _("Amount without tax"), "money", card="side"),
        Column("status", _("Status"), "badge"),
        Column("warehouse", _("Warehouse"), shown=False),
        Column("created_by", _("Requested by"), shown=False),
        Column("created_at", _("Created"), "datetime", shown=False),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=Requisition.Status),
        ChoiceFilter("origin", _("Origin"), choices=Requisition.Origin),
        OfLineFilter("supplier", _("Supplier"), kind="supplier", parent="requisition"),
        OfLineFilter("product", _("Product"), kind="product", parent="requisition", quick=False),
        DateFilter("created", _("Created"), "created_at", quick=False),
    )
    views = (
        View("proposals", _("Proposals"), {"origin": "reorder", "status": "submitted"}),
        View("waiting", _("Waiting for approval"), {"status": "submitted"}),
        View("orderable", _("To be ordered"), {"status": "approved"}),
    )
    acts = REQUISITION_ACTS
    boards = ("status", "origin")
    total = "amount"
    calendars = ("created",)
    related = ("warehouse", "created_by")
    prefetch = ("lines__product",)
    create = Create(_("New requisition"), "procurement:requisition_new", f"{AREA}.add_requisition")
    empty = _("Nothing is asked for. Stock covers what is wanted.")
    importer = "requisitions"
    line_columns = (
        Column("product", _("Product")),
        Column("quantity", _("Quantity"), "quantity"),
        Column("supplier", _("Supplier")),
        Column("price", _("Price without tax"), "quantity"),
        Column("needed_by", _("Needed by"), "date"),
        Column("note", _("Note"), value="requisition__note"),
    )
    line_related = ("product", "supplier__party", "requisition")

    def complete(self, rows: Sequence[Requisition], actor: Actor) -> None:
        keep_back([row for row in rows if row.status == Asked.APPROVED], requisition_orders.unorderable)
        leave_to_others([row for row in rows if row.status == Asked.SUBMITTED], actor)


def needed_by(requisition: Requisition) -> Any:
    """The first date by which something of it is needed."""
    return min((line.needed_by for line in requisition.lines.all() if line.needed_by), default=None)


def may_be_placed(order: PurchaseOrder) -> bool:
    """A draft, unless the list knows what keeps it from being placed."""
    return order.status == Ordered.DRAFT and not getattr(order, "kept_back", None)


def why_not_placed(order: PurchaseOrder) -> str:
    """What keeps a draft from being placed, for the button of its record."""
    return " ".join(str(refusal) for refusal in orders.unplaceable([order]).values())


def why_not_submitted(order: PurchaseOrder) -> str:
    """What keeps a draft from being submitted, for the button of its record."""
    return " ".join(str(refusal) for refusal in orders.unsubmittable([order]).values())


def why_not_cancelled(order: PurchaseOrder) -> str:
    """What keeps an order from being cancelled, for the button of its record."""
    return " ".join(str(refusal) for refusal in orders.begun([order]).values())


ORDER_ACTS = (
    Act(
        "place", _("Place the order"), f"{AREA}.place_purchaseorder", over(services.place_orders, "order_ids"),
        icon="send", when=may_be_placed, in_row=True, confirm=_("Commit to the supplier?"), refused=why_not_placed,
        to=Ordered.ORDERED,
    ),
    Act(
        "submit", _("Submit for approval"), f"{AREA}.change_purchaseorder", over(services.submit_orders, "order_ids"),
        icon="clipboard-check", when=while_in(Ordered.DRAFT), refused=why_not_submitted,
    ),
    Act(
        "approve", _("Approve"), f"{AREA}.approve_purchaseorder", over(services.approve_orders, "order_ids"),
        icon="check", form=NoteForm, when=may_be_decided(Ordered.DRAFT),
    ),
    Act(
        "reject", _("Reject"), f"{AREA}.approve_purchaseorder", over(services.reject_orders, "order_ids"),
        icon="x", form=WhyForm, danger=True, when=may_be_decided(Ordered.DRAFT),
    ),
    Act(
        "close", _("Close short"), f"{AREA}.place_purchaseorder", over(services.close_short, "order_ids"),
        icon="lock", form=ReasonForm, when=while_in(Ordered.ORDERED), to=Ordered.CLOSED,
    ),
    Act(
        "cancel", _("Cancel the order"), f"{AREA}.place_purchaseorder", over(services.cancel_orders, "order_ids"),
        icon="ban", form=ReasonForm, danger=True, when=while_in(Ordered.DRAFT, Ordered.ORDERED),
        refused=why_not_cancelled, to=Ordered.CANCELLED,
    ),
)  # fmt: skip


class PurchaseOrderList(ListSpec):
    """What is ordered."""

    model = PurchaseOrder
    page = "procurement:orders"
    title = _("Purchase orders")
    icon = "shopping-cart"
    columns = (
        Column("number", _("Number"), card="title"),
        Column("party", _("Supplier")),
        Column("date", _("Date"), "date", sort=True),
        Column("expected_date", _("Expected"), "date"),
        Column("net", _("Net"), "money", currency="currency_id", shown=False),
        Column("gross", _("Total with tax"), "money", currency="currency_id", card="side"),
        Column("status", _("Status"), "badge"),
        Column("warehouse", _("Warehouse"), shown=False),
        Column("supplier_reference", _("Supplier's reference"), shown=False),
        Column("owner", _("Owner"), shown=False),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=PurchaseOrder.Status),
        PickFilter("supplier", _("Supplier"), "party__supplier", kind="supplier"),
        DateFilter("expected", _("Expected"), "expected_date"),
        DateFilter("date", _("Date"), quick=False),
        OfLineFilter("product", _("Product"), kind="product", lines=PurchaseOrderLine, parent="order", quick=False),
    )
    views = (
        View("open", _("Open"), {"status": "draft,ordered"}),
        View("late", _("Late"), {"status": "ordered", "expected": "before_today"}),
    )
    acts = ORDER_ACTS
    boards = ("status",)
    total = "gross"
    calendars = ("expected", "date")
    order = "-date"
    related = ("party", "warehouse", "owner")
    create = Create(_("New purchase order"), "procurement:order_new", f"{AREA}.add_purchaseorder")
    empty = _("Nothing is ordered. Turn approved requisitions into orders.")
    importer = "purchase-orders"
    line_columns = (
        Column("product", _("Product")),
        Column("quantity", _("Quantity"), "quantity"),
        Column("unit", _("Unit"), value="unit_id"),
        Column("unit_price", _("Unit price"), "quantity"),
        Column("discount", _("Discount %"), "percent"),
        Column("prices_include_tax", _("Prices include tax"), "bool", value="order__prices_include_tax"),
        Column("currency", _("Currency"), value="order__currency_id"),
        Column("note", _("Note"), value="order__note"),
    )
    line_related = ("product", "order")

    def complete(self, rows: Sequence[PurchaseOrder], actor: Actor) -> None:
        drafts = [row for row in rows if row.status == Ordered.DRAFT]
        keep_back(drafts, orders.unplaceable)
        leave_to_others(drafts, actor)


def _reverse_landed(*, actor: Actor, pks: Collection[int], reason: str) -> Outcome:
    return each(LandedCost, pks, services.take_off, actor=actor, reason=reason)


class LandedCostList(ListSpec):
    """Freight, duty and the like that were put on goods."""

    model = LandedCost
    page = "procurement:landed_costs"
    title = _("Landed costs")
    icon = "receipt"
    columns = (
        Column("number", _("Number"), card="title"),
        Column("date", _("Date"), "date", sort=True),
        Column("note", _("What for")),
        Column("amount", _("Amount without tax"), "money", card="side"),
        Column("basis", _("Spread")),
        Column("status", _("Status"), "badge"),
        Column("owner", _("By"), shown=False),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=LandedCost.Status),
        ChoiceFilter("basis", _("Spread"), choices=LandedCost.Basis, quick=False),
        DateFilter("date", _("Date")),
    )
    acts = (
        Act(
            "reverse", _("Reverse"), f"{AREA}.reverse_landedcost", _reverse_landed, icon="arrow-back-up",
            form=ReasonForm, danger=True, when=while_in(LandedCost.Status.POSTED), to=LandedCost.Status.REVERSED,
        ),
    )  # fmt: skip
    total = "amount"
    calendars = ("date",)
    order = "-date"
    related = ("owner",)
    search_fields = ("number", "note")
    line_columns = (
        Column("receipt", _("Goods receipt"), value="receipt_line__receipt"),
        Column("product", _("Product"), value="receipt_line__product"),
        Column("amount", _("Amount"), "money"),
        Column("to_stock", _("Of it in stock"), "money"),
    )
    line_related = ("receipt_line__receipt", "receipt_line__product")
    create = Create(_("New landed cost"), "procurement:landed_new", f"{AREA}.add_landedcost")
    empty = _("No freight or duty was put on goods yet.")


class SupplierList(ListSpec):
    """Who delivers."""

    model = Supplier
    page = "procurement:suppliers"
    title = _("Suppliers")
    icon = "building-factory"
    columns = (
        Column("party", _("Supplier"), card="title"),
        Column("code", _("Code"), value="party__code"),
        Column("phone", _("Phone"), "phone", value="party__phone"),
        Column("term", _("Payment term")),
        Column("currency_id", _("Currency"), shown=False),
        Column("lead_days", _("Lead time (days)"), "number", card="side"),
        Column("is_blocked", _("Blocked"), "bool"),
        Column("external_ref", _("Reference elsewhere"), value="party__external_ref", shown=False),
    )
    filters = (
        BoolFilter("blocked", _("Blocked"), "is_blocked"),
        BoolFilter("archived", _("Archived"), "party__is_archived", quick=False),
    )
    related = ("party", "term")
    create = Create(_("New supplier"), "procurement:supplier_new", f"{AREA}.add_supplier")
    empty = _("No suppliers yet. Enter the first, or import a file.")
    importer = "suppliers"


class SupplierItemList(ListSpec):
    """What suppliers deliver, on which terms."""

    model = SupplierItem
    page = "procurement:items"
    title = _("Supply terms")
    icon = "tag"
    columns = (
        Column(
            "product",
            _("Product"),
            card="title",
            url=lambda row: documents.url_of("masterdata.product", row.product_id),
        ),
        Column(
            "supplier", _("Supplier"), url=lambda row: documents.url_of(Supplier._meta.label_lower, row.supplier_id)
        ),
        Column("supplier_code", _("Supplier's code"), shown=False),
        Column("price", _("Price without tax"), "quantity", card="side"),
        Column("minimum", _("Minimum quantity"), "quantity"),
        Column("pack", _("Pack of"), "quantity"),
        Column("lead_days", _("Lead time (days)"), "number"),
        Column("priority", _("Priority"), "number"),
    )
    filters = (
        PickFilter("supplier", _("Supplier"), kind="supplier"),
        PickFilter("product", _("Product"), kind="product"),
    )
    acts = (
        Act(
            "remove", _("Remove"), f"{AREA}.delete_supplieritem", over(suppliers.remove_items, "items"), icon="trash",
            danger=True, confirm=_("Forget these terms?"),
        ),
    )  # fmt: skip
    related = ("product", "supplier__party")
    search_fields = ("product__code", "product__name", "supplier_code")
    create = Create(_("New supply terms"), "procurement:item_new", f"{AREA}.add_supplieritem")
    importer = "supply-terms"
