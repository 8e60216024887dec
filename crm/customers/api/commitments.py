"""What a text promises, and commitments, for other systems."""

from __future__ import annotations

from typing import Any

import django_filters as df
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.customers import ports, reading
from crm.customers.models import Activity, Commitment
from crm.customers.services import commitments, proposing
from suite.core import clock
from suite.core.api import (
    FilterSet,
    Reason,
    ScopedChoiceFilter,
    ScopedRelatedField,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    Updating,
    action,
)
from suite.core.errors import Refusal
from suite.core.models import User
from suite.masterdata.models import Contact, Party, Product, Unit

TERMS = ("kind", "document", "product", "quantity", "unit", "price", "discount", "amount", "due_on", "by_them")


class CommitmentSerializer(StrictModelSerializer):
    """Something that was promised; `start` is where its sentence begins in the text."""

    kind = serializers.ChoiceField(choices=Commitment.Deed.choices, source="deed", required=False)
    owner = ScopedRelatedField(User, required=False)
    what = serializers.CharField(read_only=True)
    version = serializers.IntegerField(required=False, min_value=1, help_text=_("The version that was read"))

    class Meta:
        model = Commitment
        fields = (
            "id", "party", "contact", "activity", "sentence", "start", *TERMS, "what", "owner", "team", "status",
            "origin", "task", "settled_at", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = (
            "party", "activity", "sentence", "start", "team", "status", "origin", "task", "settled_at", "created_at",
            "updated_at",
        )  # fmt: skip


class Text(StrictSerializer):
    """A text to look through, and what is known of it."""

    text = serializers.CharField(max_length=reading.LONGEST, trim_whitespace=False)
    party = ScopedRelatedField(Party, required=False, allow_null=True)
    activity = ScopedRelatedField(Activity, required=False, allow_null=True)
    day = serializers.DateField(
        required=False, allow_null=True, help_text=_("When it was written; today where it says nothing of it")
    )
    from_them = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("Whether the customer speaks; null where nobody knows"),
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """NUL in a text that came from anywhere is a blank."""
        if isinstance(data, dict) and isinstance(data.get("text"), str):
            data = {**data, "text": data["text"].replace("\x00", " ")}
        return super().to_internal_value(data)


class ConcernSerializer(serializers.Serializer):
    """What speaks against a commitment."""

    code = serializers.CharField()
    detail = serializers.CharField(source="text")
    field = serializers.CharField()


class ProposalSerializer(serializers.Serializer):
    """Something a text promises or (`asked`) asks for; give what you accept to `accept` as it is, or changed."""

    party = serializers.IntegerField(source="commitment.party_id", allow_null=True)
    contact = serializers.IntegerField(source="commitment.contact_id", allow_null=True)
    sentence = serializers.CharField(source="commitment.sentence")
    start = serializers.IntegerField(source="commitment.start")
    end = serializers.IntegerField()
    kind = serializers.CharField(source="commitment.deed")
    document = serializers.CharField(source="commitment.document")
    product = serializers.IntegerField(source="commitment.product_id", allow_null=True)
    quantity = serializers.DecimalField(18, 6, source="commitment.quantity", allow_null=True)
    unit = serializers.CharField(source="commitment.unit_id", allow_null=True)
    price = serializers.DecimalField(18, 6, source="commitment.price", allow_null=True)
    discount = serializers.DecimalField(7, 4, source="commitment.discount", allow_null=True)
    amount = serializers.DecimalField(18, 2, source="commitment.amount", allow_null=True)
    due_on = serializers.DateField(source="commitment.due_on", allow_null=True)
    by_them = serializers.BooleanField(source="commitment.by_them")
    asked = serializers.BooleanField()
    origin = serializers.CharField(source="commitment.origin")
    what = serializers.CharField(source="commitment.what")
    concerns = ConcernSerializer(many=True)


class Proposals(serializers.Serializer):
    """What was found in a text, in its order."""

    proposals = ProposalSerializer(many=True)


class Accepted(StrictModelSerializer):
    """A commitment to be written."""

    kind = serializers.ChoiceField(choices=Commitment.Deed.choices, source="deed")
    party = ScopedRelatedField(Party)
    contact = ScopedRelatedField(Contact, required=False, allow_null=True)
    activity = ScopedRelatedField(Activity, required=False, allow_null=True)
    product = ScopedRelatedField(Product, required=False, allow_null=True)
    unit = ScopedRelatedField(Unit, required=False, allow_null=True)
    owner = ScopedRelatedField(User, required=False, allow_null=True)
    origin = serializers.ChoiceField(choices=Commitment.Origin.choices, default=Commitment.Origin.HAND)

    class Meta:
        model = Commitment
        fields = ("party", "contact", "activity", "sentence", "start", *TERMS, "owner", "origin")


class Acceptance(StrictSerializer):
    """Commitments to be written, all of them or none."""

    commitments = Accepted(many=True, allow_empty=False)


class Commitments(serializers.Serializer):
    """The commitments that were written."""

    commitments = CommitmentSerializer(many=True)


class Concerns(serializers.Serializer):
    """What speaks against a commitment as things stand."""

    concerns = ConcernSerializer(many=True)


class CommitmentFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    owner = ScopedChoiceFilter(User)
    product = ScopedChoiceFilter(Product)
    kind = df.ChoiceFilter("deed", choices=Commitment.Deed.choices)
    is_late = df.BooleanFilter(method="late")

    class Meta:
        model = Commitment
        fields = {
            "status": ["exact", "in"],
            "document": ["exact"],
            "by_them": ["exact"],
            "due_on": ["exact", "gte", "lte"],
        }

    def late(self, rows: QuerySet[Commitment], name: str, value: bool) -> QuerySet[Commitment]:
        """Past its day and not kept, or kept after it."""
        actor = self.request.actor
        open_late = Q(status__in=("open", "broken"), due_on__lt=clock.today(actor.company))
        late = open_late | Q(status="kept", due_on__lt=F("settled_at__date"))
        return rows.filter(late) if value else rows.exclude(late)


class CommitmentViewSet(Updating, ServiceViewSet):
    model = Commitment
    serializer_class = CommitmentSerializer
    filterset_class = CommitmentFilters
    ordering_fields = ("id", "due_on", "created_at")
    select = ("company", "party", "product", "unit")
    input_classes = {
        "propose": Text, "accept": Acceptance, "keep": Reason, "break_off": Reason, "withdraw": Reason,
        "reopen": Reason,
    }  # fmt: skip
    output_classes = {"propose": Proposals, "accept": Commitments, "concerns": Concerns}
    making = ("accept",)
    action_permissions = {
        "propose": "crm_customers.view_commitment",
        "concerns": "crm_customers.view_commitment",
        "accept": "crm_customers.add_commitment",
        "keep": "crm_customers.change_commitment",
        "break_off": "crm_customers.change_commitment",
        "withdraw": "crm_customers.change_commitment",
        "reopen": "crm_customers.change_commitment",
    }

    only_asks = ("propose",)

    def change(self, row: Commitment, values: dict[str, Any]) -> None:
        commitments.change_commitment(commitment=row, actor=self.actor, **values)

    @action(detail=False, methods=["post"])
    def propose(self, request: Request) -> Response:
        """What a text promises or asks for; writes nothing."""
        found = proposing.propose(actor=self.actor, **self.input())
        return Response(Proposals({"proposals": [told(each) for each in found]}).data)

    @action(detail=False, methods=["post"])
    def accept(self, request: Request) -> Response:
        """Write commitments with their tasks."""
        rows = commitments.accept(commitments=self.input()["commitments"], actor=self.actor)
        return Response(Commitments({"commitments": rows}, context=self.get_serializer_context()).data, 201)

    @action(detail=True)
    def concerns(self, request: Request, pk: str) -> Response:
        """What speaks against the commitment as things stand."""
        (found,) = ports.concerns(self.actor, [self.get_object()])
        return Response(Concerns({"concerns": [_concern(each) for each in found]}).data)

    @action(detail=True, methods=["post"])
    def keep(self, request: Request, pk: str) -> Response:
        """It was kept."""
        commitments.keep(pks=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"], url_path="break")
    def break_off(self, request: Request, pk: str) -> Response:
        """It will not be kept."""
        commitments.break_off(pks=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """It was none, or nobody holds to it any more."""
        commitments.withdraw(pks=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """It was settled by mistake."""
        commitments.reopen(pks=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)


def told(proposal: proposing.Proposal) -> dict[str, Any]:
    """A proposal with what speaks against it in words."""
    return {
        "commitment": proposal.commitment,
        "asked": proposal.asked,
        "end": proposal.end,
        "concerns": [_concern(each) for each in proposal.concerns],
    }


def _concern(refusal: Refusal) -> dict[str, str]:
    return {"code": refusal.code, "text": str(refusal), "field": refusal.field}
