"""What promotions make of a price: which apply to a line, which of them decides, and what it then costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from crm.sales.models import Promotion, PromotionScope, PromotionStep
from suite.core.money import HUNDRED, ZERO, round_quantity
from suite.masterdata.models import Party, Product

if TYPE_CHECKING:
    from crm.sales.services.pricing import Terms

Kind = Promotion.Kind
ALL_PRODUCTS = Q(product=None, category="")


@dataclass(frozen=True, slots=True)
class Bought:
    """What a line buys, in base units; `whole` is what the paper altogether buys of each product."""

    product: Product
    quantity: Decimal
    tax_rate: Decimal
    whole: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Granted:
    """A price per base unit after promotions, and those that made it, in their order, with the percent each took."""

    price: Decimal
    promotions: tuple[tuple[Promotion, Decimal], ...] = ()

    @property
    def promotion_id(self) -> int | None:
        return self.promotions[0][0].pk if self.promotions else None

    @property
    def kept(self) -> list[list[str]]:
        """What the line keeps of it."""
        return [[row.name, row.name_en, f"{percent.normalize():f}"] for row, percent in self.promotions]


class Promotions:
    """The promotions that may hold for a set of papers, read by one statement whatever their number."""

    def __init__(
        self, *, company_id: int, terms: Collection[Terms], products: Mapping[int, Product], honoured: Collection[int]
    ) -> None:
        self.products = products
        self.honoured = frozenset(honoured)
        self.rows: list[Any] = list(_rows(company_id, terms, products, honoured)) if terms and products else []

    def grant(self, price: Decimal, terms: Terms, bought: Bought) -> Granted:
        """The price of a base unit after the promotions that hold; it never rises by one.

        Of those that may not be combined each stands alone, those that may be are one. The highest priority decides,
        then the lowest price, then the older promotion.
        """
        holding = [row for row in self.rows if bought.quantity > 0 and self._holds(row, terms, bought.product)]
        together = sorted((row for row in holding if row.is_stackable), key=lambda row: (-row.priority, row.pk))
        rivals = [[row] for row in holding if not row.is_stackable] + ([together] if together else [])
        found = [granted for rows in rivals if (granted := self._apply(rows, price, terms, bought)).promotions]
        return min(
            found,
            key=lambda each: (-max(row.priority for row, _off in each.promotions), each.price, each.promotion_id),
            default=Granted(price),
        )

    def _apply(self, rows: Sequence[Any], price: Decimal, terms: Terms, bought: Bought) -> Granted:
        granted: list[tuple[Promotion, Decimal]] = []
        for row in rows:
            after = round_quantity(max(self._after(row, price, terms, bought), ZERO))
            if after < price:
                granted.append((row, round_quantity((price - after) * HUNDRED / price)))
                price = after
        return Granted(price, tuple(granted))

    def _after(self, row: Any, price: Decimal, terms: Terms, bought: Bought) -> Decimal:
        """What a promotion makes of a price; the price itself where its first step is not reached."""
        quantity = bought.quantity
        if row.together:
            whole = bought.whole.items()
            quantity = sum((each for pk, each in whole if self._is_for(row, self.products[pk])), ZERO) or quantity
        steps = list(zip(row.step_quantities, row.step_values, strict=True))
        if row.kind == Kind.GIFT:
            return price * (quantity - _free(steps, quantity)) / quantity
        value = next((value for least, value in reversed(steps) if least <= quantity), None)
        if value is None:
            return price
        if row.kind == Kind.PERCENT:
            return price * (HUNDRED - value) / HUNDRED
        if row.includes_tax != terms.includes_tax:
            factor = (HUNDRED + bought.tax_rate) / HUNDRED
            value = value * factor if terms.includes_tax else value / factor
        return price - value if row.kind == Kind.AMOUNT else value

    def _holds(self, row: Any, terms: Terms, product: Product) -> bool:
        return (
            (row.pk in self.honoured or _runs(row, terms))
            and (row.is_for_everybody or terms.party_id in row.party_ids)
            and (row.kind in (Kind.PERCENT, Kind.GIFT) or row.currency_id == terms.currency)
            and self._is_for(row, product)
        )

    @staticmethod
    def _is_for(row: Any, product: Product) -> bool:
        return row.is_for_everything or product.pk in row.product_ids or product.category in row.categories


def whole_of(quantities: Collection[tuple[int, Decimal]]) -> dict[int, Decimal]:
    """What a paper buys of each product, in base units; what it takes back does not count."""
    whole: dict[int, Decimal] = {}
    for product_id, quantity in quantities:
        whole[product_id] = whole.get(product_id, ZERO) + max(quantity, ZERO)
    return whole


def _free(steps: Sequence[tuple[Decimal, Decimal]], quantity: Decimal) -> Decimal:
    """How many of a quantity are free: `value` for each `least` that are paid, by the highest step that is reached."""
    for least, value in reversed(steps):
        if least > 0 and least + value <= quantity:
            return (quantity // (least + value)) * value
    return ZERO


def _runs(row: Promotion, terms: Terms) -> bool:
    return row.status == Promotion.Status.ON and (
        (row.valid_from or terms.date) <= terms.date <= (row.valid_to or terms.date)
    )


def _rows(
    company_id: int, terms: Collection[Terms], products: Mapping[int, Product], honoured: Collection[int]
) -> QuerySet[Promotion]:
    first, last = min(each.date for each in terms), max(each.date for each in terms)
    running = Q(
        Q(valid_from=None) | Q(valid_from__lte=last),
        Q(valid_to=None) | Q(valid_to__gte=first),
        status=Promotion.Status.ON,
    )
    scopes = PromotionScope.objects.filter(promotion=OuterRef("pk"))
    steps = PromotionStep.objects.filter(promotion=OuterRef("pk")).order_by("min_quantity")
    return (
        Promotion.objects.of(company_id)
        .filter(running | Q(pk__in=honoured))
        .annotate(
            step_quantities=ArraySubquery(steps.values("min_quantity")),
            step_values=ArraySubquery(steps.values("value")),
            is_for_everything=~Exists(scopes.exclude(ALL_PRODUCTS)),
            product_ids=ArraySubquery(scopes.filter(product__in=products.keys()).values("product_id")),
            categories=ArraySubquery(scopes.exclude(category="").values("category")),
            is_for_everybody=~Exists(scopes.filter(ALL_PRODUCTS)),
            party_ids=ArraySubquery(_buyers({each.party_id for each in terms}).values("pk")),
        )
        .order_by("pk")
    )


def _buyers(party_ids: Collection[int]) -> QuerySet[Party]:
    """Those of these customers whom a promotion names, by themselves, a tag or a region in which they are."""
    named = PromotionScope.objects.filter(
        Q(party=OuterRef("pk"))
        | Q(tag__customers__party=OuterRef("pk"))
        | Q(region=OuterRef("region"))
        | Q(region=OuterRef("region__parent"))
        | Q(region=OuterRef("region__parent__parent")),
        promotion=OuterRef(OuterRef("pk")),
    )
    return Party.objects.filter(Exists(named), pk__in=party_ids)
