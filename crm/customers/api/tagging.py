"""Tags and the rules that put them on, for other systems."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from crm.customers import grading
from crm.customers.models import Rating, RuledTag, Tag, TagRule
from crm.customers.services import tagging, tags
from suite.core.api import Creating, ServiceViewSet, StrictModelSerializer, Updating


class RuledTagSerializer(serializers.ModelSerializer):
    """A tag that a rule put on, and since when."""

    rule_name = serializers.CharField(source="rule.label")

    class Meta:
        model = RuledTag
        fields = ("tag", "rule", "rule_name", "since")


class RatingSerializer(serializers.ModelSerializer):
    """What the rating rule says of a customer, with the terms that made it."""

    terms = serializers.SerializerMethodField()

    class Meta:
        model = Rating
        fields = ("grade", "points", "terms", "at")

    def get_terms(self, rating: Rating) -> list[dict[str, Any]]:
        """The terms without those that the caller may not see."""
        actor = self.context["request"].actor
        return [term for term in rating.terms if grading.seen(term["fact"], actor)]


class TagSerializer(StrictModelSerializer):
    class Meta:
        model = Tag
        fields = ("id", "name", "name_en", "colour")


class TagViewSet(Creating, Updating, ServiceViewSet):
    model = Tag
    serializer_class = TagSerializer
    ordering_fields = ("id", "name")

    def add(self, values: dict[str, Any]) -> Tag:
        return tags.create_tag(actor=self.actor, **values)

    def change(self, row: Tag, values: dict[str, Any]) -> None:
        tags.change_tag(tag=row, actor=self.actor, **values)


class TagRuleSerializer(StrictModelSerializer):
    """A rule; `conditions` are groups of the filters of the list of customers, as flows have them."""

    class Meta:
        model = TagRule
        fields = ("id", "name", "name_en", "tag", "conditions", "is_on", "looked_on", "version", "updated_at")
        read_only_fields = ("looked_on", "version", "updated_at")


class TagRuleViewSet(Creating, Updating, ServiceViewSet):
    model = TagRule
    serializer_class = TagRuleSerializer
    ordering_fields = ("id", "updated_at")
    select = ("tag",)

    def add(self, values: dict[str, Any]) -> TagRule:
        return tagging.set_rule(conditions_=values.pop("conditions", {}), actor=self.actor, **values)

    def change(self, row: TagRule, values: dict[str, Any]) -> None:
        asked = values.pop("conditions", row.conditions)
        known = {name: getattr(row, name) for name in ("name", "name_en", "tag", "is_on")}
        tagging.set_rule(rule=row, conditions_=asked, actor=self.actor, **known | values)
