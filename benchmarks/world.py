"""A company to measure with, made through the services in bulk."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from crm.customers.services.customers import CustomerDraft, create_customers
from crm.sales.services.orders import OrderDraft, create_orders
from crm.sales.services.pricing import LineInput
from erp.inventory import services as inventory
from suite.core import companies, tokens
from suite.core.access import Actor
from suite.core.models import Company, User
from suite.masterdata.services.parties import PartyDraft
from suite.masterdata.services.products import ProductDraft, create_products

BATCH = 1000
ONE = Decimal(1)


@dataclass
class World:
    """A company with products on stock, customers and an administrator who acts."""

    company: Company
    actor: Actor
    products: list[int]
    parties: list[int]

    def orders(self, count: int, *, lines: int = 5, hot: int = 0) -> list[int]:
        """Draft orders of `lines` lines over all products, or over the first `hot`."""
        rng = random.Random(lines * 1000 + hot + count)
        products = self.products[: hot or None]
        ids: list[int] = []
        for start in range(0, count, BATCH):
            drafts = [
                OrderDraft(
                    party_id=rng.choice(self.parties),
                    lines=[
                        LineInput(
                            product_id=rng.choice(products),
                            quantity=Decimal(rng.randint(1, 9)),
                            unit_price=Decimal(100),
                        )
                        for _line in range(lines)
                    ],
                )
                for _order in range(min(BATCH, count - start))
            ]
            ids += [order.pk for order in create_orders(drafts, actor=self.actor)]
        rng.shuffle(ids)
        return ids


def make(*, products: int = 5000, parties: int = 2000, on_hand: int = 10_000_000) -> World:
    """Found a company of its own for the measurement."""
    company = companies.found(code=f"bench-{secrets.token_hex(4)}", name="Bench")
    user = User.objects.create_user(company.code, password=secrets.token_hex(8))
    companies.join(user=user, role_codes=["administrator"], actor=Actor.system(company))
    actor = Actor(user, company)
    product_ids = _products(actor, products, on_hand)
    made = create_customers(
        drafts=[CustomerDraft(PartyDraft({"name": f"客户{n}有限公司"})) for n in range(parties)], actor=actor
    )
    return World(company, actor, product_ids, [customer.party_id for customer in made])


def _products(actor: Actor, count: int, on_hand: int) -> list[int]:
    made = create_products(
        drafts=[
            ProductDraft({"code": f"B{n:06}", "name": f"商品 {n}", "sale_price": Decimal(113)}) for n in range(count)
        ],
        actor=actor,
    )
    warehouse_id = inventory.default_warehouse_id(actor.company_id)
    for start in range(0, count if on_hand else 0, BATCH):
        inventory.opening_stock(
            [
                inventory.Difference(product.pk, Decimal(on_hand), Decimal(50))
                for product in made[start : start + BATCH]
            ],
            warehouse_id=warehouse_id,
            actor=actor,
        )
    return [product.pk for product in made]


def token(world: World) -> str:
    """A key of the world's user for the API."""
    return tokens.create(user=world.actor.user, name="bench", actor=world.actor)  # type: ignore[arg-type]


def analyze(tables: Sequence[str] = ()) -> None:
    """Let the planner know what was loaded; these tables are swept too, as autovacuum would after a while."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(tables)}" if tables else "ANALYZE")
