"""Flows on every kind of record that areas registered: what they name exists, and a rule on what happens runs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from crm.customers.services.activities import log_activity
from crm.customers.services.needs import tell
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.contracts import create_contract
from crm.sales.services.leads import create_lead
from crm.sales.services.opportunities import create_opportunity
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from crm.sales.services.quotations import create_quotation
from erp.finance import services as finance
from erp.finance.services import invoices
from erp.inventory import services as inventory
from erp.inventory.models import Delivery
from erp.procurement.services import LineInput as Bought
from erp.procurement.services import Wish, create_requisition
from erp.procurement.services import create_order as buy
from suite.automation import conditions, subjects
from suite.automation.models import Flow, FlowRun
from suite.automation.services import triggers
from suite.core import clock
from suite.core.access import Actor
from suite.core.models import Company
from suite.desk import choices
from suite.desk import events as names
from suite.desk.lists import BoolFilter, ChoiceFilter, DateFilter, Filter, NumberFilter, OwnerFilter, PickFilter
from suite.desk.lists.filters import field_at
from suite.desk.models import Notification
from suite.desk.services import todos
from suite.masterdata.services.contacts import create_contact
from tests import make
from tests.automation.flows import flow, graph, start, work

KINDS = [name for name, _label in subjects.choices()]


def asked(each: Filter, actor: Actor) -> dict[str, str]:
    """Something that may be asked by a filter; nothing where it offers nothing yet."""
    match each:
        case OwnerFilter():
            return {each.name: "none"}
        case ChoiceFilter():
            return {each.name: each.options(actor)[0][0]} if each.options(actor) else {}
        case PickFilter():
            kind = choices.kind(each.kind)
            assert kind is not None, each.kind
            return {each.name: str(first.pk)} if (first := kind.rows(actor).first()) else {}
        case BoolFilter():
            return {each.name: "yes"}
        case NumberFilter():
            return {f"{each.name}_min": "1"}
        case DateFilter():
            return {each.name: "today"}
    return {each.name: "x"}


def either_way(subject: subjects.Subject, actor: Actor) -> dict[str, Any]:
    """Conditions by every filter of a kind of record that hold on any of them."""
    params = {key: value for each in subject.filters_for(actor) for key, value in asked(each, actor).items()}
    return {
        "match": "any", "groups": [{"match": "any", "params": params}, {"match": "none", "params": params}],
    }  # fmt: skip


def notice(subject: subjects.Subject) -> dict[str, Any]:
    text = " ".join(f"{{{word}}}" for word in subject.words)
    return {"kind": "notice", "params": {"who": "role", "role": "administrator", "text": f"Flow: {text}"}}


def rule(subject: subjects.Subject, admin: Actor, **params: Any) -> Flow:
    when = either_way(subject, admin)
    first = start(*[name for name, _label in subject.events()], when=when, again="each") if not params else start(
        when=when, **params
    )  # fmt: skip
    return flow(admin, graph(first, notice(subject)), kind=subject.name, name=subject.name)


@pytest.mark.parametrize("name", KINDS)
def test_what_an_area_registers_exists(company: Company, name: str) -> None:
    subject, house = subjects.subject(name), Actor.system(company)
    assert subject is not None

    filters = subject.filters_for(house)
    every = either_way(subject, house)

    assert all(names.is_known(event) for event in subject.hears)
    assert {event.rpartition(".")[0] for event, _label in subject.events()} == set(subject.announces)
    assert subject.events()
    assert len({each.name for each in filters}) == len(filters)
    assert all(
        field_at(subject.model, fact.path).get_internal_type().startswith("Date") for fact in subject.dates.values()
    )
    assert set(subject.does) == set(subject.acts)
    assert conditions.problems(every, subject, house) == []
    assert conditions.holding(every, subject, house, [1]) == set()
    assert subject.load(house, [1]) == {}
    assert not subject.addressees or subject.addressees([]) == {}


def test_a_rule_on_an_event_of_every_kind_of_record_runs(admin: Actor, rep: Actor) -> None:
    company, house = admin.company, Actor.system(admin.company)
    flows = {name: rule(each, admin) for name in KINDS if (each := subjects.subject(name))}

    product = make.product(company, price=100)
    make.stock(product, 10)
    party = make.customer(rep).party
    lines = [LineInput(product_id=product.pk, quantity=Decimal(2))]
    log_activity(party=party, kind="call", title="Hello", actor=rep)
    todos.complete(pks=[task.pk for task in todos.create(tasks=[todos.NewTask("Call")], actor=rep)], actor=rep)
    create_contact(party=party, name="Wang Wu", actor=rep)
    tell(needs=[{"party": party, "product": product, "text": "Brighter"}], actor=rep)
    create_lead(name="Zhao Liu", actor=rep)
    create_opportunity(name="Lamps", party_id=party.pk, actor=rep)
    create_quotation(party=party, lines=lines, actor=rep)
    create_contract(party=party, name="Supply", lines=lines, actor=rep)
    order = create_order(party=party, lines=lines, actor=rep)
    confirm_orders(order_ids=[order.pk], actor=rep)
    (delivery,) = inventory.ship([Delivery.objects.get(order_id=order.pk)], actor=house)
    invoices.issue(
        invoice_ids=[each.pk for each in invoices.draft_for_orders(order_ids=[order.pk], actor=house)], actor=house
    )
    finance.receive([finance.MoneyInput(party_id=party.pk, amount=Decimal(50), oldest_first=True)], actor=house)
    inventory.return_goods({delivery.lines.get().pk: Decimal(1)}, actor=house, reason="Broken")
    branch = inventory.save_warehouse(values={"code": "EAST", "name": "东仓"}, actor=house)
    moved = [inventory.TransferLine(product.pk, Decimal(1))]
    sent = inventory.TransferDraft(inventory.default_warehouse_id(company.pk), branch.pk, moved)
    inventory.ship_transfers(inventory.create_transfers([sent], actor=house), actor=house)
    create_requisition(lines=[Wish(product.pk, Decimal(1), price=Decimal(5))], actor=rep)
    supplier = make.supplier(company)
    buy(supplier=supplier, lines=[Bought(product.pk, Decimal(1), Decimal(5))], actor=rep)
    finance.pay([finance.MoneyInput(party_id=supplier.party_id, amount=Decimal(5))], actor=house)
    with clock.at(clock.now() + dt.timedelta(days=1)):
        triggers.look()
        work()

    ended = {
        name: list(FlowRun.objects.filter(flow=flow).values_list("status", "error")) for name, flow in flows.items()
    }
    assert {name: runs for name, runs in ended.items() if not runs or set(runs) != {("done", "")}} == {}
    texts = [str(text) for text in Notification.objects.filter(kind="flow").values_list("title", flat=True)]
    assert any(str(order) in text for text in texts)
    assert not any("{" in text for text in texts)
