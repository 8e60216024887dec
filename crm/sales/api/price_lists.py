"""Price lists for other systems."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from crm.sales.api.documents import CurrencyField
from crm.sales.models import PriceList, PriceListItem
from crm.sales.services import price_lists
from crm.sales.services.price_lists import Price
from suite.core.api import (
    Creating,
    DecimalField,
    FilterSet,
    ScopedChoiceFilter,
    ServiceViewSet,
    StrictModelSerializer,
    Updating,
    action,
)
from suite.masterdata.models import Party

PRICES_AT_MOST = 10_000


class PriceSerializer(StrictModelSerializer):
    """The price of a product from a quantity on, in the product's base unit."""

    min_quantity = DecimalField(max_digits=18, decimal_places=6, min_value=Decimal(0), required=False)
    price = DecimalField(max_digits=18, decimal_places=6, min_value=Decimal(0))

    class Meta:
        model = PriceListItem
        fields = ("product", "min_quantity", "price")


class PriceListSerializer(StrictModelSerializer):
    """A price list: for one customer (`party`), for a `tier` of customers, or for everybody."""

    currency = CurrencyField(source="currency_id", required=False)
    items = PriceSerializer(many=True, required=False, max_length=PRICES_AT_MOST)

    class Meta:
        model = PriceList
        fields = (
            "id", "name", "name_en", "currency", "includes_tax", "tier", "party", "valid_from", "valid_to",
            "is_archived", "items",
        )  # fmt: skip
        read_only_fields = ("is_archived",)


class PriceListFilters(FilterSet):
    party = ScopedChoiceFilter(Party)

    class Meta:
        model = PriceList
        fields = {"tier": ["exact"], "is_archived": ["exact"], "name": ["icontains"]}


class PriceListViewSet(Creating, Updating, ServiceViewSet):
    model = PriceList
    serializer_class = PriceListSerializer
    filterset_class = PriceListFilters
    prefetch = ("items",)
    action_permissions = {"archive": "crm_sales.change_pricelist"}

    def add(self, values: dict[str, Any]) -> PriceList:
        prices = prices_of(values.pop("items", ()))
        return price_lists.create_price_list(prices=prices, actor=self.actor, **values)

    def change(self, row: PriceList, values: dict[str, Any]) -> None:
        given = values.pop("items", None)
        prices = None if given is None else prices_of(given)
        price_lists.change_price_list(price_list_id=row.pk, prices=prices, actor=self.actor, **values)

    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        """Put the price list away; documents keep the prices they have."""
        price_lists.archive_price_lists(pks=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)


def prices_of(rows: list[dict[str, Any]]) -> list[Price]:
    return [Price(row["product"].pk, row["price"], row.get("min_quantity", Decimal(0))) for row in rows]
