"""Quotations for other systems."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from crm.sales.api.documents import (
    GIVEN_BY_US,
    HEADER_FIELDS,
    SMALLEST,
    Step,
    TradeLineSerializer,
    TradeSerializer,
    TradeViewSet,
    line_inputs,
)
from crm.sales.api.orders import OrderSerializer, OrderViewSet
from crm.sales.models import Order, Quotation, QuotationAnswer, QuotationLine
from crm.sales.services import approving, comparing, links, promising, quotations
from suite.core.acts import settle
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
from suite.core.models import User
from suite.desk.services.notifications import absolute
from suite.masterdata.models import Party, Product
from suite.masterdata.services import units


class QuotationLineSerializer(TradeLineSerializer):
    class Meta(TradeLineSerializer.Meta):
        model = QuotationLine


class AnswerSerializer(serializers.ModelSerializer):
    """What the customer answered through a link, once, with the evidence that was kept."""

    class Meta:
        model = QuotationAnswer
        fields = ("kind", "name", "text", "answered_at", "address", "agent")
        read_only_fields = fields


class QuotationSerializer(TradeSerializer):
    """A quotation; without `valid_until` it is valid as long as the sales settings say."""

    lines = QuotationLineSerializer(many=True, required=False)
    answer = AnswerSerializer(read_only=True, allow_null=True)

    class Meta(TradeSerializer.Meta):
        model = Quotation
        fields = (*HEADER_FIELDS, "valid_until", "opportunity", "replaces", "sent_at", "answer", "lines")
        read_only_fields = (*GIVEN_BY_US, "opportunity", "replaces", "sent_at")


class QuotationChange(QuotationSerializer):
    """What changes of a draft. `lines` are the new lines altogether: those left out are dropped."""

    version = serializers.IntegerField(required=False)


class Sending(StrictSerializer):
    """How a quotation is sent: by mail to the customer unless said otherwise."""

    by_mail = serializers.BooleanField(default=True)
    to = serializers.EmailField(required=False, allow_blank=True, default="")
    message = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False, default="", allow_blank=True)


class Link(serializers.Serializer):
    """An address by which the customer reads and answers a quotation; it is told this once."""

    address = serializers.URLField()
    valid_until = serializers.DateField(allow_null=True)


class PromisedLine(StrictSerializer):
    """A line to be promised; the quantity is in the product's base unit unless `unit` says otherwise."""

    product = serializers.IntegerField()
    quantity = DecimalField(max_digits=18, decimal_places=6, min_value=SMALLEST)
    unit = serializers.CharField(max_length=12, required=False, default="", allow_blank=True)


class Promising(StrictSerializer):
    """The lines of a paper as it is typed; `quotation` is the one that is being written."""

    lines = PromisedLine(many=True, max_length=500)
    quotation = serializers.IntegerField(required=False, allow_null=True, default=None)


class PromiseTerm(serializers.Serializer):
    """So much on that day, and where it comes from."""

    quantity = serializers.DecimalField(max_digits=18, decimal_places=6)
    date = serializers.DateField()
    reason = serializers.CharField()


class PromiseSerializer(serializers.Serializer):
    """The earliest day of a line, in base units; `missing` is what nobody can bring, `claimed` what other open
    quotations (so many `claims`) ask for."""

    date = serializers.DateField(allow_null=True)
    terms = PromiseTerm(many=True)
    missing = serializers.DecimalField(max_digits=18, decimal_places=6)
    claims = serializers.IntegerField()
    claimed = serializers.DecimalField(max_digits=18, decimal_places=6)
    text = serializers.CharField()


class ComparedTerm(serializers.Serializer):
    """Something said of the quotation as a whole, in the reader's format."""

    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    differs = serializers.BooleanField()


class ComparedLine(serializers.Serializer):
    """A line beside its counterpart: added, removed, changed (in the fields `differs`) or same."""

    state = serializers.CharField()
    product = serializers.IntegerField(source="line.product_id")
    product_name = serializers.CharField(source="line.product.label")
    differs = serializers.ListField(child=serializers.CharField())
    before = QuotationLineSerializer(allow_null=True)
    after = QuotationLineSerializer(allow_null=True)
    change = serializers.DecimalField(max_digits=18, decimal_places=2)


class Compared(serializers.Serializer):
    """Two versions of a quotation, the earlier one first."""

    before = serializers.IntegerField(source="before.pk")
    after = serializers.IntegerField(source="after.pk")
    terms = ComparedTerm(many=True)
    lines = ComparedLine(many=True, source="pairs")


class OrderFields(StrictSerializer):
    """What the order says beyond the quotation."""

    requested_date = serializers.DateField(required=False, allow_null=True)
    customer_reference = serializers.CharField(max_length=60, required=False, allow_blank=True)
    external_ref = serializers.CharField(max_length=60, required=False, allow_blank=True)
    shipping_address = serializers.CharField(max_length=400, required=False, allow_blank=True)


class QuotationFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    owner = ScopedChoiceFilter(User)

    class Meta:
        model = Quotation
        fields = {
            "status": ["exact", "in"],
            "date": ["exact", "gte", "lte"],
            "valid_until": ["gte", "lte"],
            "gross": ["gte", "lte"],
            "number": ["exact"],
        }


