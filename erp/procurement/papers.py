"""Requisitions and purchase orders on paper."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from erp.procurement.models import LandedCost, PurchaseOrder, Requisition
from suite.core import pdf
from suite.core.access import Actor
from suite.desk import formats, papers
from suite.masterdata.papers import described, filled, in_words, read, trade_sheet
from suite.masterdata.queries import addresses_for_reader


def orders(rows: Sequence[PurchaseOrder], actor: Actor) -> list[pdf.Sheet]:
    """采购订单: to be signed by the supplier and sent back."""
    read(rows, "party", "owner", "warehouse", "lines__product", "lines__unit")
    places = addresses_for_reader(_address(order) for order in rows)
    return [
        trade_sheet(
            order,
            title=_("Purchase order"),
            to=[order.party.label],
            facts=[
                (_("Date"), formats.day(order.date)),
                (_("Your reference"), order.supplier_reference),
                (_("Expected date"), formats.day(order.expected_date)),
                (_("Ship to"), " ".join(filter(None, (_house(order), places[_address(order)])))),
                (_("Your contact with us"), order.owner.label if order.owner else ""),
                (_("Currency"), order.currency_id),
            ],
            signatures=[_("Buyer"), _("Supplier")],
            promised=True,
        )
        for order in rows
    ]


def _address(order: PurchaseOrder) -> str:
    return order.delivery_address if order.is_direct else order.warehouse.read("address")


def _house(order: PurchaseOrder) -> str:
    return "" if order.is_direct else order.warehouse.label


def requisitions(rows: Sequence[Requisition], actor: Actor) -> list[pdf.Sheet]:
    """请购单: what is asked for, why, and what it will cost before tax."""
    read(rows, "created_by", "warehouse", "lines__product__unit", "lines__supplier__party")
    currency = actor.company.currency
    return [
        pdf.Sheet(
            title=_("Purchase requisition"),
            number=requisition.number,
            facts=filled(
                [
                    (_("Date"), formats.day(requisition.created_at)),
                    (_("Origin"), requisition.get_origin_display()),
                    (_("Order"), requisition.order_number),
                    (_("Warehouse"), requisition.warehouse.label),
                    (_("Status"), requisition.get_status_display()),
                ]
            ),
            columns=[
                pdf.Column("#", "right"), pdf.Column(_("Code")), pdf.Column(_("Product"), width=2),
                pdf.Column(_("Supplier"), width=1), pdf.Column(_("Quantity"), "right"), pdf.Column(_("Unit")),
                pdf.Column(_("Price without tax"), "right"), pdf.Column(_("Amount"), "right"),
                pdf.Column(_("Needed by")),
            ],
            rows=[
                [
                    str(number), line.product.code, described(line.product),
                    line.supplier.party.label if line.supplier else "", formats.quantity(line.wanted),
                    line.product.unit.label, formats.price(line.price, currency),
                    formats.amount(line.wanted * line.price, currency), formats.day(line.needed_by),
                ]
                for number, line in enumerate(requisition.lines.all(), 1)
            ],
            totals=[
                (_("Amount"), formats.money(requisition.amount, currency)),
                in_words(requisition.amount, currency),
            ],
            remarks=[requisition.note] if requisition.note else [],
            signatures=papers.signed(
                (_("Requested by"), requisition.created_by), (_("Approved by"), ""), (_("Buyer"), "")
            ),
            mark=papers.mark_of(requisition),
        )
        for requisition in rows
    ]  # fmt: skip


def landed_costs(rows: Sequence[LandedCost], actor: Actor) -> list[pdf.Sheet]:
    """费用分摊单: what was paid to get goods here, and which of them bear it."""
    read(rows, "owner", "lines__receipt_line__product__unit", "lines__receipt_line__receipt")
    currency = actor.company.currency
    return [
        pdf.Sheet(
            title=pgettext("paper", "Landed cost"),
            number=landed.number,
            facts=filled(
                [
                    (_("Date"), formats.day(landed.date)),
                    (_("What for"), landed.note),
                    (_("Spread"), landed.get_basis_display()),
                    (_("Status"), landed.get_status_display()),
                ]
            ),
            columns=[
                pdf.Column("#", "right"), pdf.Column(_("Goods receipt")), pdf.Column(_("Code")),
                pdf.Column(_("Product"), width=2), pdf.Column(_("Quantity"), "right"), pdf.Column(_("Unit")),
                pdf.Column(_("Amount"), "right"), pdf.Column(_("Of it in stock"), "right"),
            ],
            rows=[
                [
                    str(number), line.receipt_line.receipt.number, line.receipt_line.product.code,
                    described(line.receipt_line.product), formats.quantity(line.receipt_line.quantity),
                    line.receipt_line.product.unit.label, formats.amount(line.amount, currency),
                    formats.amount(line.to_stock, currency),
                ]
                for number, line in enumerate(landed.lines.all(), 1)
            ],
            totals=[
                (_("Amount without tax"), formats.money(landed.amount, currency)),
                in_words(landed.amount, currency),
            ],
            signatures=papers.signed((_("Prepared by"), landed.owner), (_("Reviewed by"), "")),
            mark=papers.mark_of(landed),
        )
        for landed in rows
    ]  # fmt: skip
