"""Pages of contracts: list, record, form, and what is done with one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.customers.models import Customer
from crm.sales.contract_forms import ContractForm, Plan, SignForm, shown_plan
from crm.sales.contract_lists import CHANGE, CONTRACT_COLOURS, END, ContractList
from crm.sales.forms import lines_of
from crm.sales.models import Contract, ContractLine, Milestone, Opportunity, Order, Quotation
from crm.sales.services import approving, clauses, contracts, executing, plans
from crm.sales.services.once import once
from crm.sales.views.history import history
from crm.sales.views.sheets import blank, in_words, place
from suite.automation.queries import route_of
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError, Refusal
from suite.desk import documents, formats, refusals
from suite.desk.chain import chain_of
from suite.desk.lists import list_view
from suite.desk.own import rules
from suite.desk.pages import render_page
from suite.desk.records import Fact, PageAct, RecordPage, Tab, edit_act, files_tab, record_page
from suite.desk.views.todos import tasks_of

VIEW = "crm_sales.view_contract"
Status = Contract.Status


@door(VIEW)
def contract_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, ContractList)


@door("crm_sales.add_contract")
def contract_new(request: HttpRequest) -> HttpResponse:
    """A new contract; `?party=` fills in the customer."""
    return _write(request, None)


@door(CHANGE)
def contract_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft; what waits for approval is taken back first."""
    contract = _mine(request, pk, CHANGE)
    return _write(request, contract) if contract.status == Status.DRAFT else redirect("sales:contract", pk)


