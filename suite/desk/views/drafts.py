"""The door of drafts, which the script of a form uses."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_http_methods

from suite.core.doors import SIGNED_IN, door
from suite.core.texts import read_json
from suite.desk.services import drafts


@door(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest) -> JsonResponse:
    """Read the draft for `address`, keep `values` as one, or forget it when there are none."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        found = drafts.found(actor=actor, address=request.GET.get("address", "").replace("\x00", "")[:300])
        return JsonResponse({"at": found.at.timestamp() * 1000, "values": found.values} if found else {})
    address = request.POST.get("address", "")
    if not request.POST.get("values"):
        drafts.discard(actor=actor, addresses=[address.replace("\x00", "")])
        return JsonResponse({})
    try:
        values = read_json(request.POST["values"])
    except ValueError:
        values = None
    return JsonResponse({"at": drafts.keep(actor=actor, address=address, values=values).at.timestamp() * 1000})
