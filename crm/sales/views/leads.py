"""Pages of leads: list, pool and board, the record, the form, the card that is read, and what a lead becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from crm.customers.models import Customer
from crm.customers.services.proposing import product_names
from crm.sales import cards
from crm.sales.lead_forms import CardForm, ConvertForm, LeadActivityForm, LeadForm, from_card
from crm.sales.lead_lists import CHANGE, CLOCK_COLOURS, LEAD_COLOURS, LeadList
from crm.sales.models import Lead
from crm.sales.queries.leads import story_of
from crm.sales.services import converting, lead_duplicates, leads
from crm.sales.services.lead_duplicates import LEAD, PARTY, Alike
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import documents, formats, refusals
from suite.desk.audit import trail
from suite.desk.chain import chain_of
from suite.desk.lists import list_view
from suite.desk.own import rules
from suite.desk.pages import render_page
from suite.desk.records import Fact, PageAct, RecordPage, Tab, edit_act, files_tab, record_page
from suite.desk.views.todos import tasks_of

VIEW, CONVERT = "crm_sales.view_lead", "crm_sales.convert_lead"
Status = Lead.Status


@door(VIEW)
def lead_list(request: HttpRequest) -> HttpResponseBase:
    """The list, which is the board and the pool, too."""
    return list_view(request, LeadList)


@door("crm_sales.add_lead")
def lead_new(request: HttpRequest) -> HttpResponse:
    """A new lead, typed in."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return _write(request, None, {"owner": actor.user} if actor.may(CONVERT) else {})


