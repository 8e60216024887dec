"""Transfers between warehouses: their page, the sheet they are written on, what arrived of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from erp.inventory import services
from erp.inventory.forms import Entry, QuantitiesForm, ReceiveTransferForm, TransferForm, Transferred
from erp.inventory.models import StockTransfer
from erp.inventory.services import TransferDraft, TransferLine
from erp.inventory.views.quantities import quantities_page
from suite.core.access import Actor
from suite.core.doors import door
from suite.desk import documents, formats
from suite.desk.own import rules
from suite.desk.pages import entry_page
from suite.desk.records import Fact, PageAct, RecordPage, edit_act, record_page

Status = StockTransfer.Status
VIEW, CHANGE = "erp_inventory.view_stocktransfer", "erp_inventory.change_stocktransfer"
SHIP, RECEIVE = "erp_inventory.ship_stocktransfer", "erp_inventory.receive_stocktransfer"
LIST = "admin:erp_inventory_stocktransfer_changelist"


def _mine(request: HttpRequest, code: str = VIEW) -> QuerySet[StockTransfer]:
    rows = StockTransfer.objects.visible_to(request.actor, code)  # type: ignore[attr-defined]
    return rows.select_related("source", "target", "owner")


def _crumbs(request: HttpRequest) -> list[tuple[str, str]]:
    """Up to the list, for those who may enter the admin pages."""
    may = request.actor.may("core.use_admin")  # type: ignore[attr-defined]
    return [(_("Stock transfers"), reverse(LIST))] if may else []


@door(VIEW)
def transfer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What goes where, what of it is on the way, and what can be done now."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    transfer = rules.shown(get_object_or_404(_mine(request), pk=pk), actor)
    page = RecordPage(
        transfer.number,
        lead=f"{transfer.source.label} → {transfer.target.label}",
        crumbs=_crumbs(request),
        badges=[documents.kind_of(transfer).status(transfer)],  # type: ignore[union-attr, list-item]
        acts=_acts(transfer),
        facts=[
            Fact(_("From warehouse"), transfer.source.label),
            Fact(_("To warehouse"), transfer.target.label),
            Fact(_("Expected date"), formats.day(transfer.expected_date)),
            Fact(_("Shipped on"), formats.day(transfer.shipped_on)),
            Fact(_("Received on"), formats.day(transfer.received_on)),
            Fact(_("By"), transfer.owner),
            Fact(_("Note"), transfer.note),
        ],
        record=transfer,
    )
    lines = transfer.lines.select_related("product__unit")
    context = {"transfer": transfer, "lines": lines, "may_see_cost": actor.may("masterdata.see_cost")}
    return record_page(request, page, context, template="erp/inventory/transfer.html")


def _acts(transfer: StockTransfer) -> list[PageAct]:
    pk = transfer.pk

    def act(name: str, *rest: Any, **more: Any) -> PageAct:
        label, icon, permission = rest
        return PageAct(label, reverse("inventory:transfer_act", args=[pk, name]), icon, permission, **more)

    if transfer.status == Status.DRAFT:
        return [
            act("ship", _("Ship"), "package-export", SHIP, primary=True),
            act("move", _("Move at once"), "arrows-exchange", SHIP, confirm=_("Ship and receive everything now?")),
            edit_act("inventory:transfer_edit", pk, CHANGE),
            act("cancel", _("Cancel the transfer"), "x", CHANGE, danger=True, in_menu=True,
                confirm=_("Give this transfer up?")),
        ]  # fmt: skip
    if transfer.status == Status.SHIPPED:
        part = reverse("inventory:transfer_receive", args=[pk])
        return [
            act("receive", _("Receive all"), "package-import", RECEIVE, primary=True),
            PageAct(_("Receive in part"), part, "package", RECEIVE, method="get"),
        ]
    return []


def _at_once(transfers: list[StockTransfer], *, actor: Actor) -> list[StockTransfer]:
    return services.ship_transfers(transfers, actor=actor, at_once=True)


ACTS: dict[str, tuple[str, Callable[..., Any], Any]] = {
    "ship": (SHIP, services.ship_transfers, gettext_lazy("%(number)s is on the way")),
    "move": (
        SHIP,
        lambda rows, actor: services.ship_transfers(rows, actor=actor, at_once=True),
        gettext_lazy("%(number)s arrived"),
    ),
    "receive": (RECEIVE, services.receive_transfers, gettext_lazy("%(number)s arrived")),
    "cancel": (CHANGE, services.cancel_transfers, gettext_lazy("%(number)s is given up")),
}


@door(VIEW)
@require_POST
def transfer_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Ship, move at once, receive or give up."""
    if name not in ACTS:
        raise Http404
    permission, do, said = ACTS[name]
    transfer = get_object_or_404(_mine(request, permission), pk=pk)
    do([transfer], actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, said % {"number": transfer.number})
    return redirect("inventory:transfer", pk)


