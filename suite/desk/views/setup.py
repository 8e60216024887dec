"""The setup centre."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.core.models import AuditRow
from suite.desk import audit, documents, setup
from suite.desk.pages import render_page
from suite.desk.services import settings_history


@require_GET
@door("core.change_company")
def centre(request: HttpRequest) -> HttpResponse:
    """All settings by area, what is still open, and the last changes."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    q = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    areas: dict[str, list[tuple[setup.Card, str]]] = {}
    for card in setup.cards(actor, q):
        state = "" if card.todo is None else "open" if card.todo(actor) else "done"
        areas.setdefault(str(card.area), []).append((card, state))
    rows = settings_history.latest(actor) if not q else []
    known, teller = settings_history.records_of(rows, actor), audit.Teller(rows)
    history = [
        {
            "row": row, "what": documents.label_of(row.kind), "act": teller.act(row), "text": teller.text(row),
            "who": teller.who(row), "can_undo": settings_history.can_undo(row, known),
        }
        for row in rows
    ]  # fmt: skip
    is_open = sum(state == "open" for cards in areas.values() for _card, state in cards)
    context = {"areas": areas, "history": history, "q": q, "is_open": is_open}
    return render_page(request, "suite/desk/setup/centre.html", context)


@require_POST
@door("core.change_company")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a change of settings back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = get_object_or_404(AuditRow.objects.of(actor.company_id), pk=pk)
    settings = setup.settings_of(row.kind)
    if settings is None or not actor.may(settings.permission):
        return redirect("desk:setup")
    try:
        settings_history.take_back(row=row, actor=actor)
        messages.success(request, _("Taken back"))
    except BusinessError as error:
        messages.error(request, str(error))
    return redirect("desk:setup")
