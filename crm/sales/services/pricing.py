"""Prices of lines: the narrowest price list that holds, else the product's own price; then the promotions."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.sales.models import PriceListItem
from crm.sales.services.promoting import Bought, Granted, Promotions, whole_of
from suite.core.access import Actor
from suite.core.errors import Refusal
from suite.core.money import HUNDRED, LineAmounts, line_amounts, round_quantity
from suite.masterdata.models import Product, Tax
from suite.masterdata.services import units

# What 18 digits with six places (quantities, prices) can hold.
SMALLEST, LARGEST = Decimal("0.000001"), Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line as somebody wants it: quantity in `unit_id`, price per that unit, discount in percent.

    What is None comes from the price lists, promotions and the product. `id` names the line that it changes.
    """

    product_id: int
    quantity: Decimal
    unit_price: Decimal | None = None
    discount: Decimal | None = None
    unit_id: str | None = None
    tax_id: int | None = None
    description: str = ""
    requested_date: dt.date | None = None
    is_direct: bool = False
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the price of a line depends on besides the line: who buys, when, in which money, with tax or without.

    `exchange_rate` is what one unit of `currency` is worth in the company's currency, `digits` its decimal places.
    """

    party_id: int
    tier: str
    date: dt.date
    currency: str
    includes_tax: bool
    exchange_rate: Decimal = Decimal(1)
    digits: int = 2


@dataclass(frozen=True, slots=True)
class ListPrice:
    """A price before discount and where it comes from; `item` is None when it is the product's own price."""

    amount: Decimal
    item: PriceListItem | None


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with everything decided; `list_price` is what it would cost without promotions and a hand-typed price."""

    product: Product
    unit_id: str
    quantity: Decimal
    base_quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    tax_id: int
    tax_rate: Decimal
    amounts: LineAmounts
    list_price: ListPrice
    description: str
    requested_date: dt.date | None
    is_direct: bool = False
    promotion_id: int | None = None
    promoted: list[list[str]] = field(default_factory=list)

    def fields(self) -> dict[str, Any]:
        """The columns of a trade line."""
        return {
            "product": self.product,
            "unit_id": self.unit_id,
            "quantity": self.quantity,
            "base_quantity": self.base_quantity,
            "unit_price": self.unit_price,
            "discount": self.discount,
            "tax_id": self.tax_id,
            "tax_rate": self.tax_rate,
            "net": self.amounts.net,
            "tax_amount": self.amounts.tax,
            "gross": self.amounts.gross,
            "description": self.description,
            "requested_date": self.requested_date,
            "is_direct": self.is_direct,
            "promotion_id": self.promotion_id,
            "promoted": self.promoted,
        }


class PriceBook:
    """Everything that prices the lines of a set of documents, read by at most five statements whatever their number.

    Promotions are read where a line has no price of its own. Those `honoured` hold though they ended or rest, for what
    was promised with them.
    """

    def __init__(
        self,
        *,
        actor: Actor,
        terms: Collection[Terms],
        lines: Collection[LineInput],
        honoured: Collection[int] = (),
    ) -> None:
        self.actor = actor
        pks = {line.product_id for line in lines}
        products = Product.objects.of(actor.company_id).filter(pk__in=pks).select_related("tax", "unit")
        self.products = {product.pk: product for product in products}
        self.items = _items_by_product(actor.company_id, pks, terms)
        self.factors: units.Factors = {(pk, product.unit_id): Fraction(1) for pk, product in self.products.items()}
        if any(line.unit_id and (line.product_id, line.unit_id) not in self.factors for line in lines):
            self.factors |= units.factors(self.products)
        open_lines = {line.product_id for line in lines if line.unit_price is None}
        self.promotions = Promotions(
            company_id=actor.company_id, terms=terms if open_lines else (), products=self.products, honoured=honoured
        )

    @cached_property
    def taxes(self) -> dict[int, Tax]:
        """All taxes of the company; read only when a line wants another one than its product has."""
        return Tax.objects.of(self.actor.company_id).in_bulk()

    def _tax(self, terms: Terms, line: LineInput) -> Tax | None:
        """The tax asked for, else the product's; as it stands in force on the day, for rates change by law."""
        product = self.products[line.product_id]
        asked = product.tax if line.tax_id in (None, product.tax_id) else self.taxes.get(line.tax_id)
        if asked is None or _in_force(asked, terms.date):
            return asked
        return next((tax for tax in self.taxes.values() if tax.code == asked.code and _in_force(tax, terms.date)), None)

    def refusals(self, terms: Terms, line: LineInput, index: int | None = None) -> list[Refusal]:
        """What is impossible about a line before it has a price; `index` is its place in the document."""
        product = self.products.get(line.product_id)
        if product is None:
            return [Refusal("unknown_product", _("There is no such product"), line=index, field="product")]
        found = []
        if product.is_archived:
            found.append(Refusal("archived", _("%(product)s is archived"), {"product": product}, index, "product"))
        factor = self.factors.get((product.pk, line.unit_id or product.unit_id))
        if factor is None:
            sentence = _("%(product)s is not traded in %(unit)s")
            params = {"product": product.code, "unit": line.unit_id}
            found.append(Refusal("unknown_unit", sentence, params, index, "unit"))
        elif not (_countable(line.quantity) and _countable(line.quantity * factor.numerator / factor.denominator)):
            sentence = _("The quantity is zero or beyond what can be counted")
            found.append(Refusal("quantity", sentence, {}, index, "quantity"))
        elif refusal := units.misfit(
            product, line.quantity, unit=line.unit_id or "", base=units.times(line.quantity, factor), line=index
        ):
            found.append(refusal)
        if line.unit_price and not (line.unit_price > 0 and _countable(line.unit_price)):
            found.append(Refusal("unit_price", _("The price is negative or too large"), {}, index, "unit_price"))
        if line.discount and not 0 < line.discount <= HUNDRED:
            found.append(Refusal("discount", _("A discount is between 0 and 100 percent"), {}, index, "discount"))
        if self._tax(terms, line) is None:
            params = {"product": product.code, "day": terms.date}  # type: ignore[dict-item]
            found.append(Refusal("no_tax", _("No tax is in force for %(product)s on %(day)s"), params, index, "tax"))
        return found

    def whole(self, lines: Collection[LineInput]) -> Mapping[int, Decimal]:
        """What a document with these lines buys of each product, in base units: promotions may count it together."""
        known = [(line, self.factors.get((line.product_id, self._unit(line)))) for line in lines]
        return whole_of(
            [
                (line.product_id, units.times(line.quantity, factor))
                for line, factor in known
                if factor and _countable(line.quantity) and _countable(line.quantity * factor.numerator)
            ]
        )

    def _unit(self, line: LineInput) -> str:
        product = self.products.get(line.product_id)
        return line.unit_id or (str(product.unit_id) if product else "")

    def price(self, terms: Terms, line: LineInput, whole: Mapping[int, Decimal] | None = None) -> PricedLine:
        """Price a line that has no refusals; `whole` is what its document buys altogether, else the line is alone."""
        product = self.products[line.product_id]
        tax = self._tax(terms, line)
        assert tax is not None
        unit = line.unit_id or product.unit_id
        factor = self.factors[product.pk, unit]
        base_quantity = units.times(line.quantity, factor)
        price, item = self._base_price(terms, product, base_quantity, tax.rate)
        list_price = ListPrice(units.times(price, factor), item)
        granted = Granted(price)
        if line.unit_price is None:
            bought = Bought(product, base_quantity, tax.rate, whole or {product.pk: base_quantity})
            granted = self.promotions.grant(price, terms, bought)
            unit_price = units.times(granted.price, factor)
        else:
            unit_price = round_quantity(line.unit_price)
        discount = line.discount or Decimal(0)
        amounts = line_amounts(
            quantity=line.quantity, unit_price=unit_price, discount=discount, rate=tax.rate,
            included=terms.includes_tax, digits=terms.digits,
        )  # fmt: skip
        return PricedLine(
            product, unit, line.quantity, base_quantity, unit_price, discount, tax.pk, tax.rate, amounts, list_price,
            line.description, line.requested_date, line.is_direct, granted.promotion_id, granted.kept,
        )  # fmt: skip

    def _base_price(
        self, terms: Terms, product: Product, base_quantity: Decimal, rate: Decimal
    ) -> tuple[Decimal, PriceListItem | None]:
        """What a base unit costs by the lists, and the item that says so."""
        item = self._best_item(terms, product, abs(base_quantity))
        if item:
            amount, included = item.price, item.price_list.includes_tax
        else:
            amount, included = product.sale_price / terms.exchange_rate, product.sale_price_includes_tax
        return with_tax(amount, rate, included, terms.includes_tax), item

    def _best_item(self, terms: Terms, product: Product, base_quantity: Decimal) -> PriceListItem | None:
        """Customer before tier before everybody; then the list that began last; then the highest quantity reached."""
        holding = [
            item for item in self.items[product.pk] if item.min_quantity <= base_quantity and _holds(item, terms)
        ]
        return max(
            holding,
            key=lambda item: (
                item.price_list.party_id is not None,
                item.price_list.tier != "",
                item.price_list.valid_from or dt.date.min,
                item.price_list_id,
                item.min_quantity,
            ),
            default=None,
        )


