"""Views of the API: they read through `visible_to`, decide nothing, and call the same services as the pages."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any, ClassVar, NoReturn

from django.db.models import Model, QuerySet
from rest_framework import mixins, status, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from suite.core.access import Actor
from suite.core.acts import settle
from suite.core.api import calls, own
from suite.core.api.authentication import SessionAuthentication, TokenAuthentication
from suite.core.api.filters import DeclaredFilters, DeclaredOrdering, FilterSet, StoredViews, Words
from suite.core.api.idempotency import once
from suite.core.api.paging import KeysetPagination
from suite.core.api.parsers import StrictJSONParser
from suite.core.api.policy import DeclaredPolicy, code_of
from suite.core.api.renderers import ExactJSONRenderer
from suite.core.api.schema import Schema
from suite.core.api.serializers import Nothing
from suite.core.api.throttles import ClientThrottle
from suite.core.prepared import Prepared
from suite.core.views.faults import is_lost


class Declared(APIView):
    """What all views of the API have in common: a permission for each action, writes that can be sent again safely."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (DeclaredPolicy,)
    throttle_classes = (ClientThrottle,)
    parser_classes = (StrictJSONParser,)
    renderer_classes = (ExactJSONRenderer,)
    schema = Schema()

    model: ClassVar[type[Model] | None] = None
    action_permissions: ClassVar[dict[str, str]] = {}
    only_asks: ClassVar[Collection[str]] = ()  # actions that take a body and write nothing
    serializer_class: ClassVar[type[BaseSerializer[Any]] | None] = None
    output_classes: ClassVar[dict[str, type[BaseSerializer[Any]] | str]] = {}  # a file: its kind of content
    secret_answers: ClassVar[Collection[str]] = ()  # actions that tell a secret: their answer is not kept for a repeat
    making: ClassVar[tuple[str, ...]] = ("create",)  # actions that answer 201

    @classmethod
    def permission_code(cls, action: str) -> str | None:
        """The permission that `action` (or the method, in plain views) needs; None shuts it."""
        return code_of(cls.model, action, cls.action_permissions)

    @property
    def actor(self) -> Actor:
        return self.request.actor  # type: ignore[attr-defined]

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        self.started = time.monotonic()
        return super().initialize_request(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        own.caller.set(None)
        calls.note(request, response, time.monotonic() - self.started)
        return response

    def raise_uncaught_exception(self, exc: Exception) -> NoReturn:
        answer = Response(status=503 if is_lost(exc) else 500)  # given further out (`suite.core.views.faults`)
        calls.note(self.request, answer, time.monotonic() - self.started)
        super().raise_uncaught_exception(exc)
        raise exc

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        own.caller.set(getattr(request, "actor", None))
        is_secret = getattr(self, "action", "") in self.secret_answers
        if request.method == "POST" and hasattr(self, "post") and not is_secret:
            post = self.post
            self.post = lambda *args, **kwargs: once(request, lambda: post(*args, **kwargs))

    def values(self, serializer_class: type[BaseSerializer[Any]], data: Any = None) -> Any:
        """The input, checked; without `data` the body. Bad input is answered with 400 at the field."""
        given = self.request.data if data is None else data
        serializer = serializer_class(data=given, context={"request": self.request, "view": self})
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data


class ServiceView(Declared):
    """A report or another answer that is no list of records.

    `action_permissions = {"get": "erp_finance.view_account"}`; `query_class` checks the query keys (`self.query()`);
    `serializer_class` describes the answer.
    """

    query_class: ClassVar[type[BaseSerializer[Any]]] = Nothing

    def query(self) -> Any:
        """The query keys, checked; unknown ones are refused."""
        return self.values(self.query_class, self.request.query_params.dict())


class ServiceViewSet(Declared, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """List and retrieve; add `Creating`, `Updating`, `Deleting` and actions for the rest.

    `serializer_class` is what is answered, unless `output_classes` names something else for an action. `input_classes`
    names what an action takes: without an entry `create` and `partial_update` take the serializer itself and other
    actions nothing. `select` and `prefetch` are read along.
    Lists offer the filters of `filterset_class`, words (`?q=`) where the page of such records has a search box, and the
    orderings of `ordering_fields`; each of them needs an index.
    """

    model: ClassVar[type[Model]]
    select: ClassVar[tuple[str, ...]] = ()
    prefetch: ClassVar[tuple[Any, ...]] = ()
    input_classes: ClassVar[dict[str, type[BaseSerializer[Any]]]] = {}
    filterset_class: ClassVar[type[FilterSet] | None] = None
    ordering_fields: ClassVar[tuple[str, ...]] = ()
    ordering: ClassVar[str] = "-id"
    query_keys: ClassVar[tuple[str, ...]] = ()
    pagination_class = KeysetPagination
    filter_backends = (DeclaredFilters, Words, DeclaredOrdering, StoredViews)
    http_method_names = ["get", "post", "patch", "delete", "head"]
    lookup_value_regex = "[0-9]{1,19}"
    record: ClassVar[Prepared[Any]]  # one record as it is answered

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.record = Prepared(
            lambda company, pk: cls.with_relations(cls.model._default_manager.of(company).filter(pk=pk))  # type: ignore[attr-defined]
        )

    def get_queryset(self) -> QuerySet[Any]:
        """Rows the caller may see, and may do this action on."""
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        code = self.permission_code(self.action) or ""
        return self.with_relations(self.model._default_manager.visible_to(self.actor, code))  # type: ignore[attr-defined]

    @classmethod
    def with_relations(cls, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related(*cls.select).prefetch_related(*cls.prefetch)

    @classmethod
    def input_class(cls, action: str) -> type[BaseSerializer[Any]]:
        """What an action takes."""
        usual = cls.serializer_class if action in ("create", "partial_update") else Nothing
        return cls.input_classes.get(action) or usual or Nothing

    def input(self) -> Any:
        """The body of this action, checked."""
        return self.values(self.input_class(self.action))

    def answer(self, pk: int | str, status: int = status.HTTP_200_OK) -> Response:
        """The record as it is after the act, read again."""
        settle()
        for row in self.record(company=self.actor.company_id, pk=self.model._meta.pk.to_python(pk)):
            return self.told(row, status)
        raise NotFound  # somebody removed it a moment ago

    def told(self, row: Model, status: int = status.HTTP_200_OK) -> Response:
        """A record that an act returned as it now stands, with all that is answered of it."""
        return Response(self.get_serializer(row).data, status)


class Creating:
    """POST on the list; the viewset's `add(values)` calls the service and returns the new record.

    `one_per` names the fields of which each combination has one record: posted again, it is changed (200).
    """

    one_per: ClassVar[tuple[str, ...]] = ()

    def create(self: Any, request: Request) -> Response:
        data, given = own.split(self, request.data)
        values = self.values(self.input_class(self.action), data)
        named = {name: values.get(name) for name in self.one_per}
        known = bool(named) and self.model._default_manager.of(self.actor.company_id).filter(**named).exists()
        row = own.saved(self, lambda: self.add(values), given, new=not known)
        return self.answer(row.pk, status.HTTP_200_OK if known else status.HTTP_201_CREATED)


class Updating:
    """PATCH on a record; the viewset's `change(row, values)` calls the service with what was given."""

    def partial_update(self: Any, request: Request, pk: str) -> Response:
        row = self.get_object()
        data, given = own.split(self, request.data)
        serializer = self.input_class("partial_update")(
            row, data=data, partial=True, context=self.get_serializer_context()
        )
        serializer.is_valid(raise_exception=True)

        def change() -> Model:
            self.change(row, serializer.validated_data)
            return row

        own.saved(self, change, given, new=False)
        return self.answer(row.pk)


class Deleting:
    """DELETE on a record; the viewset's `remove(row)` calls the service."""

    def destroy(self: Any, request: Request, pk: str) -> Response:
        self.remove(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
