"""A small shop for the tests of selling: Mei sells at Acme, Bo leads her team, everything costs a round sum."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crm.sales.models import Order, PriceList, PriceListItem, Quotation
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from crm.sales.services.quotations import create_quotation
from suite.core.access import Actor
from suite.core.models import Company
from suite.masterdata.models import Party, Product
from tests import make


class Shop:
    """A company with a rep, her manager, a rep of no team, and one customer of Mei's."""

    def __init__(self, code: str = "acme") -> None:
        self.company: Company = make.company(code)
        self.system = Actor.system(self.company)
        self.manager = make.actor(self.company, "sales_manager", username=f"bo-{code}")
        self.team = make.team(self.company, "East", manager=self.manager.user)
        self.rep = make.actor(self.company, "rep", username=f"mei-{code}", team=self.team)
        self.other_rep = make.actor(self.company, "rep", username=f"tom-{code}")
        self.customer = self.add_customer("华为", owner=self.rep, email="buyer@huawei.example")

    def add_customer(self, name: str, *, owner: Actor | None = None, **values: Any) -> Party:
        return make.customer(owner or self.company, name, **values).party

    def add_product(self, code: str, price: str = "113", **values: Any) -> Product:
        return make.product(self.company, code, price=price, **values)

    def add_prices(self, name: str, *prices: tuple[Product, str, str], **fields: Any) -> PriceList:
        """A price list with (product, from quantity, price)."""
        prices_list = PriceList.objects.create(company=self.company, name=name, **fields)
        for product, min_quantity, price in prices:
            PriceListItem.objects.create(
                company=self.company, price_list=prices_list, product=product, min_quantity=min_quantity, price=price
            )
        return prices_list

    def order(self, *lines: LineInput, actor: Actor | None = None, party: Party | None = None, **fields: Any) -> Order:
        return create_order(party=party or self.customer, lines=lines, actor=actor or self.rep, **fields)

    def quotation(
        self, *lines: LineInput, actor: Actor | None = None, party: Party | None = None, **fields: Any
    ) -> Quotation:
        return create_quotation(party=party or self.customer, lines=lines, actor=actor or self.rep, **fields)


def line(product: Product, quantity: str = "1", price: str | None = None, **fields: Any) -> LineInput:
    """A line of an order."""
    return LineInput(product.pk, Decimal(quantity), None if price is None else Decimal(price), **fields)
