"""Pages of lists."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from suite.core import keyset


class KeysetPagination(BasePagination):
    """`{"next", "previous", "results"}`, `page_size` up to 200; the cursor inside the addresses is ours alone."""

    default_size = 50
    max_size = 200
    query_keys = ("cursor", "page_size")

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any]:
        ordering = queryset.query.order_by[0] if queryset.query.order_by else "-pk"
        cursor = request.query_params.get("cursor", "")
        try:
            page = keyset.page(queryset, ordering=str(ordering), cursor=cursor, size=self._size(request))
        except ValidationError as error:
            raise exceptions.ValidationError({"cursor": error.messages}) from error
        address = request.build_absolute_uri()
        self.next, self.previous = self._link(address, page.next), self._link(address, page.previous)
        return page.rows

    def _size(self, request: Request) -> int:
        text = request.query_params.get("page_size")
        if text is None:
            return self.default_size
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= self.max_size):
            raise exceptions.ValidationError({"page_size": [_("From 1 to %(max)s") % {"max": self.max_size}]})
        return int(text)

    def _link(self, address: str, cursor: str) -> str | None:
        if not cursor:
            return None
        return replace_query_param(remove_query_param(address, "cursor"), "cursor", cursor)

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "previous": self.previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": self.max_size, "default": self.default_size}
        return [
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
            {"name": "page_size", "in": "query", "required": False, "schema": size},
        ]