@door("erp_inventory.add_stocktransfer")
def transfer_new(request: HttpRequest) -> HttpResponse:
    """Write a transfer."""
    return _sheet(request, None)


@door(CHANGE)
def transfer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    return _sheet(request, get_object_or_404(_mine(request, CHANGE), pk=pk))


def _sheet(request: HttpRequest, transfer: StockTransfer | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]

    def do(values: dict[str, Any], lines: list[dict[str, Any]]) -> str:
        version = values.pop("version", None)
        rows = [TransferLine(line["product"].pk, line["quantity"]) for line in lines]
        fields = {
            "source_id": values["source"].pk,
            "target_id": values["target"].pk,
            "expected_date": values["expected_date"],
            "note": values["note"],
        }

        def save() -> StockTransfer:
            if transfer:
                return services.change_transfer(transfer, lines=rows, version=version, actor=actor, **fields)
            return services.create_transfers([TransferDraft(lines=rows, **fields)], actor=actor)[0]

        saved = form.keep(save, new=transfer is None)
        messages.success(request, _("%(number)s was saved") % {"number": saved.number})
        return reverse("inventory:transfer", args=[saved.pk])

    names = ("source", "target", "expected_date", "note", "version")
    shown = {name: getattr(transfer, name) for name in names} if transfer else {}
    present = [
        {"product": line.product_id, "quantity": formats.quantity(line.quantity).replace(",", "")}
        for line in (transfer.lines.all() if transfer else ())
    ]
    form = TransferForm(request.POST or None, request.FILES or None, actor=actor, initial=shown, record=transfer)
    lines = Transferred(
        request.POST or None, actor=actor, prefix="lines", initial=None if request.POST else present or None
    )
    heading = transfer.number if transfer else _("New transfer")
    back = reverse("inventory:transfer", args=[transfer.pk]) if transfer else reverse(LIST)
    return entry_page(request, form, do, lines, heading=heading, section=_("Stock transfers"), back=back)


@door(RECEIVE)
def transfer_receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how much of each line arrived."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    transfer = get_object_or_404(_mine(request, RECEIVE).filter(status=Status.SHIPPED), pk=pk)
    entries = [
        Entry(
            line.pk, line.product.code, line.product.label, line.under_way,
            {_("Shipped"): formats.quantity(line.quantity), _("On the way"): formats.quantity(line.under_way)},
            initial=line.under_way,
        )
        for line in transfer.lines.select_related("product").filter(under_way__gt=0)
    ]  # fmt: skip
    form = ReceiveTransferForm(request.POST or None, actor=actor, entries=entries)

    def do(form: QuantitiesForm) -> str:
        services.receive_transfers([transfer], quantities=form.quantities, actor=actor, **form.values)
        return _("%(number)s arrived") % {"number": transfer.number}

    return quantities_page(
        request, form, do, after=reverse("inventory:transfer", args=[pk]),
        crumbs=[*_crumbs(request), (transfer.number, reverse("inventory:transfer", args=[pk]))],
        heading=_("Receive %(number)s") % {"number": transfer.number}, submit=_("Receive"), entered=_("Arrived"),
    )  # fmt: skip
