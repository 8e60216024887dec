"""Requisitions: list, page, sheet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from erp.procurement import services
from erp.procurement.forms import ChooseSupplierForm, PaperForm, wishes_of
from erp.procurement.lists import AREA, REQUISITION_ACTS, RequisitionList
from erp.procurement.models import Requisition
from erp.procurement.views.common import actor_of, buttons, do, lines_now
from suite.automation.queries import route_of
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import documents, formats, refusals
from suite.desk.chain import chain_of
from suite.desk.lists import list_view
from suite.desk.own import rules
from suite.desk.pages import render_page
from suite.desk.records import Fact, RecordPage, edit_act, record_page


@door(f"{AREA}.view_requisition")
def requisition_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, RequisitionList)


@door(f"{AREA}.view_requisition")
@require_GET
def requisition_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked for and why, who must agree, what it became."""
    actor = actor_of(request)
    rows = Requisition.objects.visible_to(actor).select_related("warehouse", "created_by")
    requisition = rules.shown(get_object_or_404(rows, pk=pk), actor)
    acts = buttons(REQUISITION_ACTS, requisition, "procurement:requisition_act", actor=actor)
    if requisition.status == Requisition.Status.DRAFT:
        acts.append(edit_act("procurement:requisition_edit", pk, f"{AREA}.change_requisition"))
    page = RecordPage(
        requisition.number,
        lead=requisition.note,
        crumbs=[(_("Purchase requisitions"), reverse("procurement:requisitions"))],
        badges=[documents.state_of(requisition) or ("", "")],
        acts=acts,
        facts=[
            Fact(_("Origin"), requisition.get_origin_display()),
            Fact(_("Order"), requisition.order_number, documents.url_of(requisition.order_kind, requisition.order_id)),
            Fact(_("Amount without tax"), formats.money(requisition.amount)),
            Fact(_("Warehouse"), requisition.warehouse),
            Fact(_("Requested by"), requisition.created_by),
            Fact(_("Created"), formats.moment(requisition.created_at)),
        ],
        chain=chain_of(actor, requisition),
        record=requisition,
    )
    lines = list(requisition.lines.select_related("product__unit", "supplier__party"))
    may_choose = actor.may(f"{AREA}.order_requisition") and requisition.status in (
        Requisition.Status.SUBMITTED, Requisition.Status.APPROVED,
    )  # fmt: skip
    lacks = any(line.supplier_id is None for line in lines)
    context = {
        "requisition": requisition,
        "lines": lines,
        "approvals": route_of(requisition.kind(), pk),
        "chooser": ChooseSupplierForm(actor=actor) if may_choose and lacks else None,
    }
    return record_page(request, page, context, template="erp/procurement/requisition.html")


@door(f"{AREA}.view_requisition")
@require_POST
def requisition_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Submit, approve, reject, order, reopen or give up."""
    page = reverse("procurement:requisition", args=[pk])
    return do(request, REQUISITION_ACTS, Requisition, pk, name, page)


@door(f"{AREA}.order_requisition")
@require_POST
def choose_supplier(request: HttpRequest, pk: int) -> HttpResponse:
    """Name the supplier of the lines that have none, or of one line."""
    actor = actor_of(request)
    requisition = get_object_or_404(Requisition.objects.visible_to(actor, f"{AREA}.order_requisition"), pk=pk)
    form = ChooseSupplierForm(request.POST, actor=actor)
    if form.is_valid():
        named = request.POST.get("line", "")
        lines = (
            requisition.lines.filter(pk=named)
            if named.isascii() and named.isdigit()
            else requisition.lines.filter(supplier=None)
        )
        pks = list(lines.values_list("pk", flat=True))
        services.choose_supplier(lines=pks, supplier=form.cleaned_data["supplier"], actor=actor)
        messages.success(request, _("The supplier was chosen"))
    else:
        messages.error(request, _("Nothing with this name can be picked"))
    return redirect("procurement:requisition", pk)


@door(f"{AREA}.add_requisition")
def requisition_new(request: HttpRequest) -> HttpResponse:
    """Ask for goods by hand."""
    return _sheet(request, None)


@door(f"{AREA}.change_requisition")
def requisition_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    rows = Requisition.objects.visible_to(actor_of(request), f"{AREA}.change_requisition")
    return _sheet(request, get_object_or_404(rows, pk=pk))


def _sheet(request: HttpRequest, requisition: Requisition | None) -> HttpResponse:
    actor = actor_of(request)
    data = request.POST if request.method == "POST" else None
    initial = {name: getattr(requisition, name) for name in ("warehouse", "note", "version")} if requisition else {}
    form = PaperForm(data, request.FILES or None, actor=actor, initial=initial, record=requisition)
    lines = wishes_of(actor, data, requisition.lines.all() if requisition else ())
    status = 200 if data is None else 400
    if data is not None and all([form.is_valid(), lines.is_valid()]):
        status = 409
        wishes, values = [each.line() for each in lines.filled_forms], form.values()
        try:
            version = form.cleaned_data["version"]
            saved = form.keep(lambda: _save(requisition, wishes, values, version, actor), new=requisition is None)
        except BusinessError as error:
            refusals.place(error, form, lines, now=lines_now(requisition))
        else:
            messages.success(request, _("%(number)s was saved") % {"number": saved})
            return redirect("procurement:requisition", saved.pk)
    context = {
        "form": form,
        "lines": lines,
        "heading": requisition.number if requisition else _("New requisition"),
        "crumbs": [(_("Purchase requisitions"), reverse("procurement:requisitions"))],
        "back": reverse("procurement:requisition", args=[requisition.pk])
        if requisition
        else reverse("procurement:requisitions"),
    }
    return render_page(request, "suite/desk/form_page.html", context, status=status)


def _save(
    requisition: Requisition | None, wishes: list[Any], values: dict[str, Any], version: int | None, actor: Any
) -> Requisition:
    if requisition:
        return services.change_requisition(
            requisition_id=requisition.pk, lines=wishes, version=version, actor=actor, **values
        )
    return services.create_requisition(lines=wishes, actor=actor, **values)


@door(f"{AREA}.add_requisition")
@require_POST
def reorder(request: HttpRequest) -> HttpResponse:
    """Ask for everything below its reorder point."""
    made = services.reorder(actor=actor_of(request))
    if made:
        messages.success(request, _("Proposals made: %(count)s") % {"count": len(made)})
    else:
        messages.info(request, _("Stock covers what is wanted: nothing to propose"))
    return redirect(f"{reverse('procurement:requisitions')}?view=proposals")
