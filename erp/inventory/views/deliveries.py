"""Deliveries: their page, and the acts that ship them and take goods back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from erp.inventory import papers, queries, services
from erp.inventory.forms import Entry, QuantitiesForm, ReturnForm, ShipForm
from erp.inventory.models import Delivery, DeliveryLine
from erp.inventory.services.returns import SOLD
from erp.inventory.views.quantities import quantities_page
from suite.core.access import Actor
from suite.core.acts import acting
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.core.said import listed
from suite.desk import documents, formats
from suite.desk.chain import chain_of
from suite.desk.own import rules
from suite.desk.pages import refuse
from suite.desk.papers import as_answer
from suite.desk.records import Fact, PageAct, RecordPage, edit_act, record_page

VIEW, SHIP, RETURN = "erp_inventory.view_delivery", "erp_inventory.ship_delivery", "erp_inventory.return_delivery"
LIST = "admin:erp_inventory_delivery_changelist"
PICKED_AT_ONCE = 200


def _mine(request: HttpRequest, code: str = "") -> QuerySet[Delivery]:
    rows = Delivery.objects.visible_to(request.actor, code)  # type: ignore[attr-defined]
    return rows.select_related("party", "warehouse", "backorder_of")


def _lines(delivery: Delivery) -> list[DeliveryLine]:
    return list(delivery.lines.select_related("product__unit").order_by("position", "id"))


def crumbs(request: HttpRequest) -> list[tuple[str, str]]:
    """Up to the list, for those who may enter the admin pages."""
    may = request.actor.may("core.use_admin")  # type: ignore[attr-defined]
    return [(_("Deliveries"), reverse(LIST))] if may else []


@door(VIEW)
@require_GET
def delivery_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What goes where, how much of it is reserved, and what can be done now."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    delivery = rules.shown(get_object_or_404(_mine(request), pk=pk), actor)
    lines = _lines(delivery)
    reserved = _reserved(delivery, lines)
    page = RecordPage(
        delivery.number,
        lead=delivery.party.label,
        crumbs=crumbs(request),
        badges=_badges(delivery),
        acts=_acts(delivery, actor),
        facts=_facts(delivery),
        chain=chain_of(actor, delivery),
        record=delivery,
    )
    rows = [{"line": line, "reserved": reserved.get(line.order_line_id)} for line in lines]
    context = {"delivery": delivery, "rows": rows, "may_see_cost": actor.may("masterdata.see_cost")}
    return record_page(request, page, context, template="erp/inventory/delivery.html")


def _reserved(delivery: Delivery, lines: list[DeliveryLine]) -> dict[int | None, Decimal]:
    """What the order holds of each line, as long as it is to be shipped."""
    return queries.reserved_for(lines) if delivery.status == Delivery.Status.OPEN else {}


def _badges(delivery: Delivery) -> list[Any]:
    waits = delivery.waits_for_payment and delivery.status == Delivery.Status.OPEN
    return [documents.state_of(delivery), (_("Waits for payment"), "warning") if waits else None]


def _facts(delivery: Delivery) -> list[Fact]:
    before = delivery.backorder_of
    order = documents.url_of(delivery.order_kind, delivery.order_id)
    return [
        Fact(_("Kind"), delivery.get_kind_of_display()),
        Fact(_("Order"), delivery.order_number, order),
        Fact(_("Warehouse"), delivery.warehouse.label),
        Fact(_("Promised date"), formats.day(delivery.promised_date)),
        Fact(_("Shipped on"), formats.day(delivery.shipped_on)),
        Fact(_("Address"), delivery.address),
        Fact(_("Carrier"), delivery.carrier),
        Fact(_("Tracking number"), delivery.tracking_number),
        Fact(_("Backorder of"), before and before.number, before and reverse("inventory:delivery", args=[before.pk])),
        Fact(_("Note"), delivery.note),
    ]


def _kept_back(delivery: Delivery) -> tuple[str, str]:
    """Why nothing of an open delivery may leave now, and why not all of it."""
    if delivery.waits_for_payment:
        return _("The customer has not paid yet"), ""
    if delivery.kind_of == Delivery.Kind.DIRECT:
        text = _("%(number)s is delivered by the supplier: receive the purchase order when it has arrived")
        return text % {"number": delivery.number}, ""
    return "", " ".join(str(refusal) for refusal in services.lacking([delivery]).values())


def _acts(delivery: Delivery, actor: Actor) -> list[PageAct]:
    pk, is_open = delivery.pk, delivery.status == Delivery.Status.OPEN
    waits, lacks = _kept_back(delivery) if is_open else ("", "")
    acts = []
    if is_open:
        acts = [
            PageAct(
                _("Ship all"), reverse("inventory:ship_all", args=[pk]), "truck-delivery", SHIP, primary=True,
                disabled=waits or lacks,
            ),
            PageAct(
                _("Ship in part"), reverse("inventory:ship", args=[pk]), "package-export", SHIP, method="get",
                disabled=waits,
            ),
            PageAct(
                _("Picking list"), reverse("inventory:picking") + f"?pk={pk}", "list-check", SHIP, method="get",
                new_window=True,
            ),
        ]  # fmt: skip
    elif delivery.status == Delivery.Status.SHIPPED and delivery.kind_of in SOLD:
        acts = [PageAct(_("Take back"), reverse("inventory:return", args=[pk]), "arrow-back-up", RETURN, method="get")]
    note = reverse("desk:paper", args=[delivery._meta.label_lower, pk])
    acts.append(PageAct(_("Delivery note"), note, "printer", VIEW, method="get", new_window=True))
    if actor.may("core.use_admin"):
        edit = edit_act("admin:erp_inventory_delivery_change", pk, "erp_inventory.change_delivery", in_menu=True)
        acts.append(edit)
    return acts


def shipped(delivery: Delivery) -> str:
    """What is said when a delivery has left, and where the rest of it is."""
    rest = Delivery.objects.of(delivery.company_id).filter(backorder_of=delivery).last()
    if rest is None:
        return _("%(number)s is shipped") % {"number": delivery.number}
    return _("%(number)s is shipped; the rest goes on as %(rest)s") % {"number": delivery.number, "rest": rest}


@door(SHIP)
@require_POST
def ship_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Ship everything on a delivery."""
    delivery = get_object_or_404(_mine(request, SHIP), pk=pk)
    try:
        services.ship([delivery], actor=request.actor)  # type: ignore[attr-defined]
    except BusinessError as error:
        return refuse(request, [str(refusal) for refusal in error.refusals], status=409)
    messages.success(request, shipped(delivery))
    return redirect("inventory:delivery", pk)