@door("crm_sales.add_lead")
def lead_paste(request: HttpRequest) -> HttpResponse:
    """A text that says who asks: what it says stands in the form of a lead, to be looked over and saved there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None:
        data["text"] = data.get("text", "").replace("\x00", " ")
    form = CardForm(data, actor=actor)
    if data is not None and form.is_valid():
        found = cards.read(form.cleaned_data["text"], product_names(actor))
        filled = LeadForm(actor=actor, initial=from_card(found, actor))
        return _page(request, filled, None, address=reverse("sales:lead_new"))
    context = {
        "form": form, "heading": _("Lead from a text"), "crumbs": _crumbs(), "back": reverse("sales:leads"),
        "submit": _("Read the text"),
    }  # fmt: skip
    return render_page(request, "suite/desk/form_page.html", context, status=200 if data is None else 400)


@door(CHANGE)
def lead_edit(request: HttpRequest, pk: int) -> HttpResponse:
    lead = _mine(request, pk, CHANGE)
    return _write(request, lead, LeadForm.shown(lead))


def _write(request: HttpRequest, lead: Lead | None, shown: dict[str, Any]) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    form = LeadForm(data, request.FILES or None, actor=actor, initial=shown, record=lead)
    status = 200 if data is None else 400
    if data is not None and form.is_valid():
        status = 409
        try:
            saved = form.keep(lambda: _save(form, lead, actor), new=lead is None)
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("%(name)s was saved") % {"name": saved.title})
            return redirect("sales:lead", saved.pk)
    return _page(request, form, lead, status=status)


def _page(
    request: HttpRequest, form: LeadForm, lead: Lead | None, *, address: str = "", status: int = 200
) -> HttpResponse:
    """The form; what was filled in from a text is sent to `address`."""
    page = reverse("sales:lead", args=[lead.pk]) if lead else reverse("sales:leads")
    context = {
        "form": form,
        "heading": lead.title if lead else _("New lead"),
        "crumbs": [*_crumbs(), *([(lead.title, page)] if lead else [])],
        "back": page,
        "address": address,
    }
    return render_page(request, "crm/sales/lead_form.html", context, status=status)


def _save(form: LeadForm, lead: Lead | None, actor: Actor) -> Lead:
    if lead is None:
        return leads.create_lead(actor=actor, **form.values())
    return leads.change_lead(lead_id=lead.pk, version=form.cleaned_data["version"], actor=actor, **form.values())


@door(VIEW)
@require_GET
def lead_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One lead: who asks for what, who it may be already, what was done about it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    lead = rules.shown(_mine(request, pk, VIEW), actor)
    badges = [(str(lead.get_status_display()), LEAD_COLOURS[lead.status])]
    if lead.colour:
        badges.append((f"{_('First answer')}: {Lead.Clock(lead.colour).label}", CLOCK_COLOURS[lead.colour]))
    page = RecordPage(
        lead.title,
        lead=lead.number,
        crumbs=_crumbs(),
        badges=badges,
        acts=_acts(lead),
        facts=_facts(lead),
        tabs=[
            Tab("story", _("Timeline"), template="crm/sales/_lead_story.html"),
            Tab("raw", _("As it came in"), template="crm/sales/_lead_raw.html"),
            Tab("tasks", _("Tasks"), url=reverse("sales:lead_tasks", args=[pk])),
            Tab("history", _("History"), url=reverse("sales:lead_history", args=[pk])),
            *files_tab(actor, lead),
        ],
        chain=chain_of(actor, lead),
        record=lead,
    )
    context = {
        "lead": lead,
        "rows": story_of(lead),
        "products": lead.products.order_by("code"),
        "alike": _with_links(lead_duplicates.of_lead(lead), actor),
        "composer": LeadActivityForm(actor=actor, initial={"kind": "call"}) if lead.is_open else None,
        "may_change": lead.is_open and actor.may(CHANGE),
    }
    return record_page(request, page, context, template="crm/sales/lead.html")


def _with_links(found: list[Alike], actor: Actor) -> list[Alike]:
    """Those alike with the addresses of the ones that the actor may open."""
    parties = [each.row.pk for each in found if each.kind == PARTY]
    others = [each.row.pk for each in found if each.kind == LEAD]
    urls: dict[tuple[str, int], str] = {}
    if parties:
        seen = Customer.objects.visible_to(actor).filter(party__in=parties).values_list("party_id", "pk")
        urls |= {(PARTY, party): reverse("customers:customer", args=[pk]) for party, pk in seen}
    if others:
        pks = Lead.objects.visible_to(actor).filter(pk__in=others).values_list("pk", flat=True)
        urls |= {(LEAD, pk): reverse("sales:lead", args=[pk]) for pk in pks}
    return [replace(each, url=urls.get((each.kind, each.row.pk), "")) for each in found]


def _facts(lead: Lead) -> list[Fact]:
    return [
        Fact(_("Organisation"), lead.organisation),
        Fact(pgettext("lead", "Person"), lead.name),
        Fact(_("Phone"), formats.phone(lead.phone)),
        Fact(_("E-mail"), lead.email),
        Fact(_("Region"), lead.region.label if lead.region else ""),
        Fact(_("Source"), lead.source),
        Fact(_("Campaign"), lead.campaign),
        Fact(pgettext("lead", "Received"), formats.moment(lead.received_at)),
        Fact(_("Answer due"), formats.moment(lead.due_at)),
        Fact(_("First answer on"), formats.moment(lead.responded_at)),
        Fact(_("Owner"), lead.owner or _("Nobody")),
        Fact(_("Owner chosen by"), lead.chosen_why),
        Fact(_("Customer"), lead.party and lead.party.label, documents.url_of("masterdata.party", lead.party_id)),
        Fact(_("Opportunity"), lead.opportunity, documents.url_of("crm_sales.opportunity", lead.opportunity_id)),
        Fact(_("Reason"), lead.reason),
        Fact(_("Agreed on"), formats.moment(lead.consent_at)),
    ]


def _acts(lead: Lead) -> list[PageAct]:
    acts = []
    if lead.is_open:
        if lead.owner_id is None:
            acts.append(_act(lead, "claim", _("Claim"), "user-check", CHANGE, primary=True))
        acts.append(
            PageAct(_("Convert"), reverse("sales:lead_convert", args=[lead.pk]), "arrow-forward-up", CONVERT,
                    method="get", primary=lead.owner_id is not None)
        )  # fmt: skip
        if lead.status == Status.NEW:
            acts.append(_act(lead, "contact", _("Contacted"), "phone", CHANGE))
        if lead.status in (Status.NEW, Status.CONTACTED):
            acts.append(_act(lead, "qualify", _("Qualified"), "checks", CHANGE))
        acts.append(_act(lead, "disqualify", _("Disqualify"), "x", CHANGE, danger=True, reason="needed",
                         confirm=_("Why does it lead nowhere?")))  # fmt: skip
        acts.append(edit_act("sales:lead_edit", lead.pk, CHANGE))
    elif lead.status == Status.DISQUALIFIED:
        acts.append(_act(lead, "reopen", _("Take up again"), "rotate", CHANGE))
    if lead.status != Status.CONVERTED:
        acts.append(
            _act(lead, "delete", _("Delete"), "trash", "crm_sales.delete_lead", danger=True, in_menu=True,
                 confirm=_("Delete what was entered by mistake?"))
        )  # fmt: skip
    return acts


def _act(lead: Lead, name: str, label: Any, icon: str, permission: str, **more: Any) -> PageAct:
    return PageAct(label, reverse("sales:lead_act", args=[lead.pk, name]), icon, permission, **more)


def _crumbs() -> list[tuple[Any, str]]:
    return [(_("Leads"), reverse("sales:leads"))]


def _mine(request: HttpRequest, pk: int, permission: str) -> Lead:
    rows = Lead.objects.visible_to(request.actor, permission)  # type: ignore[attr-defined]
    return get_object_or_404(
        rows.select_related("company", "owner", "region", "party", "contact", "opportunity", "rule"), pk=pk
    )


def _claim(lead: Lead, actor: Actor, reason: str) -> str:
    leads.claim_leads(lead_ids=[lead.pk], actor=actor, all_or_nothing=True)
    return _("%(name)s is yours") % {"name": lead.title}


def _contact(lead: Lead, actor: Actor, reason: str) -> str:
    leads.contact_leads(lead_ids=[lead.pk], actor=actor)
    return _("%(name)s was contacted") % {"name": lead.title}


def _qualify(lead: Lead, actor: Actor, reason: str) -> str:
    leads.qualify_leads(lead_ids=[lead.pk], actor=actor)
    return _("%(name)s is qualified") % {"name": lead.title}


def _disqualify(lead: Lead, actor: Actor, reason: str) -> str:
    leads.disqualify_leads(lead_ids=[lead.pk], reason=reason, actor=actor)
    return _("%(name)s was closed") % {"name": lead.title}


def _reopen(lead: Lead, actor: Actor, reason: str) -> str:
    leads.reopen_leads(lead_ids=[lead.pk], actor=actor, reason=reason)
    return _("%(name)s is open again") % {"name": lead.title}


def _delete(lead: Lead, actor: Actor, reason: str) -> str:
    if refused := leads.delete_leads(lead_ids=[lead.pk], actor=actor):
        raise BusinessError(*refused.values())
    return _("%(number)s was deleted") % {"number": lead.number}


ACTS: dict[str, tuple[str, Callable[[Lead, Actor, str], str]]] = {
    "claim": (CHANGE, _claim),
    "contact": (CHANGE, _contact),
    "qualify": (CHANGE, _qualify),
    "disqualify": (CHANGE, _disqualify),
    "reopen": (CHANGE, _reopen),
    "delete": ("crm_sales.delete_lead", _delete),
}


@door(VIEW)
def lead_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do something to a lead."""
    if name not in ACTS:
        raise Http404
    permission, act = ACTS[name]
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return redirect("sales:lead", pk)
    if not actor.may(permission):
        raise Http404
    lead = _mine(request, pk, permission)
    messages.success(request, act(lead, actor, request.POST.get("reason", "")[:500]))
    return redirect("sales:leads") if name == "delete" else redirect("sales:lead", pk)


