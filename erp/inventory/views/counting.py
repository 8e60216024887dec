"""Counting: what was counted becomes the book, difference by difference."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from erp.inventory import services
from erp.inventory.forms import CountedForm, CountForm, Entry, QuantitiesForm
from erp.inventory.models import StockBalance
from erp.inventory.views.quantities import quantities_page, say_lost
from suite.core.access import Actor
from suite.core.doors import door
from suite.desk import formats
from suite.desk.pages import render_page

AT_ONCE = 300  # products on one sheet


@door("erp_inventory.add_stockadjustment")
def count(request: HttpRequest) -> HttpResponse:
    """Choose warehouse and products, then enter what was counted; blank lines were not."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    chosen = CountedForm(request.GET or None, actor=actor)
    back = reverse("admin:erp_inventory_stockadjustment_changelist")
    crumbs = [(_("Stock adjustments"), back)]
    if not chosen.is_bound or not chosen.is_valid():
        context = {"form": chosen, "heading": _("Count"), "crumbs": crumbs}
        return render_page(request, "erp/inventory/count.html", context)
    warehouse, q = chosen.cleaned_data["warehouse"], chosen.cleaned_data["q"].strip()
    rows = StockBalance.objects.visible_to(actor).filter(warehouse=warehouse).select_related("product")
    if q:
        rows = rows.filter(
            Q(product__code__icontains=q) | Q(product__name__icontains=q) | Q(product__category__icontains=q)
        )
    entries = [
        Entry(
            row.product_id,
            row.product.code,
            row.product.label,
            None,
            {_("Book quantity"): formats.quantity(row.on_hand), _("Reserved"): formats.quantity(row.reserved)},
        )
        for row in rows.order_by("product__code")[:AT_ONCE]
    ]
    form = CountForm(request.POST or None, actor=actor, entries=entries)

    def do(form: QuantitiesForm) -> str:
        adjustment = services.book_count(form.quantities, warehouse_id=warehouse.pk, actor=actor, **form.values)
        if adjustment is None:
            return _("The book is right")
        say_lost(request, adjustment)
        return _("%(number)s corrects the book") % {"number": adjustment}

    return quantities_page(
        request, form, do, after=back, crumbs=crumbs,
        heading=_("Count: %(warehouse)s") % {"warehouse": warehouse.label}, submit=_("Book the differences"),
        entered=_("Counted"),
    )  # fmt: skip
