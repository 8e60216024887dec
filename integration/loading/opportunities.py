"""A folder of deals from another system: teams, accounts, products and a pipeline, brought in with their own dates."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.db import transaction
from django.db.models import Count, Sum
from django.utils.text import slugify

from crm.customers.services.customers import CustomerDraft, create_customers
from crm.sales.models import Opportunity, Pipeline, Stage
from crm.sales.services.opportunities import OpportunityDraft, Passage, Product, create_opportunities
from crm.sales.services.pipelines import StageInput, create_pipeline
from suite.core import clock, companies
from suite.core.access import Actor
from suite.core.models import Team, User
from suite.masterdata.services.parties import PartyDraft
from suite.masterdata.services.products import ProductDraft, create_products

Row = Mapping[str, str]
DEALS = "sales_pipeline"
TABLES = (DEALS, "accounts", "products", "sales_teams")
NEEDED = ("opportunity_id", "sales_agent", "product", "deal_stage")
BEGINNING = (("Prospecting", 20), ("Engaging", 50))  # stages of the pipeline and their probability


class NotUnderstood(ValueError):
    """What lies in the folder is no set of deals."""


@dataclass
class Loaded:
    """What was brought in, as the database says it afterwards."""

    rows: int = 0
    customers: int = 0
    products: int = 0
    people: int = 0
    by_status: dict[str, tuple[int, Decimal]] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0


def read(directory: Path) -> dict[str, list[Row]]:
    """The tables of the folder, `.csv` or `.csv.gz`; raises NotUnderstood where the deals are missing."""
    tables = {name: list(_rows(directory, name)) for name in TABLES}
    if not tables[DEALS]:
        raise NotUnderstood(f"{directory}: no {DEALS}.csv or {DEALS}.csv.gz with rows in it")
    if lacking := [name for name in NEEDED if name not in tables[DEALS][0]]:
        raise NotUnderstood(f"{DEALS}: without the columns {', '.join(lacking)}")
    return tables


def _rows(directory: Path, name: str) -> Iterator[Row]:
    plain, packed = directory / f"{name}.csv", directory / f"{name}.csv.gz"
    if not plain.exists() and not packed.exists():
        return
    with plain.open(encoding="utf-8-sig") if plain.exists() else gzip.open(packed, "rt", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


def load(tables: Mapping[str, Sequence[Row]], actor: Actor) -> Loaded:
    """Bring everything in by the services of the house, all of it or nothing; a fixed number of statements for the
    deals. A row that makes no sense is left out and named.
    """
    began = time.monotonic()
    loaded = Loaded(rows=len(tables[DEALS]))
    last = max(filter(None, (_day(row.get("close_date")) or _day(row.get("engage_date")) for row in tables[DEALS])))
    with transaction.atomic(), clock.at(clock.day_starts(actor.company, last + dt.timedelta(days=1))):
        stages = _stages(actor)
        people = _people(tables, actor)
        products, prices = _products(tables, actor)
        customers = _customers(tables, actor)
        drafts = []
        for row in tables[DEALS]:
            try:
                drafts.append(_draft(row, stages, people, products, prices, customers, actor))
            except (ValueError, KeyError, InvalidOperation) as error:
                loaded.skipped.append((row["opportunity_id"], str(error)))
        create_opportunities(drafts, actor=actor)
    loaded.customers, loaded.products, loaded.people = len(customers), len(products), len(people)
    found = Opportunity.objects.of(actor.company_id).values("status").annotate(count=Count("pk"), total=Sum("value"))
    loaded.by_status = {row["status"]: (row["count"], row["total"]) for row in found.order_by("status")}
    loaded.seconds = time.monotonic() - began
    return loaded


def _stages(actor: Actor) -> dict[str, Stage]:
    """The stages by the names that the file calls them, in a pipeline of their own."""
    name = DEALS.replace("_", " ")
    pipeline = Pipeline.objects.of(actor.company_id).filter(name=name).first() or create_pipeline(
        name=name,
        stages=[StageInput(name=stage, probability=Decimal(probability)) for stage, probability in BEGINNING],
        first=True,
        actor=actor,
    )
    rows = list(pipeline.stages.filter(is_archived=False))
    return {row.name_en or row.name: row for row in rows}


def _people(tables: Mapping[str, Sequence[Row]], actor: Actor) -> dict[str, int]:
    """The agents as reps in the teams of their managers; nobody of them can sign in before getting a password."""
    led = {row["sales_agent"]: row["manager"] for row in tables["sales_teams"]}
    agents = dict.fromkeys([*led, *(row["sales_agent"] for row in tables[DEALS])])
    teams: dict[str, Team] = {}
    for manager in dict.fromkeys(led.values()):
        leader = _user(manager)
        teams[manager], _made = Team.objects.get_or_create(
            company=actor.company, name=manager, defaults={"manager": leader}
        )
        companies.join(user=leader, role_codes=["sales_manager"], team=teams[manager], actor=actor)
    people = {}
    for agent in agents:
        user = _user(agent)
        companies.join(user=user, role_codes=["rep"], team=teams.get(led.get(agent, "")), actor=actor)
        people[agent] = user.pk
    return people


def _user(name: str) -> User:
    user, _made = User.objects.get_or_create(
        username=slugify(name), defaults={"name": name, "name_en": name, "password": "!", "language": "en"}
    )
    return user


def _plain(name: str) -> str:
    """A name of a product without blanks: the tables do not write them alike."""
    return "".join(name.split()).casefold()


def _products(tables: Mapping[str, Sequence[Row]], actor: Actor) -> tuple[dict[str, int], dict[str, Decimal]]:
    prices = {_plain(row["product"]): Decimal(row["sales_price"]) for row in tables["products"]}
    names = {_plain(row["product"]): row["product"] for row in (*tables[DEALS], *tables["products"])}
    drafts = [
        ProductDraft(
            {"code": slugify(name).upper(), "name": name, "name_en": name, "sale_price": prices.get(key, Decimal(0))}
        )
        for key, name in names.items()
    ]
    made = create_products(drafts=drafts, actor=actor)
    return dict(zip(names, (product.pk for product in made), strict=True)), prices


def _customers(tables: Mapping[str, Sequence[Row]], actor: Actor) -> dict[str, int]:
    accounts = {row["account"]: row for row in tables["accounts"]}
    names = dict.fromkeys([*accounts, *(row["account"] for row in tables[DEALS] if row.get("account"))])
    drafts = [
        CustomerDraft(
            PartyDraft({"name": name, "name_en": name, "industry": accounts.get(name, {}).get("sector", "")[:60]}),
            {"owner": None},
        )
        for name in names
    ]
    made = create_customers(drafts=drafts, actor=actor)
    return {name: customer.party_id for name, customer in zip(names, made, strict=True)}


def _draft(
    row: Row,
    stages: Mapping[str, Stage],
    people: Mapping[str, int],
    products: Mapping[str, int],
    prices: Mapping[str, Decimal],
    customers: Mapping[str, int],
    actor: Actor,
) -> OpportunityDraft:
    """A deal with its past: engaged on its day, closed on its day; one without a day began on the last of the file."""
    if row["deal_stage"] not in stages:
        raise ValueError(f"no such stage: {row['deal_stage']}")
    stage, product = stages[row["deal_stage"]], _plain(row["product"])
    engaged, closed = _day(row.get("engage_date")), _day(row.get("close_date"))
    begun = clock.day_starts(actor.company, engaged) if engaged else clock.now()
    if stage.kind == Stage.Kind.OPEN:
        path = [Passage(stage.pk, begun)]
    elif closed is None or (engaged and closed < engaged):
        raise ValueError("closed on no day, or before it began")
    else:
        path = [Passage(stages[BEGINNING[-1][0]].pk, begun), Passage(stage.pk, clock.day_starts(actor.company, closed))]
    account = row.get("account") or ""
    worth = Decimal(row["close_value"]) if row.get("close_value") else prices.get(product, Decimal(0))
    return OpportunityDraft(
        name=f"{row['opportunity_id']} {row['product']}",
        party_id=customers[account] if account else None,
        amount=worth,
        lines=[Product(products[product], None, worth)],
        expected_close=closed,
        owner_id=people[row["sales_agent"]],
        path=path,
    )


def _day(text: str | None) -> dt.date | None:
    """A day as 2016-10-20 or 10/20/2016."""
    if not text:
        return None
    if "/" in text:
        month, day, year = text.split("/")
        return dt.date(int(year), int(month), int(day))
    return dt.date.fromisoformat(text[:10])
