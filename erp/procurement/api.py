"""Purchasing for other systems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from erp.finance.models import Invoice
from erp.procurement import filters, serializers, services
from erp.procurement.models import LandedCost, PurchaseOrder, Requisition, Supplier, SupplierItem
from erp.procurement.queries import arrivals
from erp.procurement.services import Bill, LineInput, Wish, suppliers
from suite.core.access import Actor
from suite.core.api import (
    Creating,
    Deleting,
    Reason,
    Router,
    ServiceView,
    ServiceViewSet,
    Updating,
    action,
)
from suite.desk.papers.rest import Printing
from suite.masterdata.models import Contact

AREA = "erp_procurement"


def wish(line: Mapping[str, Any]) -> Wish:
    """A line of a requisition as the services take it."""
    supplier = line.get("supplier")
    return Wish(
        product_id=line["product"].pk,
        quantity=line["quantity"],
        supplier_id=supplier.pk if supplier else None,
        price=line.get("price"),
        needed_by=line.get("needed_by"),
    )


def line_input(line: Mapping[str, Any]) -> LineInput:
    """A line of a purchase order as the services take it."""
    given = {
        name: line[name] for name in ("description", "discount", "requested_date", "promised_date") if name in line
    }
    return LineInput(
        product_id=line["product"].pk,
        quantity=line["quantity"],
        unit_price=line.get("unit_price"),
        unit_id=line["unit"].pk if line.get("unit") else None,
        tax_id=line["tax"].pk if line.get("tax") else None,
        id=line.get("id"),
        **given,
    )


class RequisitionViewSet(Printing, Creating, Updating, ServiceViewSet):
    model = Requisition
    serializer_class = serializers.RequisitionSerializer
    input_classes = {
        "submit": Reason,
        "approve": serializers.Note,
        "reject": serializers.Note,
        "reopen": Reason,
        "cancel": Reason,
        "supplier": serializers.ChosenSupplier,
        "order": Reason,
    }
    output_classes = {
        "order": serializers.PurchaseOrderSerializer(many=True),
        "reorder": serializers.RequisitionSerializer(many=True),
    }
    filterset_class = filters.RequisitionFilters
    prefetch = ("lines",)
    action_permissions = {
        "submit": f"{AREA}.change_requisition",
        "approve": f"{AREA}.approve_requisition",
        "reject": f"{AREA}.approve_requisition",
        "reopen": f"{AREA}.change_requisition",
        "cancel": f"{AREA}.change_requisition",
        "supplier": f"{AREA}.order_requisition",
        "order": f"{AREA}.order_requisition",
        "reorder": f"{AREA}.add_requisition",
    }

    def add(self, values: dict[str, Any]) -> Requisition:
        lines = [wish(line) for line in values.pop("lines")]
        return services.create_requisition(
            lines=lines, warehouse=values.get("warehouse"), note=values.get("note", ""), actor=self.actor
        )

    def change(self, row: Requisition, values: dict[str, Any]) -> None:
        lines = values.pop("lines", None)
        services.change_requisition(
            requisition_id=row.pk,
            lines=None if lines is None else [wish(line) for line in lines],
            version=values.pop("version", None),
            actor=self.actor,
            **values,
        )

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Ask for approval."""
        return self._act(services.submit_requisitions, pk)

    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Agree for the step that is due."""
        return self._act(services.approve_requisitions, pk)

    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Refuse."""
        return self._act(services.reject_requisitions, pk)

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Make it a draft again."""
        return self._act(services.reopen_requisitions, pk)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Give up what is not ordered yet."""
        return self._act(services.cancel_requisitions, pk)

    @action(detail=True, methods=["post"])
    def supplier(self, request: Request, pk: str) -> Response:
        """Name the supplier of lines that are not ordered yet."""
        requisition, values = self.get_object(), self.input()
        open_lines = {line.pk: line.supplier_id for line in requisition.lines.all() if line.pending}
        named = values.get("lines", [key for key, supplier in open_lines.items() if supplier is None])
        if wrong := {index: [_("There is no such line")] for index, key in enumerate(named) if key not in open_lines}:
            raise ValidationError({"lines": wrong})
        services.choose_supplier(lines=named, supplier=values["supplier"], actor=self.actor)
        return self.answer(pk)

    def _act(self, service: Any, pk: str) -> Response:
        service(requisition_ids=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def order(self, request: Request, pk: str) -> Response:
        """Turn it into draft orders, one per supplier; answers with them."""
        orders = services.order_requisitions(requisition_ids=[self.get_object().pk], actor=self.actor, **self.input())
        return several(self, PurchaseOrderViewSet, orders)

    @action(detail=False, methods=["post"])
    def reorder(self, request: Request) -> Response:
        """Ask for everything below its reorder point; answers with the requisitions made."""
        return several(self, RequisitionViewSet, services.reorder(actor=self.actor))


def several(view: ServiceViewSet, of: type[ServiceViewSet], made: list[Any]) -> Response:
    """The papers an act made, read again."""
    rows = of.model._default_manager.visible_to(view.actor).filter(pk__in=[row.pk for row in made]).order_by("pk")  # type: ignore[attr-defined]
    rows = rows.select_related(*of.select).prefetch_related(*of.prefetch)
    return Response(of.serializer_class(rows, many=True, context=view.get_serializer_context()).data)  # type: ignore[misc]


class PurchaseOrderViewSet(Printing, Creating, Updating, ServiceViewSet):
    model = PurchaseOrder
    serializer_class = serializers.PurchaseOrderSerializer
    input_classes = {
        "submit": Reason,
        "approve": serializers.Note,
        "reject": serializers.Note,
        "place": Reason,
        "receive": serializers.Receiving,
        "adopt": serializers.Adopting,
        "give_back": serializers.Returning,
        "invoice": serializers.Invoicing,
        "close": Reason,
        "cancel": Reason,
    }
    output_classes = {"invoice": serializers.BookedInvoice}
    filterset_class = filters.PurchaseOrderFilters
    ordering_fields = ("id", "date")
    select = ("party__supplier",)
    prefetch = ("lines",)
    action_permissions = {
        "submit": f"{AREA}.change_purchaseorder",
        "approve": f"{AREA}.approve_purchaseorder",
        "reject": f"{AREA}.approve_purchaseorder",
        "place": f"{AREA}.place_purchaseorder",
        "receive": f"{AREA}.receive_purchaseorder",
        "adopt": f"{AREA}.receive_purchaseorder",
        "give_back": f"{AREA}.receive_purchaseorder",
        "invoice": f"{AREA}.invoice_purchaseorder",
        "close": f"{AREA}.place_purchaseorder",
        "cancel": f"{AREA}.place_purchaseorder",
    }

    def add(self, values: dict[str, Any]) -> PurchaseOrder:
        lines = [line_input(line) for line in values.pop("lines")]
        values.pop("version", None)
        return services.create_order(lines=lines, actor=self.actor, **values)

    def change(self, row: PurchaseOrder, values: dict[str, Any]) -> None:
        lines, supplier = values.pop("lines", None), values.pop("supplier", None)
        if supplier:
            values["party"] = supplier.party
        services.change_order(
            order_id=row.pk,
            lines=None if lines is None else [line_input(line) for line in lines],
            version=values.pop("version", None),
            actor=self.actor,
            **values,
        )

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Ask for approval of what no approved requisition covers."""
        return self._act(services.submit_orders, pk)

    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Agree for the step that is due."""
        return self._act(services.approve_orders, pk)

    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Refuse."""
        return self._act(services.reject_orders, pk)

    @action(detail=True, methods=["post"])
    def place(self, request: Request, pk: str) -> Response:
        """Commit to the supplier."""
        return self._act(services.place_orders, pk)

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Expect no more of it."""
        return self._act(services.close_short, pk)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Take it back; nothing has come yet."""
        return self._act(services.cancel_orders, pk)

    def _act(self, service: Any, pk: str) -> Response:
        service(order_ids=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def receive(self, request: Request, pk: str) -> Response:
        """Book in what came."""
        order, values = self.get_object(), self.input()
        lines = values.pop("lines", None)
        quantities = None if lines is None else of_this(order, lines)
        services.receive(quantities=quantities, order_ids=[order.pk], actor=self.actor, **values)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def adopt(self, request: Request, pk: str) -> Response:
        """Count goods that came without an order as received for this one."""
        values = self.input()
        receipt = values.pop("receipt")
        services.adopt_receipt(order_id=self.get_object().pk, receipt_id=receipt.pk, actor=self.actor, **values)
        return self.answer(pk)

    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """Send goods back to the supplier."""
        order, values = self.get_object(), self.input()
        services.return_goods(quantities=of_this(order, values["lines"]), reason=values["reason"], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def invoice(self, request: Request, pk: str) -> Response:
        """Book the supplier's invoice, matched with order and receipts; answers with it."""
        order, values = self.get_object(), self.input()
        lines = values.pop("lines")
        of_this(order, lines)
        demand_acceptor(self.actor, values["accept_difference"])
        bills = [Bill(line["line"], line["quantity"], line.get("unit_price"), line.get("tax_amount")) for line in lines]
        came = {name: values.pop(name) for name in ("tax_number", "date") if name in values}
        [invoice] = services.book_invoices(
            [services.SupplierInvoice(order.pk, bills, **came)], actor=self.actor, **values
        )
        return Response(serializers.BookedInvoice(invoice).data)


class SupplierInvoiceViewSet(ServiceViewSet):
    """Invoices of suppliers for purchase orders; they come in at `purchase-orders/{id}/invoice/`."""

    model = Invoice
    serializer_class = serializers.BookedInvoice
    filterset_class = filters.SupplierInvoiceFilters
    input_classes = {"book": serializers.BookingHeld, "take_back": Reason}
    action_permissions = {
        "book": f"{AREA}.invoice_purchaseorder",
        "take_back": "erp_finance.reverse_invoice",
    }

    def get_queryset(self) -> QuerySet[Invoice]:
        bills = {"direction": Invoice.Direction.PURCHASE, "order_kind": PurchaseOrder.kind()}
        return super().get_queryset().filter(**bills)

    @action(detail=True, methods=["post"])
    def book(self, request: Request, pk: str) -> Response:
        """Book an invoice that was held; it is matched again."""
        accept = self.input()["accept_difference"]
        demand_acceptor(self.actor, accept)
        services.book_held(invoice_ids=[self.get_object().pk], accept_difference=accept, actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: str) -> Response:
        """Undo a booking that was a mistake: what came waits for its invoice again."""
        services.take_back_invoices(invoice_ids=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)


def demand_acceptor(actor: Actor, accept: bool) -> None:
    if accept and not actor.may(f"{AREA}.accept_difference"):
        raise PermissionDenied(_("Somebody else must accept the difference"))


def of_this(order: PurchaseOrder, lines: list[dict[str, Any]]) -> dict[int, Any]:
    """Quantities by line; raises ValidationError for lines of other orders and lines named twice."""
    known = {line.pk for line in order.lines.all()}
    named = [line["line"] for line in lines]
    wrong = [index for index, pk in enumerate(named) if pk not in known or pk in named[:index]]
    if wrong:
        raise ValidationError({"lines": {index: {"line": [_("Name each line of the order once")]} for index in wrong}})
    return {line["line"]: line["quantity"] for line in lines}


class LandedCostViewSet(Printing, Creating, ServiceViewSet):
    model = LandedCost
    serializer_class = serializers.LandedCostSerializer
    filterset_class = filters.LandedCostFilters
    prefetch = ("lines__receipt_line",)
    input_classes = {"create": serializers.Charging, "reverse": serializers.TakingOff}
    action_permissions = {"reverse": f"{AREA}.reverse_landedcost"}

    def add(self, values: dict[str, Any]) -> LandedCost:
        receipts, products = values.pop("receipts"), values.pop("products")
        return services.put_on(
            receipt_ids=[row.pk for row in receipts],
            product_ids=[row.pk for row in products],
            actor=self.actor,
            **values,
        )

    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        """Take it off again."""
        services.take_off(self.get_object(), actor=self.actor, **self.input())
        return self.answer(pk)


class SupplierViewSet(Creating, Updating, ServiceViewSet):
    model = Supplier
    serializer_class = serializers.SupplierSerializer
    input_classes = {"create": serializers.SupplierInput}
    filterset_class = filters.SupplierFilters
    select = ("party",)
    prefetch = (Prefetch("party__contacts", Contact.objects.filter(is_archived=False)), "party__addresses")

    def add(self, values: dict[str, Any]) -> Supplier:
        return suppliers.create_supplier(actor=self.actor, **values)

    def change(self, row: Supplier, values: dict[str, Any]) -> None:
        suppliers.change_supplier(supplier=row, actor=self.actor, **values)


class SupplierItemViewSet(Creating, Updating, Deleting, ServiceViewSet):
    model = SupplierItem
    serializer_class = serializers.SupplierItemSerializer
    input_classes = {"partial_update": serializers.SupplierItemChange}
    filterset_class = filters.SupplierItemFilters
    one_per = ("supplier", "product")

    def add(self, values: dict[str, Any]) -> SupplierItem:
        return suppliers.set_item(actor=self.actor, **values)

    def change(self, row: SupplierItem, values: dict[str, Any]) -> None:
        suppliers.change_item(item=row, actor=self.actor, **values)

    def remove(self, row: SupplierItem) -> None:
        suppliers.remove_items(items=[row.pk], actor=self.actor)


class ArrivalsView(ServiceView):
    """What is still to come, the most urgent first, each with who waits for it."""

    action_permissions = {"get": f"{AREA}.view_purchaseorder"}
    query_class = serializers.ArrivalQuery
    serializer_class = serializers.ArrivalSerializer(many=True)

    def get(self, request: Request) -> Response:
        query = self.query()
        supplier, product = query.get("supplier"), query.get("product")
        found = arrivals(
            self.actor,
            bucket=query["bucket"],
            supplier=supplier.pk if supplier else None,
            product_ids=[product.pk] if product else None,
        )
        return Response(serializers.ArrivalSerializer(found, many=True).data)


urlpatterns = [path("arrivals/", ArrivalsView.as_view(), name="arrivals")]

router = Router()
router.register("requisitions", RequisitionViewSet, basename="requisition")
router.register("purchase-orders", PurchaseOrderViewSet, basename="purchaseorder")
router.register("invoices", SupplierInvoiceViewSet, basename="supplierinvoice")
router.register("landed-costs", LandedCostViewSet, basename="landedcost")
router.register("suppliers", SupplierViewSet, basename="supplier")
router.register("supplier-items", SupplierItemViewSet, basename="supplieritem")
