"""Quotations and orders on paper, in Chinese or English: lines, tax by rate, the total in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.sales.models import Order, OrderLine, Quotation, QuotationLine
from suite.core import pdf
from suite.core.money import ZERO
from suite.core.words import amount_in_words
from suite.desk import formats
from suite.masterdata.models import Contact, TradeDocument
from suite.masterdata.queries import address_for_reader

Lines = list[QuotationLine] | list[OrderLine]


def quotation_pdf(quotation: Quotation, *, language: str) -> bytes:
    """A quotation as a PDF in one of our languages."""
    with translation.override(language):
        facts = [
            (_("Date"), formats.day(quotation.date)),
            (_("Valid until"), formats.day(quotation.valid_until)),
            *_common_facts(quotation),
        ]
        mark = _("Draft") if quotation.status == Quotation.Status.DRAFT else ""
        return _sheet(quotation, _("Quotation"), facts, [_("Prepared by"), _("Accepted by")], mark, language)


def order_pdf(order: Order, *, language: str) -> bytes:
    """An order as a PDF in one of our languages, to be signed and sent back."""
    with translation.override(language):
        facts = [
            (_("Date"), formats.day(order.date)),
            (_("Your reference"), order.customer_reference),
            (_("Requested date"), formats.day(order.requested_date)),
            (_("Promised date"), formats.day(order.promised_date)),
            (_("Ship to"), address_for_reader(order.shipping_address)),
            *_common_facts(order),
        ]
        marks = {Order.Status.DRAFT: _("Draft"), Order.Status.CANCELLED: _("Cancelled")}
        mark = marks.get(Order.Status(order.status), "")
        return _sheet(order, _("Sales order"), facts, [_("Seller"), pgettext("beside seller", "Buyer")], mark, language)


def _common_facts(document: Quotation | Order) -> list[tuple[str, str]]:
    return [
        (_("Your contact with us"), document.owner.label if document.owner else ""),
        (_("Currency"), str(document.currency_id)),
    ]


def _sheet(
    document: Quotation | Order,
    title: str,
    facts: Iterable[tuple[str, str]],
    signatures: list[str],
    mark: str,
    language: str,
) -> bytes:
    lines = list(document.lines.select_related("product", "unit"))
    sheet = pdf.Sheet(
        title=title,
        number=str(document),
        to=_addressee(document.party.label, document.contact),
        facts=[(label, text) for label, text in facts if text],
        columns=_columns(document, lines),  # type: ignore[arg-type]
        rows=[_row(number, line, lines, str(document.currency_id)) for number, line in enumerate(lines, 1)],  # type: ignore[arg-type]
        totals=_totals(document, lines, language),  # type: ignore[arg-type]
        remarks=[document.note] if document.note else [],
        signatures=signatures,
        mark=mark,
    )
    return pdf.sheet(sheet, company=document.company, language=language)


def _addressee(name: str, contact: Contact | None) -> list[str]:
    return [name, *([contact.label, contact.phone] if contact else [])]


def _columns(document: TradeDocument, lines: Lines) -> list[pdf.Column]:
    price = _("Price with tax") if document.prices_include_tax else _("Price without tax")
    return [
        pdf.Column("#", "right"),
        pdf.Column(_("Code")),
        pdf.Column(_("Product"), width=1),
        pdf.Column(_("Quantity"), "right"),
        pdf.Column(_("Unit")),
        pdf.Column(price, "right"),
        *([pdf.Column(_("Discount"), "right")] if _any_discount(lines) else []),
        pdf.Column(_("Tax"), "right"),
        pdf.Column(_("Total with tax"), "right"),
    ]


def _row(number: int, line: QuotationLine | OrderLine, lines: Lines, currency: str) -> list[str]:
    product = line.product
    text = " ".join(filter(None, (product.label, product.read("specification"), line.description)))
    return [
        str(number),
        product.code,
        text,
        formats.quantity(line.quantity),
        line.unit.label,
        formats.price(line.unit_price, currency),
        *([formats.percent(line.discount) if line.discount else ""] if _any_discount(lines) else []),
        formats.percent(line.tax_rate),
        formats.amount(line.gross, currency),
    ]


def _any_discount(lines: Lines) -> bool:
    return any(line.discount for line in lines)


def _totals(document: TradeDocument, lines: Lines, language: str) -> list[tuple[str, str]]:
    currency = str(document.currency_id)
    by_rate: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        by_rate[line.tax_rate] += line.tax_amount
    taxes = [
        (_("Tax %(rate)s") % {"rate": formats.percent(rate)}, formats.amount(by_rate[rate], currency))
        for rate in sorted(by_rate, reverse=True)
    ]
    return [
        (_("Net"), formats.amount(document.net, currency)),
        *taxes,
        (_("Total with tax"), formats.money(document.gross, currency)),
        (_("In words"), amount_in_words(document.gross, currency, language=language)),
    ]


def answer(document: Quotation | Order, language: str | None) -> HttpResponse:
    """The paper for a browser or another system, shown rather than saved."""
    chosen = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    render = quotation_pdf if isinstance(document, Quotation) else order_pdf
    content = render(document, language=chosen)  # type: ignore[arg-type]
    name = f'inline; filename="{document}.pdf"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": name})
