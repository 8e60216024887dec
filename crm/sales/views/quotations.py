"""Pages of quotations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.sales.forms import QuotationForm, SendForm
from crm.sales.lists import QUOTATION_COLOURS, QuotationList
from crm.sales.models import Opportunity, Quotation, QuotationLine
from crm.sales.services import approving, comparing, quotations
from crm.sales.views.history import history
from crm.sales.views.sheets import Sheet, blank, in_words, tell_costs, write
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

Status = Quotation.Status


@door("crm_sales.view_quotation")
def quotation_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, QuotationList)


def _create(**values: Any) -> Quotation:
    return quotations.create_quotation(**values)


def _change(quotation: Quotation, **values: Any) -> Quotation:
    return quotations.change_quotation(quotation_id=quotation.pk, **values)


SHEET = Sheet(
    Quotation, QuotationForm, _create, _change, "sales:quotation", gettext_lazy("Quotation %(number)s was saved")
)


@door("crm_sales.add_quotation")
def quotation_new(request: HttpRequest) -> HttpResponse:
    """A new quotation; `?party=` fills in the customer."""
    context = {"heading": _("New quotation"), "crumbs": _crumbs(), "back": reverse("sales:quotations")}
    return write(request, SHEET, initial=blank(request), **context)


@door("crm_sales.change_quotation")
def quotation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft; a quotation that was sent is revised instead."""
    quotation = _mine(request, pk, "crm_sales.change_quotation")
    page = reverse("sales:quotation", args=[pk])
    if quotation.status != Status.DRAFT:
        return redirect(page)
    context = {"heading": str(quotation), "crumbs": [*_crumbs(), (str(quotation), page)], "back": page}
    return write(request, SHEET, quotation, **context)


@door("crm_sales.view_quotation")
@require_GET
def quotation_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One quotation: its lines, its papers, whether the mail went out."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    quotation = rules.shown(_mine(request, pk, "crm_sales.view_quotation"), actor)
    prefetch_related_objects([quotation], Prefetch("lines", QuotationLine.objects.select_related("product", "unit")))
    tell_costs(quotation, quotation.lines.all(), actor)
    lacking = approving.lacking([quotation], actor).get(pk, []) if quotation.status == Status.DRAFT else []
    low = approving.undertaxed([quotation]).get(pk, []) if quotation.status == Status.DRAFT else []
    page = RecordPage(
        str(quotation),
        lead=quotation.party.label,
        crumbs=_crumbs(),
        badges=[_state(quotation, actor)],
        acts=_acts(quotation, next((each for each in lacking if each.line is None), None)),
        facts=_facts(quotation),
        tabs=[
            Tab("history", _("History"), url=reverse("sales:quotation_history", args=[pk])),
            Tab("tasks", _("Tasks"), url=reverse("sales:quotation_tasks", args=[pk])),
            *files_tab(actor, quotation),
        ],
        chain=chain_of(actor, quotation),
        record=quotation,
    )
    context = {
        "quotation": quotation,
        "approvals": route_of(quotation.kind(), pk),
        "lines": quotation.lines.all(),
        "doubts": [*lacking, *low],
        "capitals": in_words(quotation.gross, quotation.currency_id),
        "mails": quotation.mails.order_by("-id")[:5],
    }
    return record_page(request, page, context, template="crm/sales/quotation.html")


def _state(quotation: Quotation, actor: Actor) -> tuple[str, str]:
    until = quotation.valid_until
    if quotation.status == Status.SENT and until and until < clock.today(actor.company):
        return _("Expired"), "warning"
    return str(quotation.get_status_display()), QUOTATION_COLOURS[quotation.status]


