"""Price lists: for everybody, for a tier of customers, for one customer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
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
    demand_sense(price_list, prices)
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
    demand_sense(price_list, prices or ())
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


@service
def bring_in(
    *, lists: Sequence[tuple[PriceList, Sequence[Price]]], actor: Actor, reason: str = ""
) -> dict[int, list[list[Any]]]:
    """Write prices into lists, new ones among them, beside those that stand there; a fixed number of statements.

    The lists make sense (`demand_sense`). Returns by the key of each list that was here before what its prices were:
    [product, from quantity, price], the price None where there was none.
    """
    new = [price_list for price_list, _prices in lists if price_list.pk is None]
    known = [price_list for price_list, _prices in lists if price_list.pk is not None]
    PriceList.objects.bulk_create(new)
    list(PriceList.objects.of(actor.company_id).lock([row.pk for row in known]))
    before = {
        (row.price_list_id, row.product_id, row.min_quantity): row.price
        for row in PriceListItem.objects.filter(price_list__in=known)
    }
    rows = [
        PriceListItem(
            company_id=actor.company_id, price_list=price_list, product_id=each.product_id,
            min_quantity=each.min_quantity, price=each.price,
        )
        for price_list, prices in lists
        for each in prices
    ]  # fmt: skip
    PriceListItem.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["price_list", "product", "min_quantity"], update_fields=["price"]
    )
    for price_list in new:
        current_act().audit(price_list, "created")
    old: dict[int, list[list[Any]]] = {row.pk: [] for row in known}
    for row in rows:
        if row.price_list_id in old:
            was = before.get((row.price_list_id, row.product_id, row.min_quantity))
            old[row.price_list_id].append([row.product_id, str(row.min_quantity), None if was is None else str(was)])
    for price_list in known:
        current_act().audit(price_list, "prices", {"prices": (old[price_list.pk], None)})
    return old


@service
def take_back(
    *, made: Collection[int], changed: Mapping[int, Sequence[Sequence[Any]]], actor: Actor, reason: str = ""
) -> list[int]:
    """Take back what `bring_in` did: new lists go, others get their old prices; says which of those are gone."""
    lists = PriceList.objects.of(actor.company_id).lock([*made, *changed]).in_bulk()
    rows = [
        PriceListItem(company_id=actor.company_id, price_list_id=pk, product_id=product, min_quantity=least, price=was)
        for pk, prices in changed.items()
        if pk in lists
        for product, least, was in prices
    ]
    gone = Q(pk=None)
    for row in rows:
        gone |= Q(price_list=row.price_list_id, product=row.product_id, min_quantity=row.min_quantity)
    PriceListItem.objects.of(actor.company_id).filter(gone).delete()
    PriceListItem.objects.bulk_create(row for row in rows if row.price is not None)
    for pk in lists:
        current_act().audit(lists[pk], "deleted" if pk in made else "prices")
    PriceList.objects.filter(pk__in=[pk for pk in made if pk in lists]).delete()
    return [pk for pk in changed if pk not in lists]


def demand_sense(price_list: PriceList, prices: Sequence[Price]) -> None:
    """Raise ValidationError for contradicting fields, BusinessError for a price given twice."""
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
