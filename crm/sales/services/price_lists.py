"""Price lists: for everybody, for a tier of customers, for one customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.sales.models import PriceList, PriceListItem
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a product from a quantity on, in base units."""

    product_id: int
    price: Decimal
    min_quantity: Decimal = Decimal(0)


@service
def create_price_list(*, prices: Sequence[Price], actor: Actor, reason: str = "", **fields: Any) -> PriceList:
    """Write a price list. Raises ValidationError for contradicting fields, BusinessError for a price given twice."""
    price_list = PriceList(company=actor.company, **fields)
    _demand_sense(price_list, prices)
    price_list.save()
    _insert(price_list, prices)
    current_act().audit(price_list, "created", {"prices": (None, len(prices))})
    return price_list


@service
def change_price_list(
    *, price_list_id: int, actor: Actor, prices: Sequence[Price] | None = None, reason: str = "", **fields: Any
) -> PriceList:
    """Change a price list; `prices`, where given, are its prices altogether. Documents keep the prices they have."""
    price_list = PriceList.objects.of(actor.company_id).lock([price_list_id]).get()
    save_changes(price_list, fields)
    _demand_sense(price_list, prices or ())
    if prices is None:
        return price_list
    before = {(row.product_id, row.min_quantity): row.price for row in price_list.items.all()}
    after = {(row.product_id, row.min_quantity): row.price for row in prices}
    if before != after:
        price_list.items.all().delete()
        _insert(price_list, prices)
        current_act().audit(price_list, "prices", {"prices": (_brief(before), _brief(after))})
    return price_list


@service
def archive_price_lists(*, pks: Sequence[int], actor: Actor, archived: bool = True, reason: str = "") -> int:
    """Put price lists away, or bring them back; says how many."""
    rows = list(PriceList.objects.of(actor.company_id).lock(pks).filter(is_archived=not archived))
    PriceList.objects.filter(pk__in=[row.pk for row in rows]).update(is_archived=archived)
    for row in rows:
        current_act().audit(row, "archived" if archived else "brought back", {"is_archived": (not archived, archived)})
    return len(rows)


def _demand_sense(price_list: PriceList, prices: Sequence[Price]) -> None:
    if price_list.party_id and price_list.tier:
        raise ValidationError({"tier": _("A price list is for one customer or for a tier, not for both")})
    if price_list.valid_from and price_list.valid_to and price_list.valid_to < price_list.valid_from:
        raise ValidationError({"valid_to": _("The last day is before the first")})
    seen: set[tuple[int, Decimal]] = set()
    for index, row in enumerate(prices):
        key = (row.product_id, row.min_quantity)
        if key in seen:
            sentence = _("This product has a price from this quantity already")
            raise BusinessError(Refusal("price_twice", sentence, line=index, field="min_quantity"))
        seen.add(key)


def _insert(price_list: PriceList, prices: Sequence[Price]) -> None:
    PriceListItem.objects.bulk_create(
        PriceListItem(
            company_id=price_list.company_id,
            price_list=price_list,
            product_id=row.product_id,
            min_quantity=row.min_quantity,
            price=row.price,
        )
        for row in prices
    )


def _brief(prices: dict[tuple[int, Decimal], Decimal]) -> list[list[Any]]:
    return [[product, str(quantity), str(price)] for (product, quantity), price in sorted(prices.items())]
