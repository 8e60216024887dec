"""What the back wing puts on a customer's timeline: goods that left, invoices, money that came in."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, DecimalField, F, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from crm.customers import timeline
from crm.customers.timeline import Line
from crm.sales.models import Order, OrderLine
from erp.finance.models import Invoice, Receipt
from erp.inventory.models import Delivery, DeliveryLine
from suite.core.access import Actor
from suite.desk import documents, formats
from suite.desk.formats import money

# A delivery carries goods only: what stayed of them is worth what their lines of the order say, by quantity.
_ORDERED = OrderLine.objects.filter(pk=OuterRef("order_line_id"), order=OuterRef("delivery__order_id"))
_LINES = DeliveryLine.objects.filter(delivery=OuterRef("pk"), delivery__order_kind=Order._meta.label_lower)
_SHARES = _LINES.annotate(price=Subquery(_ORDERED.values(each=F("gross") / F("base_quantity"))))
_STAYED = F("quantity") - F("returned")
_SUM = _SHARES.values("delivery").annotate(worth=Sum(_STAYED * F("price"), output_field=DecimalField()))
WORTH = Subquery(_SUM.values("worth"))
_GOODS = DeliveryLine.objects.filter(delivery=OuterRef("pk"))
_FIRST = _GOODS.order_by("position", "pk")
FIRST = {
    "product_name": Subquery(_FIRST.values("product__name")[:1]),
    "product_name_en": Subquery(_FIRST.values("product__name_en")[:1]),
    "first_quantity": Subquery(_FIRST.values("quantity")[:1]),
}
_COUNT = _GOODS.values("delivery").annotate(line_count=Count("pk"), back=Sum("returned"), went=Sum("quantity"))
COUNTS = {name: Subquery(_COUNT.values(name)) for name in ("line_count", "back", "went")}
CURRENCY = Subquery(Order.objects.filter(pk=OuterRef("order_id")).values("currency"))


def register() -> None:
    """Called once, from apps.py. A delivery stands where it moved last, the others where they were written."""
    timeline.register(
        "delivery", gettext_lazy("Deliveries"), rows=deliveries_of, line=line_of_delivery, at="updated_at",
        icon="truck-delivery", permission="erp_inventory.view_delivery",
        words=("number", "order_number", "tracking_number"),
    )  # fmt: skip
    timeline.register(
        "invoice", gettext_lazy("Invoices"), rows=invoices_of, line=line_of_invoice, at="issued_at",
        icon="file-invoice", permission="erp_finance.view_invoice", words=("number", "order_number", "tax_number"),
    )  # fmt: skip
    timeline.register(
        "receipt", gettext_lazy("Payments received"), rows=receipts_of, line=line_of_receipt,
        icon="cash", permission="erp_finance.view_receipt", words=("number", "reference", "note"),
    )  # fmt: skip


def deliveries_of(actor: Actor, party_id: int) -> QuerySet[Delivery]:
    sold = (Delivery.Kind.SALE, Delivery.Kind.DIRECT)
    rows = Delivery.objects.visible_to(actor).filter(party=party_id, kind_of__in=sold)
    return rows.annotate(worth=WORTH, currency=CURRENCY, **FIRST, **COUNTS)


def line_of_delivery(row: Any) -> Line:
    """What went, what of it came back, what the rest is worth, for which order, when and with whom."""
    carried = " ".join(part for part in (row.carrier, row.tracking_number) if part)
    worth = money(row.worth, row.currency) if row.worth else ""
    return _line(row, _goods(row), _back(row), worth, row.order_number, formats.day(row.shipped_on), carried)


def _goods(row: Any) -> str:
    if not row.line_count:
        return ""
    english = (get_language() or "").startswith("en")
    name = (row.product_name_en if english else "") or row.product_name
    first, more = f"{name} × {formats.quantity(row.first_quantity)}", row.line_count - 1
    return _("%(shown)s and %(count)s more") % {"shown": first, "count": more} if more else first


def _back(row: Any) -> str:
    if not row.back:
        return ""
    return _("all of it came back") if row.back == row.went else _("a part came back")


def invoices_of(actor: Actor, party_id: int) -> QuerySet[Invoice]:
    return Invoice.objects.visible_to(actor).filter(party=party_id, direction=Invoice.Direction.SALES)


def line_of_invoice(row: Invoice) -> Line:
    return _line(row, money(row.gross, str(row.currency_id)), row.order_number, row.tax_number)


def receipts_of(actor: Actor, party_id: int) -> QuerySet[Receipt]:
    return Receipt.objects.visible_to(actor).filter(party=party_id).select_related("company")


def line_of_receipt(row: Receipt) -> Line:
    currency = row.company.currency
    left = _("%(amount)s not allocated") % {"amount": money(row.unapplied, currency)} if row.unapplied else ""
    return _line(row, money(row.amount, currency), str(row.get_method_display()), left)


def _line(row: Delivery | Invoice | Receipt, *facts: str) -> Line:
    text = " · ".join(fact for fact in facts if fact)
    return Line(title=documents.headline(row), text=text, url=documents.url_of(row._meta.label_lower, row.pk))
