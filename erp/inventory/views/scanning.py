"""Scanning: one input that understands deliveries, orders and products, and counts what is picked or comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from erp.inventory import ports, services
from erp.inventory.models import Delivery, StockBalance
from erp.inventory.views.deliveries import shipped
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.core.money import ZERO
from suite.desk.pages import render_page
from suite.masterdata.models import Product

GOOD, BAD = "good", "bad"
PICK, RECEIVE = "pick", "receive"
MOST = Decimal(10) ** 9
CODE = "erp_inventory.ship_delivery"
ASIDE, KEPT = "scan-aside", 20  # where a sign-in keeps the counts of papers that were put aside, and how many


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line of the paper on the table: so much is wanted, at most so much may lie there."""

    pk: int
    product: Product
    quantity: Decimal
    most: Decimal

    @property
    def product_id(self) -> int:
        return self.product.pk


@dataclass(slots=True)
class Table:
    """A delivery that is picked or a purchase order that is received: how much of each line was counted, and what the
    last scan did."""

    mode: str
    pk: int
    number: str
    party: str
    lines: list[Wanted]
    counted: dict[int, Decimal] = field(default_factory=dict)
    last: str = ""

    @property
    def key(self) -> str:
        return f"{self.mode}:{self.pk}"

    @property
    def is_receiving(self) -> bool:
        return self.mode == RECEIVE

    @property
    def rows(self) -> list[tuple[Wanted, Decimal]]:
        return [(line, self.counted.get(line.pk, ZERO)) for line in self.lines]

    @property
    def is_complete(self) -> bool:
        return all(self.counted.get(line.pk, ZERO) >= line.quantity for line in self.lines)

    def put(self, product: Product, quantity: Decimal) -> bool:
        """Count goods, line by line; False when the paper does not want them all. What is beyond goes to the last."""
        wanting = [line for line in self.lines if line.product_id == product.pk]
        if quantity > sum((line.most - self.counted.get(line.pk, ZERO) for line in wanting), ZERO):
            return False
        for most in ("quantity", "most"):
            for line in wanting:
                there = self.counted.get(line.pk, ZERO)
                part = min(quantity, max(getattr(line, most) - there, ZERO))
                self.counted[line.pk] = there + part
                quantity -= part
        return True


