"""What quotations, orders, purchase orders and invoices have in common."""

import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suite.core.access import part_of_what
from suite.core.models import CompanyRow, Document
from suite.core.money import AmountField, PercentField, QuantityField
from suite.masterdata.models.money import Currency, Tax
from suite.masterdata.models.parties import Party
from suite.masterdata.models.products import Product, Unit


class TradeDocument(Document):
    """A document with a party and amounts; the header is the sum of its lines, never computed anew."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("party"), db_index=False)
    date = models.DateField(_("date"))
    currency = models.ForeignKey(
        Currency, models.PROTECT, related_name="+", default="CNY", verbose_name=_("currency"), db_index=False
    )
    exchange_rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=8, default=Decimal(1))
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)
    net = AmountField(_("net"), default=Decimal(0), editable=False)
    tax_amount = AmountField(_("tax amount"), default=Decimal(0), editable=False)
    gross = AmountField(_("total with tax"), default=Decimal(0), editable=False)
    note = models.TextField(_("note"), blank=True, max_length=5000)

    class Meta:
        abstract = True


class Briefs:
    """What lines with a product say of themselves in one row."""

    @classmethod
    def briefs(cls, documents: Collection[models.Model]) -> dict[int, list[str]]:
        """The lines of documents in their order, by the key of the document; one statement."""
        found: dict[int, list[str]] = {document.pk: [] for document in documents}
        model: Any = cls
        whole: Any = part_of_what(model)
        rows = model._default_manager.filter(**{f"{whole.name}__in": found}).select_related("product")
        for line in rows.order_by("position", "pk"):
            found[getattr(line, whole.attname)].append(line.brief)
        return found

    @staticmethod
    def named(company_id: int, briefs: Sequence[str]) -> list[str]:
        """Briefs that were kept, with the names of their products as the reader calls them; one statement."""
        codes = {brief: _beginnings(brief) for brief in briefs}
        known = {row.code: row for row in Product.objects.of(company_id).filter(code__in=set().union(*codes.values()))}
        told = []
        for brief in briefs:
            code = max((code for code in codes[brief] if code in known), key=len, default="")
            told.append(f"{known[code]}{brief.removeprefix(code)}" if code else brief)
        return told


def _beginnings(brief: str) -> set[str]:
    """What may be the code of its product; a code may have spaces."""
    words = brief.split(" ")
    return {" ".join(words[:end]) for end in range(1, len(words))}


BRIEF = re.compile(r"(?P<goods>.+) (?P<quantity>[\d.]+) (?P<unit>\S+) x (?P<price>[\d.]+)(?: -(?P<off>[\d.]+)%)?")


def _covers(agreed: str, present: str) -> bool:
    """Whether a brief asks for as much as another of the same goods, or for more."""
    one, other = BRIEF.fullmatch(agreed), BRIEF.fullmatch(present)
    if one is None or other is None or one["goods"] != other["goods"] or one["unit"] != other["unit"]:
        return False
    return Decimal(one["quantity"]) >= Decimal(other["quantity"]) and _paid(one) >= _paid(other)


def _paid(brief: re.Match[str]) -> Decimal:
    return Decimal(brief["price"]) * (100 - Decimal(brief["off"] or 0))


class TradeLine(Briefs, CompanyRow):
    """One line: quantity in the line's unit and in the product's base unit, price, discount, and its three amounts."""

    position = models.PositiveIntegerField(_("position"), default=0)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    description = models.CharField(_("description"), max_length=300, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"), db_index=False)
    quantity = QuantityField(_("quantity"))
    base_quantity = QuantityField(_("quantity in base unit"), editable=False)
    unit_price = QuantityField(_("unit price"))
    discount = PercentField(_("discount %"))
    tax = models.ForeignKey(Tax, models.PROTECT, related_name="+", verbose_name=_("tax"), db_index=False)
    tax_rate = PercentField(_("tax rate %"), editable=False)
    net = AmountField(_("net"), editable=False)
    tax_amount = AmountField(_("tax amount"), editable=False)
    gross = AmountField(_("total with tax"), editable=False)

    class Meta:
        abstract = True
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.position + 1}"

    @property
    def brief(self) -> str:
        """The line in one row of a history: LAMP 3 pcs x 113 -10%."""
        price, off = f"{self.unit_price.normalize():f}", f" -{self.discount.normalize():f}%" if self.discount else ""
        return f"{self.product.code} {self.quantity.normalize():f} {self.unit_id} x {price}{off}"

    @staticmethod
    def within(agreed: Sequence[str], present: Sequence[str]) -> bool:
        """Whether lines of now ask for no more than lines that were kept as briefs: each is one of those, or the same
        product and unit in no larger quantity and for no higher price; lines may have gone."""
        left = list(agreed)
        for brief in sorted(present, key=lambda each: each not in agreed):
            fitting = next((each for each in left if each == brief or _covers(each, brief)), None)
            if fitting is None:
                return False
            left.remove(fitting)
        return True

    @classmethod
    def sane(cls, table: str) -> list[models.BaseConstraint]:
        """Constraints every table of lines has; a negative quantity is a return."""
        return [
            models.CheckConstraint(
                name=f"{table}_adds_up",
                condition=Q(gross=F("net") + F("tax_amount")),
                violation_error_message=_("Net and tax do not add up to the total"),
            ),
            models.CheckConstraint(
                name=f"{table}_quantity",
                condition=~Q(quantity=0),
                violation_error_message=_("The quantity must not be zero"),
            ),
            models.CheckConstraint(
                name=f"{table}_price_and_discount",
                condition=Q(unit_price__gte=0, discount__gte=0, discount__lte=100),
                violation_error_message=_("Price and discount must not be negative"),
            ),
        ]
