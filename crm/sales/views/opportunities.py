"""Pages of opportunities: list and board, the record with its path, the form, moving, and who follows whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.customers.models import Customer
from crm.sales.lists import QUOTATION_COLOURS
from crm.sales.models import Opportunity, Quotation
from crm.sales.opportunity_forms import MoveForm, OpportunityForm, Products, shown_products
from crm.sales.opportunity_lists import CHANGE, OPPORTUNITY_COLOURS, OpportunityList, pipelines
from crm.sales.queries import opportunities as queries
from crm.sales.services import approving, criteria, moving, opportunities, quotations
from suite.automation.queries import route_of
from suite.automation.services import approvals
from suite.core.access import Actor
from suite.core.acts import acting, retrying
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import documents, formats, refusals
from suite.desk.audit import trail
from suite.desk.chain import chain_of
from suite.desk.lists import list_view
from suite.desk.own import rules
from suite.desk.pages import back, render_page
from suite.desk.records import Fact, PageAct, RecordPage, Tab, edit_act, files_tab, record_page
from suite.desk.views.todos import tasks_of

VIEW = "crm_sales.view_opportunity"
Status = Opportunity.Status


@door(VIEW)
def opportunity_list(request: HttpRequest) -> HttpResponseBase:
    """The list; a board shows one pipeline, so that the address of one says which."""
    known = pipelines(request.actor)  # type: ignore[attr-defined]
    is_board = request.GET.get("show") == "board" or (request.GET.get("view") == "board" and "show" not in request.GET)
    if is_board and len(known) > 1 and "pipeline" not in request.GET and request.method == "GET":
        query = request.GET.copy()
        query["pipeline"] = str(known[0][0])
        return redirect(f"{request.path}?{query.urlencode()}")
    return list_view(request, OpportunityList)


@door("crm_sales.add_opportunity")
def opportunity_new(request: HttpRequest) -> HttpResponse:
    """A new opportunity; `?party=` fills in the customer."""
    return _write(request, None)


@door(CHANGE)
def opportunity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _write(request, _mine(request, pk, CHANGE))


def _write(request: HttpRequest, deal: Opportunity | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    shown: dict[str, Any] = {"currency_id": actor.company.currency, "forecast": Opportunity.Forecast.PIPELINE}
    if deal is not None:
        shown = {name: getattr(deal, name, None) for name in OpportunityForm.base_fields if name != "rivals"}
        shown |= {"rivals": list(deal.rivals.values_list("pk", flat=True)), "version": deal.version}
    elif (party := request.GET.get("party", "")).isascii() and party.isdigit() and len(party) < 19:
        shown["party"] = int(party)
    form = OpportunityForm(data, request.FILES or None, actor=actor, initial=shown, record=deal)
    rows = shown_products(deal) if deal is not None and data is None else None
    lines = Products(data, actor=actor, prefix="products", initial=rows)
    status = 200 if data is None else 400
    if data is not None and all([form.is_valid(), lines.is_valid()]):
        status = 409
        try:
            saved = form.keep(lambda: _save(form, lines, deal, actor), new=deal is None)
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form, lines)
        else:
            messages.success(request, _("%(name)s was saved") % {"name": saved})
            return redirect("sales:opportunity", saved.pk)
    page = reverse("sales:opportunity", args=[deal.pk]) if deal else reverse("sales:opportunities")
    context = {
        "form": form,
        "lines": lines,
        "lines_heading": _("Products"),
        "heading": str(deal) if deal else _("New opportunity"),
        "crumbs": [*_crumbs(), *([(str(deal), page)] if deal else [])],
        "back": page,
    }
    return render_page(request, "suite/desk/form_page.html", context, status=status)


def _save(form: OpportunityForm, lines: Any, deal: Opportunity | None, actor: Actor) -> Opportunity:
    products = [each.line() for each in lines.filled_forms]
    if deal is None:
        return opportunities.create_opportunity(**form.draft(), lines=products, actor=actor)
    values = form.values()
    values["currency_id"] = values["currency_id"] or str(deal.currency_id)
    version = form.cleaned_data["version"]
    return opportunities.change_opportunity(
        opportunity_id=deal.pk, version=version, lines=products, actor=actor, **values
    )


@door(VIEW)
@require_GET
def opportunity_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One deal: its way through the pipeline, what is to be done and known here, how it came here."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    deal = rules.shown(_mine(request, pk, VIEW), actor)
    customer = Customer.objects.visible_to(actor).filter(party=deal.party_id).first() if deal.party_id else None
    tabs = [
        Tab("stages", _("Stage history"), template="crm/sales/_stage_history.html"),
        Tab("tasks", _("Tasks"), url=reverse("sales:opportunity_tasks", args=[pk])),
        Tab("history", _("History"), url=reverse("sales:opportunity_history", args=[pk])),
        *files_tab(actor, deal),
    ]
    if customer:
        tabs.insert(1, Tab("timeline", _("Timeline"), url=reverse("customers:history", args=[customer.pk])))
    page = RecordPage(
        deal.name,
        lead=" · ".join(part for part in (deal.number, deal.party.label if deal.party else "") if part),
        crumbs=_crumbs(),
        badges=[(str(deal.get_status_display()), OPPORTUNITY_COLOURS[deal.status])],
        acts=_acts(deal, actor),
        facts=_facts(deal),
        tabs=tabs,
        chain=chain_of(actor, deal),
        record=deal,
    )
    context = {
        "deal": deal,
        "path": queries.path_of(deal),
        "visits": queries.visits_of(deal),
        "age": queries.age_of(deal),
        "checklist": criteria.checklist(deal, deal.stage.criteria, actor) if deal.status == Status.OPEN else [],
        "actions": queries.actions_of(deal, actor),
        "guidance": deal.stage.read("guidance") if deal.status == Status.OPEN else "",
        "lines": deal.lines.select_related("product__unit"),
        "quotations": _quotations(deal, actor),
        "approvals": route_of(deal.kind(), pk),
        "may_move": actor.may(CHANGE),
    }
    return record_page(request, page, context, template="crm/sales/opportunity.html")


def _quotations(deal: Opportunity, actor: Actor) -> list[tuple[Quotation, str]]:
    rows = Quotation.objects.visible_to(actor).filter(opportunity=deal).order_by("-id")[:20]
    return [(row, QUOTATION_COLOURS[row.status]) for row in rows]


def _facts(deal: Opportunity) -> list[Fact]:
    own = deal.company.currency
    return [
        Fact(_("Customer"), deal.party and deal.party.label, documents.url_of("masterdata.party", deal.party_id)),
        Fact(_("Decision maker"), deal.contact),
        Fact(_("Amount"), formats.money(deal.amount, str(deal.currency_id) if deal.currency_id != own else "")),
        Fact(_("Value"), formats.money(deal.value) if deal.currency_id != own else ""),
        Fact(_("Probability of the stage"), formats.percent(deal.stage.probability)),
        Fact(_("Win probability"), "" if deal.chance is None else formats.percent(deal.chance)),
        Fact(_("Expected close"), formats.day(deal.expected_close)),
        Fact(_("Forecast"), deal.get_forecast_display()),
        Fact(_("Next step"), deal.next_step),
        Fact(_("Next step on"), formats.day(deal.next_step_on)),
        Fact(_("Owner"), deal.owner),
        Fact(_("Source"), deal.source),
        Fact(_("Rivals"), ", ".join(rival.label for rival in deal.rivals.all())),
        Fact(_("Closed"), formats.moment(deal.closed_at)),
        Fact(_("Reason for losing"), deal.lost_reason),
        Fact(_("Note"), deal.note),
    ]


def _acts(deal: Opportunity, actor: Actor) -> list[PageAct]:
    acts = []
    is_open = deal.status == Status.OPEN
    if is_open:
        following = queries.next_stage(deal)
        if following:
            acts.append(_act(deal, "next", _("On to %(stage)s") % {"stage": following.label}, "arrow-right", CHANGE,
                             primary=True))  # fmt: skip
        missing = approvals.missing([deal], actor).get(deal.pk)
        if missing and missing.code == "needs_approval":
            acts.append(_act(deal, "submit", _("Submit for approval"), "send", CHANGE))
        acts.append(
            _act(deal, "quote", _("Make a quotation"), "file-text", "crm_sales.add_quotation",
                 disabled="" if deal.party_id else _("Name the customer first"))
        )  # fmt: skip
        acts.append(
            PageAct(_("Write the contract"), reverse("sales:contract_of_opportunity", args=[deal.pk]), "contract",
                    "crm_sales.add_contract", in_menu=True,
                    disabled="" if deal.party_id else _("Name the customer first"))
        )  # fmt: skip
        acts.append(_act(deal, "win", _("Won"), "trophy", CHANGE))
        acts.append(_move_to(deal, _("Lost"), "x", query=f"?stage={queries.end_of(deal, 'lost')}"))
    else:
        acts.append(_act(deal, "reopen", _("Open again"), "rotate", CHANGE, reason="needed",
                         confirm=_("Why is it open again?")))  # fmt: skip
    acts += [
        edit_act("sales:opportunity_edit", deal.pk, CHANGE),
        _move_to(deal, _("Move to stage…"), "arrows-exchange", in_menu=True),
    ]
    if is_open:
        acts.append(
            _act(deal, "delete", _("Delete"), "trash", "crm_sales.delete_opportunity", danger=True, in_menu=True,
                 confirm=_("Delete what was entered by mistake?"))
        )  # fmt: skip
    return acts


def _act(deal: Opportunity, name: str, label: Any, icon: str, permission: str, **more: Any) -> PageAct:
    return PageAct(label, reverse("sales:opportunity_act", args=[deal.pk, name]), icon, permission, **more)


def _move_to(deal: Opportunity, label: Any, icon: str, query: str = "", **more: Any) -> PageAct:
    address = reverse("sales:opportunity_move", args=[deal.pk]) + query
    return PageAct(label, address, icon, CHANGE, method="get", **more)


def _crumbs() -> list[tuple[Any, str]]:
    return [(_("Opportunities"), reverse("sales:opportunities"))]


def _mine(request: HttpRequest, pk: int, permission: str) -> Opportunity:
    rows = Opportunity.objects.visible_to(request.actor, permission)  # type: ignore[attr-defined]
    return get_object_or_404(
        rows.select_related("company", "party", "contact", "owner", "stage", "pipeline", "lost_reason"), pk=pk
    )


@door(CHANGE)
def opportunity_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a deal, with what is still missing for it; `?stage=` names where to, `?next=` where to go afterwards."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    deal = _mine(request, pk, CHANGE)
    page = back(request, reverse("sales:opportunity", args=[pk])) if request.GET.get("next") else ""
    page = page or reverse("sales:opportunity", args=[pk])
    data = request.POST if request.method == "POST" else None
    shown = {name: getattr(deal, name) for name in MoveForm.FILLED} | {"stage": request.GET.get("stage", "")}
    form = MoveForm(data, actor=actor, deal=deal, initial=shown)
    status = 200 if data is None else 400
    if data is not None and form.is_valid():
        status = 409
        try:
            retrying(lambda: _move(form, deal, actor))
        except BusinessError as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("%(name)s was moved") % {"name": deal})
            return redirect(page)
    context = {
        "form": form,
        "deal": deal,
        "checklist": criteria.checklist(deal, queries.asked_before(deal, form["stage"].value()), actor),
        "heading": _("Move %(name)s") % {"name": deal},
        "crumbs": [*_crumbs(), (str(deal), reverse("sales:opportunity", args=[pk]))],
        "back": page,
        "submit": _("Move"),
    }
    return render_page(request, "crm/sales/opportunity_move.html", context, status=status)


def _move(form: MoveForm, deal: Opportunity, actor: Actor) -> None:
    """What was filled in and the move are one act: refused, neither stays."""
    typed = form.cleaned_data
    with acting(actor, typed["reason"]):
        if filled := form.filled():
            opportunities.change_opportunity(opportunity_id=deal.pk, actor=actor, **filled)
        moving.move_opportunities(
            opportunity_ids=[deal.pk],
            stage_id=int(typed["stage"]),
            lost_reason=typed.get("lost_reason"),
            reason=typed["reason"],
            override=typed.get("override", False),
            actor=actor,
        )


Answer = tuple[str, Any]


def _here(deal: Opportunity) -> Any:
    return redirect("sales:opportunity", deal.pk)


def _on(deal: Opportunity, actor: Actor, reason: str) -> Answer:
    following = queries.next_stage(deal)
    if following is None:
        raise Http404
    moving.move_opportunities(opportunity_ids=[deal.pk], stage_id=following.pk, actor=actor)
    return _("%(name)s is now in %(stage)s") % {"name": deal.name, "stage": following.label}, _here(deal)


def _win(deal: Opportunity, actor: Actor, reason: str) -> Answer:
    moving.win_opportunities(opportunity_ids=[deal.pk], actor=actor, reason=reason)
    return _("%(name)s is won") % {"name": deal.name}, _here(deal)


def _reopen(deal: Opportunity, actor: Actor, reason: str) -> Answer:
    moving.reopen_opportunities(opportunity_ids=[deal.pk], actor=actor, reason=reason)
    return _("%(name)s is open again") % {"name": deal.name}, _here(deal)


def _submit(deal: Opportunity, actor: Actor, reason: str) -> Answer:
    approving.submit_opportunities(opportunity_ids=[deal.pk], actor=actor)
    return _("%(number)s waits for approval") % {"number": deal.number}, _here(deal)


def _quote(deal: Opportunity, actor: Actor, reason: str) -> Answer:
    quotation = quotations.quote_opportunity(opportunity_id=deal.pk, actor=actor)
    return _("Quotation %(number)s was saved") % {"number": quotation}, redirect("sales:quotation_edit", quotation.pk)


def _delete(deal: Opportunity, actor: Actor, reason: str) -> Answer:
    if refused := opportunities.delete_opportunities(opportunity_ids=[deal.pk], actor=actor):
        raise BusinessError(*refused.values())
    return _("%(number)s was deleted") % {"number": deal.number}, redirect("sales:opportunities")


ACTS: dict[str, tuple[str, Callable[[Opportunity, Actor, str], Answer]]] = {
    "next": (CHANGE, _on),
    "win": (CHANGE, _win),
    "reopen": (CHANGE, _reopen),
    "submit": (CHANGE, _submit),
    "quote": ("crm_sales.add_quotation", _quote),
    "delete": ("crm_sales.delete_opportunity", _delete),
}
MOVING = {"next", "win"}


@door(VIEW)
def opportunity_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do something to a deal; a refused move opens the page on which what is missing can be filled in."""
    if name not in ACTS:
        raise Http404
    permission, act = ACTS[name]
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return redirect("sales:opportunity", pk)
    deal = _mine(request, pk, CHANGE if permission == CHANGE else VIEW)
    if not actor.may(permission):
        raise Http404
    try:
        sentence, response = act(deal, actor, request.POST.get("reason", "")[:500])
    except BusinessError as error:
        if name not in MOVING:
            raise
        for refusal in error.refusals:
            messages.error(request, str(refusal))
        following = queries.next_stage(deal)
        to = following.pk if name == "next" and following else queries.end_of(deal, "won")
        return redirect(f"{reverse('sales:opportunity_move', args=[pk])}?stage={to}")
    messages.success(request, sentence)
    return response


@door(VIEW)
@require_GET
def opportunity_history(request: HttpRequest, pk: int) -> HttpResponse:
    rows = trail(request.actor, _mine(request, pk, VIEW))  # type: ignore[attr-defined]
    return render_page(request, "suite/desk/_timeline.html", {"rows": rows})


@door("desk.view_task")
def opportunity_tasks(request: HttpRequest, pk: int) -> HttpResponseBase:
    return tasks_of(request, _mine(request, pk, VIEW))


@door(VIEW)
def customer_opportunities(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The deals with a customer, for a tab of its page."""
    customer = get_object_or_404(Customer.objects.visible_to(request.actor), pk=pk)  # type: ignore[attr-defined]
    return list_view(
        request, OpportunityList, where=Q(party=customer.party_id), template="suite/desk/_list.html",
        context={"embedded": True},
    )  # fmt: skip


@door(VIEW)
@require_GET
def team_board(request: HttpRequest) -> HttpResponse:
    """Who follows whom, and how far: per seller the open deals with stage, last contact and next step."""
    context = {"people": queries.who_follows_whom(request.actor), "crumbs": _crumbs()}  # type: ignore[attr-defined]
    return render_page(request, "crm/sales/team_board.html", context)
