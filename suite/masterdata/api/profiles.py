"""What the profiles of a party (customer, supplier) have in common."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from suite.core.api import StrictModelSerializer
from suite.masterdata.api.records import PartySerializer

OF_PARTY = tuple(
    name for name in PartySerializer.Meta.fields if name not in ("id", "version", "created_at", "updated_at")
)


class ProfileSerializer(StrictModelSerializer):
    """A profile with its party, contacts and addresses in one piece; what both have is the profile's."""

    party = serializers.IntegerField(source="party_id", read_only=True)
    version = serializers.IntegerField(required=False, min_value=1, help_text=_("The version that was read"))

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        for name, field in PartySerializer(context=self.context).get_fields().items():
            if name in OF_PARTY and name not in fields:
                field.source = f"party.{name}"
                fields[name] = field
        return fields

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values = super().to_internal_value(data)
        return {**values.pop("party", {}), **values}


class NewProfile:
    """Takes a new profile: of the party that is here already (`existing`), or of one made from what is given of it."""

    def get_fields(self) -> dict[str, serializers.Field]:
        fields: dict[str, serializers.Field] = super().get_fields()  # type: ignore[misc]
        fields["name"].required = False
        return fields

    def validate(self: Any, values: dict[str, Any]) -> dict[str, Any]:
        if "existing" in values:
            if theirs := set(self.initial_data) & set(OF_PARTY):
                sentence = _("This stands on the record that is here already: change it there")
                raise serializers.ValidationError({name: [sentence] for name in sorted(theirs)})
            values["party"] = values.pop("existing")
        elif not values.get("name"):
            raise serializers.ValidationError({"name": [self.fields["name"].error_messages["required"]]})
        return values