@door(CHANGE)
@require_POST
def lead_log(request: HttpRequest, pk: int) -> HttpResponse:
    """Log a call, visit, message, mail or note."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    lead = _mine(request, pk, CHANGE)
    form = LeadActivityForm(request.POST, actor=actor)
    if form.is_valid():
        try:
            leads.log_activity(lead_id=lead.pk, actor=actor, **form.cleaned_data)
        except ValidationError as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("Logged"))
            return redirect("sales:lead", pk)
    context = {
        "form": form, "heading": lead.title, "back": reverse("sales:lead", args=[pk]),
        "crumbs": [*_crumbs(), (lead.title, reverse("sales:lead", args=[pk]))],
    }  # fmt: skip
    return render_page(request, "suite/desk/form_page.html", context, status=400)


@door(CONVERT)
def lead_convert(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a customer and a deal of a lead; who it may be already stands beside."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    lead = _mine(request, pk, CONVERT)
    page = reverse("sales:lead", args=[pk])
    found = [each for each in _with_links(lead_duplicates.of_lead(lead), actor) if each.kind == PARTY]
    exact = next((each.row for each in found if each.exact and each.url), None)
    data = request.POST if request.method == "POST" else None
    form = ConvertForm(data, actor=actor, initial={"party": exact})
    status = 200 if data is None else 400
    if data is not None and form.is_valid():
        status = 409
        try:
            made = converting.convert_lead(lead_id=pk, actor=actor, **form.values())
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("%(lead)s is a customer now") % {"lead": lead.title})
            if made.opportunity:
                return redirect("sales:opportunity", made.opportunity.pk)
            return redirect("customers:customer", made.customer.pk)
    context = {
        "form": form, "lead": lead, "alike": found,
        "heading": _("Convert: %(lead)s") % {"lead": lead.title},
        "crumbs": [*_crumbs(), (lead.title, page)], "back": page, "submit": _("Convert"),
    }  # fmt: skip
    return render_page(request, "crm/sales/lead_convert.html", context, status=status)


@door(VIEW)
@require_GET
def lead_history(request: HttpRequest, pk: int) -> HttpResponse:
    rows = trail(request.actor, _mine(request, pk, VIEW))  # type: ignore[attr-defined]
    return render_page(request, "suite/desk/_timeline.html", {"rows": rows})


@door("desk.view_task")
def lead_tasks(request: HttpRequest, pk: int) -> HttpResponseBase:
    return tasks_of(request, _mine(request, pk, VIEW))
