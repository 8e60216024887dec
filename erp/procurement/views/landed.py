"""Landed costs: their list, the page on which they are put on goods, their record."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from erp.inventory.models import GoodsReceipt
from erp.procurement import services
from erp.procurement.forms import ChargedReceipts, LandedCostForm
from erp.procurement.lists import AREA, LandedCostList
from erp.procurement.models import LandedCost, PurchaseOrder
from erp.procurement.views.common import actor_of
from suite.core.doors import door
from suite.desk import documents, formats
from suite.desk.chain import chain_of
from suite.desk.lists import list_view
from suite.desk.own import rules
from suite.desk.pages import entry_page
from suite.desk.records import Fact, PageAct, RecordPage, record_page


@door(f"{AREA}.view_landedcost")
def landed_list(request: HttpRequest) -> HttpResponse:
    return list_view(request, LandedCostList)


@door(f"{AREA}.view_landedcost")
@require_GET
def landed_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What was paid, which goods bear it, and what of it is still in stock."""
    actor = actor_of(request)
    landed = rules.shown(get_object_or_404(LandedCost.objects.visible_to(actor).select_related("owner"), pk=pk), actor)
    acts = []
    if landed.status == LandedCost.Status.POSTED:
        away = reverse("procurement:landed_reverse", args=[pk])
        acts.append(
            PageAct(
                _("Reverse"), away, "arrow-back-up", f"{AREA}.reverse_landedcost", danger=True, reason=True,
                confirm=_("Take this cost off the goods again?"),
            )
        )  # fmt: skip
    page = RecordPage(
        landed.number,
        lead=landed.note,
        crumbs=[(_("Landed costs"), reverse("procurement:landed_costs"))],
        badges=[documents.state_of(landed)],
        acts=acts,
        facts=[
            Fact(_("Amount without tax"), formats.money(landed.amount, actor.company.currency)),
            Fact(_("Spread"), landed.get_basis_display()),
            Fact(_("Date"), formats.day(landed.date)),
            Fact(_("By"), landed.owner),
        ],
        chain=chain_of(actor, landed),
        record=landed,
    )
    lines = landed.lines.select_related("receipt_line__product__unit", "receipt_line__receipt")
    return record_page(request, page, {"lines": lines}, template="erp/procurement/landed.html")


@door(f"{AREA}.add_landedcost")
def landed_new(request: HttpRequest) -> HttpResponse:
    """Put a cost on what came in; `?receipt=` brings a receipt along, `?order=` all of a purchase order."""
    actor = actor_of(request)

    def do(values: dict[str, Any], lines: list[dict[str, Any]]) -> str:
        product = values.pop("product")
        landed = services.put_on(
            receipt_ids={line["receipt"].pk for line in lines},
            product_ids=[product.pk] if product else [],
            actor=actor,
            **values,
        )
        messages.success(request, _("%(number)s is posted") % {"number": landed.number})
        return reverse("procurement:landed", args=[landed.pk])

    named = Q(pk=_key(request, "receipt")) | Q(order_kind=PurchaseOrder.kind(), order_id=_key(request, "order"))
    found = GoodsReceipt.objects.visible_to(actor).filter(named, status=GoodsReceipt.Status.POSTED)[:50]
    form = LandedCostForm(request.POST or None, actor=actor)
    lines = ChargedReceipts(
        request.POST or None,
        actor=actor,
        prefix="lines",
        initial=None if request.POST else [{"receipt": receipt.pk} for receipt in found] or None,
    )
    back = reverse("procurement:landed_costs")
    heading = _("New landed cost")
    return entry_page(request, form, do, lines, heading=heading, section=_("Landed costs"), back=back)


def _key(request: HttpRequest, name: str) -> int:
    """The key of a record in the address; 0, which none has, where there is none."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


@door(f"{AREA}.reverse_landedcost")
@require_POST
def landed_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it off the goods again."""
    actor = actor_of(request)
    landed = get_object_or_404(LandedCost.objects.visible_to(actor, f"{AREA}.reverse_landedcost"), pk=pk)
    services.take_off(landed, actor=actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("%(number)s is reversed") % {"number": landed.number})
    return redirect("procurement:landed", pk)