class QuotationViewSet(Creating, Updating, Deleting, TradeViewSet):
    model = Quotation
    serializer_class = QuotationSerializer
    input_classes = {
        "partial_update": QuotationChange,
        "send": Sending,
        "promise": Promising,
        "order": OrderFields,
        "revise": Reason,
        "win": Reason,
        "lose": Reason,
    }
    making = ("create", "order", "link")
    secret_answers = ("link",)
    output_classes = {
        "chain": Step(many=True),
        "order": OrderSerializer,
        "link": Link,
        "compare": Compared,
        "promise": PromiseSerializer(many=True),
    }
    filterset_class = QuotationFilters
    ordering_fields = ("date", "id")
    ordering = "-date"
    select = ("company", "party", "contact", "owner", "answer")
    prefetch = (Prefetch("lines", QuotationLine.objects.select_related("product")),)
    action_permissions = {
        "submit": "crm_sales.change_quotation",
        "send": "crm_sales.send_quotation",
        "link": "crm_sales.send_quotation",
        "revoke_links": "crm_sales.send_quotation",
        "revise": "crm_sales.change_quotation",
        "win": "crm_sales.change_quotation",
        "lose": "crm_sales.change_quotation",
        "order": "crm_sales.add_order",
        "chain": "crm_sales.view_quotation",
        "compare": "crm_sales.view_quotation",
        "promise": "crm_sales.view_quotation",
    }

    def add(self, values: dict[str, Any]) -> Quotation:
        contact = values.pop("contact", None)
        lines = line_inputs(values.pop("lines", ()))
        return quotations.create_quotation(**values, contact_id=contact and contact.pk, lines=lines, actor=self.actor)

    def change(self, row: Quotation, values: dict[str, Any]) -> None:
        given = values.pop("lines", None)
        lines = None if given is None else line_inputs(given, row.lines.all())
        quotations.change_quotation(quotation_id=row.pk, lines=lines, actor=self.actor, **values)

    def remove(self, row: Quotation) -> None:
        quotations.delete_quotation(quotation_id=row.pk, actor=self.actor)

    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: str) -> Response:
        """Mark as sent and mail it as a PDF."""
        quotations.send_quotation(quotation_id=self.key(pk), actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def link(self, request: Request, pk: str) -> Response:
        """Make a secret address for the customer, who reads and answers a sent quotation there without signing in."""
        key = self.key(pk)
        secret = links.make_link(quotation_id=key, actor=self.actor)
        until = Quotation.objects.of(self.actor.company_id).values_list("valid_until", flat=True).get(pk=key)
        path = reverse("quotation_offer", args=[secret])
        address = absolute(path) or request.build_absolute_uri(path)
        return Response(Link({"address": address, "valid_until": until}).data, status.HTTP_201_CREATED)

    @link.mapping.delete
    def revoke_links(self, request: Request, pk: str) -> Response:
        """End all addresses of the quotation."""
        links.revoke_links(quotation_id=self.key(pk), actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Ask for the approval that a rule of the company wants before it is sent."""
        approving.submit_quotations(quotation_ids=[self.key(pk)], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: str) -> Response:
        """Write the next revision as a draft; the answer is the revision."""
        revision = quotations.revise_quotation(quotation_id=self.key(pk), actor=self.actor, **self.input())
        return self.answer(revision.pk)

    @action(detail=True, methods=["post"])
    def win(self, request: Request, pk: str) -> Response:
        """Close as won, without an order here."""
        quotations.win_quotation(quotation_id=self.key(pk), actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def lose(self, request: Request, pk: str) -> Response:
        """Close as lost."""
        quotations.lose_quotation(quotation_id=self.key(pk), actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def order(self, request: Request, pk: str) -> Response:
        """Write the order with the same lines and close the quotation as won; the answer is the order."""
        order = quotations.order_from_quotation(quotation_id=self.key(pk), actor=self.actor, **self.input())
        settle()
        rows = Order.objects.of(self.actor.company_id).prefetch_related(*OrderViewSet.prefetch)
        made = rows.select_related("party").get(pk=order.pk)
        answer = OrderSerializer(made, context=self.get_serializer_context())
        return Response(answer.data, status.HTTP_201_CREATED)

    @action(detail=False, methods=["post"])
    def promise(self, request: Request) -> Response:
        """The earliest day for each line, with its reasons; nothing is written or held back."""
        values = self.input()
        pks = {line["product"] for line in values["lines"]}
        known = Product.objects.visible_to(self.actor).in_bulk(pks)
        factors = units.factors(pks)
        wanted, wrong = [], {}
        for index, line in enumerate(values["lines"]):
            product = known.get(line["product"])
            unit = line["unit"] or (product.unit_id if product else "")
            factor = 1 if product and unit == product.unit_id else factors.get((line["product"], unit))
            if product is None or factor is None:
                wrong[index] = {"unit" if product else "product": [_("There is no such product, or not in this unit")]}
            else:
                wanted.append(promising.Wanted(product, units.times(line["quantity"], Fraction(factor))))
        if wrong:
            raise serializers.ValidationError({"lines": wrong})
        own = Quotation.objects.visible_to(self.actor).filter(pk=values["quotation"]).first()
        promises = promising.promise_lines(wanted, actor=self.actor, apart_from=own)
        return Response(PromiseSerializer(promises, many=True).data)

    @action(detail=True, url_path=r"compare/(?P<other>\d+)")
    def compare(self, request: Request, pk: str, other: str) -> Response:
        """This version beside another of the same quotation; 404 for what is no version of it."""
        one = self.get_object()
        found = next((row for row in comparing.versions_of(one, self.actor) if str(row.pk) == other), None)
        if found is None:
            raise Http404
        return Response(Compared(comparing.compare(one, found), context=self.get_serializer_context()).data)

    @action(detail=True)
    def chain(self, request: Request, pk: str) -> Response:
        """The papers the quotation came from and led to, as far as the caller may see them."""
        return self.chain_answer(self.get_object())
