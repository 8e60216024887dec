"""Pages over both wings."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from integration.insight import figures, panels
from suite.core.doors import door
from suite.desk.pages import render_page
from suite.masterdata.models import Party


@require_GET
@door("integration_insight.view_dashboard")
def dashboard(request: HttpRequest) -> HttpResponse:
    """Company figures of the last twelve months; each opens the rows behind it."""
    board = figures.board(request.actor)  # type: ignore[attr-defined]
    drawn = [figure for figure in board.figures if figure.series]
    context = {
        "board": board,
        "drawn": drawn,
        "table": [(month, [figure.series[n] for figure in drawn]) for n, month in enumerate(board.months)],
        "chart": {
            "months": [f"{month:%Y-%m}" for month in board.months],
            "series": [
                {"name": str(figure.title_of_series), "values": [float(value) for value in figure.series]}
                for figure in drawn
            ],
        },
    }
    return render_page(request, "integration/insight/dashboard.html", context)


def _panel(name: str) -> Any:
    @require_GET
    @door("masterdata.view_party")
    def panel(request: HttpRequest, party_id: int) -> HttpResponse:
        """A part of the customer page, loaded when it is looked at."""
        actor = request.actor  # type: ignore[attr-defined]
        party = get_object_or_404(Party.objects.visible_to(actor), pk=party_id)
        if name == "money":
            rows = {part: getattr(panels, part)(actor, party.pk) for part in ("receivables", "invoices", "receipts")}
        else:
            rows = {"rows": getattr(panels, name)(actor, party.pk)}
        if name == "balance" and rows["rows"] is None:
            raise Http404
        return render_page(request, f"integration/insight/_{name}.html", {"party": party, **rows})

    panel.__name__ = f"party_{name}"
    return panel


party_balance = _panel("balance")
party_orders = _panel("orders")
party_deliveries = _panel("deliveries")
party_money = _panel("money")
