"""Opportunities and the pipelines they go through, for other systems."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from django_filters import NumberFilter
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from crm.sales.api.documents import SMALLEST, CurrencyField
from crm.sales.api.quotations import QuotationSerializer, QuotationViewSet
from crm.sales.models import KeyAction, LostReason, Opportunity, OpportunityLine, Pipeline, Quotation, Stage, StageVisit
from crm.sales.services import approving, moving, opportunities, pipelines, quotations
from crm.sales.services.opportunities import Product
from crm.sales.services.pipelines import ActionInput, StageInput
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
from suite.masterdata.models import Party

ZERO = Decimal(0)


class LineSerializer(StrictModelSerializer):
    """A product of a deal; quantity and amount where they are known."""

    quantity = DecimalField(max_digits=18, decimal_places=6, min_value=SMALLEST, required=False, allow_null=True)
    amount = DecimalField(max_digits=18, decimal_places=2, min_value=ZERO, required=False, allow_null=True)

    class Meta:
        model = OpportunityLine
        fields = ("product", "quantity", "amount")


class VisitSerializer(StrictModelSerializer):
    """A stay in a stage."""

    stage_name = serializers.CharField(source="stage.label", read_only=True)

    class Meta:
        model = StageVisit
        fields = ("stage", "stage_name", "kind", "entered_at", "left_at", "moved_by", "reason", "overridden")


class OpportunitySerializer(StrictModelSerializer):
    """A deal. Its stage is given when it is written, and changed by `move`, `win`, `lose` and `reopen` alone.

    Without `amount` it is worth what its lines come to; `value` is the amount in the company's currency.
    """

    party_name = serializers.CharField(source="party.label", read_only=True, default="")
    stage_name = serializers.CharField(source="stage.label", read_only=True)
    amount = DecimalField(max_digits=18, decimal_places=2, min_value=ZERO, required=False, allow_null=True)
    value = DecimalField(max_digits=18, decimal_places=2, read_only=True)
    currency = CurrencyField(source="currency_id", required=False)
    exchange_rate = DecimalField(max_digits=18, decimal_places=8, min_value=SMALLEST, required=False)
    lines = LineSerializer(many=True, required=False)
    visits = VisitSerializer(many=True, read_only=True)

    class Meta:
        model = Opportunity
        fields = (
            "id", "number", "name", "status", "pipeline", "stage", "stage_name", "party", "party_name", "contact",
            "amount", "currency", "exchange_rate", "value", "expected_close", "forecast", "source", "next_step",
            "next_step_on", "rivals", "owner", "team", "note", "chance", "chance_terms",
            "entered_at", "closed_at", "lost_reason", "version",
            "created_at", "updated_at", "lines", "visits",
        )  # fmt: skip
        read_only_fields = (
            "number", "status", "team", "chance", "chance_terms", "entered_at", "closed_at", "lost_reason", "version",
            "created_at", "updated_at",
        )  # fmt: skip
        extra_kwargs = {
            "pipeline": {"required": False},
            "stage": {"required": False, "read_only": False},
            "rivals": {"required": False},
            "owner": {"required": False},
        }


class OpportunityChange(OpportunitySerializer):
    """What changes of a deal; `lines` are the new lines altogether."""

    version = serializers.IntegerField(required=False)

    class Meta(OpportunitySerializer.Meta):
        read_only_fields = (
            *OpportunitySerializer.Meta.read_only_fields[:-4],
            "pipeline",
            "stage",
            "created_at",
            "updated_at",
        )


class Move(StrictSerializer):
    """Where a deal goes. `override` goes past exit criteria, for those who may, and needs a `reason`."""

    stage = serializers.IntegerField()
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    override = serializers.BooleanField(required=False, default=False)
    lost_reason = serializers.IntegerField(required=False, allow_null=True, default=None)


class Lose(StrictSerializer):
    """Why a deal was lost: a reason of the company's list, and more in words."""

    lost_reason = serializers.IntegerField()
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class Win(StrictSerializer):
    """How a deal is won: `override` goes past exit criteria, for those who may, and needs a `reason`."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    override = serializers.BooleanField(required=False, default=False)


class OpportunityFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    owner = ScopedChoiceFilter(User)
    stage = ScopedChoiceFilter(Stage)
    pipeline = ScopedChoiceFilter(Pipeline)
    value__gte = NumberFilter(field_name="value", lookup_expr="gte")
    value__lte = NumberFilter(field_name="value", lookup_expr="lte")
    chance__gte = NumberFilter(field_name="chance", lookup_expr="gte")
    chance__lte = NumberFilter(field_name="chance", lookup_expr="lte")

    class Meta:
        model = Opportunity
        fields = {
            "status": ["exact", "in"],
            "forecast": ["exact", "in"],
            "expected_close": ["exact", "gte", "lte"],
            "number": ["exact"],
        }


class OpportunityViewSet(Creating, Updating, Deleting, ServiceViewSet):
    model = Opportunity
    serializer_class = OpportunitySerializer
    input_classes = {
        "partial_update": OpportunityChange, "move": Move, "win": Win, "lose": Lose, "reopen": Reason,
    }  # fmt: skip
    making = ("create", "quote")
    output_classes = {"quote": QuotationSerializer}
    filterset_class = OpportunityFilters
    ordering_fields = ("id", "expected_close", "value", "entered_at", "chance")
    ordering = "-id"
    select = ("party", "stage")
    prefetch = ("lines", "rivals", Prefetch("visits", StageVisit.objects.select_related("stage")))
    action_permissions = {
        "move": "crm_sales.change_opportunity",
        "win": "crm_sales.change_opportunity",
        "lose": "crm_sales.change_opportunity",
        "reopen": "crm_sales.change_opportunity",
        "submit": "crm_sales.change_opportunity",
        "quote": "crm_sales.add_quotation",
    }

    def add(self, values: dict[str, Any]) -> Opportunity:
        keys = {f"{name}_id": row.pk for name in RELATED if (row := values.pop(name, None)) is not None}
        lines = products_of(values.pop("lines", ()))
        return opportunities.create_opportunity(**values, **keys, lines=lines, actor=self.actor)

    def change(self, row: Opportunity, values: dict[str, Any]) -> None:
        given = values.pop("lines", None)
        lines = None if given is None else products_of(given)
        opportunities.change_opportunity(opportunity_id=row.pk, lines=lines, actor=self.actor, **values)

    def remove(self, row: Opportunity) -> None:
        if refused := opportunities.delete_opportunities(opportunity_ids=[row.pk], actor=self.actor):
            raise BusinessError(*refused.values())

    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Bring it to another stage; 409 names what is missing for that."""
        values = self.input()
        reason, stage = self._lost_reason(values.pop("lost_reason")), values.pop("stage")
        moving.move_opportunities(
            opportunity_ids=[self.get_object().pk], stage_id=stage, lost_reason=reason, actor=self.actor, **values
        )
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def win(self, request: Request, pk: str) -> Response:
        """Close it as won."""
        moving.win_opportunities(opportunity_ids=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def lose(self, request: Request, pk: str) -> Response:
        """Close it as lost."""
        values = self.input()
        reason = self._lost_reason(values["lost_reason"])
        assert reason is not None
        moving.lose_opportunities(
            opportunity_ids=[self.get_object().pk], lost_reason=reason, reason=values["reason"], actor=self.actor
        )
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Open it again in its last open stage; needs a reason."""
        values = {"reason": "", **self.input()}
        moving.reopen_opportunities(opportunity_ids=[self.get_object().pk], actor=self.actor, **values)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Ask for the approval without which it does not come to stages that want one."""
        approving.submit_opportunities(opportunity_ids=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def quote(self, request: Request, pk: str) -> Response:
        """Write the draft of a quotation with its customer and products; the answer is the quotation."""
        quotation = quotations.quote_opportunity(opportunity_id=self.get_object().pk, actor=self.actor)
        settle()
        rows = QuotationViewSet.with_relations(Quotation.objects.of(self.actor.company_id))
        return Response(
            QuotationSerializer(rows.get(pk=quotation.pk), context=self.get_serializer_context()).data,
            status.HTTP_201_CREATED,
        )

    def _lost_reason(self, pk: int | None) -> LostReason | None:
        """The reason with this key; 400 where there is none."""
        if pk is None:
            return None
        found = LostReason.objects.visible_to(self.actor).filter(pk=pk).first()
        if found is None:
            raise serializers.ValidationError({"lost_reason": [_("There is no such reason for losing")]})
        return found


RELATED = ("party", "contact", "pipeline", "stage", "owner")


def products_of(rows: Any) -> list[Product]:
    return [Product(row["product"].pk, row.get("quantity"), row.get("amount")) for row in rows]


class ActionSerializer(StrictModelSerializer):
    """What is to be done in a stage, within how many days."""

    class Meta:
        model = KeyAction
        fields = ("name", "name_en", "days")


class StageSerializer(StrictModelSerializer):
    """A stage; `criteria` are the words of what must be so before a deal goes on (`amount`, `activity:visit`...)."""

    probability = DecimalField(max_digits=7, decimal_places=4, min_value=ZERO, max_value=Decimal(100), required=False)
    criteria = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=50)
    actions = ActionSerializer(many=True, required=False)

    class Meta:
        model = Stage
        fields = (
            "id", "pipeline", "position", "name", "name_en", "kind", "probability", "target_days", "guidance",
            "guidance_en", "criteria", "needs_approval", "is_archived", "actions",
        )  # fmt: skip
        read_only_fields = ("pipeline", "position", "kind", "is_archived")


class StageFilters(FilterSet):
    pipeline = ScopedChoiceFilter(Pipeline)

    class Meta:
        model = Stage
        fields = {"kind": ["exact"], "is_archived": ["exact"]}


class Drop(StrictSerializer):
    """Where the deals of a stage go."""

    into = serializers.IntegerField(required=False, allow_null=True, default=None)


class Dropped(StrictSerializer):
    """How many deals went into the other stage."""

    moved = serializers.IntegerField()


class StageViewSet(Updating, ServiceViewSet):
    """Stages; made, ordered and dropped with their pipeline."""

    model = Stage
    serializer_class = StageSerializer
    input_classes = {"drop": Drop}
    output_classes = {"drop": Dropped}
    filterset_class = StageFilters
    prefetch = ("actions",)
    action_permissions = {"drop": "crm_sales.change_stage"}

    def change(self, row: Stage, values: dict[str, Any]) -> None:
        given = values.pop("actions", None)
        actions = None if given is None else [ActionInput(**each) for each in given]
        pipelines.change_stage(stage_id=row.pk, actions=actions, actor=self.actor, **values)

    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: str) -> Response:
        """Take it out of its pipeline; its deals go `into` another stage, without which it is refused."""
        moved = pipelines.delete_stage(stage_id=self.get_object().pk, into_id=self.input()["into"], actor=self.actor)
        return Response({"moved": moved})


