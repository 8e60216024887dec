"""How the API describes itself (OpenAPI)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, ClassVar

from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance, is_list_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from suite.core import modules
from suite.core.api import own
from suite.core.api.idempotency import HEADER, LONGEST
from suite.core.api.serializers import Nothing

PREFIX = "/api/v1"
PDF = "application/pdf"
WINGS = {"crm", "erp", "integration"}


class RefusalBody(serializers.Serializer):
    """Why one thing was refused: `line` counts from 0, `key` names the record in an act over several."""

    code = serializers.CharField()
    detail = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    field = serializers.CharField(allow_null=True)
    key = serializers.JSONField(allow_null=True)


class Refused(serializers.Serializer):
    """The rules of the trade forbid it; nothing was written."""

    code = serializers.CharField()
    detail = serializers.CharField()
    refusals = RefusalBody(many=True)


class Problem(serializers.Serializer):
    """What went wrong."""

    detail = serializers.CharField()


BAD_INPUT: dict[str, Any] = {
    "type": "object",
    "description": "The messages at the fields they belong to; lines hold a list of such objects",
    "additionalProperties": True,
}


class Generator(SchemaGenerator):
    """Describes the API once per process and language: it takes a second, and strangers may ask.

    Who is known reads nothing of the modules that are off at their company, and of its own fields.
    """

    described: ClassVar[dict[Any, dict[str, Any]]] = {}

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        key = (self.urlconf, translation.get_language())
        if key not in self.described:
            self.described[key] = super().get_schema(request=None, public=True)
        actor = getattr(request, "actor", None)
        off = tuple(actor.company.modules_off) if actor else ()
        if off and (*key, off) not in self.described:
            self.described[*key, off] = without(self.described[key], off)
        whole = self.described[*key, off] if off else self.described[key]
        return own.fields.described(whole, actor) if actor else whole


def without(described: dict[str, Any], off: Collection[str]) -> dict[str, Any]:
    """The description without these modules, and without the shapes that only they speak of."""
    folders = tuple(f"{PREFIX}/{modules.folder(label)}" for label in off)
    paths = {path: each for path, each in described["paths"].items() if not path.startswith(folders)}
    shapes, named = described["components"]["schemas"], set[str]()
    waiting: list[Any] = [paths]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name and name not in named:
                named.add(name)
                waiting.append(shapes[name])
            waiting += part.values()
    kept = {name: shape for name, shape in shapes.items() if name in named}
    return {**described, "paths": paths, "components": {**described["components"], "schemas": kept}}


class Schema(AutoSchema):
    """Reads what the viewsets declare: inputs per action, answers, errors, the idempotency header."""

    def get_tags(self) -> list[str]:
        return ["/".join(self._area())]

    def get_operation_id(self) -> str:
        words = [part.replace("-", "_") for part in self._tokenize_path()]
        action = getattr(self.view, "action", None) or self.method.lower()
        return "_".join(words if words[-1:] == [action] else [*words, action])

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """Areas may call their inputs alike, so the name begins with the area: `CrmSalesOrder`."""
        words = type(force_instance(serializer)).__module__.split(".")
        area = words[:2] if words[0] in WINGS else words[1:2]
        prefix = "" if area == ["core"] else "".join(word.capitalize() for word in area)
        return prefix + super().get_serializer_name(serializer, direction)

    def get_extensions(self) -> dict[str, Any]:
        """Lists of records that take own fields are marked."""
        model = getattr(self.view, "model", None)
        listing = getattr(self.view, "action", None) == "list" and own.fields.has(model)
        return {own.MARK: model._meta.label_lower} if listing and model else {}

    def _get_request_body(self, direction: Any = "request") -> Any:
        """What makes and changes such a record takes them beside what its serializer says."""
        body, model = super()._get_request_body(direction), getattr(self.view, "model", None)
        written = getattr(self.view, "action", None) in ("create", "partial_update")
        if body and written and own.fields.has(model):
            for content in body["content"].values():
                content["schema"] = {"allOf": [content["schema"], {"type": "object", "properties": own_part(model)}]}
        return body

    def get_request_serializer(self) -> Any:
        if self.method not in ("POST", "PATCH"):
            return None
        input_class = getattr(self.view, "input_class", None)
        wanted = input_class(getattr(self.view, "action", self.method.lower())) if input_class else Nothing
        return None if wanted is Nothing else wanted

    def get_response_serializers(self) -> Any:
        if self.method == "DELETE":
            return {204: None} | self._errors()
        view, action = self.view, getattr(self.view, "action", None)
        answer = getattr(view, "output_classes", {}).get(action) or view.serializer_class or OpenApiTypes.OBJECT
        status = 201 if action in getattr(view, "making", ()) else 200
        if status == 201 and getattr(view, "one_per", ()):
            described = f"There was one for the same {' and '.join(view.one_per)}: it was changed"
            return {201: answer, 200: OpenApiResponse(answer, described)} | self._errors()
        if isinstance(answer, str):
            return {(status, answer): OpenApiTypes.BINARY} | self._errors()
        return {status: answer} | self._errors()

    def get_filter_backends(self) -> list[Any]:
        return super().get_filter_backends() if getattr(self.view, "action", None) == "list" else []

    def _get_paginator(self) -> Any:
        """Only the list of a viewset comes in pages; what else answers several answers all of them."""
        return super()._get_paginator() if getattr(self.view, "action", None) == "list" else None

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        shape = super()._map_serializer_field(field, direction, bypass_extensions)
        most = getattr(field, "max_length", None) if is_list_serializer(field) else None
        return {**shape, "maxItems": most} if most and direction == "request" else shape

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """Fields that some may not see are not required in answers."""
        shape = super()._map_basic_serializer(serializer, direction)
        guarded = {name for names in getattr(serializer, "guarded", {}).values() for name in names}
        if direction == "response" and guarded & set(shape.get("required", ())):
            shape["required"] = [name for name in shape["required"] if name not in guarded]
        return shape

    def _errors(self) -> dict[int, Any]:
        errors: dict[int, Any] = {
            400: OpenApiResponse(BAD_INPUT, "Bad input"),
            401: OpenApiResponse(Problem, "Not signed in, or the token is not valid"),
            403: OpenApiResponse(Problem, "You may not do this"),
            406: OpenApiResponse(Problem, "Accept asks for something else than what is answered here"),
        }
        if "{" in self.path:
            errors[404] = OpenApiResponse(Problem, "There is no such record for you")
        if self.method != "GET":
            errors[409] = OpenApiResponse(Refused, "The rules of the trade forbid it, or it is being done right now")
        if self.method == "POST":
            errors[422] = OpenApiResponse(Problem, f"This {HEADER} was used for another request")
        if self.method in ("POST", "PATCH"):
            errors[413] = OpenApiResponse(Problem, "The body is too large")
            errors[415] = OpenApiResponse(Problem, "The body is not application/json")
        return errors | {429: OpenApiResponse(Problem, "Too many requests; see Retry-After")}

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = []
        query_class = getattr(self.view, "query_class", None)
        if self.method == "GET" and query_class not in (None, Nothing):
            parameters.append(query_class)
        if self.method == "POST":
            description = (
                f"Your own key for this request, at most {LONGEST} characters: sent again, it is not done again"
            )
            parameters.append(OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, description=description))
        if "{id}" in self.path:
            parameters.append(OpenApiParameter("id", int, OpenApiParameter.PATH))
        return parameters

    def _area(self) -> list[str]:
        """`crm/sales` of `/api/v1/crm/sales/orders/{id}/`; ground apps have one word."""
        words = self._tokenize_path()
        return words[:2] if words[0] in WINGS else words[:1]


def own_part(model: Any) -> dict[str, Any]:
    """The property under which own fields stand."""
    return {own.NAME: {"type": "object", "additionalProperties": True, own.MARK: model._meta.label_lower}}


class OwnFields(OpenApiSerializerFieldExtension):
    target_class = "suite.core.api.own.OwnField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return own_part(self.target.model)[own.NAME]


class Bearer(OpenApiAuthenticationExtension):
    target_class = "suite.core.api.authentication.TokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}


class Cookie(OpenApiAuthenticationExtension):
    target_class = "suite.core.api.authentication.SessionAuthentication"
    name = "cookie"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def only_ours(endpoints: list[Any]) -> list[Any]:
    """Describe what lies under the prefix, and nothing else."""
    return [endpoint for endpoint in endpoints if re.match(f"{PREFIX}/", endpoint[0])]


def any_of(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A blank text may be an address or not: where several shapes are allowed, more than one may fit."""
    waiting: list[Any] = [result]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if isinstance(part.get("oneOf"), list):
                part["anyOf"] = part.pop("oneOf")
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return result
