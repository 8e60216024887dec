"""The brief of a visit: what is to be known of a customer, on one page, for those who may see it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.customers.services import activities, commitments, needs
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from crm.sales.services.quotations import create_quotation, send_quotation
from suite.core import clock
from suite.desk.services import todos
from tests import make

BACKEND = "suite.core.auth.CompanyBackend"


@pytest.fixture
def customer(rep):
    return make.customer(rep, "上海宏远")


def fill(company, rep, customer) -> list[str]:
    """One of everything, and what the brief says of each."""
    lines = [LineInput(make.product(company).pk, Decimal(1))]
    order = create_order(party=customer.party, lines=lines, actor=rep)
    confirm_orders(order_ids=[order.pk], actor=rep)
    quotation = create_quotation(party=customer.party, lines=lines, actor=rep)
    send_quotation(quotation_id=quotation.pk, by_mail=False, actor=rep)
    for title in ("The oldest talk", "Second", "Third", "Fourth"):
        activities.log_activity(party=customer.party, kind="call", title=title, actor=rep)
    values = {"party": customer.party, "deed": "visit", "due_on": clock.today(company) + dt.timedelta(days=3)}
    (promise,) = commitments.accept(commitments=[values], actor=rep)
    todos.create(tasks=[todos.NewTask(title="Bring the sample", owner_id=rep.user_id, subject=customer)], actor=rep)
    needs.tell(needs=[{"party": customer.party, "text": "Crystal lamps"}], actor=rep)
    return [order.number, quotation.number, "Second", "Fourth", promise.what, "Bring the sample", "Crystal lamps"]


def test_a_brief_has_the_latest_of_everything_in_fifteen_statements(client, company, rep, customer):
    told = fill(company, rep, customer)
    client.force_login(rep.user, BACKEND)
    address = reverse("insight:visit_brief", args=[customer.pk])
    assert address in client.get(f"/crm/customers/{customer.pk}/").content.decode()
    client.get(address)

    with CaptureQueriesContext(connection) as seen:
        page = client.get(address).content.decode()

    assert [each for each in told if each not in page] == []
    assert "The oldest talk" not in page
    assert "Overdue" in page
    assert len(seen) <= 15, "\n".join(each["sql"][:150] for each in seen)


def test_a_brief_is_for_those_who_see_the_customer_and_its_parts_for_those_who_may(
    client, company, rep, warehouse, outsider, customer
):
    fill(company, rep, customer)
    other = make.actor(company, "rep")
    for actor in (other, outsider, warehouse):
        client.force_login(actor.user, BACKEND)
        assert client.get(reverse("insight:visit_brief", args=[customer.pk])).status_code in (403, 404)
    agent = make.actor(company, "agent")
    client.force_login(agent.user, BACKEND)
    page = client.get(reverse("insight:visit_brief", args=[customer.pk])).content.decode()
    assert "Crystal lamps" in page
    assert "Open quotations" not in page
    assert "Overdue" not in page