def _write(request: HttpRequest, contract: Contract | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    shown = blank(request) if contract is None else _shown(contract)
    form = ContractForm(data, request.FILES or None, actor=actor, initial=shown, record=contract)
    lines = lines_of(actor, data, contract.lines.all() if contract else ())
    rows = shown_plan(contract) if contract is not None and data is None else None
    plan = Plan(data, actor=actor, prefix="plan", initial=rows)
    status = 200 if data is None else 400
    if data is not None and all([form.is_valid(), lines.is_valid(), plan.is_valid()]):
        status = 409
        try:
            saved = _save(form, lines, plan, contract, actor)
        except BusinessError as error:
            _place(error, form, lines, plan, contract)
        except ValidationError as error:
            refusals.place(error, form, lines)
        else:
            messages.success(request, _("Contract %(number)s was saved") % {"number": saved.number})
            return redirect("sales:contract", saved.pk)
    page = reverse("sales:contract", args=[contract.pk]) if contract else reverse("sales:contracts")
    currency = contract.currency_id if contract else actor.company.currency
    context = {
        "form": form,
        "lines": lines,
        "plan": plan,
        "heading": str(contract) if contract else _("New contract"),
        "crumbs": [*_crumbs(), *([(contract.number, page)] if contract else [])],
        "back": page,
        "reckon": f"{reverse('sales:reckon')}?currency={currency}",
        "currency": currency,
    }
    return render_page(request, "crm/sales/contract_form.html", context, status=status)


def _shown(contract: Contract) -> dict[str, Any]:
    return {name: getattr(contract, name) for name in ContractForm.base_fields if hasattr(contract, name)}


def _save(form: ContractForm, lines: Any, plan: Any, contract: Contract | None, actor: Actor) -> Contract:
    values = form.values()
    typed = {
        "lines": [each.line() for each in lines.filled_forms],
        "plan": [each.milestone() for each in plan.filled_forms],
    }
    if contract is not None:
        version = form.cleaned_data["version"]
        if values["template"] and not (values["body"] or values["body_en"]):
            values |= {"body": values["template"].body, "body_en": values["template"].body_en}
        return form.keep(
            lambda: contracts.change_contract(
                contract_id=contract.pk, version=version, actor=actor, **typed, **values
            ),
            new=False,
        )  # fmt: skip
    keys = {f"{name}_id": row.pk for name in ("contact", "template") if (row := values.pop(name)) is not None}

    def create() -> Contract:
        return form.keep(lambda: contracts.create_contract(actor=actor, **typed, **keys, **values), new=True)

    return once(form.cleaned_data.get("once", ""), create, model=Contract, actor=actor)


def _place(error: BusinessError, form: Any, lines: Any, plan: Any, contract: Contract | None) -> None:
    """What is said of the plan stands at its milestones, the rest at the lines."""
    of_plan = [each for each in error.refusals if (each.field or "").startswith("plan_") and each.line is not None]
    for each in of_plan:
        plan.refuse(each.line, each.field, str(each))
    if len(of_plan) < len(error.refusals):
        error.refusals = [each for each in error.refusals if each not in of_plan]
        place(error, form, lines, contract)


@door(VIEW)
@require_GET
def contract_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One contract: its lines, plan and clauses, what came of it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    contract = rules.shown(_mine(request, pk, VIEW), actor)
    lines = Prefetch("lines", ContractLine.objects.select_related("product", "unit"))
    prefetch_related_objects([contract], lines, Prefetch("milestones", Milestone.objects.select_related("done_by")))
    customer = Customer.objects.visible_to(actor).filter(party=contract.party_id).first()
    lacking = approving.lacking([contract], actor).get(pk, []) if contract.status == Status.DRAFT else []
    low = approving.undertaxed([contract]).get(pk, []) if contract.status == Status.DRAFT else []
    tabs = [
        Tab("clauses", _("Clauses"), template="crm/sales/_clauses.html"),
        Tab("history", _("History"), url=reverse("sales:contract_history", args=[pk])),
        Tab("tasks", _("Tasks"), url=reverse("sales:contract_tasks", args=[pk])),
        *files_tab(actor, contract),
    ]
    if customer:
        tabs.insert(1, Tab("timeline", _("Timeline"), url=reverse("customers:history", args=[customer.pk])))
    page = RecordPage(
        contract.name,
        lead=f"{contract.number} · {contract.party.label}",
        crumbs=_crumbs(),
        badges=[(str(contract.get_status_display()), CONTRACT_COLOURS[contract.status])],
        acts=_acts(contract, lacking),
        facts=_facts(contract),
        tabs=tabs,
        chain=chain_of(actor, contract),
        record=contract,
    )
    today = clock.today(actor.company)
    context = {
        "contract": contract,
        "approvals": route_of(contract.kind(), pk),
        "lines": contract.lines.all(),
        "plan": [(row, plans.state_of(row, contract, today), clauses.when(row)) for row in contract.milestones.all()],
        "may_finish": actor.may(CHANGE) and contract.status in (Status.ACTIVE, Status.EXPIRED),
        "doubts": [*lacking, *low],
        "clauses": clauses.filled(contract),
        "capitals": in_words(contract.gross, contract.currency_id),
    }
    return record_page(request, page, context, template="crm/sales/contract.html")


def _acts(contract: Contract, lacking: list[Refusal]) -> list[PageAct]:
    draft, in_force = contract.status == Status.DRAFT, contract.status in (Status.ACTIVE, Status.EXPIRED)
    acts = []
    if draft:
        hindering = next((each for each in lacking if each.code != "needs_approval" and each.line is None), None)
        needs = any(each.code == "needs_approval" for each in lacking)
        label = _("Submit for approval") if needs else _("Put into force")
        acts += [
            _act(contract, "submit", label, "send", CHANGE, primary=True, disabled=str(hindering or "")),
            edit_act("sales:contract_edit", contract.pk, CHANGE),
        ]
    if contract.status == Status.ACTIVE and not _ordered(contract):
        acts.append(
            _act(contract, "order", _("Turn into an order"), "shopping-cart", "crm_sales.add_order", primary=True)
        )
    if contract.status in (Status.AWAITING, Status.ACTIVE) and contract.signed_on is None:
        url = reverse("sales:contract_sign", args=[contract.pk])
        acts.append(PageAct(_("Signed"), url, "signature", CHANGE, method="get"))
    if in_force:
        acts += [
            _act(contract, "complete", _("Complete"), "check", END),
            _act(contract, "terminate", _("End before its time"), "x", END, danger=True, in_menu=True,
                 reason="needed", confirm=_("Why does the contract end?")),
        ]  # fmt: skip
    if draft:
        acts.append(
            _act(contract, "delete", _("Delete the draft"), "trash", "crm_sales.delete_contract", in_menu=True,
                 danger=True, confirm=_("Delete this draft for good?"))
        )  # fmt: skip
    return acts


def _ordered(contract: Contract) -> bool:
    return contract.orders.exclude(status=Order.Status.CANCELLED).exists()


def _act(contract: Contract, name: str, label: str, icon: str, permission: str, **more: Any) -> PageAct:
    return PageAct(label, reverse("sales:contract_act", args=[contract.pk, name]), icon, permission, **more)


def _facts(contract: Contract) -> list[Fact]:
    own = contract.company.currency
    return [
        Fact(_("Customer"), contract.party.label, documents.url_of("masterdata.party", contract.party_id)),
        Fact(_("Contact"), contract.contact),
        Fact(
            _("Total with tax"),
            formats.money(contract.gross, "" if contract.currency_id == own else str(contract.currency_id)),
        ),
        Fact(_("Begins"), formats.day(contract.starts_on)),
        Fact(_("Ends"), formats.day(contract.ends_on)),
        Fact(_("Signed"), formats.day(contract.signed_on)),
        Fact(_("In force since"), formats.moment(contract.approved_at)),
        Fact(_("Quotation"), contract.quotation, documents.url_of(Quotation.kind(), contract.quotation_id)),
        Fact(_("Opportunity"), contract.opportunity, documents.url_of(Opportunity.kind(), contract.opportunity_id)),
        Fact(_("Template"), contract.template),
        Fact(_("Owner"), contract.owner),
        Fact(_("Date"), formats.day(contract.date)),
        Fact(_("Note"), contract.note),
    ]


def _crumbs() -> list[tuple[Any, str]]:
    return [(_("Contracts"), reverse("sales:contracts"))]


def _mine(request: HttpRequest, pk: int, permission: str) -> Contract:
    rows = Contract.objects.visible_to(request.actor, permission)  # type: ignore[attr-defined]
    related = ("company", "party", "contact", "owner", "quotation", "opportunity", "template")
    return get_object_or_404(rows.select_related(*related), pk=pk)


@door(CHANGE)
def contract_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Note on which day both sides had signed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    contract = _mine(request, pk, CHANGE)
    data = request.POST if request.method == "POST" else None
    form = SignForm(data, actor=actor, initial={"signed_on": clock.today(actor.company)})
    page, status = reverse("sales:contract", args=[pk]), 200 if data is None else 400
    if data is not None and form.is_valid():
        status = 409
        try:
            executing.sign_contract(contract_id=pk, signed_on=form.cleaned_data["signed_on"], actor=actor)
        except BusinessError as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("%(number)s is signed") % {"number": contract.number})
            return redirect(page)
    context = {
        "form": form, "heading": _("%(number)s was signed") % {"number": contract.number}, "back": page,
        "crumbs": [*_crumbs(), (contract.number, page)],
    }  # fmt: skip
    return render_page(request, "suite/desk/form_page.html", context, status=status)


