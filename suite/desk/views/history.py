"""The audit trail of a record, for its tab."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from suite.core.doors import SIGNED_IN, door
from suite.desk import audit, documents


@door(SIGNED_IN)
def history_of(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """What happened to a record that one may see."""
    actor = request.actor  # type: ignore[attr-defined]
    row = documents.find(actor, kind, pk)
    if row is None:
        raise Http404
    return render(request, "suite/desk/_timeline.html", {"rows": audit.trail(actor, row)})
