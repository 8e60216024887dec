"""What papers of trade have in common: lines with prices, tax by rate, the total in words; and lines of goods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from suite.core import pdf
from suite.core.money import ZERO
from suite.core.words import amount_in_words
from suite.desk import formats, papers
from suite.masterdata.models import Party, Product, TradeDocument, TradeLine

Facts = Iterable[tuple[str, Any]]


def read(rows: Sequence[Any], *paths: str) -> None:
    """Read what stands on papers beside their own columns, for all of them at once."""
    prefetch_related_objects(list(rows), *paths)


def filled(facts: Facts) -> list[tuple[str, str]]:
    """The facts that say something."""
    return [(label, str(text)) for label, text in facts if text not in (None, "")]


def described(product: Product, more: str = "") -> str:
    """A product as a line names it, with its specification; what the line says beside its name, too."""
    said = "" if more in (product.name, product.name_en) else more
    return " ".join(filter(None, (product.label, product.read("specification"), said)))


def in_words(amount: Decimal, currency: str) -> tuple[str, str]:
    """大写: the last of the totals, in the language of the paper."""
    return _("In words"), amount_in_words(amount, currency, language=get_language() or "")


def payer(party: Party) -> list[str]:
    """Whom an invoice names: title, code, bank."""
    bank = " ".join(filter(None, (party.bank_branch, party.bank_account)))
    return [text for text in (party.invoice_title or party.label, party.credit_code, bank) if text]


def trade_sheet(
    document: TradeDocument,
    *,
    title: str,
    to: Sequence[str],
    facts: Facts,
    signatures: Sequence[str],
    promised: bool = False,
) -> pdf.Sheet:
    """A document with priced lines; `lines__product` and `lines__unit` are read before."""
    lines: list[Any] = list(document.lines.all())  # type: ignore[attr-defined]
    currency = str(document.currency_id)
    discounted = any(line.discount for line in lines)
    price = _("Price with tax") if document.prices_include_tax else _("Price without tax")
    columns = [
        pdf.Column("#", "right"), pdf.Column(_("Code")), pdf.Column(_("Product"), width=1),
        pdf.Column(_("Quantity"), "right"), pdf.Column(_("Unit")), pdf.Column(price, "right"),
        *([pdf.Column(_("Discount"), "right")] if discounted else []),
        pdf.Column(_("Tax"), "right"), pdf.Column(_("Total with tax"), "right"),
        *([pdf.Column(_("Promised date"))] if promised else []),
    ]  # fmt: skip
    rows = [
        [
            str(number), line.product.code, described(line.product, line.description),
            formats.quantity(line.quantity), line.unit.label, formats.price(line.unit_price, currency),
            *([formats.percent(line.discount) if line.discount else ""] if discounted else []),
            formats.percent(line.tax_rate), formats.amount(line.gross, currency),
            *([formats.day(line.promised_date)] if promised else []),
        ]
        for number, line in enumerate(lines, 1)
    ]  # fmt: skip
    return pdf.Sheet(
        title=title,
        number=str(document),
        to=to,
        facts=filled(facts),
        columns=columns,
        rows=rows,
        totals=_totals(document, lines, currency),
        remarks=[document.note] if document.note else [],
        signatures=signatures,
        mark=papers.mark_of(document),
    )


def _totals(document: TradeDocument, lines: Iterable[TradeLine], currency: str) -> list[tuple[str, str]]:
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
        in_words(document.gross, currency),
    ]
