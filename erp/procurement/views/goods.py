"""Goods and bills of purchase orders: receive, send back, match the invoice, arrivals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from erp.finance.models import Invoice
from erp.inventory.models import GoodsReceipt
from erp.procurement import services
from erp.procurement.forms import MatchForm, OnLinesForm, ReceiveForm, ReturnForm
from erp.procurement.lists import AREA
from erp.procurement.models import PurchaseOrder
from erp.procurement.queries import Bucket, arrivals, expected
from erp.procurement.views.common import actor_of
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.core.said import listed
from suite.desk.pages import render_page


def _on_lines(
    request: HttpRequest,
    pk: int,
    permission: str,
    form_class: type[OnLinesForm],
    template: str,
    save: Callable[[PurchaseOrder, Any], str],
    initial: dict[str, Any],
    wanted: Callable[[Any], bool] = lambda line: True,
) -> HttpResponse:
    """A page with figures beside the lines of an order; what is refused keeps every keystroke."""
    actor = actor_of(request)
    order = get_object_or_404(
        PurchaseOrder.objects.visible_to(actor, permission).select_related("party", "warehouse"), pk=pk
    )
    lines = [line for line in order.lines.select_related("product__unit", "unit") if wanted(line)]
    data = request.POST if request.method == "POST" else None
    form = form_class(data, actor=actor, lines=lines, initial=initial)
    page, status = reverse("procurement:order", args=[pk]), 200 if data is None else 400
    if data is not None and form.is_valid():
        status = 409
        try:
            text = save(order, form)
        except BusinessError as error:
            form.refuse(error)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, text)
            return redirect(page)
    crumbs = [(_("Purchase orders"), reverse("procurement:orders")), (order.number, page)]
    return render_page(request, template, {"order": order, "form": form, "back": page, "crumbs": crumbs}, status=status)


@door(f"{AREA}.receive_purchaseorder")
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Book in what came; the outstanding quantities stand there already."""
    actor = actor_of(request)

    def save(order: PurchaseOrder, form: Any) -> str:
        values = {name: form.cleaned_data[name] for name in ("received_on", "reference")}
        receipts = services.receive(quantities=form.typed("quantity"), actor=actor, **values)
        return _("Received: %(numbers)s") % {"numbers": listed(str(receipt) for receipt in receipts) or order}

    initial = {"received_on": clock.today(actor.company)}
    permission = f"{AREA}.receive_purchaseorder"
    return _on_lines(request, pk, permission, ReceiveForm, "erp/procurement/receive.html", save, initial)


@door(f"{AREA}.receive_purchaseorder")
@require_POST
def adopt(request: HttpRequest, pk: int, receipt: int) -> HttpResponse:
    """Count goods that came without an order as received for this one."""
    actor = actor_of(request)
    order = get_object_or_404(PurchaseOrder.objects.visible_to(actor, f"{AREA}.receive_purchaseorder"), pk=pk)
    came = get_object_or_404(GoodsReceipt.objects.visible_to(actor), pk=receipt)
    services.adopt_receipt(order_id=order.pk, receipt_id=came.pk, actor=actor)
    messages.success(request, _("Received: %(numbers)s") % {"numbers": came})
    return redirect("procurement:order", pk)


@door(f"{AREA}.receive_purchaseorder")
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Send goods back to the supplier."""
    actor = actor_of(request)

    def save(order: PurchaseOrder, form: Any) -> str:
        reason = form.cleaned_data["reason"]
        deliveries = services.return_goods(quantities=form.typed("quantity"), reason=reason, actor=actor)
        return _("Sent back: %(numbers)s") % {"numbers": listed(str(delivery) for delivery in deliveries)}

    return _on_lines(
        request, pk, f"{AREA}.receive_purchaseorder", ReturnForm, "erp/procurement/return.html", save, {},
        wanted=lambda line: line.received > line.returned,
    )  # fmt: skip


@door(f"{AREA}.invoice_purchaseorder")
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """Order, receipts and the supplier's invoice side by side."""
    actor = actor_of(request)

    def save(order: PurchaseOrder, form: Any) -> str:
        names = ("hold", "reason", "accept_difference")
        values = {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}
        came = {name: form.cleaned_data[name] for name in ("tax_number", "date")}
        [invoice] = services.book_invoices(
            [services.SupplierInvoice(order.pk, form.bills(), **came)], actor=actor, **values
        )
        text = _("%(number)s is held") if values["hold"] else _("%(number)s is booked")
        return text % {"number": invoice}

    initial = {"date": clock.today(actor.company)}
    permission = f"{AREA}.invoice_purchaseorder"
    return _on_lines(request, pk, permission, MatchForm, "erp/procurement/match.html", save, initial)


def _bill_of_supplier(actor: Actor, pk: int) -> Invoice:
    bills = {"direction": Invoice.Direction.PURCHASE, "order_kind": PurchaseOrder.kind()}
    return get_object_or_404(Invoice.objects.visible_to(actor).filter(**bills), pk=pk)


@door(f"{AREA}.invoice_purchaseorder")
@require_POST
def book_held(request: HttpRequest, pk: int) -> HttpResponse:
    """Book an invoice that was held."""
    actor = actor_of(request)
    invoice = _bill_of_supplier(actor, pk)
    accept = bool(request.POST.get("accept_difference")) and actor.may(f"{AREA}.accept_difference")
    services.book_held(invoice_ids=[invoice.pk], accept_difference=accept, actor=actor)
    messages.success(request, _("%(number)s is booked") % {"number": invoice})
    return redirect("procurement:order", invoice.order_id)


@door("erp_finance.reverse_invoice")
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the booking of an invoice."""
    actor = actor_of(request)
    invoice = _bill_of_supplier(actor, pk)
    services.take_back_invoices(invoice_ids=[invoice.pk], reason=request.POST.get("reason", "")[:500], actor=actor)
    messages.success(request, _("%(number)s is taken back") % {"number": invoice})
    return redirect("procurement:order", invoice.order_id)


@door(f"{AREA}.view_purchaseorder")
@require_GET
def arrival_page(request: HttpRequest) -> HttpResponse:
    """What is still to come, the most urgent first, with who waits for it."""
    actor = actor_of(request)
    counts = expected(actor)
    asked = request.GET.get("due", "")
    bucket = asked if asked in Bucket.values else ""
    tabs = [
        {"name": "", "label": _("All"), "count": sum(counts.values()), "open": not bucket},
        *(
            {"name": each, "label": Bucket(each).label, "count": counts[each], "open": each == bucket}
            for each in counts
        ),
    ]
    context = {"rows": arrivals(actor, bucket=bucket), "tabs": tabs, "bucket": bucket}
    return render_page(request, "erp/procurement/arrivals.html", context)