class StageOfPipeline(StrictModelSerializer):
    """A stage in its place; with an `id` one that is there."""

    id = serializers.IntegerField(required=False)
    probability = DecimalField(max_digits=7, decimal_places=4, min_value=ZERO, max_value=Decimal(100), required=False)

    class Meta:
        model = Stage
        fields = ("id", "name", "name_en", "kind", "probability", "target_days")


class PipelineSerializer(StrictModelSerializer):
    """A pipeline with its stages in their order; the ends for won and lost come by themselves."""

    stages = StageOfPipeline(many=True, required=False)

    class Meta:
        model = Pipeline
        fields = ("id", "name", "name_en", "position", "is_archived", "stages")
        read_only_fields = ("position",)


class PipelineViewSet(Creating, Updating, ServiceViewSet):
    model = Pipeline
    serializer_class = PipelineSerializer
    prefetch = (Prefetch("stages", Stage.objects.filter(is_archived=False)),)

    def add(self, values: dict[str, Any]) -> Pipeline:
        values.pop("is_archived", None)
        stages = [StageInput(**each) for each in values.pop("stages", ())]
        return pipelines.create_pipeline(stages=stages, actor=self.actor, **values)

    def change(self, row: Pipeline, values: dict[str, Any]) -> None:
        given = values.pop("stages", None)
        stages = None if given is None else [StageInput(**each) for each in given]
        pipelines.change_pipeline(pipeline_id=row.pk, stages=stages, actor=self.actor, **values)