Answer = tuple[str, Any]


def _submit(contract: Contract, actor: Actor, reason: str) -> Answer:
    (row,) = executing.submit_contracts(contract_ids=[contract.pk], actor=actor)
    sentence = _("%(number)s is in force") if row.status == Status.ACTIVE else _("%(number)s waits for approval")
    return sentence % {"number": contract.number}, redirect("sales:contract", contract.pk)


def _order(contract: Contract, actor: Actor, reason: str) -> Answer:
    order = executing.order_contract(contract_id=contract.pk, actor=actor)
    return _("Order %(number)s was written") % {"number": order}, redirect("sales:order", order.pk)


def _complete(contract: Contract, actor: Actor, reason: str) -> Answer:
    executing.complete_contracts(contract_ids=[contract.pk], actor=actor, reason=reason)
    return _("%(number)s is completed") % {"number": contract.number}, redirect("sales:contract", contract.pk)


def _terminate(contract: Contract, actor: Actor, reason: str) -> Answer:
    executing.terminate_contracts(contract_ids=[contract.pk], actor=actor, reason=reason)
    return _("%(number)s has ended") % {"number": contract.number}, redirect("sales:contract", contract.pk)


def _delete(contract: Contract, actor: Actor, reason: str) -> Answer:
    if refused := contracts.delete_drafts(contract_ids=[contract.pk], actor=actor):
        raise BusinessError(*refused.values())
    return _("%(number)s was deleted") % {"number": contract.number}, redirect("sales:contracts")


