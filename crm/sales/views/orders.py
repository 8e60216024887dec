"""Pages of orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.sales import ports
from crm.sales.forms import AmendForm, OrderForm, lines_of
from crm.sales.lists import OrderList, is_draft
from crm.sales.models import Order, OrderLine
from crm.sales.queries.orders import progress_of, way_of
from crm.sales.services import amending, approving, confirming, orders, promising
from crm.sales.views import refusals
from crm.sales.views.history import history
from crm.sales.views.sheets import Sheet, blank, in_words, place, reckon, tell_costs, write
from suite.automation.queries import route_of
from suite.core.access import Actor
from suite.core.acts import acting
from suite.core.doors import door
from suite.core.errors import BusinessError, Refusal
from suite.desk import documents, formats
from suite.desk.chain import chain_of
from suite.desk.lists import list_view
from suite.desk.own import rules
from suite.desk.pages import render_page
from suite.desk.records import Fact, PageAct, RecordPage, Tab, edit_act, files_tab, record_page
from suite.desk.views.todos import tasks_of

Status = Order.Status


@door("crm_sales.view_order")
def order_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, OrderList)


def _create(**values: Any) -> Order:
    return orders.create_order(**values)


def _change(order: Order, **values: Any) -> Order:
    return orders.change_order(order_id=order.pk, **values)


SHEET = Sheet(Order, OrderForm, _create, _change, "sales:order", gettext_lazy("Order %(number)s was saved"))


@door("crm_sales.add_order")
def order_new(request: HttpRequest) -> HttpResponse:
    """A new order; `?party=` fills in the customer."""
    context = {"heading": _("New order"), "crumbs": _crumbs(), "back": reverse("sales:orders")}
    return write(request, SHEET, initial=blank(request), **context)


@door("crm_sales.change_order")
def order_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft; a confirmed order is amended instead."""
    order = _mine(request, pk, "crm_sales.change_order")
    if not is_draft(order):
        return redirect("sales:order_amend" if order.status == Status.CONFIRMED else "sales:order", pk)
    page = reverse("sales:order", args=[pk])
    return write(request, SHEET, order, heading=order.number, crumbs=[*_crumbs(), (order.number, page)], back=page)


