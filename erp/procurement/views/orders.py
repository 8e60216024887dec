"""Purchase orders: list, page, sheet, paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from erp.finance.models import Invoice
from erp.inventory.models import GoodsReceipt
from erp.procurement import services
from erp.procurement.forms import OrderForm, SendForm, order_lines_of
from erp.procurement.lists import AREA, ORDER_ACTS, PurchaseOrderList
from erp.procurement.models import PurchaseOrder, PurchaseOrderLine
from erp.procurement.queries import arrivals
from erp.procurement.services.sending import send_order
from erp.procurement.views.common import actor_of, buttons, do, lines_now
from suite.automation.queries import route_of
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import documents, formats, refusals
from suite.desk.chain import chain_of
from suite.desk.lists import list_view
from suite.desk.own import rules
from suite.desk.pages import render_page
from suite.desk.records import Fact, PageAct, RecordPage, edit_act, record_page

Status = PurchaseOrder.Status
TAKE_BACK = "erp_finance.reverse_invoice"


@door(f"{AREA}.view_purchaseorder")
def order_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, PurchaseOrderList)


@door(f"{AREA}.view_purchaseorder")
@require_GET
def order_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The order with its lines, what came and was billed of them, and who waits for the rest."""
    actor = actor_of(request)
    rows = PurchaseOrder.objects.visible_to(actor).select_related("party__supplier", "warehouse", "owner")
    order = rules.shown(get_object_or_404(rows, pk=pk), actor)
    lines = list(order.lines.select_related("product__unit", "unit"))
    steps = _steps(order, lines)
    send = reverse("procurement:order_send", args=[order.pk])
    bills = Invoice.objects.visible_to(actor).filter(order_kind=order.kind(), order_id=order.pk)
    page = RecordPage(
        order.number,
        lead=order.party.label,
        crumbs=[(_("Purchase orders"), reverse("procurement:orders"))],
        badges=[documents.state_of(order) or ("", "")],
        acts=[
            *steps,
            *buttons(ORDER_ACTS, order, "procurement:order_act", actor=actor, steps=steps),
            *(_unordered(order, actor) if order.status == Status.ORDERED else ()),
            PageAct(_("Send by mail"), send, "mail", f"{AREA}.place_purchaseorder", method="get", in_menu=True),
            *(_booked(bills) if actor.may(TAKE_BACK) else ()),
        ],
        facts=_facts(order),
        chain=chain_of(actor, order),
        record=order,
    )
    context = {
        "order": order,
        "lines": lines,
        "waiting": [row for row in arrivals(actor, order_ids=[pk]) if row.waiting]
        if order.status == Status.ORDERED
        else [],
        "held": bills.filter(status=Invoice.Status.DRAFT) if actor.may("erp_finance.view_invoice") else [],
        "approvals": route_of(order.kind(), pk),
        "may_invoice": actor.may(f"{AREA}.invoice_purchaseorder"),
    }
    return record_page(request, page, context, template="erp/procurement/order.html")


