"""Many customers changed at once, and given back what they held."""

import pytest
from django.contrib.messages import get_messages

from crm.customers.models import Customer
from crm.customers.services.customers import change_customer
from crm.customers.services.tags import create_tag
from suite.core import jobs
from suite.core.access import Actor
from suite.core.models import AuditRow, Job
from suite.desk.lists import acts
from suite.desk.pages import undo_of
from tests import make

URL = "/crm/customers/"


@pytest.fixture
def boss(company) -> Actor:
    return make.actor(company, "administrator")


@pytest.fixture
def desk(client, boss):
    client.force_login(boss.user, "suite.core.auth.CompanyBackend")
    return client


@pytest.fixture
def customers(rep) -> list[Customer]:
    return [make.customer(rep, f"恒泰{number}") for number in range(3)]


def do(desk, customers, act: str, **typed) -> dict:
    """Do it, and what the button of the message posts."""
    answer = desk.post(URL, {"act": act, "pk": [row.pk for row in customers], "_go": "1", **typed})
    (told,) = [undo_of(message) for message in get_messages(answer.wsgi_request)]
    return dict(told["pairs"]) if told else {}


def test_many_changed_fields_are_put_back_where_nobody_changed_them_since(desk, boss, rep, customers):
    first, second, third = customers
    change_customer(customer=third, actor=rep, grade="D")

    button = do(desk, customers, "set", grade="D", source="展会")
    change_customer(customer=Customer.objects.get(pk=second.pk), actor=rep, grade="A")
    desk.post(URL, button)

    grades = Customer.objects.order_by("pk").values_list("grade", "source")
    assert list(grades) == [(first.grade, first.source), ("A", "展会"), ("D", third.source)]
    assert AuditRow.objects.filter(kind="crm_customers.customer", object_id=first.pk, action="undone").exists()


def test_customers_handed_over_come_back_to_whose_they_were(desk, company, rep, customers):
    colleague = make.actor(company, "rep")

    button = do(desk, customers, "transfer", owner=colleague.user_id)
    handed = set(Customer.objects.values_list("owner_id", flat=True))
    desk.post(URL, button)

    assert handed == {colleague.user_id}
    assert set(Customer.objects.values_list("owner_id", "team_id")) == {(rep.user_id, customers[0].team_id)}


def test_tags_are_taken_off_those_alone_that_got_them(desk, rep, customers):
    tag = create_tag(name="VIP", actor=rep)
    customers[0].tags.add(tag)

    button = do(desk, customers, "tag", tags=[tag.pk])
    tagged = Customer.objects.filter(tags=tag).count()
    desk.post(URL, button)

    assert tagged == 3
    assert list(Customer.objects.filter(tags=tag)) == [customers[0]]


def test_a_button_that_was_not_handed_out_here_puts_nothing_back(desk, company, client, customers):
    button = do(desk, customers, "set", grade="D")

    desk.post(URL, {**button, "kept": button["kept"][:-2]})
    client.force_login(make.actor(company, "administrator").user, "suite.core.auth.CompanyBackend")
    stolen = client.post(URL, button)

    assert stolen.status_code == 403
    assert set(Customer.objects.values_list("grade", flat=True)) == {"D"}


def test_a_job_over_many_rows_is_taken_back_too(desk, customers, monkeypatch):
    monkeypatch.setattr(acts, "AT_ONCE", 2)
    was = customers[0].grade
    desk.post(URL, {"act": "set", "everything": "1", "_go": "1", "grade": "D"})
    job = Job.objects.get(kind="desk.bulk")
    jobs.run(job.pk)
    desk.post(f"/desk/jobs/{job.pk}/undo/")
    jobs.run(Job.objects.latest("pk").pk)

    job.refresh_from_db()
    assert job.result["done"] == 3
    assert "undo" not in job.result
    assert set(Customer.objects.values_list("grade", flat=True)) == {was}