@door("crm_sales.amend_order")
def order_amend(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the lines of a confirmed order; stock, purchasing and books follow."""
    order, actor = _mine(request, pk, "crm_sales.amend_order"), request.actor  # type: ignore[attr-defined]
    page = reverse("sales:order", args=[pk])
    if order.status != Status.CONFIRMED:
        return redirect(page)
    data = request.POST if request.method == "POST" else None
    form = AmendForm(data, actor=actor, initial={"version": order.version})
    lines = lines_of(actor, data, order.lines.all())
    status = 400 if data is not None else 200
    if data is not None and all([form.is_valid(), lines.is_valid()]):
        typed, status = form.cleaned_data, 409
        try:
            amending.amend_order(
                order_id=pk,
                lines=[each.line() for each in lines.filled_forms],
                actor=actor,
                version=typed["version"],
                reason=typed["reason"],
            )
        except BusinessError as error:
            place(error, form, lines, order)
        else:
            messages.success(request, _("Order %(number)s was amended") % {"number": order})
            return redirect(page)
    context = {
        "form": form,
        "lines": lines,
        "heading": _("Amend %(number)s") % {"number": order},
        "crumbs": [*_crumbs(), (order.number, page)],
        "back": page,
        "reckon": f"{reverse('sales:reckon')}?order={pk}",
        "currency": order.currency_id,
    }
    return render_page(request, "crm/sales/sheet.html", context, status=status)


@door("crm_sales.view_pricelist")
@require_POST
def reckon_sheet(request: HttpRequest) -> HttpResponse:
    """Prices, stock and totals of what is typed; `?order=` reckons under the terms of a confirmed order."""
    pk = request.GET.get("order", "")
    order = _mine(request, int(pk), "crm_sales.view_order") if pk.isdigit() else None
    return reckon(request, order)


@door("crm_sales.view_order")
@require_GET
def order_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: how far it is, its lines, its papers."""
    return show(request, _mine(request, pk, "crm_sales.view_order"))


def show(request: HttpRequest, order: Order, error: BusinessError | None = None) -> HttpResponse:
    """The page of an order; after a refusal with what was said at the lines and what may be done about it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    order = rules.shown(order, actor)
    fulfilment = ports.fulfilment(order, actor)
    prefetch_related_objects([order], Prefetch("lines", OrderLine.objects.select_related("product", "unit")))
    lines = list(order.lines.all())
    tell_costs(order, lines, actor)
    lacking = approving.lacking([order], actor).get(order.pk, []) if is_draft(order) else []
    low = approving.undertaxed([order]).get(order.pk, []) if is_draft(order) else []
    page = RecordPage(
        order.number,
        lead=order.party.label,
        crumbs=_crumbs(),
        badges=[documents.state_of(order) or ("", "")],
        acts=_acts(order, actor, next((each for each in lacking if each.line is None), None)),
        facts=_facts(order),
        tabs=_tabs(order) + files_tab(actor, order),
        chain=chain_of(actor, order),
        record=order,
    )
    context = {
        "order": order,
        "rows": progress_of(lines, fulfilment),
        "doubts": [*lacking, *low],
        "dated": any(line.promised_date or line.requested_date for line in lines),
        "way": way_of(order, lines, fulfilment, actor),
        "receipts": ports.receipts(order, actor) if order.status != Status.DRAFT or order.revision else (),
        "capitals": in_words(order.gross, order.currency_id),
        "amendments": order.amendments.select_related("made_by").order_by("-revision"),
        "approvals": route_of(order.kind(), order.pk),
        "refused": refusals.explained(error, order, actor) if error else None,
    }
    response = record_page(request, page, context, template="crm/sales/order.html")
    response.status_code = 409 if error else 200
    return response


def _acts(order: Order, actor: Actor, missing: Refusal | None) -> list[PageAct]:
    draft, confirmed = is_draft(order), order.status == Status.CONFIRMED
    started = _("Something was delivered, invoiced or paid already") if _has_started(order) else ""
    refusal = confirming.carried_out([order]).get(order.pk)
    delivered = str(refusal) if refusal else ""
    acts = []
    if draft:
        if missing and missing.code == "needs_approval":
            acts.append(_act(order, "submit", _("Submit for approval"), "send", "crm_sales.change_order", primary=True))
        acts += [
            _act(order, "confirm", _("Confirm"), "check", "crm_sales.confirm_order", primary=not missing,
                 disabled=str(missing or "")),
            edit_act("sales:order_edit", order.pk, "crm_sales.change_order"),
            _act(order, "promise", _("Promise a date"), "calendar-due", "crm_sales.change_order", in_menu=True),
        ]  # fmt: skip
    if confirmed:
        acts += [
            _link(order, "order_amend", _("Amend"), "pencil", "crm_sales.amend_order"),
            _act(order, "undo", _("Undo the confirmation"), "arrow-back-up", "crm_sales.confirm_order", in_menu=True,
                 confirm=_("Take back what the confirmation made? The order becomes a draft again."),
                 reason=True, disabled=started),
        ]  # fmt: skip
    if draft or confirmed:
        acts.append(
            _act(order, "cancel", _("Cancel the order"), "x", "crm_sales.cancel_order", in_menu=True, danger=True,
                 confirm=_("Cancel what is not delivered yet?"), reason=True, disabled=delivered)
        )  # fmt: skip
    if draft and not order.revision:
        acts.append(
            _act(order, "delete", _("Delete the draft"), "trash", "crm_sales.delete_order", in_menu=True, danger=True,
                 confirm=_("Delete this draft for good?"))
        )  # fmt: skip
    return acts


def _has_started(order: Order) -> bool:
    return any(getattr(order, name) != Order.Progress.NONE for name in ("delivery", "invoicing", "payment"))


def _act(order: Order, name: str, label: str, icon: str, permission: str, **more: Any) -> PageAct:
    return PageAct(label, reverse("sales:order_act", args=[order.pk, name]), icon, permission, **more)


def _link(order: Order, url_name: str, label: str, icon: str, permission: str) -> PageAct:
    return PageAct(label, reverse(f"sales:{url_name}", args=[order.pk]), icon, permission, method="get")


def _facts(order: Order) -> list[Fact]:
    return [
        Fact(_("Customer"), order.party.label, documents.url_of("masterdata.party", order.party_id)),
        Fact(_("Contact"), order.contact),
        Fact(_("Owner"), order.owner),
        Fact(_("Date"), formats.day(order.date)),
        Fact(_("Requested date"), formats.day(order.requested_date)),
        Fact(_("Promised date"), formats.day(order.promised_date)),
        Fact(_("Customer's reference"), order.customer_reference),
        Fact(_("Reference elsewhere"), order.external_ref),
        Fact(_("Shipping address"), order.shipping_address),
        Fact(_("When short"), order.get_shortage_display() if order.shortage else ""),
        Fact(_("Currency"), order.currency_id if order.currency_id != order.company.currency else ""),
        Fact(_("Revision"), order.revision or ""),
        Fact(_("Note"), order.note),
    ]


def _tabs(order: Order) -> list[Tab]:
    return [
        Tab("receipt", _("What it set in motion"), template="crm/sales/_receipt.html"),
        Tab("history", _("History"), url=reverse("sales:order_history", args=[order.pk])),
        Tab("tasks", _("Tasks"), url=reverse("sales:order_tasks", args=[order.pk])),
    ]


def _crumbs() -> list[tuple[Any, str]]:
    return [(_("Orders"), reverse("sales:orders"))]


def _mine(request: HttpRequest, pk: int, permission: str) -> Order:
    rows = Order.objects.visible_to(request.actor, permission)  # type: ignore[attr-defined]
    return get_object_or_404(rows.select_related("company", "party", "contact", "owner", "quotation"), pk=pk)


def _confirm(order: Order, actor: Actor, reason: str) -> str:
    try:
        confirming.confirm_orders(order_ids=[order.pk], actor=actor)
    except BusinessError as error:
        if error.code == "already_confirmed":  # the second of two clicks
            return _("Order %(number)s is confirmed")
        raise
    return _("Order %(number)s is confirmed")


def _confirm_waiting(order: Order, actor: Actor, reason: str) -> str:
    """Take what is free and request the rest, although the product says that short orders are refused."""
    with acting(actor):
        orders.change_order(order_id=order.pk, actor=actor, shortage=Order.Shortage.BACKORDER)
        return _confirm(order, actor, reason)


def _promise(order: Order, actor: Actor, reason: str) -> str:
    promising.promise_order(order_id=order.pk, actor=actor)
    return _("Order %(number)s has a promised date")


def _cancel(order: Order, actor: Actor, reason: str) -> str:
    told = confirming.cancel_orders(order_ids=[order.pk], actor=actor, reason=reason).told
    return " · ".join([_("Order %(number)s is cancelled"), *told])


def _undo(order: Order, actor: Actor, reason: str) -> str:
    confirming.undo_confirm(order_id=order.pk, actor=actor, reason=reason)
    return _("Order %(number)s is a draft again")


def _delete(order: Order, actor: Actor, reason: str) -> str:
    orders.delete_draft(order_id=order.pk, actor=actor)
    return _("Order %(number)s was deleted")


def _submit(order: Order, actor: Actor, reason: str) -> str:
    approving.submit_orders(order_ids=[order.pk], actor=actor)
    return _("%(number)s waits for approval")


ACTS: dict[str, tuple[str, Callable[[Order, Actor, str], str]]] = {
    "submit": ("crm_sales.change_order", _submit),
    "confirm": ("crm_sales.confirm_order", _confirm),
    "confirm-waiting": ("crm_sales.confirm_order", _confirm_waiting),
    "promise": ("crm_sales.change_order", _promise),
    "undo": ("crm_sales.confirm_order", _undo),
    "cancel": ("crm_sales.cancel_order", _cancel),
    "delete": ("crm_sales.delete_order", _delete),
}


@door("crm_sales.view_order")
def order_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do something to an order; a refusal shows the order with the reason where it belongs."""
    if name not in ACTS:
        raise Http404
    permission, act = ACTS[name]
    if request.method != "POST":
        return redirect("sales:order", pk)
    order = _mine(request, pk, permission)
    try:
        sentence = act(order, request.actor, request.POST.get("reason", "")[:500])  # type: ignore[attr-defined]
    except BusinessError as error:
        order.refresh_from_db()
        return show(request, order, error)
    messages.success(request, sentence % {"number": order.number})
    return redirect("sales:orders") if name == "delete" else redirect("sales:order", pk)


@door("crm_sales.view_order")
@require_GET
def order_history(request: HttpRequest, pk: int) -> HttpResponse:
    return history(request, _mine(request, pk, "crm_sales.view_order"))


@door("desk.view_task")
def order_tasks(request: HttpRequest, pk: int) -> HttpResponseBase:
    return tasks_of(request, _mine(request, pk, "crm_sales.view_order"))