def _acts(quotation: Quotation, missing: Refusal | None) -> list[PageAct]:
    draft, sent = quotation.status == Status.DRAFT, quotation.status == Status.SENT
    acts = []
    if missing and missing.code == "needs_approval":
        acts.append(
            _act(quotation, "submit", _("Submit for approval"), "send", "crm_sales.change_quotation", primary=True)
        )
    if draft or sent:
        label = _("Send") if draft else _("Send again")
        acts.append(
            _link(quotation, "send", label, "send", "crm_sales.send_quotation", primary=draft and not missing,
                  in_menu=not draft, disabled=str(missing or ""))
        )  # fmt: skip
    if sent:
        acts.append(
            _link(quotation, "link", _("Link for the customer"), "link", "crm_sales.send_quotation", in_menu=True)
        )
    if draft or sent or (quotation.status == Status.WON and not quotation.orders.exists()):
        acts.append(
            _act(quotation, "order", _("Turn into an order"), "shopping-cart", "crm_sales.add_order", primary=not draft)
        )
    if draft or sent:
        url = reverse("sales:contract_of_quotation", args=[quotation.pk])
        acts.append(PageAct(_("Write the contract"), url, "contract", "crm_sales.add_contract", in_menu=draft))
    if draft:
        acts.append(edit_act("sales:quotation_edit", quotation.pk, "crm_sales.change_quotation"))
    if quotation.revision > 1 or quotation.status == Status.REPLACED:
        acts.append(_link(quotation, "compare", _("Compare versions"), "arrows-split", "crm_sales.view_quotation"))
    if sent:
        acts.append(_act(quotation, "revise", _("Revise"), "copy", "crm_sales.change_quotation"))
    if draft or sent:
        acts += [
            _act(quotation, "lose", _("Lost"), "x", "crm_sales.change_quotation", in_menu=True, reason=True,
                 confirm=_("Why was it lost?")),
            _act(quotation, "win", _("Won elsewhere"), "check", "crm_sales.change_quotation", in_menu=True),
        ]  # fmt: skip
    if draft:
        acts.append(
            _act(quotation, "delete", _("Delete the draft"), "trash", "crm_sales.delete_quotation", in_menu=True,
                 danger=True, confirm=_("Delete this draft for good?"))
        )  # fmt: skip
    return acts


def _act(quotation: Quotation, name: str, label: str, icon: str, permission: str, **more: Any) -> PageAct:
    return PageAct(label, reverse("sales:quotation_act", args=[quotation.pk, name]), icon, permission, **more)


def _link(quotation: Quotation, name: str, label: str, icon: str, permission: str, **more: Any) -> PageAct:
    url = reverse(f"sales:quotation_{name}", args=[quotation.pk])
    return PageAct(label, url, icon, permission, method="get", **more)


def _facts(quotation: Quotation) -> list[Fact]:
    return [
        Fact(_("Customer"), quotation.party.label, documents.url_of("masterdata.party", quotation.party_id)),
        Fact(_("Contact"), quotation.contact),
        Fact(_("Opportunity"), quotation.opportunity, documents.url_of(Opportunity.kind(), quotation.opportunity_id)),
        Fact(_("Owner"), quotation.owner),
        Fact(_("Date"), formats.day(quotation.date)),
        Fact(_("Valid until"), formats.day(quotation.valid_until)),
        Fact(_("Sent"), formats.moment(quotation.sent_at)),
        Fact(_("Currency"), quotation.currency_id if quotation.currency_id != quotation.company.currency else ""),
        Fact(_("Note"), quotation.note),
    ]


def _crumbs() -> list[tuple[Any, str]]:
    return [(_("Quotations"), reverse("sales:quotations"))]


def _mine(request: HttpRequest, pk: int, permission: str) -> Quotation:
    rows = Quotation.objects.visible_to(request.actor, permission)  # type: ignore[attr-defined]
    return get_object_or_404(
        rows.select_related("company", "party", "contact", "owner", "opportunity", "answer"), pk=pk
    )


def _order(quotation: Quotation, actor: Actor, reason: str) -> tuple[str, Any]:
    order = quotations.order_from_quotation(quotation_id=quotation.pk, actor=actor)
    return _("Order %(number)s was written") % {"number": order}, redirect("sales:order", order.pk)


def _submit(quotation: Quotation, actor: Actor, reason: str) -> tuple[str, Any]:
    approving.submit_quotations(quotation_ids=[quotation.pk], actor=actor)
    sentence = _("%(number)s waits for approval") % {"number": quotation}
    return sentence, redirect("sales:quotation", quotation.pk)


def _revise(quotation: Quotation, actor: Actor, reason: str) -> tuple[str, Any]:
    revision = quotations.revise_quotation(quotation_id=quotation.pk, actor=actor)
    return _("%(number)s is the new revision") % {"number": revision}, redirect("sales:quotation_edit", revision.pk)


