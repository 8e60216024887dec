"""The morning list: by expected margin with numbers that multiply out, by due date, kept per person."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from crm.customers.services.customers import set_next_step
from crm.sales.models import MorningOrder, Opportunity
from crm.sales.queries import morning
from crm.sales.services import opportunities
from crm.sales.services.opportunities import Product
from suite.core import clock
from suite.desk.models import Task
from suite.desk.services import todos
from tests import make
from tests.crm.sales.shop import Shop
from tests.crm.sales.views.conftest import signed_in

BLOCK = "/desk/workbench/morning/"
SWITCH = "/crm/sales/morning/"
HOUR = dt.timedelta(hours=1)


def deal(shop: Shop, name: str, amount: int, chance: int, *lines: Product, actor=None, **fields) -> Opportunity:
    by = actor or shop.rep
    row = opportunities.create_opportunity(
        name=name, amount=Decimal(amount), lines=lines, actor=by, **{"party_id": shop.customer.pk, **fields}
    )
    Opportunity.objects.filter(pk=row.pk).update(chance=chance)
    Task.objects.filter(subject_id=row.pk).delete()  # of the key actions of its stage
    return row


def task(actor, title: str, subject, due_at) -> None:
    new = todos.NewTask(title=title, owner_id=actor.user_id, due_at=due_at, subject=subject, source="hand")
    todos.create(tasks=[new], actor=actor)


def test_each_line_is_worth_what_its_numbers_multiply_out_to(shop: Shop) -> None:
    boss = shop.manager
    dear = shop.add_product("DEAR", "113", standard_cost=Decimal(90))
    cheap = shop.add_product("CHEAP", "113", standard_cost=Decimal(50))
    big = deal(shop, "Big", 11300, 50, Product(dear.pk, Decimal(100), Decimal(11300)), actor=boss)
    small = deal(shop, "Small", 5650, 80, Product(cheap.pk, Decimal(50), Decimal(5650)), actor=boss)
    unknown = deal(shop, "Unknown", 1000, 10, actor=boss)
    for row in (big, small, unknown):
        task(boss, f"Call about {row.name}", row, clock.now() + HOUR)

    lines = morning.lines_of(boss, "worth")

    # 100 x (100 - 90) of 11,300 is 8.8 %, 50 x (100 - 50) of 5,650 is 44.2 %; both together 20.6 % of 16,950.
    assert [(row.title, row.margin, row.is_assumed, row.worth) for row in lines] == [
        ("Call about Small", Decimal("44.2"), False, Decimal("1997.84")),
        ("Call about Big", Decimal("8.8"), False, Decimal("497.20")),
        ("Call about Unknown", Decimal("20.6"), True, Decimal("20.60")),
    ]
    for row in lines:
        assert row.worth == (row.amount * row.chance * row.margin / 10000).quantize(Decimal("0.01"))


def test_who_does_not_see_costs_reads_the_expected_value(shop: Shop) -> None:
    goods = shop.add_product("LAMP", "113", standard_cost=Decimal(90))
    row = deal(shop, "Big", 11300, 50, Product(goods.pk, Decimal(100), Decimal(11300)))
    task(shop.rep, "Call", row, None)

    (line,) = make.client(shop.rep).get("/api/v1/crm/sales/morning/").json()["lines"]

    assert (line["amount"], line["chance"], line["margin"], line["worth"]) == ("11300.00", "50.0", None, "5650.00")


def test_a_line_about_a_customer_goes_by_the_best_deal_and_only_open_ones_count(shop: Shop) -> None:
    deal(shop, "Likely", 1000, 90)
    deal(shop, "Unlikely", 5000, 10)
    closed = deal(shop, "Closed", 9000, 90)
    Opportunity.objects.filter(pk=closed.pk).update(status="won", closed_at=clock.now())
    deal(shop, "Of somebody else", 99999, 90, actor=shop.other_rep, party_id=None)
    customer = shop.customer.customer
    set_next_step(customer=customer, what="Ask for the plan", at=clock.now() + HOUR, actor=shop.rep)
    deal(shop, "Step", 2000, 60, next_step="Send a sample", next_step_on=clock.today(shop.company))
    far = clock.now() + dt.timedelta(days=30)
    task(shop.rep, "Next month", customer, far)

    lines = morning.lines_of(shop.rep, "worth")

    assert [(row.kind, row.title, row.deal_name, row.worth) for row in lines] == [
        ("step", "Ask for the plan", "Step", Decimal("1200.00")),
        ("deal", "Send a sample", "Step", Decimal("1200.00")),
    ]
    assert morning.lines_of(shop.other_rep, "worth") == []


def test_by_due_date_is_one_click_and_kept_for_the_person(shop: Shop) -> None:
    late, rich = deal(shop, "Late", 10, 50), deal(shop, "Rich", 9000, 50)
    task(shop.rep, "Soon and small", late, clock.now() - HOUR)
    task(shop.rep, "Later and large", rich, clock.now() + HOUR)
    task(shop.rep, "Whenever", None, None)
    mei = signed_in(shop.rep)

    def titles() -> list[str]:
        page = mei.get(BLOCK).content.decode()
        return sorted(("Soon and small", "Later and large", "Whenever"), key=page.index)

    assert titles() == ["Later and large", "Soon and small", "Whenever"]
    assert mei.post(SWITCH, {"by": "due"}).status_code == 302
    assert titles() == ["Soon and small", "Later and large", "Whenever"]
    assert morning.ordered_by(shop.manager) == "worth"
    mei.post(SWITCH, {"by": "luck"})
    assert morning.ordered_by(shop.rep) == "due"
    with pytest.raises(IntegrityError):
        MorningOrder.objects.update(by="luck")


def test_many_lines_take_as_many_statements_as_few(shop: Shop) -> None:
    counts = []
    for number in range(3):
        for each in range(1 + 4 * number):
            row = deal(shop, f"Deal {number} {each}", 100, 50, next_step="Ask")
            task(shop.rep, f"Task {number} {each}", row, None)
            task(shop.rep, f"Other {number} {each}", shop.customer.customer, None)
        with CaptureQueriesContext(connection) as seen:
            morning.block(shop.rep)
        counts.append(len(seen))

    assert counts[1] == counts[2] <= 9
