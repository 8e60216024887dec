"""Orders for other systems."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.sales import ports
from crm.sales.api.documents import (
    GIVEN_BY_US,
    HEADER_FIELDS,
    LINE_FIELDS,
    SMALLEST,
    Step,
    TradeLineSerializer,
    TradeSerializer,
    TradeViewSet,
    line_inputs,
)
from crm.sales.models import Order, OrderLine
from crm.sales.services import amending, approving, confirming, orders
from suite.core.api import (
    Creating,
    DecimalField,
    Deleting,
    FilterSet,
    Reason,
    ScopedChoiceFilter,
    StrictSerializer,
    Updating,
    action,
)
from suite.core.errors import BusinessError, Refusal
from suite.core.models import User
from suite.masterdata.models import Party

PROGRESS = ("delivered", "returned", "invoiced")
MOST = 500  # orders confirmed in one call


class OrderLineSerializer(TradeLineSerializer):
    """A line of an order, with its progress in base units."""

    class Meta(TradeLineSerializer.Meta):
        model = OrderLine
        fields = (*LINE_FIELDS, "promised_date", *PROGRESS)
        read_only_fields = (*TradeLineSerializer.Meta.read_only_fields, "promised_date", *PROGRESS)


class OrderSerializer(TradeSerializer):
    """An order. Without `shipping_address` the customer's default address is taken, without `date` today."""

    lines = OrderLineSerializer(many=True, required=False)

    class Meta(TradeSerializer.Meta):
        model = Order
        fields = (
            *HEADER_FIELDS, "quotation", "customer_reference", "external_ref", "shipping_address", "requested_date",
            "promised_date", "shortage", "confirmed_at", "delivery", "invoicing", "payment", "paid", "lines",
        )  # fmt: skip
        read_only_fields = (
            *GIVEN_BY_US, "quotation", "promised_date", "confirmed_at", "delivery", "invoicing", "payment", "paid",
        )  # fmt: skip
        extra_kwargs = {**TradeSerializer.Meta.extra_kwargs, "shipping_address": {"required": False}}


class OrderLineChange(OrderLineSerializer):
    """A line as it is to be: with an `id` what is left out stays as it was, without one it is a new line."""

    quantity = DecimalField(max_digits=18, decimal_places=6, min_value=SMALLEST, required=False)

    class Meta(OrderLineSerializer.Meta):
        extra_kwargs = {name: {"required": False} for name in ("product", "tax")}


class OrderChange(OrderSerializer):
    """What changes of a draft. `lines` are the new lines altogether: those left out are dropped."""

    lines = OrderLineChange(many=True, required=False)
    version = serializers.IntegerField(required=False, help_text=_("The version that was read, against stale saves"))


class Amendment(StrictSerializer):
    """The new lines of a confirmed order altogether: those left out are given up as far as they are not delivered."""

    lines = OrderLineChange(many=True)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    version = serializers.IntegerField(required=False)


class Confirmation(StrictSerializer):
    """Which orders to confirm; with `all_or_nothing` off, the refused ones are named and the others confirmed."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=MOST)
    all_or_nothing = serializers.BooleanField(default=True)


class RefusedOrder(serializers.Serializer):
    """Why an order was not confirmed."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    field = serializers.CharField(allow_null=True)


class Confirmed(serializers.Serializer):
    """What became of each order."""

    confirmed = serializers.ListField(child=serializers.IntegerField())
    refused = RefusedOrder(many=True)


class ReceiptPaper(serializers.Serializer):
    """A paper that an act on the order made."""

    kind = serializers.CharField()
    label = serializers.CharField()
    id = serializers.IntegerField()
    number = serializers.CharField()
    state = serializers.CharField()


class Receipt(serializers.Serializer):
    """What one act on the order set in motion."""

    act = serializers.CharField()
    at = serializers.DateTimeField()
    papers = ReceiptPaper(many=True)


class Aftermath(serializers.Serializer):
    """What a cancelled order leaves: money owed back to its customer, and the draft invoices voided with it."""

    owed_back = DecimalField(max_digits=18, decimal_places=2)
    currency = serializers.CharField()
    voided = serializers.ListField(child=serializers.CharField())


class Cancelled(OrderSerializer):
    """The order as it now stands, and what it leaves."""

    aftermath = Aftermath(read_only=True)

    class Meta(OrderSerializer.Meta):
        fields = (*OrderSerializer.Meta.fields, "aftermath")


class OrderFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    owner = ScopedChoiceFilter(User)

    class Meta:
        model = Order
        fields = {
            "status": ["exact", "in"],
            "delivery": ["exact"],
            "invoicing": ["exact"],
            "payment": ["exact"],
            "date": ["exact", "gte", "lte"],
            "gross": ["gte", "lte"],
            "number": ["exact"],
            "external_ref": ["exact"],
            "quotation": ["exact"],
        }