def _steps(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> list[PageAct]:
    """What leads on to a page of its own."""
    at = [order.pk]
    receive, invoice = f"{AREA}.receive_purchaseorder", f"{AREA}.invoice_purchaseorder"
    steps = []
    if order.status == Status.DRAFT:
        steps.append(edit_act("procurement:order_edit", order.pk, f"{AREA}.change_purchaseorder"))
    if order.status == Status.ORDERED:
        url = reverse("procurement:receive", args=at)
        steps.append(PageAct(_("Receive"), url, "package-import", receive, method="get", primary=True))
        scan = f"{reverse('inventory:scan')}?code={order.number}"
        steps.append(
            PageAct(_("Receive by scanning"), scan, "scan", "erp_inventory.ship_delivery", method="get", in_menu=True)
        )
    if order.status in (Status.ORDERED, Status.RECEIVED, Status.CLOSED):
        url = reverse("procurement:match", args=at)
        whole = order.status != Status.ORDERED or all(line.invoiced >= line.base_quantity for line in lines)
        over = whole and not any(line.unbilled for line in lines)
        billed = _("All that came with %(number)s is invoiced") % {"number": order.number} if over else ""
        steps.append(
            PageAct(
                _("Supplier's invoice"), url, "file-invoice", invoice, method="get", disabled=billed,
                in_menu=bool(billed),
            )
        )  # fmt: skip
        url = reverse("procurement:return", args=at)
        there = any(line.received > line.returned for line in lines)
        nothing = "" if there else _("Nothing of %(number)s is here that could go back") % {"number": order.number}
        back = PageAct(_("Send back"), url, "truck-return", receive, method="get", in_menu=True, disabled=nothing)
        steps.append(back)
        if there and not order.is_direct:
            url = f"{reverse('procurement:landed_new')}?order={order.pk}"
            charge = f"{AREA}.add_landedcost"
            steps.append(PageAct(_("Put freight or duty on it"), url, "receipt", charge, method="get", in_menu=True))
    return steps


def _unordered(order: PurchaseOrder, actor: Actor) -> list[PageAct]:
    """Goods of the supplier that came without an order, and may be what this one is for."""
    came = GoodsReceipt.objects.visible_to(actor).filter(
        party=order.party_id, warehouse=order.warehouse_id, order_id=None, status=GoodsReceipt.Status.POSTED,
        kind_of=GoodsReceipt.Kind.PURCHASE,
    )  # fmt: skip
    return [
        PageAct(
            _("%(number)s was for this order") % {"number": receipt.number},
            reverse("procurement:adopt", args=[order.pk, receipt.pk]), "package-import",
            f"{AREA}.receive_purchaseorder", in_menu=True, confirm=_("Count what came then as received?"),
        )
        for receipt in came.order_by("-pk")[:20]
    ]  # fmt: skip


def _booked(bills: QuerySet[Invoice]) -> list[PageAct]:
    """Invoices whose booking can be taken back."""
    return [
        PageAct(
            _("Take %(number)s off the books") % {"number": bill.tax_number or bill.number},
            reverse("procurement:take_back", args=[bill.pk]), "arrow-back-up", TAKE_BACK, danger=True, reason="needed",
            in_menu=True, confirm=_("Was this invoice booked by mistake?"),
        )
        for bill in bills.filter(status=Invoice.Status.ISSUED, is_red=False)
    ]  # fmt: skip


def _facts(order: PurchaseOrder) -> list[Fact]:
    supplier = getattr(order.party, "supplier", None)
    own_approval = formats.money(order.approved_amount) if order.approved_amount else ""
    return [
        Fact(_("Supplier"), order.party.label, reverse("procurement:supplier", args=[supplier.pk]) if supplier else ""),
        Fact(_("Date"), formats.day(order.date)),
        Fact(_("Expected"), formats.day(order.expected_date)),
        Fact(_("Straight to the customer"), order.delivery_address or "–")
        if order.is_direct
        else Fact(_("Warehouse"), order.warehouse),
        Fact(_("Supplier's reference"), order.supplier_reference),
        Fact(_("Net"), formats.money(order.net, str(order.currency_id))),
        Fact(_("Tax"), formats.money(order.tax_amount, str(order.currency_id))),
        Fact(_("Total with tax"), formats.money(order.gross, str(order.currency_id))),
        Fact(_("Approved by itself"), own_approval),
        Fact(_("Owner"), order.owner),
        Fact(_("Note"), order.note),
    ]


@door(f"{AREA}.view_purchaseorder")
@require_POST
def order_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Submit, approve, reject, place, close short or cancel."""
    return do(request, ORDER_ACTS, PurchaseOrder, pk, name, reverse("procurement:order", args=[pk]))


@door(f"{AREA}.place_purchaseorder")
def order_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail the order to the supplier."""
    actor = actor_of(request)
    order = get_object_or_404(
        PurchaseOrder.objects.visible_to(actor, f"{AREA}.place_purchaseorder").select_related("party"), pk=pk
    )
    form = SendForm(request.POST or None, actor=actor, initial={"to": order.party.email, "language": get_language()})
    page = reverse("procurement:order", args=[pk])
    if request.method == "POST" and form.is_valid():
        job = send_order(order_id=order.pk, actor=actor, **form.cleaned_data)
        return redirect("desk:job", job.pk)
    context = {
        "form": form, "heading": _("Send %(number)s") % {"number": order}, "back": page, "submit": _("Send"),
        "crumbs": [(_("Purchase orders"), reverse("procurement:orders")), (order.number, page)],
    }  # fmt: skip
    return render_page(request, "suite/desk/form_page.html", context, status=400 if form.is_bound else 200)


@door(f"{AREA}.add_purchaseorder")
def order_new(request: HttpRequest) -> HttpResponse:
    """Draw up an order by hand; `?supplier=` has the supplier chosen."""
    supplier = request.GET.get("supplier", "")
    chosen = int(supplier) if supplier.isascii() and supplier.isdigit() and len(supplier) < 19 else None
    initial = {"date": clock.today(actor_of(request).company), "supplier": chosen}
    return _sheet(request, None, initial)


@door(f"{AREA}.change_purchaseorder")
def order_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    rows = PurchaseOrder.objects.visible_to(actor_of(request), f"{AREA}.change_purchaseorder")
    order = get_object_or_404(rows.select_related("party__supplier"), pk=pk)
    names = ("warehouse", "date", "expected_date", "supplier_reference", "prices_include_tax", "note", "version")
    initial = {name: getattr(order, name) for name in names} | {"supplier": order.party.supplier.pk}
    return _sheet(request, order, initial)


def _sheet(request: HttpRequest, order: PurchaseOrder | None, initial: dict[str, Any]) -> HttpResponse:
    actor = actor_of(request)
    data = request.POST if request.method == "POST" else None
    form = OrderForm(data, request.FILES or None, actor=actor, initial=initial, record=order)
    lines = order_lines_of(actor, data, order.lines.all() if order else ())
    status = 200 if data is None else 400
    if data is not None and all([form.is_valid(), lines.is_valid()]):
        status = 409
        try:
            typed = [each.line() for each in lines.filled_forms]
            saved = form.keep(lambda: _save(order, typed, form, actor), new=order is None)
        except BusinessError as error:
            refusals.place(error, form, lines, now=lines_now(order))
        else:
            messages.success(request, _("%(number)s was saved") % {"number": saved})
            return redirect("procurement:order", saved.pk)
    context = {
        "form": form,
        "lines": lines,
        "heading": order.number if order else _("New purchase order"),
        "crumbs": [(_("Purchase orders"), reverse("procurement:orders"))],
        "back": reverse("procurement:order", args=[order.pk]) if order else reverse("procurement:orders"),
    }
    return render_page(request, "suite/desk/form_page.html", context, status=status)


def _save(order: PurchaseOrder | None, lines: list[Any], form: OrderForm, actor: Actor) -> PurchaseOrder:
    values = form.values()
    supplier = values.pop("supplier")
    if order is None:
        if not values.get("expected_date"):
            values.pop("expected_date", None)
        return services.create_order(supplier=supplier, lines=lines, actor=actor, **values)
    return services.change_order(
        order_id=order.pk,
        lines=lines,
        version=form.cleaned_data["version"],
        actor=actor,
        party=supplier.party,
        **values,
    )
