"""Papers for other systems."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from suite.core.api import StrictSerializer, action
from suite.core.api.schema import PDF
from suite.desk import papers


class Language(StrictSerializer):
    """In which language a paper is wanted."""

    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)


class Printing:
    """GET `.../{id}/pdf/`: the record on paper, for those who may see it; its model is one of `papers`."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        this: Any = cls
        super().__init_subclass__(**kwargs)
        if this.model is None:  # what several have in common
            return
        meta = this.model._meta
        this.action_permissions = {**this.action_permissions, "pdf": f"{meta.app_label}.view_{meta.model_name}"}
        this.output_classes = {**this.output_classes, "pdf": PDF}
        this.query_keys = (*this.query_keys, "language")

    @action(detail=True)
    def pdf(self: Any, request: Request, pk: str) -> HttpResponse:
        """The record as a PDF; `?language=en` or `zh-hans`."""
        language = self.values(Language, request.query_params.dict()).get("language")
        return papers.answer([self.get_object()], actor=self.actor, language=language)
