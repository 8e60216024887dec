"""Printing a record."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from suite.core.doors import SIGNED_IN, door
from suite.desk import documents, papers


@door(SIGNED_IN)
@require_GET
def paper(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """A record that one may see as a PDF; `?language=en` or `zh-hans`."""
    actor = request.actor  # type: ignore[attr-defined]
    row = documents.find(actor, kind, pk)
    if row is None or not papers.is_known(type(row)):
        raise Http404
    return papers.answer([row], actor=actor, language=request.GET.get("language"))