@door(CODE)
def scan(request: HttpRequest) -> HttpResponse:
    """Scan a delivery, its order or a purchase order, then the goods, then finish; `5*` before a code means five.

    The page carries the count itself, so that a line that drops loses nothing but the last scan. What is put aside is
    kept with the sign-in until its paper is scanned again.
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
    elif request.method == "POST" and table and "aside" in typed:
        _put_aside(request, table)
        context |= {"table": None, "outcome": GOOD, "said": _("%(number)s is put aside") % {"number": table.number}}
    elif request.method == "POST" and table and "undo" in typed:
        context |= _undo(table)
    elif typed.get("code", "").strip():
        context |= _understand(typed["code"].strip()[:80], table, actor)
        taken_up = context["table"]
        if taken_up and taken_up is not table:
            _take_up(request, taken_up)  # type: ignore[arg-type]
    return render_page(request, "erp/inventory/scan.html", context, part="erp/inventory/_scan.html")


def _table(typed: Mapping[str, str], actor: Actor) -> Table | None:
    """What the page said lies on the table."""
    text = typed.get("paper", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    table = _find(actor, typed.get("mode", PICK), pk=int(text))
    if table:
        table.last = typed.get("last", "")[:40]
        for line in table.lines:
            table.counted[line.pk] = min(max(number(typed.get(f"line_{line.pk}", "")) or ZERO, ZERO), line.most)
    return table


def _find(actor: Actor, mode: str, *, pk: int | None = None, code: str = "") -> Table | None:
    """The paper with this key or behind this code, if it is one that can be worked on."""
    if mode == RECEIVE:
        expected = ports.arrivals.find(actor, pk=pk, code=code) if ports.arrivals else None
        if expected is None:
            return None
        lines = [Wanted(line.pk, line.product, line.quantity, line.most) for line in expected.lines]
        return Table(RECEIVE, expected.pk, expected.number, expected.party, lines)
    rows = Delivery.objects.visible_to(actor, CODE).filter(status=Delivery.Status.OPEN).select_related("party")
    meant = Q(pk=pk) if pk else Q(number__iexact=code) | Q(order_number__iexact=code)
    delivery = rows.filter(meant).order_by("pk").first()
    if delivery is None:
        return None
    goods = delivery.lines.exclude(product__kind=Product.Kind.SERVICE).select_related("product__unit")
    lines = [Wanted(line.pk, line.product, line.quantity, line.quantity) for line in goods.order_by("position", "id")]
    return Table(PICK, delivery.pk, delivery.number, delivery.party.label, lines)


def number(text: str) -> Decimal | None:
    """A quantity as scanners and people type it; None when it is none."""
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < MOST else None


def _understand(text: str, table: Table | None, actor: Actor) -> dict[str, object]:
    """What a scan means: goods for the table, another paper, or a product somebody asks about."""
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
    paper = next((found for mode in (PICK, RECEIVE) if (found := _find(actor, mode, code=code))), None)
    return _lay(paper, table) if paper else _done_with(code, table, actor)


def _lay(paper: Table, table: Table | None, said: str = "") -> dict[str, object]:
    """Put a paper on the table: the one that lies there stays with its count, another is not pushed off."""
    if table and table.key == paper.key:
        return {"outcome": GOOD, "said": paper.number}
    if table and any(table.counted.values()):
        return {"outcome": BAD, "said": _("Finish %(number)s first, or put it aside") % {"number": table.number}}
    return {"outcome": GOOD, "said": said or paper.number, "table": paper}


def _done_with(code: str, table: Table | None, actor: Actor) -> dict[str, object]:
    """The code of a delivery that is not open any more: the rest of it, if there is one."""
    rows = Delivery.objects.visible_to(actor, CODE).filter(Q(number__iexact=code) | Q(order_number__iexact=code))
    delivery = rows.order_by("-pk").first()
    if delivery is None:
        return {"outcome": BAD, "said": _("“%(code)s” is not known") % {"code": code}}
    facts = {"number": delivery.number, "status": delivery.get_status_display()}
    rest = _find(actor, PICK, code=delivery.order_number) if delivery.order_number else None
    if rest is None:
        return {"outcome": BAD, "said": _("%(number)s is %(status)s: this cannot be done any more") % facts}
    return _lay(rest, table, _("%(number)s is %(status)s, the rest is %(rest)s") % {**facts, "rest": rest.number})


def _put_aside(request: HttpRequest, table: Table) -> None:
    """Keep the count until the paper is scanned again, of the latest few papers."""
    kept = {key: counts for key, counts in request.session.get(ASIDE, {}).items() if key != table.key}
    kept[table.key] = {str(pk): str(quantity) for pk, quantity in table.counted.items() if quantity}
    request.session[ASIDE] = dict(list(kept.items())[-KEPT:])


def _take_up(request: HttpRequest, table: Table) -> None:
    """Go on counting where a paper was put aside."""
    kept = request.session.get(ASIDE, {}).get(table.key, {})
    for line in table.lines:
        table.counted[line.pk] = min(number(kept.get(str(line.pk), "")) or ZERO, line.most)


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
            part = min(quantity, table.counted.get(line.pk, ZERO))
            table.counted[line.pk] -= part
            quantity -= part
    return {"outcome": GOOD, "said": _("Taken back")}


def _finish(request: HttpRequest, table: Table, actor: Actor) -> HttpResponse:
    """Ship what was picked, services along with it, or book in what came; the rest goes on, or is expected still."""
    if table.is_receiving and ports.arrivals:
        ports.arrivals.book({pk: quantity for pk, quantity in table.counted.items() if quantity}, actor)
        said = _("%(number)s is received") % {"number": table.number}
    else:
        delivery = Delivery.objects.visible_to(actor, CODE).get(pk=table.pk)
        services_too = delivery.lines.filter(product__kind=Product.Kind.SERVICE).values_list("pk", "quantity")
        whole = dict(services_too) if table.is_complete else {}
        services.ship([delivery], quantities={**table.counted, **whole}, actor=actor)
        said = shipped(delivery)
    messages.success(request, said)
    request.session[ASIDE] = {key: kept for key, kept in request.session.get(ASIDE, {}).items() if key != table.key}
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": request.path})
    return redirect(request.path)
