"""Builders of what tests need, by the services of each area: no test rests on rows the house could not make."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rest_framework.test import APIClient

from crm.customers.models import Customer
from crm.customers.services import customers
from erp.inventory import services as inventory
from erp.procurement.models import Supplier, SupplierItem
from erp.procurement.services import suppliers
from suite.core import cached, companies, tokens
from suite.core.access import Actor
from suite.core.models import Company, Team, User
from suite.masterdata.models import Party, Product
from suite.masterdata.services import parties, products

_next = itertools.count(1)


def company(code: str = "", **fields: Any) -> Company:
    """A company as founding leaves it: roles, taxes, accounts, periods, warehouse. Acme is found, not founded."""
    if code == "acme" and (acme := Company.objects.filter(code=code).first()):
        cached.forget(acme.pk)  # what another test made of it has been undone
        return acme
    code = code or f"company-{next(_next)}"
    return companies.found(code=code, **{"name": f"公司 {code}", "name_en": f"Company {code}", **fields})


def user(company: Company, *roles: str, username: str = "", team: Team | None = None, **fields: Any) -> User:
    """Somebody with these roles in the company, reading English."""
    username = username or f"user-{next(_next)}"
    person = User.objects.create_user(username, **{"language": "en", "email": f"{username}@example.com", **fields})
    companies.join(user=person, role_codes=roles, team=team, actor=Actor.system(company))
    return person


def actor(company: Company, *roles: str, **fields: Any) -> Actor:
    """Somebody acting for the company in these roles; without any, the house itself."""
    return Actor(user(company, *roles, **fields), company) if roles else Actor.system(company)


def team(company: Company, name: str = "", manager: User | None = None) -> Team:
    return Team.objects.create(company=company, name=name or f"Team {next(_next)}", manager=manager)


def client(by: Actor, *scopes: str) -> APIClient:
    """A system that calls the API with a token of this user."""
    token = tokens.create(user=by.user, name="test", actor=by, scopes=scopes)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")


def party(company: Company, name: str = "", **values: Any) -> Party:
    return parties.create_party(actor=Actor.system(company), name=name or f"Party {next(_next)}", **values)


def customer(by: Actor | Company, name: str = "", **values: Any) -> Customer:
    """A customer whom `by` looks after; of nobody when `by` is a company."""
    by = by if isinstance(by, Actor) else Actor.system(by)
    return customers.create_customer(
        actor=by, name=name or f"Customer {next(_next)}", **{"allow_duplicate": True, **values}
    )


def product(
    company: Company, code: str = "", *, price: Decimal | int | str = 100, units: Sequence[Any] = (), **values: Any
) -> Product:
    """A stocked product counted in pieces, taxed with 13 %, its price with tax."""
    code = code or f"P-{next(_next)}"
    values = {"name": f"Product {code}", "sale_price": Decimal(price), **values}
    return products.create_product(actor=Actor.system(company), code=code, units=units, **values)


def goods(
    company: Company, count: int, *, price: Decimal | int | str = 100, quantity: Decimal | int | str = 0
) -> list[Product]:
    """Many products by one act, each with so much on hand at 50 a piece."""
    drafts = [
        products.ProductDraft({"code": code, "name": f"Product {code}", "sale_price": Decimal(price)})
        for code in (f"P-{next(_next)}" for _each in range(count))
    ]
    actor = Actor.system(company)
    made = products.create_products(drafts=drafts, actor=actor)
    if quantity:
        inventory.opening_stock(
            [inventory.Difference(product.pk, Decimal(quantity), Decimal(50)) for product in made],
            warehouse_id=inventory.default_warehouse_id(company.pk),
            actor=actor,
        )
    return made


def supplier(company: Company, name: str = "", **values: Any) -> Supplier:
    """A supplier who delivers within a week."""
    return suppliers.create_supplier(actor=Actor.system(company), name=name or f"Supplier {next(_next)}", **values)


def terms(supplier: Supplier, product: Product, price: Decimal | int | str, **values: Any) -> SupplierItem:
    """What a supplier asks for a product, without tax."""
    return suppliers.set_item(
        supplier=supplier, product=product, price=Decimal(price), actor=Actor.system(supplier.company), **values
    )


def terms_of_all(supplier: Supplier, products: Sequence[Product], price: Decimal | int | str) -> None:
    """The same price for many products."""
    items = [suppliers.ItemDraft(supplier, product, {"price": Decimal(price)}) for product in products]
    suppliers.set_items(items=items, actor=Actor.system(supplier.company))


def stock(product: Product, quantity: Decimal | int | str, *, unit_cost: Decimal | int | str = 50) -> None:
    """Put goods on hand, as opening stock in the default warehouse."""
    inventory.opening_stock(
        [inventory.Difference(product.pk, Decimal(quantity), Decimal(unit_cost))],
        warehouse_id=inventory.default_warehouse_id(product.company_id),
        actor=Actor.system(product.company),
    )
