"""Purchase orders on paper, in Chinese or English."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from erp.procurement.models import PurchaseOrder
from suite.core import pdf
from suite.core.words import amount_in_words
from suite.desk import formats
from suite.masterdata.queries import address_for_reader


def _place(order: PurchaseOrder) -> str:
    return " ".join(filter(None, (order.warehouse.label, address_for_reader(order.warehouse.address))))


def order_pdf(order: PurchaseOrder, *, language: str) -> bytes:
    """A purchase order as a PDF in one of our languages, to be signed and sent back."""
    with translation.override(language):
        marks = {PurchaseOrder.Status.DRAFT: _("Draft"), PurchaseOrder.Status.CANCELLED: _("Cancelled")}
        facts = [
            (_("Date"), formats.day(order.date)),
            (_("Your reference"), order.supplier_reference),
            (_("Expected date"), formats.day(order.expected_date)),
            (_("Ship to"), address_for_reader(order.delivery_address) if order.is_direct else _place(order)),
            (_("Your contact with us"), order.owner.label if order.owner else ""),
            (_("Currency"), order.currency_id),
        ]
        price = _("Price with tax") if order.prices_include_tax else _("Price without tax")
        columns = [
            pdf.Column("#", "right"), pdf.Column(_("Code")), pdf.Column(_("Product"), width=1),
            pdf.Column(_("Quantity"), "right"), pdf.Column(_("Unit")), pdf.Column(price, "right"),
            pdf.Column(_("Tax"), "right"), pdf.Column(_("Total with tax"), "right"), pdf.Column(_("Promised date")),
        ]  # fmt: skip
        sheet = pdf.Sheet(
            title=_("Purchase order"),
            number=str(order),
            to=[order.party.label],
            facts=[(label, text) for label, text in facts if text],
            columns=columns,
            rows=_rows(order),
            totals=[
                (_("Net"), formats.amount(order.net, str(order.currency_id))),
                (_("Tax"), formats.amount(order.tax_amount, str(order.currency_id))),
                (_("Total with tax"), formats.money(order.gross, str(order.currency_id))),
                (_("In words"), amount_in_words(order.gross, str(order.currency_id), language=language)),
            ],
            remarks=[order.note] if order.note else [],
            signatures=[_("Buyer"), _("Supplier")],
            mark=marks.get(PurchaseOrder.Status(order.status), ""),
        )
        return pdf.sheet(sheet, company=order.company, language=language)


def _rows(order: PurchaseOrder) -> list[list[str]]:
    return [
        [
            str(number), line.product.code,
            " ".join(filter(None, (line.product.label, line.product.read("specification"), line.description))),
            formats.quantity(line.quantity), line.unit.label, formats.price(line.unit_price, str(order.currency_id)),
            formats.percent(line.tax_rate), formats.amount(line.gross, str(order.currency_id)),
            formats.day(line.promised_date),
        ]
        for number, line in enumerate(order.lines.select_related("product", "unit"), 1)
    ]  # fmt: skip
