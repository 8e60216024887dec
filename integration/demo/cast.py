"""Who and what the demo company starts with: people, customers, suppliers, products, opening stock, credit."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from crm.customers.services.customers import CustomerDraft, create_customers
from crm.sales.models import Order, Quotation
from erp.finance import services as finance
from erp.finance.models import PaymentTerm
from erp.inventory import services as inventory
from erp.inventory.models import StockRule
from erp.procurement.models import Supplier
from erp.procurement.services.suppliers import ItemDraft, SupplierDraft, create_suppliers, set_items
from integration.demo import catalogue
from suite.automation.services import rules
from suite.core import companies, demo
from suite.core.access import Actor
from suite.core.models import Company, Role, Team, User
from suite.masterdata.models import Party, Product, Region
from suite.masterdata.services.parties import PartyDraft
from suite.masterdata.services.products import ProductDraft, create_products

# Letters of a unified social credit code and the weights of its check digit (GB 32100-2015).
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
COLLEAGUES = {"chen.lei": ("陈磊", "Chen Lei"), "yang.fang": ("杨芳", "Yang Fang")}  # more reps, who do not sign in


@dataclass
class Cast:
    """Everybody and everything the story is about."""

    company: Company
    house: Actor
    buyer: Actor
    boss: Actor
    reps: list[Actor]
    customers: dict[int, list[Party]] = field(default_factory=dict)  # by key of the rep
    products: list[Product] = field(default_factory=list)


def gather(rng: random.Random, *, customers: int, code: str, versions: int) -> Cast:
    """Found the demo company and bring in its people, partners and goods."""
    name, name_en = catalogue.COMPANY
    company = companies.found(
        code=code, name=name, name_en=name_en, credit_code=credit_code(rng, "310115"), is_demo=True,
        address="上海市浦东新区张江路 88 号", phone="021-50800000", bank="中国银行上海张江支行 4405 6688 0000 1234",
        address_en="No. 88 Zhangjiang Road, Pudong, Shanghai", bank_en="Bank of China, Zhangjiang 4405 6688 0000 1234",
    )  # fmt: skip
    demo.bring_in_people(company)
    house = Actor.system(company)
    cast = Cast(company, house, _acting(company, "buyer"), _acting(company, "boss"), [_acting(company, "sales")])
    team = Team.objects.filter(company=company).first()
    for username, (person, person_en) in COLLEAGUES.items():
        user, _made = User.objects.get_or_create(
            username=username, defaults={"name": person, "name_en": person_en, "password": "!", "is_active": True}
        )
        companies.join(user=user, role_codes=["rep"], actor=house, team=team)
        cast.reps.append(Actor(user, company))
    cast.products = _products(cast, versions)
    _suppliers(cast, rng)
    _customers(cast, rng, customers)
    for model in (Order, Quotation):
        role = Role.objects.get(company=company, code="sales_manager")
        rules.set_rule(kind=model.kind(), conditions={"discount_min": "15"}, steps=[{"role": role}], actor=house)
    return cast


def _acting(company: Company, username: str) -> Actor:
    return Actor(User.objects.get(username=username), company)


def _products(cast: Cast, versions: int) -> list[Product]:
    drafts = [
        ProductDraft(
            {
                "code": f"{group + 1:02}{number + 1 + 100 * version:03}",
                "name": f"{name} {label}".strip(),
                "name_en": f"{name_en} {label_en}".strip(),
                "category": category,
                "specification": specification,
                "specification_en": catalogue.in_english(specification),
                "kind": Product.Kind.STOCKED if cost else Product.Kind.SERVICE,
                "barcode": ean13(f"690{group:03}{number + 100 * version:06}") if cost else "",
                "sale_price": Decimal(round(price * factor)),
                "standard_cost": Decimal(round(cost * factor)),
                "floor_price": Decimal(round(price * factor * 0.8)),
                "costing": Product.Costing.FIFO if category == "机电配件" else Product.Costing.AVERAGE,
            }
        )
        for version, (label, label_en, factor) in enumerate(catalogue.VERSIONS[:versions])
        for group, (category, rows) in enumerate(catalogue.PRODUCTS.items())
        for number, (name, name_en, specification, price, cost) in enumerate(rows)
    ]
    products = create_products(drafts=drafts, actor=cast.house)
    goods = [product for product in products if product.is_stocked]
    warehouse_id = inventory.default_warehouse_id(cast.company.pk)
    inventory.opening_stock(
        [inventory.Difference(product.pk, Decimal(120), product.standard_cost) for product in goods],
        warehouse_id=warehouse_id,
        actor=cast.house,
    )
    StockRule.objects.bulk_create(
        StockRule(
            company=cast.company,
            product=product,
            warehouse_id=warehouse_id,
            reorder_point=30,
            target=150,
            safety_stock=15,
        )
        for product in goods
    )
    return products


def _suppliers(cast: Cast, rng: random.Random) -> None:
    drafts = [
        SupplierDraft(
            PartyDraft(
                {
                    "name": name,
                    "name_en": name_en,
                    "credit_code": credit_code(rng, "330100"),
                    "phone": mobile(rng),
                    "email": f"supply{number}@example.com",
                },
                contacts=[{"name": person(rng), "title": "销售经理", "phone": mobile(rng), "is_primary": True}],
            ),
            {"lead_days": 4 + 2 * number},
        )
        for number, (name, name_en, _categories) in enumerate(catalogue.SUPPLIERS)
    ]
    suppliers: list[Supplier] = create_suppliers(drafts=drafts, actor=cast.house)
    items = [
        ItemDraft(
            supplier,
            product,
            {
                "price": product.standard_cost,
                "minimum": Decimal(20),
                "pack": Decimal(5),
                "supplier_code": f"S{product.code}",
            },
        )
        for supplier, (_name, _name_en, categories) in zip(suppliers, catalogue.SUPPLIERS, strict=True)
        for product in cast.products
        if product.category in categories
    ]
    set_items(items=items, actor=cast.house)


def _customers(cast: Cast, rng: random.Random, count: int) -> None:
    regions = set(Region.objects.values_list("pk", flat=True))
    names = [
        (f"{place}{name}{trade}有限公司", f"{place_en} {name_en} {trade_en} Co., Ltd.", region, trade)
        for place, place_en, region in catalogue.PLACES
        for name, name_en in catalogue.NAMES
        for trade, trade_en in catalogue.TRADES
    ]
    rng.shuffle(names)
    for number, rep in enumerate(cast.reps):
        drafts = [_customer(rng, *each, regions) for each in islice(names, number, count, len(cast.reps))]
        made = create_customers(drafts=drafts, actor=rep)
        cast.customers[rep.user_id or 0] = [customer.party for customer in made]
    terms = {term.code: term for term in PaymentTerm.objects.of(cast.company.pk)}
    chosen = sorted(terms)
    for parties in cast.customers.values():
        for party in parties[::4]:
            finance.set_credit(
                party=party,
                limit=Decimal(rng.choice([50_000, 100_000, 200_000, 500_000])),
                term=terms[rng.choice(chosen)],
                actor=cast.house,
            )


def _customer(rng: random.Random, name: str, name_en: str, region: str, trade: str, regions: set[str]) -> CustomerDraft:
    values: dict[str, Any] = {
        "name": name,
        "name_en": name_en,
        "credit_code": credit_code(rng, region),
        "phone": mobile(rng),
        "email": f"{name_en.split()[1].lower()}{rng.randint(100, 999)}@example.com",
        "region": region if region in regions else None,
        "industry": trade,
    }
    if values["region"] is None:
        del values["region"]
    else:
        values["region"] = Region(pk=region)
    address: dict[str, Any] = {
        "detail": f"{name[:2]}市工业园区 {rng.randint(1, 300)} 号",
        "is_default": True,
        "contact_name": person(rng),
    }
    contacts: list[dict[str, Any]] = [
        {
            "name": person(rng),
            "title": rng.choice(["采购经理", "总经理", "设备主管"]),
            "phone": mobile(rng),
            "is_primary": True,
        },
        {"name": person(rng), "title": "财务", "phone": mobile(rng)},
    ]
    profile = {
        "grade": rng.choices("ABCD", (1, 3, 4, 2))[0],
        "source": rng.choice(["展会", "官网", "转介绍", "电话", "老客户"]),
        "next_step": rng.choice(["", "", "确认下季度采购计划", "寄送样品", "回访使用情况", "跟进报价"]),
    }
    return CustomerDraft(PartyDraft(values, contacts, [address]), profile)


def person(rng: random.Random) -> str:
    return rng.choice(catalogue.FAMILY) + rng.choice(catalogue.GIVEN)


def mobile(rng: random.Random) -> str:
    return f"1{rng.choice('35789')}{rng.randrange(10**9):09}"


def credit_code(rng: random.Random, region: str) -> str:
    """A code that passes the check and belongs to nobody we know of."""
    body = f"91{region}MA{''.join(rng.choice(ALPHABET) for _ in range(7))}"
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(body, WEIGHTS, strict=True))
    return body + ALPHABET[-total % 31]


def ean13(body: str) -> str:
    """The article number with its check digit."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)
