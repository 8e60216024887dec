"""Goods receipts: their page, and the acts that take them back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from erp.inventory import services
from erp.inventory.forms import Entry, QuantitiesForm, ReturnForm, ReverseForm
from erp.inventory.models import GoodsReceipt
from erp.inventory.views.quantities import quantities_page, say_lost
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.said import listed
from suite.desk import documents, formats
from suite.desk.chain import chain_of
from suite.desk.own import rules
from suite.desk.pages import entry_page
from suite.desk.records import Fact, PageAct, RecordPage, record_page

VIEW, REVERSE = "erp_inventory.view_goodsreceipt", "erp_inventory.reverse_goodsreceipt"
LIST = "admin:erp_inventory_goodsreceipt_changelist"


def _mine(request: HttpRequest, code: str = "") -> QuerySet[GoodsReceipt]:
    rows = GoodsReceipt.objects.visible_to(request.actor, code)  # type: ignore[attr-defined]
    return rows.select_related("party", "warehouse")


def crumbs(request: HttpRequest) -> list[tuple[str, str]]:
    """Up to the list, for those who may enter the admin pages."""
    may = request.actor.may("core.use_admin")  # type: ignore[attr-defined]
    return [(_("Goods receipts"), reverse(LIST))] if may else []


@door(VIEW)
@require_GET
def receipt_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What came in, what it answers, and how it can be taken back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    receipt = rules.shown(get_object_or_404(_mine(request), pk=pk), actor)
    page = RecordPage(
        receipt.number,
        lead=receipt.party.label if receipt.party else receipt.reason,
        crumbs=crumbs(request),
        badges=[documents.state_of(receipt)],
        acts=_acts(receipt),
        facts=[
            Fact(_("Kind"), receipt.get_kind_of_display()),
            Fact(_("Order"), receipt.order_number, documents.url_of(receipt.order_kind, receipt.order_id)),
            Fact(_("Warehouse"), receipt.warehouse.label),
            Fact(_("Received on"), formats.day(receipt.received_on)),
            Fact(_("Supplier's delivery note"), receipt.reference),
            Fact(_("Reason"), receipt.reason),
            Fact(_("Note"), receipt.note),
        ],
        chain=chain_of(actor, receipt),
        record=receipt,
    )
    lines = receipt.lines.select_related("product__unit").order_by("position", "id")
    context = {"receipt": receipt, "lines": lines, "may_see_cost": actor.may("masterdata.see_cost")}
    return record_page(request, page, context, template="erp/inventory/receipt.html")


def _acts(receipt: GoodsReceipt) -> list[PageAct]:
    if receipt.status != GoodsReceipt.Status.POSTED or receipt.kind_of == GoodsReceipt.Kind.CUSTOMER_RETURN:
        return []
    acts = [
        PageAct(
            _("Reverse"), reverse("inventory:reverse_receipt", args=[receipt.pk]), "arrow-back-up", REVERSE,
            danger=True, reason=True, confirm=_("Was this receipt booked by mistake?"),
        )
    ]  # fmt: skip
    if receipt.kind_of == GoodsReceipt.Kind.PURCHASE:
        back = reverse("inventory:return_to_supplier", args=[receipt.pk])
        acts.insert(0, PageAct(_("Return to supplier"), back, "package-export", REVERSE, method="get"))
    return acts


@door(REVERSE)
def reverse_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a receipt that was booked by mistake; where orders hold the goods, the page names them and asks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    receipt = get_object_or_404(_mine(request, REVERSE), pk=pk)
    page = reverse("inventory:receipt", args=[pk])

    def do(values: dict[str, Any], lines: list[dict[str, Any]]) -> str:
        say_lost(request, services.reverse_receipt(receipt, actor=actor, **values))
        messages.success(request, _("%(number)s is reversed") % {"number": receipt.number})
        return page

    return entry_page(
        request, ReverseForm(request.POST or None, actor=actor), do,
        heading=_("Reverse %(number)s") % {"number": receipt.number}, section=receipt.number, back=page,
        submit=_("Reverse"),
    )  # fmt: skip


@door(REVERSE)
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Send goods back to the supplier."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    bought = _mine(request, REVERSE).filter(status=GoodsReceipt.Status.POSTED, kind_of=GoodsReceipt.Kind.PURCHASE)
    receipt = get_object_or_404(bought, pk=pk)
    entries = [
        Entry(
            line.pk, line.product.code, line.product.label, line.quantity - line.returned,
            {_("Received"): formats.quantity(line.quantity), _("Returned"): formats.quantity(line.returned)},
        )
        for line in receipt.lines.select_related("product").order_by("position", "id")
    ]  # fmt: skip
    form = ReturnForm(request.POST or None, actor=actor, entries=entries)

    def do(form: QuantitiesForm) -> str:
        deliveries = services.return_to_supplier(form.quantities, actor=actor, **form.values)
        return _("Sent back: %(numbers)s") % {"numbers": listed(delivery.number for delivery in deliveries)}

    return quantities_page(
        request, form, do, after=reverse("inventory:receipt", args=[pk]), crumbs=crumbs(request),
        heading=_("Return from %(number)s to the supplier") % {"number": receipt.number}, submit=_("Return"),
        entered=_("Goes back"),
    )  # fmt: skip