ACTS: dict[str, tuple[str, Callable[[Contract, Actor, str], Answer]]] = {
    "submit": (CHANGE, _submit),
    "order": ("crm_sales.add_order", _order),
    "complete": (END, _complete),
    "terminate": (END, _terminate),
    "delete": ("crm_sales.delete_contract", _delete),
}


@door(VIEW)
def contract_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do something to a contract."""
    if name not in ACTS:
        raise Http404
    permission, act = ACTS[name]
    if request.method != "POST":
        return redirect("sales:contract", pk)
    contract = _mine(request, pk, permission)
    try:
        sentence, response = act(contract, request.actor, request.POST.get("reason", "")[:500])  # type: ignore[attr-defined]
    except BusinessError as error:
        if error.code == "already_ordered":  # the second of two clicks
            return redirect("sales:order", contract.orders.order_by("-pk").values_list("pk", flat=True)[0])
        raise
    messages.success(request, sentence)
    return response


@door(CHANGE)
def milestone_done(request: HttpRequest, pk: int, milestone: int) -> HttpResponse:
    """Note that a milestone was reached."""
    contract = _mine(request, pk, CHANGE)
    row = get_object_or_404(contract.milestones.all(), pk=milestone)
    if request.method == "POST":
        plans.finish_milestones(milestone_ids=[row.pk], actor=request.actor)  # type: ignore[attr-defined]
        messages.success(request, _("%(name)s is reached") % {"name": row.name})
    return redirect("sales:contract", pk)


def _made(request: HttpRequest, make: Callable[[], Contract], back: str) -> HttpResponse:
    if request.method != "POST":
        return redirect(back)
    contract = make()
    messages.success(request, _("Contract %(number)s was written") % {"number": contract.number})
    return redirect("sales:contract_edit", contract.pk)


@door("crm_sales.add_contract")
def contract_of_quotation(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the contract on a quotation, with its lines and prices."""
    rows = Quotation.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    quotation = get_object_or_404(rows, pk=pk)
    return _made(
        request,
        lambda: contracts.contract_from_quotation(quotation_id=quotation.pk, actor=request.actor),  # type: ignore[attr-defined]
        reverse("sales:quotation", args=[pk]),
    )


@door("crm_sales.add_contract")
def contract_of_opportunity(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the contract on a deal, with its customer and products."""
    deal = get_object_or_404(Opportunity.objects.visible_to(request.actor), pk=pk)  # type: ignore[attr-defined]
    return _made(
        request,
        lambda: contracts.contract_from_opportunity(opportunity_id=deal.pk, actor=request.actor),  # type: ignore[attr-defined]
        reverse("sales:opportunity", args=[pk]),
    )


@door(VIEW)
@require_GET
def contract_history(request: HttpRequest, pk: int) -> HttpResponse:
    return history(request, _mine(request, pk, VIEW))


@door("desk.view_task")
def contract_tasks(request: HttpRequest, pk: int) -> HttpResponseBase:
    return tasks_of(request, _mine(request, pk, VIEW))
