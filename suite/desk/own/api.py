"""The definitions of own fields, and the rules for those of the house, for other systems."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suite.core.api import (
    Creating,
    Deleting,
    FilterSet,
    Reason,
    ServiceViewSet,
    StrictModelSerializer,
    Updating,
    action,
)
from suite.desk import own
from suite.desk.models import FieldRule, OwnField, OwnSection
from suite.desk.own import book, definitions, ruling
from suite.desk.own.definitions import DEFINE


class OwnFieldSerializer(StrictModelSerializer):
    """A field that the company has added to a kind of record; records hold its value under `own`, by its key."""

    kind = serializers.CharField(max_length=60)
    key = serializers.CharField(max_length=40, required=False)
    options = serializers.JSONField(
        required=False, help_text=_("Of a choice: a list of names, or of objects with value, name and name_en")
    )
    default = serializers.JSONField(required=False, allow_null=True)
    seen_by = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=100)
    changed_by = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=100)
    version = serializers.IntegerField(required=False, min_value=1, help_text=_("The version that was read"))

    class Meta:
        model = OwnField
        fields = (
            "id", "kind", "key", "type", "name", "name_en", "help", "help_en", "section", "position", "required",
            "listed", "default", "options", "seen_by", "changed_by", "index", "is_archived", "version",
        )  # fmt: skip
        read_only_fields = ("position", "index", "is_archived")
        validators = ()


class OwnFieldFilters(FilterSet):
    class Meta:
        model = OwnField
        fields = ("kind", "type", "required", "is_archived", "key")


class OwnFieldViewSet(Creating, Updating, Deleting, ServiceViewSet):
    """The fields that the company has added to its records, as far as the caller may see them."""

    model = OwnField
    serializer_class = OwnFieldSerializer
    filterset_class = OwnFieldFilters
    ordering = "id"
    input_classes = {"archive": Reason, "restore": Reason}
    action_permissions = dict.fromkeys(("create", "partial_update", "destroy", "archive", "restore"), DEFINE)

    def get_queryset(self) -> QuerySet[OwnField]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False) or self.actor.may(DEFINE):
            return rows
        seen = [field.pk for kind in own.kinds() for field in book.seen(kind.name, self.actor)]
        return rows.filter(pk__in=seen)

    def add(self, values: dict[str, Any]) -> OwnField:
        values.pop("version", None)
        return definitions.create(kind=values.pop("kind"), values=values, actor=self.actor)

    def change(self, row: OwnField, values: dict[str, Any]) -> None:
        if values.pop("kind", row.kind) != row.kind:
            raise serializers.ValidationError({"kind": [_("A field stays with its kind of record")]})
        definitions.change(field=row, version=values.pop("version", None), values=values, actor=self.actor)

    def remove(self, row: OwnField) -> None:
        definitions.remove(pks=[row.pk], actor=self.actor)

    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        """Hide the field everywhere; what stands in it is kept."""
        definitions.archive(pks=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Bring an archived field back."""
        definitions.archive(pks=[self.get_object().pk], archived=False, actor=self.actor, **self.input())
        return self.answer(pk)


class OwnSectionSerializer(StrictModelSerializer):
    """A heading over own fields in the form of a kind of record."""

    class Meta:
        model = OwnSection
        fields = ("id", "kind", "name", "name_en", "position")
        read_only_fields = ("position",)
        validators = ()


class OwnSectionViewSet(Creating, Deleting, ServiceViewSet):
    """The headings over own fields."""

    model = OwnSection
    serializer_class = OwnSectionSerializer
    ordering = "id"
    action_permissions = {
        "list": OwnSection.VIEW, "retrieve": OwnSection.VIEW, "create": DEFINE, "destroy": DEFINE,
    }  # fmt: skip

    def add(self, values: dict[str, Any]) -> OwnSection:
        return definitions.save_section(actor=self.actor, **values)

    def remove(self, row: OwnSection) -> None:
        definitions.remove_section(section=row, actor=self.actor)


class FieldRuleSerializer(StrictModelSerializer):
    """Which roles see a field of the house, which may fill it in, and which must; no roles are all of them."""

    kind = serializers.CharField(max_length=60)
    field = serializers.CharField(max_length=60)
    seen_by = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=100)
    changed_by = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=100)
    required = serializers.BooleanField(required=False)
    required_of = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=100)
    version = serializers.IntegerField(required=False, min_value=1, help_text=_("The version that was read"))

    class Meta:
        model = FieldRule
        fields = ("id", "kind", "field", "seen_by", "changed_by", "required", "required_of", "version")
        validators = ()


class FieldRuleFilters(FilterSet):
    class Meta:
        model = FieldRule
        fields = ("kind", "field")


class FieldRuleViewSet(Creating, Deleting, ServiceViewSet):
    """The rules for fields of the house; what is posted again for a field replaces its rule."""

    model = FieldRule
    serializer_class = FieldRuleSerializer
    filterset_class = FieldRuleFilters
    ordering = "id"
    one_per = ("kind", "field")
    action_permissions = dict.fromkeys(("list", "retrieve", "create", "destroy"), DEFINE)

    def add(self, values: dict[str, Any]) -> FieldRule:
        if not any(values.get(name) for name in ("seen_by", "changed_by", "required")):
            raise serializers.ValidationError({"seen_by": [ruling.SILENT]})
        made = ruling.rule(actor=self.actor, **values)
        assert made is not None
        return made

    def remove(self, row: FieldRule) -> None:
        ruling.rule(actor=self.actor, kind=row.kind, field=row.field)
