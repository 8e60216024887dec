"""What the warehouse adds to the page of a product."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from erp.inventory.lists import ProductStock
from suite.core.doors import door
from suite.desk.lists import list_view
from suite.masterdata.models import Product


@door("erp_inventory.view_stockbalance")
@require_GET
def stock_of(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Where a product lies, for the tab of its page."""
    product = get_object_or_404(Product.objects.visible_to(request.actor), pk=pk)  # type: ignore[attr-defined]
    where = Q(product=product.pk)
    return list_view(request, ProductStock, where=where, template="suite/desk/_list.html", context={"embedded": True})