def _items_by_product(
    company_id: int, products: Collection[int], terms: Collection[Terms]
) -> defaultdict[int, list[PriceListItem]]:
    by_product: defaultdict[int, list[PriceListItem]] = defaultdict(list)
    if not products or not terms:
        return by_product
    first, last = min(each.date for each in terms), max(each.date for each in terms)
    for_whom = Q(price_list__party__in={each.party_id for each in terms}) | Q(
        price_list__party=None, price_list__tier__in={"", *(each.tier for each in terms)}
    )
    items = PriceListItem.objects.of(company_id).filter(
        for_whom,
        Q(price_list__valid_from=None) | Q(price_list__valid_from__lte=last),
        Q(price_list__valid_to=None) | Q(price_list__valid_to__gte=first),
        product__in=products,
        price_list__is_archived=False,
        price_list__currency__in={each.currency for each in terms},
    )
    for item in items.select_related("price_list"):
        by_product[item.product_id].append(item)
    return by_product


def _holds(item: PriceListItem, terms: Terms) -> bool:
    prices = item.price_list
    return (
        prices.party_id in (None, terms.party_id)
        and prices.tier in ("", terms.tier)
        and prices.currency_id == terms.currency
        and (prices.valid_from or terms.date) <= terms.date <= (prices.valid_to or terms.date)
    )


def with_tax(price: Decimal, rate: Decimal, included: bool, wanted: bool) -> Decimal:
    """A price with or without tax, as the document shows its prices."""
    if included == wanted:
        return price
    return price * (HUNDRED + rate) / HUNDRED if wanted else price * HUNDRED / (HUNDRED + rate)


def _in_force(tax: Tax, day: dt.date) -> bool:
    return (tax.valid_from is None or tax.valid_from <= day) and (tax.valid_to is None or day <= tax.valid_to)


def _countable(value: Decimal) -> bool:
    return value.is_finite() and SMALLEST <= abs(value) < LARGEST
