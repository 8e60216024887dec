"""Scanning: one input that understands deliveries, orders and products, and counts what is picked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from erp.inventory import services
from erp.inventory.models import Delivery, DeliveryLine, StockBalance
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.core.money import ZERO
from suite.desk.pages import render_page
from suite.masterdata.models import Product

GOOD, BAD = "good", "bad"
MOST = Decimal(10) ** 9


@dataclass(slots=True)
class Table:
    """A delivery on the picking table: how much of each line lies there, and what the last scan did."""

    delivery: Delivery
    lines: list[DeliveryLine]
    picked: dict[int, Decimal] = field(default_factory=dict)
    last: str = ""

    @property
    def rows(self) -> list[tuple[DeliveryLine, Decimal]]:
        return [(line, self.picked.get(line.pk, ZERO)) for line in self.lines]

    @property
    def is_complete(self) -> bool:
        return all(self.picked.get(line.pk, ZERO) >= line.quantity for line in self.lines)

    def put(self, product: Product, quantity: Decimal) -> bool:
        """Lay goods on the table, line by line; False when nothing of the delivery wants them all."""
        wanting = [line for line in self.lines if line.product_id == product.pk]
        left = quantity
        for line in wanting:
            part = min(left, line.quantity - self.picked.get(line.pk, ZERO))
            if part > 0:
                left -= part
        if left:
            return False
        for line in wanting:
            part = min(quantity, line.quantity - self.picked.get(line.pk, ZERO))
            self.picked[line.pk] = self.picked.get(line.pk, ZERO) + part
            quantity -= part
        return True


@door("erp_inventory.ship_delivery")
def scan(request: HttpRequest) -> HttpResponse:
    """Scan a delivery or its order, then its goods, then finish; `5*` before a code means five.

    The page carries the count itself, so that a line that drops loses nothing but the last scan.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    typed = request.POST if request.method == "POST" else request.GET
    table = _table(typed, actor)
    context: dict[str, object] = {"table": table, "outcome": "", "said": ""}
    if request.method == "POST" and table and "finish" in typed:
        try:
            return _finish(request, table, actor)
        except BusinessError as error:
            context |= {"outcome": BAD, "said": str(error)}
    elif request.method == "POST" and table and "undo" in typed:
        context |= _undo(table)
    elif typed.get("code", "").strip():
        context |= _understand(typed["code"].strip()[:80], table, actor)
    return render_page(request, "erp/inventory/scan.html", context, part="erp/inventory/_scan.html")


def _table(typed: Mapping[str, str], actor: Actor) -> Table | None:
    """What the page said lies on the table."""
    text = typed.get("delivery", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    delivery = _open(actor).filter(pk=int(text)).first()
    if delivery is None:
        return None
    table = Table(delivery, _lines(delivery), last=typed.get("last", "")[:40])
    for line in table.lines:
        table.picked[line.pk] = min(max(number(typed.get(f"line_{line.pk}", "")) or ZERO, ZERO), line.quantity)
    return table


def _open(actor: Actor):  # type: ignore[no-untyped-def]
    rows = Delivery.objects.visible_to(actor, "erp_inventory.ship_delivery")
    return rows.filter(status=Delivery.Status.OPEN).select_related("party")


def _lines(delivery: Delivery) -> list[DeliveryLine]:
    goods = delivery.lines.exclude(product__kind=Product.Kind.SERVICE)
    return list(goods.select_related("product__unit").order_by("position", "id"))


def number(text: str) -> Decimal | None:
    """A quantity as scanners and people type it; None when it is none."""
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < MOST else None


def _understand(text: str, table: Table | None, actor: Actor) -> dict[str, object]:
    """What a scan means: goods for the table, another delivery, or a product somebody asks about."""
    times, star, code = text.partition("*")
    quantity = number(times) if star else Decimal(1)
    code = code.strip() if star else text
    if not quantity or quantity <= 0:
        return {"outcome": BAD, "said": _("“%(code)s” is not understood") % {"code": text}}
    product, factor = _product(code, actor)
    if product and table:
        put = quantity * factor
        if not table.put(product, put):
            return {"outcome": BAD, "said": _("%(product)s: not wanted, or enough already") % {"product": product}}
        table.last = f"{product.pk}:{put}"
        return {"outcome": GOOD, "said": str(product)}
    if product:
        return {"outcome": GOOD, "said": str(product), "product": product, "stock": _stock(product, actor)}
    delivery = _open(actor).filter(Q(number__iexact=code) | Q(order_number__iexact=code)).order_by("pk").first()
    if delivery:
        return {"outcome": GOOD, "said": delivery.number, "table": Table(delivery, _lines(delivery))}
    return {"outcome": BAD, "said": _("“%(code)s” is not known") % {"code": code}}


def _product(code: str, actor: Actor) -> tuple[Product | None, Decimal]:
    """The product behind a barcode or code, and how many base units one scan of it is."""
    products = Product.objects.visible_to(actor).filter(is_archived=False)
    found = products.filter(Q(barcode=code) | Q(code__iexact=code)).first()
    if found:
        return found, Decimal(1)
    packed = products.filter(units__barcode=code).annotate(
        numerator=F("units__numerator"), denominator=F("units__denominator")
    )
    box = packed.first() if code else None
    return (box, Decimal(box.numerator) / box.denominator) if box else (None, Decimal(1))


def _stock(product: Product, actor: Actor) -> list[StockBalance]:
    rows = StockBalance.objects.visible_to(actor).filter(product=product)
    return list(rows.select_related("warehouse").order_by("warehouse__code"))


def _undo(table: Table) -> dict[str, object]:
    """Take the last scan back."""
    pk, _colon, text = table.last.partition(":")
    table.last = ""
    quantity = number(text) or ZERO
    for line in reversed(table.lines):
        if str(line.product_id) == pk:
            part = min(quantity, table.picked.get(line.pk, ZERO))
            table.picked[line.pk] -= part
            quantity -= part
    return {"outcome": GOOD, "said": _("Taken back")}


def _finish(request: HttpRequest, table: Table, actor: Actor) -> HttpResponse:
    """Ship what lies on the table, services along with it; the rest goes on in a backorder."""
    services_too = table.delivery.lines.filter(product__kind=Product.Kind.SERVICE).values_list("pk", "quantity")
    whole = dict(services_too) if table.is_complete else {}
    services.ship([table.delivery], quantities={**table.picked, **whole}, actor=actor)
    messages.success(request, _("%(number)s is shipped") % {"number": table.delivery.number})
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": request.path})
    return redirect(request.path)
