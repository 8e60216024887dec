"""Parties that may be one, and making one of them, for other systems."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suite.core.api import (
    Creating,
    ScopedRelatedField,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    action,
)
from suite.masterdata import filters
from suite.masterdata.matching import parties
from suite.masterdata.models import Duplicate, Merging, Party
from suite.masterdata.services import finding, merging

MERGE = "masterdata.merge_party"


class DuplicateSerializer(StrictModelSerializer):
    """Two parties that may be one; `score` is how likely, 0 to 100."""

    reasons = serializers.SerializerMethodField()

    class Meta:
        model = Duplicate
        fields = ("id", "one", "other", "score", "reasons", "is_exact", "status", "found_at")
        read_only_fields = fields

    def get_reasons(self, row: Duplicate) -> list[str]:
        return [str(each) for each in parties.reasons(row.levels)]


class LookedFor(serializers.Serializer):
    """The job that looks."""

    job = serializers.IntegerField()


class DuplicateViewSet(ServiceViewSet):
    """Pairs that the last search found: say that they are two, or merge them (`mergings`)."""

    model = Duplicate
    serializer_class = DuplicateSerializer
    filterset_class = filters.DuplicateFilters
    ordering_fields = ("id", "score", "found_at")
    output_classes = {"look": LookedFor}
    action_permissions = dict.fromkeys(("list", "retrieve", "look", "two", "open"), MERGE)

    @action(detail=False, methods=["post"])
    def look(self, request: Request) -> Response:
        """Look for duplicates among all parties, in the background."""
        return Response({"job": finding.look(actor=self.actor).pk})

    @action(detail=True, methods=["post"])
    def two(self, request: Request, pk: str) -> Response:
        """They are not the same; later searches leave it so."""
        finding.decide(pairs=[self.get_object().pk], same=False, actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def open(self, request: Request, pk: str) -> Response:
        """Decide again."""
        finding.decide(pairs=[self.get_object().pk], same=None, actor=self.actor)
        return self.answer(pk)


class MergingSerializer(StrictModelSerializer):
    """Parties that were made one; `merged` lead to the `survivor`, in whose name everything answers."""

    class Meta:
        model = Merging
        fields = ("id", "survivor", "merged", "created_by", "created_at", "undone_at")
        read_only_fields = fields


class MergingInput(StrictSerializer):
    """Which parties become one; `kept` names for fields (`party.name`, `customer.owner`) whose value stays."""

    survivor = ScopedRelatedField(Party)
    others = ScopedRelatedField(Party, many=True)
    kept = serializers.DictField(child=serializers.IntegerField(), required=False, default=dict)
    confirmed = serializers.BooleanField(
        required=False, default=False, help_text=_("They are one although their credit codes or kinds differ")
    )
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class PlannedChoice(serializers.Serializer):
    name = serializers.CharField()
    values = serializers.DictField(child=serializers.CharField(), help_text="value by party")
    kept = serializers.IntegerField()


class PlannedCount(serializers.Serializer):
    what = serializers.CharField()
    rows = serializers.IntegerField()


class PlanSerializer(serializers.Serializer):
    """What merging would do; `refused` forbids it, `collisions` want `confirmed`."""

    choices = PlannedChoice(many=True)
    moving = PlannedCount(many=True)
    staying = PlannedCount(many=True)
    collisions = serializers.ListField(child=serializers.CharField())
    refused = serializers.ListField(child=serializers.CharField())


class MergingViewSet(Creating, ServiceViewSet):
    """Merge two to five parties, see before what it would do, and take it back within 30 days."""

    model = Merging
    serializer_class = MergingSerializer
    input_classes = {"create": MergingInput, "preview": MergingInput}
    output_classes = {"preview": PlanSerializer}
    action_permissions = dict.fromkeys(("list", "retrieve", "create", "preview", "undo"), MERGE)

    def _keys(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"survivor": values.pop("survivor").pk, "others": [row.pk for row in values.pop("others")], **values}

    def add(self, values: dict[str, Any]) -> Merging:
        return merging.merge(**self._keys(values), actor=self.actor)

    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """What merging would do; nothing is written."""
        values = self._keys(self.input())
        found = merging.plan(
            survivor=values["survivor"], others=values["others"], kept=values["kept"], actor=self.actor
        )
        told = {
            "choices": [
                {"name": each.name, "values": {pk: text for pk, _value, text in each.values}, "kept": each.kept}
                for each in found.choices
            ],
            "moving": [{"what": str(label), "rows": count} for label, count in found.moving],
            "staying": [{"what": str(label), "rows": count} for label, count in found.staying],
            "collisions": [str(refusal) for refusal in found.collisions],
            "refused": [str(refusal) for refusal in found.refused],
        }
        return Response(PlanSerializer(told).data)

    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take the merging back; what was added since stays with the survivor."""
        merging.undo(merging=self.get_object(), actor=self.actor)
        return self.answer(pk)
