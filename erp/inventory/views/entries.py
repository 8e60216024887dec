"""Entering stock by hand: other receipts, adjustments, opening stock, stock rules."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from erp.inventory import services
from erp.inventory.forms import Adjusted, AdjustForm, Received, ReceiveForm, RuleForm
from erp.inventory.models import StockAdjustment, StockRule
from erp.inventory.views.quantities import say_lost
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.desk import formats
from suite.desk.pages import entry_page


@door("erp_inventory.add_goodsreceipt")
def receive(request: HttpRequest) -> HttpResponse:
    """Goods that come in without a purchase order."""
    actor: Actor = request.actor  # type: ignore[attr-defined]

    def do(values: dict[str, Any], lines: list[dict[str, Any]]) -> str:
        party, received_on = values.pop("party"), values.pop("received_on")
        receipt = services.ReceiptInput(
            warehouse_id=values.pop("warehouse").pk,
            party_id=party and party.pk,
            lines=[
                services.ReceiptLine(
                    line["product"].pk,
                    line["quantity"],
                    services.value_at(line["product"], line["quantity"], line.get("unit_cost")),
                )
                for line in lines
            ],
            **values,
        )
        [booked] = services.receive([receipt], received_on=received_on, actor=actor)
        messages.success(request, _("%(number)s is booked") % {"number": booked.number})
        return reverse("inventory:receipt", args=[booked.pk])

    form = ReceiveForm(request.POST or None, actor=actor, initial={"received_on": clock.today(actor.company)})
    lines = Received(request.POST or None, actor=actor, prefix="lines")
    back = reverse("admin:erp_inventory_goodsreceipt_changelist")
    return entry_page(request, form, do, lines, heading=_("Other receipt"), section=_("Goods receipts"), back=back)


@door("erp_inventory.add_stockadjustment")
def adjust(request: HttpRequest) -> HttpResponse:
    """Differences between the book and what is there, or the stock a company starts with (`?kind=opening`)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    back = reverse("admin:erp_inventory_stockadjustment_changelist")

    def do(values: dict[str, Any], lines: list[dict[str, Any]]) -> str:
        opening = values.pop("kind") == StockAdjustment.Kind.OPENING
        book = services.opening_stock if opening else services.adjust
        wanted = [services.Difference(line["product"].pk, line["difference"], line.get("unit_cost")) for line in lines]
        warehouse_id = values.pop("warehouse").pk
        adjustment = form.keep(lambda: book(wanted, warehouse_id=warehouse_id, actor=actor, **values), new=True)
        say_lost(request, adjustment)
        messages.success(request, _("%(number)s is booked") % {"number": adjustment.number})
        return back

    kind = request.GET.get("kind", "")
    initial = {"date": clock.today(actor.company), "kind": kind}
    if kind == StockAdjustment.Kind.OPENING:
        initial["reason"] = _("Opening stock")
    form = AdjustForm(request.POST or None, request.FILES or None, actor=actor, initial=initial)
    lines = Adjusted(request.POST or None, actor=actor, prefix="lines")
    return entry_page(request, form, do, lines, heading=_("New adjustment"), section=_("Stock adjustments"), back=back)


@door("erp_inventory.add_stockrule")
def new_rule(request: HttpRequest) -> HttpResponse:
    """Watch a product in a warehouse."""
    return _rule(request, {}, heading=_("New stock rule"))


@door("erp_inventory.view_stockrule")
def change_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Change when a product is low; who may only read it is led on to the admin page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.may("erp_inventory.change_stockrule"):
        return redirect("admin:erp_inventory_stockrule_change", pk)
    rows = StockRule.objects.visible_to(actor, "erp_inventory.change_stockrule")
    rule = get_object_or_404(rows.select_related("product", "warehouse"), pk=pk)
    figures = ("reorder_point", "target", "safety_stock")
    initial = {name: formats.quantity(getattr(rule, name)).replace(",", "") for name in figures}
    initial |= {"product": rule.product_id, "warehouse": rule.warehouse_id}
    return _rule(request, initial, heading=str(rule.product), rule=rule)


def _rule(request: HttpRequest, initial: dict[str, Any], heading: str, rule: StockRule | None = None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    back = reverse("admin:erp_inventory_stockrule_changelist")

    def do(values: dict[str, Any], lines: list[dict[str, Any]]) -> str:
        values["safety_stock"] = values["safety_stock"] or 0
        services.set_rule(actor=actor, **values)
        return back

    form = RuleForm(request.POST or None, actor=actor, initial=initial, record=rule)
    for name in ("product", "warehouse") if initial else ():
        form.fields[name].disabled = True
    return entry_page(request, form, do, heading=heading, section=_("Stock rules"), back=back)
