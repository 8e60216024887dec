"""The one sentence and the one button of a customer's page, its promises, and the searched timeline."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.customers import suggestions, timeline
from crm.customers.models import Commitment
from crm.customers.services import activities, commitments
from crm.customers.services.customers import change_customer
from crm.sales.services.pricing import LineInput
from crm.sales.services.quotations import create_quotation, send_quotation
from suite.core import clock
from suite.desk.services import todos
from suite.masterdata.services.parties import change_party
from tests import make

BACKEND = "suite.core.auth.CompanyBackend"


@pytest.fixture
def customer(rep):
    return make.customer(rep, "上海宏远")


def promise(rep, customer, **values) -> Commitment:
    terms = {"deed": "visit", "due_on": clock.today(rep.company), **values}
    return commitments.accept(
        commitments=[{"party": customer.party, "sentence": "We come on Friday", **terms}], actor=rep
    )[0]


def task(rep, customer, due_at) -> None:
    new = todos.NewTask(title="Call Mr Wang", owner_id=rep.user_id, due_at=due_at, subject=customer, source="hand")
    todos.create(tasks=[new], actor=rep)


def test_the_most_urgent_stands_first(company, rep, customer):
    assert suggestions.next_best(rep, customer) is None

    quotation = create_quotation(
        party=customer.party, lines=[LineInput(make.product(company).pk, Decimal(1))], actor=rep,
        valid_until=clock.today(company) + dt.timedelta(days=2),
    )  # fmt: skip
    send_quotation(quotation_id=quotation.pk, by_mail=False, actor=rep)
    found = [suggestions.next_best(rep, customer)]
    promise(rep, customer)
    found.append(suggestions.next_best(rep, customer))
    task(rep, customer, clock.now() - dt.timedelta(days=1))
    found.append(suggestions.next_best(rep, customer))

    assert [each.kind for each in found if each] == ["quotation", "commitment", "task"]
    assert quotation.number in found[0].sentence
    assert "Call Mr Wang" in found[2].sentence


def test_a_promise_is_kept_from_the_page_of_its_customer(client, rep, customer):
    row = promise(rep, customer)
    client.force_login(rep.user, BACKEND)
    address = f"/crm/customers/{customer.pk}/"
    assert row.what in client.get(address).content.decode()

    answer = client.post(
        f"/crm/customers/commitments/{row.pk}/keep/", headers={"referer": f"http://testserver{address}"}
    )

    row.refresh_from_db()
    assert (answer.url, row.status) == (address, "kept")


def test_the_workbench_has_the_promises_that_are_due(client, rep, customer):
    row = promise(rep, customer)
    client.force_login(rep.user, BACKEND)

    block = client.get(reverse("desk:workbench_block", args=["promises"])).content.decode()

    assert row.what in block
    assert "上海宏远" in block


def test_the_timeline_is_searched_and_tells_what_was_changed(rep, customer):
    activities.log_activity(party=customer.party, kind="call", title="Asked for the crystal lamp", actor=rep)
    activities.log_activity(party=customer.party, kind="call", title="Rang again", actor=rep)
    change_customer(customer=customer, actor=rep, grade="A")

    found = timeline.timeline_of(actor=rep, party_id=customer.party_id, q="lamp crystal")
    changes = timeline.timeline_of(actor=rep, party_id=customer.party_id, kinds=["change"])

    assert [row.title for row in found.rows] == ["Call: Asked for the crystal lamp"]
    assert "Grade: – → A" in [row.text for row in changes.rows]


def test_bank_accounts_are_told_to_those_who_see_them(rep, accountant, customer):
    change_party(party=customer.party, bank_account="6222021001", actor=accountant)

    def told(actor) -> str:
        rows = timeline.timeline_of(actor=actor, party_id=customer.party_id, kinds=["change"]).rows
        return " ".join(row.text for row in rows)

    assert "6222021001" in told(accountant)
    assert "6222021001" not in told(rep)


def test_the_page_costs_no_more_than_twenty_five_statements(client, rep, customer):
    promise(rep, customer)
    task(rep, customer, clock.now() + dt.timedelta(days=1))
    client.force_login(rep.user, BACKEND)
    address = f"/crm/customers/{customer.pk}/"
    client.get(address)

    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200

    assert len(seen) <= 25, "\n".join(each["sql"][:150] for each in seen)


def test_other_systems_read_the_suggestion_and_search_the_timeline(rep, customer):
    promise(rep, customer)
    caller, url = make.client(rep), f"/api/v1/crm/customers/customers/{customer.pk}/"

    assert caller.get(f"{url}suggestion/").json()["kind"] == "commitment"
    assert caller.get(f"{url}timeline/?q=nothing-like-it").json()["results"] == []
