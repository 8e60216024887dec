"""First steps tick themselves by real acts; administrators see who uses what."""

import pytest
from django.core.cache import cache
from django.urls import NoReverseMatch

from crm.customers.services.activities import log_activity
from suite.core import modules, people, roles
from suite.core.access import Actor
from suite.desk import guides
from suite.desk.adoption import adoption
from suite.desk.services import first_steps, todos
from tests import make

pytestmark = pytest.mark.django_db
BACKEND = "suite.core.auth.CompanyBackend"


def done(actor: Actor) -> list[str]:
    return [step.code for step, is_done in first_steps.look(actor) if is_done]


@pytest.mark.parametrize("role", roles.ROLES)
def test_every_role_has_five_acts_that_lead_somewhere(role, company, client):
    actor = make.actor(company, role)

    steps = guides.steps(actor)

    assert len(steps) == guides.LENGTH
    client.force_login(actor.user, BACKEND)
    for step in steps:
        try:
            assert client.get(step.url, follow=True).status_code == 200, step.code
        except NoReverseMatch:
            pytest.fail(step.code)


def test_an_act_ticks_itself_and_reading_does_not(company, rep, client):
    client.force_login(rep.user, BACKEND)
    client.get("/crm/customers/new/")
    assert done(rep) == []

    make.customer(rep, "Mei")

    assert done(rep) == ["rep.customer"]
    assert "1 of 5 done" in client.get("/desk/workbench/first-steps/").text


def test_what_others_do_ticks_nothing(company, rep, manager):
    make.customer(manager)

    assert done(rep) == []


def test_the_list_leaves_the_workbench_when_it_is_put_away_and_comes_back(rep, client):
    client.force_login(rep.user, BACKEND)
    assert "block-first-steps" in client.get("/").text

    client.post("/desk/first-steps/put/", {"away": "1"})
    assert "block-first-steps" not in client.get("/").text
    assert "Show on the workbench again" in client.get("/desk/first-steps/").text

    client.post("/desk/first-steps/put/", {"away": "0"})
    assert "block-first-steps" in client.get("/").text


def test_the_list_leaves_the_workbench_when_all_is_done(rep):
    first_steps.tick([step.code for step in guides.steps(rep)], actor=rep)

    assert not first_steps.are_open(rep)


def test_a_warm_workbench_asks_nothing_of_the_list(rep, django_assert_num_queries):
    first_steps.are_open(rep)

    with django_assert_num_queries(0):
        first_steps.are_open(rep)


def test_acts_of_a_module_that_is_off_are_not_asked_for(company, house):
    buyer = make.actor(company, "buyer")
    modules.switch(label="erp_procurement", on=False, actor=house)
    buyer.company.refresh_from_db()

    assert guides.steps(buyer) == []


def test_adoption_counts_acts_by_person_and_area(company, admin, rep, django_assert_max_num_queries):
    cache.clear()
    people.record(rep.user, "signed_in")
    customer = make.customer(rep)
    log_activity(party=customer.party, kind="note", text="talked", actor=rep)
    todos.create(tasks=[todos.NewTask("Call")], actor=rep)

    with django_assert_max_num_queries(8):
        usage = adoption(admin)

    mine = next(each for each in usage.people if each.user == rep.user)
    assert mine.sign_ins == 1
    assert mine.acts["crm_customers"] >= 2
    assert mine.acts["desk"] == 1
    assert dict(mine.cells)["Customers"] == mine.acts["crm_customers"]
    assert mine.total == sum(mine.acts.values())
    assert "Purchasing" in usage.idle or "Procurement" in usage.idle


def test_adoption_is_told_by_the_api_with_the_same_figures(company, admin, rep):
    cache.clear()
    todos.create(tasks=[todos.NewTask("Call")], actor=rep)

    answer = make.client(admin).get("/api/v1/desk/adoption/")

    told = {each["username"]: each for each in answer.data["people"]}[rep.user.username]
    assert (answer.status_code, told["total"], told["acts"]) == (200, 1, {"desk": 1})
    assert make.client(rep).get("/api/v1/desk/adoption/").status_code == 403


def test_adoption_is_shown_to_administrators_alone(company, admin, rep, client):
    cache.clear()
    client.force_login(admin.user, BACKEND)
    assert "Who uses what" in client.get("/desk/adoption/").text

    client.force_login(rep.user, BACKEND)
    assert client.get("/desk/adoption/").status_code == 403