class OrderViewSet(Creating, Updating, Deleting, TradeViewSet):
    model = Order
    serializer_class = OrderSerializer
    input_classes = {
        "partial_update": OrderChange,
        "amend": Amendment,
        "cancel": Reason,
        "undo": Reason,
        "confirm_many": Confirmation,
    }
    output_classes = {
        "chain": Step(many=True),
        "receipt": Receipt(many=True),
        "confirm_many": Confirmed,
        "cancel": Cancelled,
    }
    filterset_class = OrderFilters
    ordering_fields = ("date", "gross", "id")
    ordering = "-date"
    select = ("company", "party", "contact", "owner")
    prefetch = (Prefetch("lines", OrderLine.objects.select_related("product")),)
    action_permissions = {
        "submit": "crm_sales.change_order",
        "confirm": "crm_sales.confirm_order",
        "confirm_many": "crm_sales.confirm_order",
        "undo": "crm_sales.confirm_order",
        "cancel": "crm_sales.cancel_order",
        "amend": "crm_sales.amend_order",
        "chain": "crm_sales.view_order",
        "receipt": "crm_sales.view_order",
    }

    def add(self, values: dict[str, Any]) -> Order:
        contact = values.pop("contact", None)
        lines = line_inputs(values.pop("lines", ()))
        return orders.create_order(**values, contact_id=contact and contact.pk, lines=lines, actor=self.actor)

    def change(self, row: Order, values: dict[str, Any]) -> None:
        given = values.pop("lines", None)
        lines = None if given is None else line_inputs(given, row.lines.all())
        orders.change_order(order_id=row.pk, lines=lines, actor=self.actor, **values)

    def remove(self, row: Order) -> None:
        orders.delete_draft(order_id=row.pk, actor=self.actor)

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Ask for the approval that a rule of the company wants before the order is confirmed."""
        approving.submit_orders(order_ids=[self.key(pk)], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Confirm: reserve stock, request what is short, open the receivable, in one transaction."""
        order_id = self.key(pk)
        try:
            (order,) = confirming.confirm_orders(order_ids=[order_id], actor=self.actor).done
        except BusinessError as error:
            raise BusinessError(*error.refusals) from error
        return self.told(order)

    @action(detail=False, methods=["post"], url_path="confirm")
    def confirm_many(self, request: Request) -> Response:
        """Confirm up to 500 orders in one transaction."""
        asked = self.input()
        rows = Order.objects.visible_to(self.actor, "crm_sales.confirm_order")
        visible = set(rows.filter(pk__in=asked["ids"]).values_list("pk", flat=True))
        refused = {pk: Refusal("not_found", _("There is no such order")) for pk in asked["ids"] if pk not in visible}
        if refused and asked["all_or_nothing"]:
            raise BusinessError(by_key=refused)
        outcome = confirming.confirm_orders(order_ids=visible, actor=self.actor, all_or_nothing=asked["all_or_nothing"])
        refused |= outcome.refused
        rows = [
            {"id": pk, "code": each.code, "detail": str(each), "line": each.line, "field": each.field}
            for pk, each in refused.items()
        ]
        return Response({"confirmed": [order.pk for order in outcome.done], "refused": rows})

    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take the confirmation back while nothing has left the house; the order is a draft again."""
        order_id = self.key(pk)
        confirming.undo_confirm(order_id=order_id, actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Give up what is not delivered; undone by linked counter-entries. `aftermath` says what is owed back now."""
        order_id = self.key(pk)
        (order,) = confirming.cancel_orders(order_ids=[order_id], actor=self.actor, **self.input()).done
        aftermath = {"currency": self.actor.company.currency, "owed_back": order.owed_back, "voided": order.voided}
        return Response(self.answer(pk).data | {"aftermath": Aftermath(aftermath).data})

    @action(detail=True, methods=["post"])
    def amend(self, request: Request, pk: str) -> Response:
        """Change the lines of a confirmed order; stock, purchasing and books follow."""
        order_id, values = self.key(pk), self.input()
        known = OrderLine.objects.of(self.actor.company_id).filter(order=order_id)
        amending.amend_order(
            order_id=order_id,
            lines=line_inputs(values["lines"], known),
            actor=self.actor,
            version=values.get("version"),
            reason=values["reason"],
        )
        return self.answer(pk)

    @action(detail=True)
    def chain(self, request: Request, pk: str) -> Response:
        """The papers the order came from and led to, as far as the caller may see them."""
        return self.chain_answer(self.get_object())

    @action(detail=True)
    def receipt(self, request: Request, pk: str) -> Response:
        """What the acts on the order made, latest act first."""
        return Response(Receipt(ports.receipts(self.get_object(), self.actor), many=True).data)