@door(SHIP)
def ship(request: HttpRequest, pk: int) -> HttpResponse:
    """Ship so much of each line; the rest goes on in a backorder."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    delivery = get_object_or_404(_mine(request, SHIP), pk=pk)
    if delivery.status != Delivery.Status.OPEN:
        return _too_late(request, delivery)
    lines = _lines(delivery)
    reserved = _reserved(delivery, lines)
    entries = [
        Entry(
            line.pk, line.product.code, line.product.label, line.quantity,
            {
                _("To ship"): formats.quantity(line.quantity),
                _("Reserved"): formats.quantity(reserved.get(line.order_line_id)),
            },
            initial=min(line.quantity, reserved.get(line.order_line_id, line.quantity)),
        )
        for line in lines
    ]  # fmt: skip
    initial = {"carrier": delivery.carrier, "tracking_number": delivery.tracking_number}
    form = ShipForm(request.POST or None, actor=actor, entries=entries, initial=initial)

    def do(form: QuantitiesForm) -> str:
        values = form.values
        goes = {name: values.pop(name) for name in ("carrier", "tracking_number")}
        with acting(actor):
            services.change_delivery(delivery=delivery, values=goes, actor=actor)
            services.ship([delivery], quantities=form.quantities, actor=actor, **values)
        return shipped(delivery)

    return quantities_page(
        request, form, do, after=reverse("inventory:delivery", args=[pk]), crumbs=crumbs(request),
        heading=_("Ship %(number)s") % {"number": delivery.number}, submit=_("Ship"),
        entered=_("Ship now"),
    )  # fmt: skip


def _too_late(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Lead whoever comes after a colleague to the delivery as it is now."""
    text = _("%(number)s is %(status)s: this cannot be done any more")
    messages.error(request, text % {"number": delivery.number, "status": delivery.get_status_display()})
    return redirect("inventory:delivery", delivery.pk)


@door(RETURN)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take goods back into the warehouse they left."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    delivery = get_object_or_404(_mine(request, RETURN).filter(kind_of__in=SOLD), pk=pk)
    if delivery.status != Delivery.Status.SHIPPED:
        return _too_late(request, delivery)
    entries = [
        Entry(
            line.pk, line.product.code, line.product.label, line.quantity - line.returned,
            {_("Delivered"): formats.quantity(line.quantity), _("Returned"): formats.quantity(line.returned)},
        )
        for line in _lines(delivery)
    ]  # fmt: skip
    form = ReturnForm(request.POST or None, actor=actor, entries=entries)

    def do(form: QuantitiesForm) -> str:
        receipts = services.return_goods(form.quantities, actor=actor, **form.values)
        return _("Received: %(numbers)s") % {"numbers": listed(receipt.number for receipt in receipts)}

    return quantities_page(
        request, form, do, after=reverse("inventory:delivery", args=[pk]), crumbs=crumbs(request),
        heading=_("Take back from %(number)s") % {"number": delivery.number}, submit=_("Take back"),
        entered=_("Comes back"),
    )  # fmt: skip


@door(SHIP)
@require_GET
def picking(request: HttpRequest) -> HttpResponse:
    """What to pick for the deliveries named by `pk`; without any, for all that may leave the house now."""
    asked = [int(text) for text in request.GET.getlist("pk") if text.isascii() and text.isdigit() and len(text) < 19]
    rows = _mine(request, SHIP).filter(status=Delivery.Status.OPEN)
    rows = rows.filter(pk__in=asked) if asked else rows.filter(waits_for_payment=False)
    deliveries = list(rows.order_by("promised_date", "pk")[:PICKED_AT_ONCE])
    if not deliveries:
        raise Http404
    return as_answer(papers.picking_list(deliveries, actor=request.actor), "picking-list")  # type: ignore[attr-defined]
