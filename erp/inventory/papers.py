"""Papers of the warehouse: what to pick, what goes with the goods, what came in, what was corrected."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from erp.inventory.models import Delivery, DeliveryLine, GoodsReceipt, StockAdjustment, StockTransfer, Warehouse
from erp.inventory.queries import reserved_for
from suite.core import clock, pdf
from suite.core.access import Actor
from suite.core.money import ZERO
from suite.core.said import listed
from suite.desk import formats, papers
from suite.masterdata.papers import filled, read
from suite.masterdata.queries import addresses_for_reader

SEE_COST = "masterdata.see_cost"


def picking_list(deliveries: Sequence[Delivery], *, actor: Actor) -> bytes:
    """What to take off the shelves for these deliveries, sorted by product; services are not picked."""
    lines = (
        DeliveryLine.objects.filter(delivery__in=deliveries)
        .exclude(product__kind="service")
        .select_related("delivery__party", "product__unit")
        .order_by("product__code", "delivery_id", "position")
    )
    held = reserved_for(lines)
    rows = [
        [
            line.product.code,
            line.product.label,
            line.product.barcode,
            f"{formats.quantity(line.quantity)} {line.product.unit.label}",
            formats.quantity(min(line.quantity, held.get(line.order_line_id, line.quantity))),
            f"{line.delivery.number} {line.delivery.party.label}",
            "☐",
        ]
        for line in lines
    ]
    sheet = pdf.Sheet(
        title=_("Picking list"),
        number=deliveries[0].number if len(deliveries) == 1 else "",
        code=deliveries[0].number if len(deliveries) == 1 else "",
        facts=[
            (_("Date"), clock.today(actor.company).isoformat()),
            (_("Deliveries"), listed(delivery.number for delivery in deliveries[:12])),
        ],
        columns=[
            pdf.Column(_("Code")),
            pdf.Column(_("Product"), width=2),
            pdf.Column(_("Barcode")),
            pdf.Column(_("Quantity"), "right"),
            pdf.Column(_("Reserved"), "right"),
            pdf.Column(_("For"), width=2),
            pdf.Column("", "center"),
        ],
        rows=rows,
        signatures=[_("Picked by"), _("Checked by")],
    )
    return pdf.sheets([sheet], company=actor.company)


def deliveries(rows: Sequence[Delivery], actor: Actor) -> list[pdf.Sheet]:
    """送货单 and 退货单: what goes with the goods, signed by who receives them."""
    read(rows, "party", "owner", "warehouse", "lines__product__unit", "backorders")
    places = addresses_for_reader((each.address for each in rows), of=[each.party_id for each in rows])
    titles = {Delivery.Kind.SUPPLIER_RETURN: _("Return to supplier")}
    return [
        pdf.Sheet(
            title=titles.get(Delivery.Kind(delivery.kind_of), _("Delivery note")),
            number=delivery.number,
            code=delivery.number,
            to=[text for text in (delivery.party.label, places[delivery.address]) if text],
            facts=filled(
                [
                    (_("Date"), (delivery.shipped_on or clock.today(actor.company)).isoformat()),
                    (_("Order"), delivery.order_number),
                    (_("Warehouse"), delivery.warehouse.label),
                    (_("Carrier"), " ".join(filter(None, (delivery.carrier, delivery.tracking_number)))),
                ]
            ),
            columns=_goods(),
            rows=[_good(number, line, line.quantity) for number, line in enumerate(delivery.lines.all(), 1)],
            remarks=[text for text in (delivery.note, _rest(delivery)) if text],
            signatures=papers.signed(
                (_("Prepared by"), delivery.owner), (_("Delivered by"), ""), (_("Received by"), "")
            ),
            mark=_("Draft") if delivery.status == Delivery.Status.OPEN else papers.mark_of(delivery),
        )
        for delivery in rows
    ]


def _rest(delivery: Delivery) -> str:
    """With which delivery comes what is missing on this one."""
    open_ones = [each for each in delivery.backorders.all() if each.status != Delivery.Status.CANCELLED]
    return _("The rest follows with %(number)s") % {"number": open_ones[-1]} if open_ones else ""


def receipts(rows: Sequence[GoodsReceipt], actor: Actor) -> list[pdf.Sheet]:
    """入库单: what came in, and what it is worth for those who may know."""
    read(rows, "party", "owner", "warehouse", "lines__product__unit")
    costly = actor.may(SEE_COST)
    titles = {GoodsReceipt.Kind.CUSTOMER_RETURN: _("Customer return")}
    sheets = []
    for receipt in rows:
        lines = list(receipt.lines.all())
        sheets.append(
            pdf.Sheet(
                title=titles.get(GoodsReceipt.Kind(receipt.kind_of), pgettext("paper", "Goods receipt")),
                number=receipt.number,
                to=[receipt.party.label] if receipt.party else [],
                facts=filled(
                    [
                        (_("Date"), formats.day(receipt.received_on)),
                        (_("Kind"), receipt.get_kind_of_display()),
                        (_("Order"), receipt.order_number),
                        (_("Supplier's delivery note"), receipt.reference),
                        (_("Warehouse"), receipt.warehouse.label),
                        (_("Reason"), receipt.reason),
                    ]
                ),
                columns=[*_goods(), *([pdf.Column(_("Value"), "right")] if costly else [])],
                rows=[
                    [*_good(number, line, line.quantity), *([_value(line.value, actor)] if costly else [])]
                    for number, line in enumerate(lines, 1)
                ],
                totals=_worth(lines, actor) if costly else [],
                remarks=[receipt.note] if receipt.note else [],
                signatures=_keepers(receipt.owner),
                mark=papers.mark_of(receipt),
            )
        )
    return sheets


def adjustments(rows: Sequence[StockAdjustment], actor: Actor) -> list[pdf.Sheet]:
    """库存调整单: what was counted beside what the book said."""
    read(rows, "owner", "warehouse", "lines__product__unit")
    costly = actor.may(SEE_COST)
    sheets = []
    for adjustment in rows:
        lines = list(adjustment.lines.all())
        sheets.append(
            pdf.Sheet(
                title=_("Stock adjustment"),
                number=adjustment.number,
                facts=[
                    (_("Date"), formats.day(adjustment.date)),
                    (_("Kind"), adjustment.get_kind_of_display()),
                    (_("Warehouse"), adjustment.warehouse.label),
                    (_("Reason"), adjustment.reason),
                ],
                columns=[
                    *_goods(_("Book quantity")),
                    pdf.Column(_("Difference"), "right"),
                    pdf.Column(_("Counted"), "right"),
                    *([pdf.Column(_("Value"), "right")] if costly else []),
                ],
                rows=[
                    [
                        *_good(number, line, line.book_quantity),
                        formats.quantity(line.difference),
                        formats.quantity(line.book_quantity + line.difference),
                        *([_value(line.value, actor)] if costly else []),
                    ]
                    for number, line in enumerate(lines, 1)
                ],
                totals=_worth(lines, actor) if costly else [],
                signatures=_keepers(adjustment.owner),
                mark=papers.mark_of(adjustment),
            )
        )
    return sheets


def transfers(rows: Sequence[StockTransfer], actor: Actor) -> list[pdf.Sheet]:
    """调拨单: what goes from one warehouse to another; it travels with the goods."""
    read(rows, "owner", "source", "target", "lines__product__unit")
    return [
        pdf.Sheet(
            title=pgettext("paper", "Stock transfer"),
            number=transfer.number,
            facts=filled(
                [
                    (_("From warehouse"), _place(transfer.source)),
                    (_("To warehouse"), _place(transfer.target)),
                    (_("Expected date"), formats.day(transfer.expected_date)),
                    (_("Shipped on"), formats.day(transfer.shipped_on)),
                    (_("Received on"), formats.day(transfer.received_on)),
                ]
            ),
            columns=[*_goods(), pdf.Column(_("Received"), "right"), pdf.Column(_("Lost on the way"), "right")],
            rows=[
                [
                    *_good(number, line, line.quantity),
                    formats.quantity(line.received) if line.received else "",
                    formats.quantity(line.lost) if line.lost else "",
                ]
                for number, line in enumerate(transfer.lines.all(), 1)
            ],
            remarks=[transfer.note] if transfer.note else [],
            signatures=papers.signed(
                (_("Prepared by"), transfer.owner),
                (_("Reviewed by"), ""),
                (_("Shipped by"), ""),
                (_("Received by"), ""),
            ),
            mark=papers.mark_of(transfer),
        )
        for transfer in rows
    ]  # fmt: skip


def _place(warehouse: Warehouse) -> str:
    return " ".join(filter(None, (warehouse.label, warehouse.read("address"))))


def _goods(quantity: str = "") -> list[pdf.Column]:
    return [
        pdf.Column("#", "right"), pdf.Column(_("Code")), pdf.Column(_("Product"), width=2),
        pdf.Column(_("Specification"), width=1), pdf.Column(_("Unit")),
        pdf.Column(quantity or _("Quantity"), "right"),
    ]  # fmt: skip


def _good(number: int, line: Any, quantity: Decimal) -> list[str]:
    product = line.product
    return [
        str(number), product.code, product.label, product.read("specification"), product.unit.label,
        formats.quantity(quantity),
    ]  # fmt: skip


def _value(value: Decimal, actor: Actor) -> str:
    return formats.amount(value, actor.company.currency)


def _worth(lines: Sequence[Any], actor: Actor) -> list[tuple[str, str]]:
    total = sum((line.value for line in lines), ZERO)
    return [(_("Value"), formats.money(total, actor.company.currency))]


def _keepers(prepared_by: Any) -> list[str]:
    return papers.signed((_("Prepared by"), prepared_by), (_("Reviewed by"), ""), (_("Warehouse keeper"), ""))