def _win(quotation: Quotation, actor: Actor, reason: str) -> tuple[str, Any]:
    quotations.win_quotation(quotation_id=quotation.pk, actor=actor, reason=reason)
    return _("%(number)s is won") % {"number": quotation}, redirect("sales:quotation", quotation.pk)


def _lose(quotation: Quotation, actor: Actor, reason: str) -> tuple[str, Any]:
    quotations.lose_quotation(quotation_id=quotation.pk, actor=actor, reason=reason)
    return _("%(number)s is lost") % {"number": quotation}, redirect("sales:quotation", quotation.pk)


def _delete(quotation: Quotation, actor: Actor, reason: str) -> tuple[str, Any]:
    quotations.delete_quotation(quotation_id=quotation.pk, actor=actor)
    return _("%(number)s was deleted") % {"number": quotation}, redirect("sales:quotations")


ACTS: dict[str, tuple[str, Callable[[Quotation, Actor, str], tuple[str, Any]]]] = {
    "submit": ("crm_sales.change_quotation", _submit),
    "order": ("crm_sales.add_order", _order),
    "revise": ("crm_sales.change_quotation", _revise),
    "win": ("crm_sales.change_quotation", _win),
    "lose": ("crm_sales.change_quotation", _lose),
    "delete": ("crm_sales.delete_quotation", _delete),
}


@door("crm_sales.view_quotation")
def quotation_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do something to a quotation."""
    if name not in ACTS:
        raise Http404
    permission, act = ACTS[name]
    if request.method != "POST":
        return redirect("sales:quotation", pk)
    quotation = _mine(request, pk, permission)
    try:
        sentence, response = act(quotation, request.actor, request.POST.get("reason", "")[:500])  # type: ignore[attr-defined]
    except BusinessError as error:
        if error.code == "already_ordered":  # the second of two clicks
            return redirect("sales:order", quotation.orders.order_by("-pk").values_list("pk", flat=True)[0])
        raise
    messages.success(request, sentence)
    return response


@door("crm_sales.send_quotation")
def quotation_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail a quotation, or mark it as sent."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    quotation = _mine(request, pk, "crm_sales.send_quotation")
    address = (quotation.contact.email if quotation.contact else "") or quotation.party.email
    data = request.POST if request.method == "POST" else None
    form = SendForm(data, actor=actor, initial={"to": address, "language": get_language()})
    page = reverse("sales:quotation", args=[pk])
    status = 400 if data is not None else 200
    if data is not None and form.is_valid():
        typed, status = form.cleaned_data, 409
        try:
            quotations.send_quotation(quotation_id=pk, actor=actor, by_mail=bool(typed["to"]), **typed)
        except BusinessError as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("%(number)s was sent") % {"number": quotation})
            return redirect(page)
    context = {
        "form": form,
        "heading": _("Send %(number)s") % {"number": quotation},
        "crumbs": [*_crumbs(), (str(quotation), page)],
        "back": page,
        "submit": _("Send"),
    }
    return render_page(request, "suite/desk/form_page.html", context, status=status)


@door("crm_sales.view_quotation")
@require_GET
def quotation_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """A version beside another one (`?with=`), by default the one before it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    quotation = _mine(request, pk, "crm_sales.view_quotation")
    versions = comparing.versions_of(quotation, actor)
    others = [row for row in versions if row.pk != pk]
    asked = request.GET.get("with", "")
    nearest = min(others, key=lambda row: (row.revision > quotation.revision, -row.revision), default=None)
    other = next((row for row in others if str(row.pk) == asked), nearest)
    page = reverse("sales:quotation", args=[pk])
    context = {
        "quotation": quotation,
        "versions": versions,
        "other": other,
        "comparison": comparing.compare(quotation, other) if other else None,
        "heading": _("Versions of %(number)s") % {"number": quotation.number},
        "crumbs": [*_crumbs(), (str(quotation), page)],
    }
    return render_page(request, "crm/sales/quotation_compare.html", context)


@door("crm_sales.view_quotation")
@require_GET
def quotation_history(request: HttpRequest, pk: int) -> HttpResponse:
    return history(request, _mine(request, pk, "crm_sales.view_quotation"))


@door("desk.view_task")
def quotation_tasks(request: HttpRequest, pk: int) -> HttpResponseBase:
    return tasks_of(request, _mine(request, pk, "crm_sales.view_quotation"))
