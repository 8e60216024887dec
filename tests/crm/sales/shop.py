"""A small shop for the tests of selling: Mei sells at Acme, Bo leads her team, everything costs a round sum."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crm.customers.models import Customer
from crm.sales.models import Order, PriceList, PriceListItem
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from suite.core.access import Actor
from suite.core.models import Company, Team
from suite.masterdata.models import Currency, Party, Product, Tax, Unit
from tests.core.people import company, member


class Shop:
    """A company with a tax of 13 %, two reps, their manager and one customer of Mei's."""

    def __init__(self, code: str = "acme") -> None:
        Currency.objects.get_or_create(code="CNY", defaults={"name": "人民币", "symbol": "¥"})
        self.piece, _made = Unit.objects.get_or_create(code="pcs", defaults={"name": "个", "name_en": "piece"})
        self.company: Company = company(code)
        self.tax = Tax.objects.filter(company=self.company, rate=13).first() or Tax.objects.create(
            company=self.company, code="13", name="13%", rate=13
        )
        self.team = Team.objects.create(company=self.company, name="East")
        self.rep: Actor = member(f"mei-{code}", self.company, "rep", team=self.team)
        self.other_rep: Actor = member(f"tom-{code}", self.company, "rep")
        self.manager: Actor = member(f"bo-{code}", self.company, "sales_manager", team=self.team)
        self.system = Actor.system(self.company)
        self.customer = self.add_customer("华为", owner=self.rep)

    def add_customer(self, name: str, *, owner: Actor | None = None, tier: str = "", **fields: Any) -> Party:
        party = Party.objects.create(company=self.company, name=name, **fields)
        Customer.objects.create(
            company=self.company, party=party, owner=owner and owner.user, team=self.team if owner else None, tier=tier
        )
        return Party.objects.get(pk=party.pk)

    def add_product(self, code: str, price: str = "113", **fields: Any) -> Product:
        fields = {"name": f"商品{code}", "name_en": f"Product {code}", "unit": self.piece, "tax": self.tax, **fields}
        return Product.objects.create(company=self.company, code=code, sale_price=Decimal(price), **fields)

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


def line(product: Product, quantity: str = "1", price: str | None = None, **fields: Any) -> LineInput:
    """A line of an order."""
    return LineInput(product.pk, Decimal(quantity), None if price is None else Decimal(price), **fields)
