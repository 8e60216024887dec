"""From a text to commitments: paste it, look at what it promises, accept with one click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.customers import ports
from crm.customers.forms import ProposalLine, Proposals, TextForm, units_of
from crm.customers.models import Activity, Commitment, Customer
from crm.customers.services import commitments, proposing
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import refusals
from suite.desk.pages import render_page

SPEAKERS = {"them": True, "us": False}
LINE = tuple(ProposalLine.base_fields)


@door("crm_customers.add_commitment")
def text(request: HttpRequest) -> HttpResponse:
    """Look a text through; `?customer=` and `?activity=` say whose it is, or which one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        activity = _activity(request.GET.get("activity", ""), actor)
        form = TextForm(actor=actor, initial=_begun(request, activity, actor))
        lines = _proposed(form.initial, activity, actor) if activity else None
        return _page(request, form, lines, looked=activity is not None)
    data = request.POST.copy()
    data["text"] = data.get("text", "").replace("\x00", " ")
    form = TextForm(data, actor=actor)
    if not form.is_valid():
        return _page(request, form, None, status=400)
    typed = form.cleaned_data
    activity = _activity(str(typed["activity"] or ""), actor)
    if "read" in data or "lines-TOTAL_FORMS" not in data:
        lines = _proposed(typed, activity, actor)
        shown = TextForm(actor=actor, initial=typed)
        return _page(request, shown, lines, looked=True)
    lines = Proposals(data, actor=actor, prefix="lines", form_kwargs={"units": units_of(actor)})
    return _accept(request, form, lines, activity)


def _begun(request: HttpRequest, activity: Activity | None, actor: Actor) -> dict[str, Any]:
    """What the form holds at first."""
    if activity:
        day = clock.day_of(actor.company, activity.happened_at)
        whole = activity.text or activity.title
        return {"party": activity.party, "day": day, "text": whole, "activity": activity.pk}
    customer = request.GET.get("customer", "")
    known = Customer.objects.visible_to(actor).filter(pk=_key(customer)).select_related("party").first()
    return {"party": known and known.party, "day": clock.today(actor.company)}


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _activity(text: str, actor: Actor) -> Activity | None:
    if not text:
        return None
    return get_object_or_404(Activity.objects.visible_to(actor).select_related("party"), pk=_key(text))


def _proposed(typed: dict[str, Any], activity: Activity | None, actor: Actor) -> Any:
    """The lines with what the text promises; the customer is looked for where nobody named one."""
    found = proposing.propose(
        text=typed["text"], actor=actor, party=typed.get("party"), day=typed.get("day"),
        from_them=SPEAKERS.get(typed.get("speaker", "")), activity=activity,
    )  # fmt: skip
    if found and found[0].commitment.party_id:
        typed["party"] = found[0].commitment.party
    return _lines([each.commitment for each in found], [each.concerns for each in found], actor)


def _lines(rows: Sequence[Commitment], against: Sequence[Sequence[Any]], actor: Actor) -> Any:
    shown = [{name: getattr(row, "unit_id" if name == "unit" else name) for name in LINE} for row in rows]
    lines = Proposals(actor=actor, prefix="lines", initial=shown, form_kwargs={"units": units_of(actor)})
    for form, concerns in zip(lines.forms, against, strict=True):
        form.concerns = concerns
    return lines


def _accept(request: HttpRequest, form: TextForm, lines: Any, activity: Activity | None) -> HttpResponse:
    """Write the one that was clicked, or all; those that are left stay to be looked at."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    party = form.cleaned_data["party"]
    if party is None:
        form.add_error("party", _("Say whom it was promised to, or by whom"))
    if not lines.is_valid() or party is None:
        return _page(request, form, lines, looked=True, status=400)
    only = request.POST.get("accept", "")
    kept = [line for line in lines.forms if not line.cleaned_data.get("DELETE")]
    chosen = [line for line in kept if only in ("", "all") or line.prefix == only]
    values = [_values(line, party, activity) for line in chosen]
    try:
        rows = commitments.accept(commitments=values, actor=actor) if values else []
    except (BusinessError, ValidationError) as error:
        refusals.place(error, form)
        return _page(request, form, lines, looked=True, status=409)
    messages.success(request, _("Tasks made: %(count)s") % {"count": len(rows)})
    left = [line for line in kept if line not in chosen]
    if not left:
        customer = Customer.objects.visible_to(actor).filter(party=party).first()
        return redirect("customers:customer", customer.pk) if customer else redirect("customers:commitments")
    rest = [Commitment(company_id=actor.company_id, **_values(line, party, activity)) for line in left]
    shown = TextForm(actor=actor, initial=form.cleaned_data)
    return _page(request, shown, _lines(rest, ports.concerns(actor, rest), actor), looked=True)


def _values(line: Any, party: Any, activity: Activity | None) -> dict[str, Any]:
    typed = {name: value for name, value in line.cleaned_data.items() if name != "DELETE"}
    return {**typed, "party": party, "activity": activity, "origin": Commitment.Origin.RULE}


def _page(request: HttpRequest, form: TextForm, lines: Any, *, looked: bool = False, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "lines": lines,
        "looked": looked,
        "crumbs": [(_("Commitments"), reverse("customers:commitments"))],
        "back": reverse("customers:commitments"),
    }
    return render_page(request, "crm/customers/text.html", context, status=status)
