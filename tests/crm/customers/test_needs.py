"""Needs of customers: shared with author and date, contradicting ones marked, settled, found everywhere."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.customers import timeline
from crm.customers.models import Need
from crm.customers.needs import open_needs
from crm.customers.services import needs
from crm.customers.services.customers import transfer_customers
from suite.core import clock
from suite.core.errors import BusinessError
from suite.core.models import AuditRow, OutboxEvent
from suite.desk import search
from tests import make

URL = "/api/v1/crm/customers/needs/"
BACKEND = "suite.core.auth.CompanyBackend"


@pytest.fixture
def customer(rep):
    return make.customer(rep, "上海宏远")


@pytest.fixture
def other(company, rep):
    """A colleague of the rep's, who looks after nobody."""
    return make.actor(company, "rep")


def tell(actor, customer, **values) -> Need:
    return needs.tell(needs=[{"party": customer.party, **values}], actor=actor)[0]


def marks(actor, customer) -> dict[str, bool]:
    return {row.what: row.conflicts for row in open_needs(actor, customer.party_id)}


def test_two_authors_who_heard_different_things_contradict_each_other_until_one_is_settled(
    company, rep, manager, customer
):
    lamp, chair = make.product(company, "LAMP", name="Lamp"), make.product(company, "CHAIR", name="Chair")
    first = tell(rep, customer, product=lamp)
    tell(rep, customer, text="Wants it soon")
    assert not any(marks(rep, customer).values())

    second = tell(manager, customer, product=chair)
    assert all(marks(rep, customer).values())
    (shown,) = [row for row in open_needs(rep, customer.party_id) if row.pk == second.pk]
    assert (shown.owner, shown.heard_on) == (manager.user, clock.today(company))

    needs.drop(pks=[second.pk], actor=manager)
    assert not any(marks(rep, customer).values())
    assert first.pk in {row.pk for row in open_needs(manager, customer.party_id)}


def test_the_same_thing_heard_by_two_is_no_contradiction(company, rep, manager, customer):
    lamp = make.product(company, "LAMP")
    tell(rep, customer, product=lamp)
    tell(manager, customer, product=lamp, text="in blue")
    assert not any(marks(rep, customer).values())

    elsewhere = make.customer(rep, "Elsewhere")
    tell(rep, elsewhere, text="Long Lamps")
    tell(manager, elsewhere, text="long lamps ")
    assert not any(marks(rep, elsewhere).values())


def test_a_need_says_what_and_settled_ones_are_settled(rep, customer):
    with pytest.raises(ValidationError):
        tell(rep, customer)
    row = tell(rep, customer, text="Lamps")
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.filter(pk=row.pk).update(text="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.filter(pk=row.pk).update(status="met")

    assert [needs.meet(pks=[row.pk], actor=rep) for _time in range(2)] == [1, 0]
    with pytest.raises(BusinessError):
        needs.change_need(need=row, text="Chairs", actor=rep)
    assert needs.reopen(pks=[row.pk], actor=rep) == 1
    row.refresh_from_db()
    assert (row.status, row.settled_at) == ("open", None)
    told = set(OutboxEvent.objects.filter(event__startswith="crm.customers.need").values_list("event", flat=True))
    assert told == {f"crm.customers.need.{name}" for name in ("created", "met", "reopened")}
    assert AuditRow.objects.filter(kind="crm_customers.need", object_id=row.pk).count() == 3


def test_whoever_sees_the_customer_sees_all_its_needs_and_nobody_else(rep, other, outsider, customer):
    mine = tell(rep, customer, text="Lamps")
    assert make.client(other).get(URL).json()["results"] == make.client(outsider).get(URL).json()["results"] == []
    assert make.client(other).post(f"{URL}{mine.pk}/meet/", {}, format="json").status_code == 404

    transfer_customers(customers=[customer.pk], owner=other.user, actor=rep)
    theirs = tell(other, customer, text="Chairs")

    seen = make.client(other).get(f"{URL}?conflicts=true").json()["results"]
    assert [(row["id"], row["owner"], row["conflicts"]) for row in seen] == [
        (theirs.pk, other.user_id, True), (mine.pk, rep.user_id, True),
    ]  # fmt: skip


def test_other_systems_write_correct_and_settle_a_need(rep, customer):
    caller = make.client(rep)
    made = caller.post(URL, {"party": customer.party_id, "text": "Lamps"}, format="json")
    assert (made.status_code, made.json()["what"], made.json()["conflicts"]) == (201, "Lamps", False)
    at = f"{URL}{made.json()['id']}/"

    assert caller.patch(at, {"text": "Chairs", "version": 1}, format="json").json()["text"] == "Chairs"
    assert caller.patch(at, {"text": "Tables", "version": 1}, format="json").status_code == 409
    assert caller.post(f"{at}drop/", {}, format="json").json()["status"] == "dropped"
    assert caller.post(URL, {"party": customer.party_id}, format="json").status_code == 400


def test_pages_timeline_and_search_show_a_need(client, rep, manager, customer):
    client.force_login(rep.user, BACKEND)
    page = f"/crm/customers/{customer.pk}/"
    assert client.get(f"{page}needs/new/").status_code == 200
    assert client.post(f"{page}needs/new/", {"text": "Crystal lamps"}).status_code == 302
    row = Need.objects.get()
    tell(manager, customer, text="Plain lamps")
    at = f"/crm/customers/needs/{row.pk}/"

    shown = [client.get(url).content.decode() for url in (page, at, "/crm/customers/needs/?conflict=yes")]
    assert all("Crystal lamps" in each and "Others heard otherwise" in each for each in shown)
    story = timeline.timeline_of(actor=rep, party_id=customer.party_id, kinds=["need"], q="crystal")
    assert [line.title for line in story.rows] == ["Crystal lamps · Open"]
    assert client.post(f"{at}edit/", {"text": "Crystal chandeliers"}).status_code == 302
    assert Need.objects.filter(search.matching(rep, "crm_customers.need", "chandeliers")).get() == row
    assert client.post(f"{at}meet/").status_code == 302
    row.refresh_from_db()
    assert row.status == "met"


def test_telling_many_takes_as_many_statements_as_telling_one(rep, customer):
    counts = []
    for many in (1, 1, 20):
        with CaptureQueriesContext(connection) as seen:
            rows = [{"party": customer.party, "text": f"Need {each}"} for each in range(many)]
            needs.tell(needs=rows, actor=rep)
        counts.append(len(seen))

    assert counts[1] == counts[2]
