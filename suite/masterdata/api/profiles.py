"""What the profiles of a party (customer, supplier) have in common."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class NewProfile:
    """Takes a new profile: of the party that is here already (`existing`), or of one made from what is given of it."""

    def get_fields(self) -> dict[str, serializers.Field]:
        fields: dict[str, serializers.Field] = super().get_fields()  # type: ignore[misc]
        fields["name"].required = False
        return fields

    def validate(self: Any, values: dict[str, Any]) -> dict[str, Any]:
        if "existing" in values:
            values["party"] = values.pop("existing")
        elif not values.get("name"):
            raise serializers.ValidationError({"name": [self.fields["name"].error_messages["required"]]})
        return values
