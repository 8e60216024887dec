"""What happened to a paper."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from suite.desk.audit import trail
from suite.masterdata.models import TradeDocument


def history(request: HttpRequest, document: TradeDocument) -> HttpResponse:
    """The audit trail of a paper, for a tab of its page."""
    return render(request, "suite/desk/_timeline.html", {"rows": trail(request.actor, document)})  # type: ignore[attr-defined]
