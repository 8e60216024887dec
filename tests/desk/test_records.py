import pytest
from django.test import Client

from suite.core.acts import acting
from suite.desk.chain import chain_of
from suite.desk.services import todos
from suite.desk.services.todos import NewTask
from tests import make


@pytest.fixture
def chain(rep):
    """order -> delivery -> invoice, and the invoice also came from another order."""
    rows = todos.create(tasks=[NewTask(name) for name in ("order", "delivery", "invoice", "other order")], actor=rep)
    order, delivery, invoice, other = rows
    with acting(rep) as act:
        act.link(order, delivery)
        act.link(delivery, invoice)
        act.link(other, invoice)
    return rows


def test_a_chain_reaches_up_and_down_with_two_statements(rep, chain, django_assert_num_queries):
    assert rep.may("desk.view_task")  # rights are read once

    with django_assert_num_queries(2):
        steps = chain_of(rep, chain[1])

    assert [box.title for step in steps for box in step.boxes] == ["order", "delivery", "invoice"]
    assert [box.current for step in steps for box in step.boxes] == [False, True, False]


def test_a_chain_hides_what_the_reader_may_not_see(rep, chain):
    stranger = make.actor(rep.company, "rep")

    assert chain_of(stranger, chain[1]) == []


def test_task_page_form_and_acts(rep, browse):
    browse.post("/desk/tasks/new/", {"title": "Call", "owner": rep.user_id, "due_at": "2026-12-01T09:00"})
    task = make_last()
    page = browse.get(f"/desk/tasks/{task.pk}/").content.decode()
    assert "Call" in page

    browse.post(f"/desk/tasks/{task.pk}/edit/", {"title": "Call now", "owner": rep.user_id, "version": task.version})
    browse.post(f"/desk/tasks/{task.pk}/complete/")

    task.refresh_from_db()
    assert (task.title, task.status) == ("Call now", "done")
    assert "Done" in browse.get(f"/desk/history/desk.task/{task.pk}/").content.decode()


def make_last():
    from suite.desk.models import Task

    return Task.objects.latest("pk")


def test_a_form_keeps_what_was_typed_and_links_to_the_field(rep, browse):
    page = browse.post("/desk/tasks/new/", {"title": "", "note": "typed", "owner": "999999"}).content.decode()

    assert 'href="#id_title"' in page
    assert "typed" in page
    assert 'aria-invalid="true"' in page


def test_a_stale_form_is_refused_where_the_person_stands(rep, browse):
    task = todos.create(tasks=[NewTask("Call")], actor=rep)[0]
    todos.change(task=task, values={"title": "Called"}, actor=rep)

    form = {"title": "Call x", "owner": rep.user_id, "version": 1}
    page = browse.post(
        f"/desk/tasks/{task.pk}/edit/", form, headers={"Referer": "http://testserver/desk/tasks/"}, follow=True
    )

    assert "Somebody else changed this document meanwhile" in page.content.decode()


@pytest.mark.parametrize(
    "path", ["/desk/tasks/", "/", "/desk/pulse/", "/desk/palette/", "/desk/choices/user/", "/desk/imports/"]
)
def test_strangers_are_sent_to_sign_in(db, path):
    assert "/sign-in/" in Client().get(path)["Location"]


def test_records_of_another_company_are_not_there(rep, browse, other_company):
    foreign = todos.create(tasks=[NewTask("Secret")], actor=make.actor(other_company, "rep"))[0]

    for path in (f"/desk/tasks/{foreign.pk}/", f"/desk/history/desk.task/{foreign.pk}/"):
        assert browse.get(path).status_code == 404
    assert browse.post(f"/desk/tasks/{foreign.pk}/complete/").status_code == 404


def test_pickers_offer_colleagues_and_nobody_else(rep, browse, manager, other_company):
    make.user(other_company, "rep", username="stranger")

    names = [row["text"] for row in browse.get("/desk/choices/user/", {"q": ""}).json()["choices"]]
    exact = browse.get("/desk/choices/user/", {"exact": "MANAGER"}).json()["choices"]

    assert sorted(names) == ["manager", "rep"]
    assert [row["value"] for row in exact] == [manager.user_id]


def test_a_picker_with_nothing_to_pick_says_what_to_do_first(rep, browse):
    first = browse.get("/desk/choices/buyer/", {"q": ""}).json()
    other = browse.get("/desk/choices/buyer/", {"q": "acme"}).json()

    assert first == {"choices": [], "nothing": "No customers yet: enter the first one under Customers"}
    assert other == {"choices": [], "nothing": "Nothing found"}


def test_the_frame_takes_at_most_two_statements(rep, browse, django_assert_max_num_queries):
    browse.get("/desk/pulse/")
    browse.get("/desk/search/")

    with django_assert_max_num_queries(6):  # session, user, membership, unread, companies, and the login's own check
        browse.get("/desk/search/")


def test_looks_are_kept_and_followed(rep, browse):
    browse.post("/desk/preferences/", {"theme": "dark", "density": "roomy", "language": "zh-hans", "next": "/"})

    page = browse.get("/").content.decode()
    assert 'data-bs-theme="dark"' in page
    assert 'data-density="roomy"' in page
    assert 'lang="zh-Hans"' in page


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_away_by_a_link(rep, browse, target):
    assert browse.post("/desk/preferences/", {"theme": "dark", "next": target})["Location"] == "/"
