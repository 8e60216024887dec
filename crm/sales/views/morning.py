"""By what the list of a morning is ordered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from crm.sales.queries.morning import PERMISSION
from crm.sales.services.morning import order_by
from suite.core.doors import door
from suite.desk.pages import back


@door(PERMISSION)
@require_POST
def morning_order(request: HttpRequest) -> HttpResponse:
    """Order the list otherwise, for good."""
    order_by(request.POST.get("by", ""), actor=request.actor)  # type: ignore[attr-defined]
    return redirect(back(request))
