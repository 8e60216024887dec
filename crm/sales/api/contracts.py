"""Contracts and their templates for other systems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from crm.sales.api.documents import (
    GIVEN_BY_US,
    HEADER_FIELDS,
    Step,
    TradeLineSerializer,
    TradeSerializer,
    TradeViewSet,
    line_inputs,
)
from crm.sales.api.orders import OrderSerializer, OrderViewSet
from crm.sales.models import Contract, ContractLine, ContractTemplate, Milestone, Order, Quotation
from crm.sales.services import clauses, contracts, executing, plans
from crm.sales.services.plans import MilestoneInput
from suite.core.acts import settle
from suite.core.api import (
    Creating,
    DecimalField,
    Deleting,
    FilterSet,
    Reason,
    ScopedChoiceFilter,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    Updating,
    action,
)
from suite.core.errors import BusinessError
from suite.core.models import User
from suite.core.money import ZERO
from suite.masterdata.models import Party


class ContractLineSerializer(TradeLineSerializer):
    class Meta(TradeLineSerializer.Meta):
        model = ContractLine


class MilestoneSerializer(StrictModelSerializer):
    """What is due by when. A payment has a `share` of the total in percent or an `amount`; `event` with `days` sets
    `due_on` when it happens, without it `due_on` is given. `paid` comes from finance."""

    share = DecimalField(max_digits=7, decimal_places=4, min_value=ZERO, required=False, allow_null=True)
    amount = DecimalField(max_digits=18, decimal_places=2, min_value=ZERO, required=False, allow_null=True)
    paid = DecimalField(max_digits=18, decimal_places=2, read_only=True)

    class Meta:
        model = Milestone
        fields = ("id", "name", "share", "amount", "event", "days", "due_on", "paid", "done_at", "told_at")
        read_only_fields = ("id", "paid", "done_at", "told_at")
        extra_kwargs = {"event": {"required": False}, "days": {"required": False}, "due_on": {"required": False}}


FIELDS = (
    *(name for name in HEADER_FIELDS if name != "revision"),
    "name", "template", "quotation", "opportunity", "starts_on", "ends_on", "signed_on", "body", "body_en",
    "approved_at", "closed_at", "milestones", "lines",
)  # fmt: skip
OURS = (*(name for name in GIVEN_BY_US if name != "revision"), "quotation", "opportunity", "approved_at", "closed_at")


class ContractSerializer(TradeSerializer):
    """A contract; without `body` and `body_en` it has the clauses of its `template`. `milestones` are the plan."""

    lines = ContractLineSerializer(many=True, required=False)
    milestones = MilestoneSerializer(many=True, required=False)

    class Meta(TradeSerializer.Meta):
        model = Contract
        fields = FIELDS
        read_only_fields = OURS
        extra_kwargs = {"date": {"required": False}, "template": {"required": False}}


class ContractChange(ContractSerializer):
    """What changes of a draft. `lines` and `milestones` are the new ones altogether."""

    version = serializers.IntegerField(required=False)


class Signing(StrictSerializer):
    """On which day both sides had signed."""

    signed_on = serializers.DateField()


class Ending(StrictSerializer):
    """Why a contract ends before its time."""

    reason = serializers.CharField(max_length=500)


class Reaching(StrictSerializer):
    """Which milestones were reached."""

    milestones = serializers.ListField(child=serializers.IntegerField(), min_length=1, max_length=100)


class OfQuotation(StrictSerializer):
    """The quotation a contract is written on, and the template of its clauses; by default the first in use."""

    quotation = serializers.IntegerField()
    template = serializers.IntegerField(required=False, allow_null=True, default=None)


class ContractFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    owner = ScopedChoiceFilter(User)

    class Meta:
        model = Contract
        fields = {
            "status": ["exact", "in"],
            "date": ["exact", "gte", "lte"],
            "ends_on": ["gte", "lte"],
            "gross": ["gte", "lte"],
            "number": ["exact"],
        }


def milestone_inputs(rows: Iterable[Mapping[str, Any]]) -> list[MilestoneInput]:
    return [MilestoneInput(**each) for each in rows]


class ContractViewSet(Creating, Updating, Deleting, TradeViewSet):
    model = Contract
    serializer_class = ContractSerializer
    input_classes = {
        "partial_update": ContractChange, "sign": Signing, "terminate": Ending, "complete": Reason, "reach": Reaching,
        "from_quotation": OfQuotation,
    }  # fmt: skip
    making = ("create", "order", "from_quotation")
    output_classes = {"chain": Step(many=True), "order": OrderSerializer}
    filterset_class = ContractFilters
    ordering_fields = ("date", "id", "ends_on", "gross")
    ordering = "-date"
    select = ("company", "party", "contact", "owner")
    prefetch = (Prefetch("lines", ContractLine.objects.select_related("product")), "milestones")
    action_permissions = {
        "submit": "crm_sales.change_contract",
        "sign": "crm_sales.change_contract",
        "reach": "crm_sales.change_contract",
        "complete": "crm_sales.terminate_contract",
        "terminate": "crm_sales.terminate_contract",
        "order": "crm_sales.add_order",
        "from_quotation": "crm_sales.add_contract",
        "chain": "crm_sales.view_contract",
    }

    def add(self, values: dict[str, Any]) -> Contract:
        keys = {f"{name}_id": row.pk for name in ("contact", "template") if (row := values.pop(name, None)) is not None}
        lines = line_inputs(values.pop("lines", ()))
        plan = milestone_inputs(values.pop("milestones", ()))
        _judge(values)
        return contracts.create_contract(**values, **keys, lines=lines, plan=plan, actor=self.actor)

    def change(self, row: Contract, values: dict[str, Any]) -> None:
        given, plan = values.pop("lines", None), values.pop("milestones", None)
        lines = None if given is None else line_inputs(given, row.lines.all())
        _judge(values)
        contracts.change_contract(
            contract_id=row.pk, lines=lines, plan=None if plan is None else milestone_inputs(plan), actor=self.actor,
            **values,
        )  # fmt: skip

    def remove(self, row: Contract) -> None:
        if refused := contracts.delete_drafts(contract_ids=[row.pk], actor=self.actor):
            raise BusinessError(*refused.values())

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Ask for its approval; where no rule of the company wants one it is in force at once."""
        executing.submit_contracts(contract_ids=[self.key(pk)], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: str) -> Response:
        """Note the day on which both sides had signed."""
        executing.sign_contract(contract_id=self.key(pk), actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def reach(self, request: Request, pk: str) -> Response:
        """Note that milestones without an amount were reached; payments finance notes."""
        asked = self.input()["milestones"]
        mine = Milestone.objects.visible_to(self.actor).filter(contract=self.key(pk), pk__in=asked)
        plans.finish_milestones(milestone_ids=[row.pk for row in mine], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        """Close what was fulfilled; 409 names what is still open."""
        executing.complete_contracts(contract_ids=[self.key(pk)], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def terminate(self, request: Request, pk: str) -> Response:
        """End it before its time; draft orders and what was planned with them go with it."""
        executing.terminate_contracts(contract_ids=[self.key(pk)], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def order(self, request: Request, pk: str) -> Response:
        """Write the order again, where the one that came with the approval was cancelled; the answer is the order."""
        order = executing.order_contract(contract_id=self.key(pk), actor=self.actor)
        settle()
        rows = Order.objects.of(self.actor.company_id).prefetch_related(*OrderViewSet.prefetch)
        made = rows.select_related("party").get(pk=order.pk)
        answer = OrderSerializer(made, context=self.get_serializer_context())
        return Response(answer.data, status.HTTP_201_CREATED)

    @action(detail=False, methods=["post"], url_path="from-quotation")
    def from_quotation(self, request: Request) -> Response:
        """Write the contract on a quotation, with its lines and prices; the answer is the contract."""
        values = self.input()
        pk = values.pop("quotation")
        if not Quotation.objects.shows(pk, self.actor):
            raise serializers.ValidationError({"quotation": [_("There is no such quotation")]})
        made = contracts.contract_from_quotation(quotation_id=pk, template_id=values["template"], actor=self.actor)
        settle()
        row = self.with_relations(Contract.objects.of(self.actor.company_id)).get(pk=made.pk)
        return Response(self.get_serializer(row).data, status.HTTP_201_CREATED)

    @action(detail=True)
    def chain(self, request: Request, pk: str) -> Response:
        """The papers the contract came from and led to, as far as the caller may see them."""
        return self.chain_answer(self.get_object())


def _judge(values: Mapping[str, Any]) -> None:
    """400 at clauses with placeholders that nothing would fill."""
    for name in ("body", "body_en"):
        try:
            clauses.demand_known(values.get(name) or "", name)
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error


class TemplateSerializer(StrictModelSerializer):
    """Clauses with placeholders in braces, as `{customer}`."""

    class Meta:
        model = ContractTemplate
        fields = ("id", "name", "name_en", "body", "body_en", "is_archived")


class TemplateViewSet(Creating, Updating, ServiceViewSet):
    model = ContractTemplate
    serializer_class = TemplateSerializer

    def add(self, values: dict[str, Any]) -> ContractTemplate:
        return clauses.create_template(actor=self.actor, **values)

    def change(self, row: ContractTemplate, values: dict[str, Any]) -> None:
        clauses.change_template(template_id=row.pk, actor=self.actor, **values)
