"""Views of lists that are kept: as tabs, in the menu, opened first, and read by export and API."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from suite.core.access import Actor
from suite.desk.models import SavedView, Task
from suite.desk.services import saved_views, todos
from tests import make
from tests.desk.own.make import TASK, field
from tests.desk.test_lists import URL, tasks, titles

KEY = "suite.desk.views.todos.TaskList"


def keep(actor: Actor, name: str = "Finished", audience: str = "mine", **params: str) -> SavedView:
    return saved_views.save(
        actor=actor, list_key=KEY, name=name, params=params or {"status": "done"}, audience=audience
    )


def client_of(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(actor.user, "suite.core.auth.CompanyBackend")
    return client


@pytest.fixture
def two_tasks(rep) -> list[Task]:
    rows = tasks(rep, 2)
    todos.complete(pks=[rows[0].pk], actor=rep)
    return rows


def test_a_saved_view_is_a_tab_that_explicit_parameters_override(rep, browse, two_tasks):
    browse.post("/desk/views/", {"list_key": KEY, "name": "Finished", "query": "status=done", "path": URL})
    view = SavedView.objects.get()

    assert titles(browse.get(URL, {"view": view.pk})) == ["Task 0"]
    assert titles(browse.get(URL, {"view": view.pk, "status": "open"})) == ["Task 1"]
    assert browse.get(URL, {"view": view.pk, "status": ""}).context["state"].is_changed


def test_a_view_opened_first_keeps_its_filters_when_the_list_is_sorted(rep, browse, two_tasks):
    view = keep(rep)
    browse.post(f"/desk/views/{view.pk}/", {"do": "first", "path": URL})

    first = browse.get(URL)

    assert titles(first) == ["Task 0"]
    sort = next(head["link"] for head in first.context["state"].headers if head["link"])
    assert titles(browse.get(sort)) == ["Task 0"]
    assert len(titles(browse.get(URL, {"view": "all"}))) == 2


def test_a_changed_view_is_saved_renamed_and_deleted_by_whose_it_is(rep, browse, two_tasks):
    view = keep(rep, audience="all")
    page = f"/desk/views/{view.pk}/"

    browse.post(page, {"do": "save", "query": "status=open&cols=title,owner", "path": URL})
    browse.post(page, {"do": "rename", "name": "To do", "audience": "team", "path": URL})

    view.refresh_from_db()
    assert (view.name, view.audience, view.params) == ("To do", "team", {"status": "open", "cols": "title,owner"})
    browse.post(page, {"do": "delete", "path": URL})
    assert not SavedView.objects.exists()


def test_a_shared_view_is_used_but_not_changed_by_others(rep, two_tasks):
    view = keep(rep, audience="all")
    colleague = client_of(make.actor(rep.company, "rep"))

    changed = colleague.post(f"/desk/views/{view.pk}/", {"do": "delete", "path": URL})
    colleague.post(f"/desk/views/{view.pk}/", {"do": "pin", "path": URL})

    assert changed.status_code == 403
    assert f'href="{URL}?view={view.pk}"' in colleague.get("/").content.decode()


def test_a_view_of_mine_does_not_exist_for_others(rep, other_company):
    view = keep(rep)
    for actor in (make.actor(rep.company, "rep"), make.actor(other_company, "rep")):
        assert client_of(actor).post(f"/desk/views/{view.pk}/", {"do": "pin"}).status_code == 404


def test_an_administrator_lets_a_view_open_first_for_a_role_and_the_own_choice_comes_before_it(rep, browse, two_tasks):
    admin = make.actor(rep.company, "administrator")
    role = next(iter(rep.grants.roles))
    shared = keep(admin, "For all reps", "all", status="done")
    own = keep(rep, "Mine", status="open")
    old = keep(admin, "Before", "all", status="cancelled")
    saved_views.open_first_for(actor=admin, view=old, roles=[role])

    client_of(admin).post(f"/desk/views/{shared.pk}/", {"do": "roles", "roles": [role], "path": URL})

    old.refresh_from_db()
    assert old.roles == []
    assert titles(browse.get(URL)) == ["Task 0"]
    browse.post(f"/desk/views/{own.pk}/", {"do": "first", "path": URL})
    assert titles(browse.get(URL)) == ["Task 1"]


def test_only_an_administrator_says_what_opens_first_for_a_role(rep, browse):
    view = keep(rep)

    browse.post(f"/desk/views/{view.pk}/", {"do": "roles", "roles": [*rep.grants.roles], "path": URL})

    view.refresh_from_db()
    assert view.roles == []


@pytest.mark.parametrize(
    "form",
    [
        {"list_key": KEY, "name": " ", "query": ""},
        {"list_key": KEY, "name": "Long", "query": "&".join(f"a{n}={'x' * 400}" for n in range(20))},
        {"list_key": "os.path", "name": "No list", "query": ""},
    ],
)
def test_what_cannot_be_a_view_is_not_saved(browse, form):
    browse.post("/desk/views/", {**form, "path": URL})

    assert not SavedView.objects.exists()


def test_the_tabs_are_counted_in_one_statement(rep, browse, two_tasks):
    view = keep(rep)
    browse.get(URL, {"counts": "1"})

    with CaptureQueriesContext(connection) as seen:
        counts = browse.get(URL, {"counts": "1"}).json()

    assert (counts["all"], counts["mine"], counts[str(view.pk)]) == ("2", "1", "1")
    assert sum("count(*)" in each["sql"] for each in seen) == 1


def test_a_view_in_the_menu_stands_on_the_workbench_with_its_count(rep, browse, two_tasks):
    saved_views.use(actor=rep, view=keep(rep), is_pinned=True)

    block = browse.get("/desk/workbench/my-views/", headers={"HX-Request": "true"}).content.decode()

    assert "Finished" in block
    assert '<p class="tile-value">1</p>' in block


def test_a_view_is_exported_with_its_filters_and_columns(rep, browse, two_tasks):
    view = keep(rep, status="done", cols="title,status")

    text = b"".join(browse.get(URL, {"view": view.pk, "export": "csv"}).streaming_content).decode("utf-8-sig")

    assert text.splitlines() == ["Task,Status", "Task 0,Done"]


API = "/api/v1/desk/tasks/"
VIEWS = "/api/v1/desk/views/"


def names(answer) -> list[str]:
    return [row["title"] for row in answer.json()["results"]]


def test_the_api_lists_what_a_view_shows_and_its_own_filters_come_first(rep, browse, two_tasks):
    view = keep(rep, status="done", sort="-due_at")

    assert names(browse.get(API, {"view": view.pk})) == ["Task 0"]
    assert names(browse.get(API, {"view": view.pk, "status": "open"})) == ["Task 1"]
    both = keep(rep, "Both", status="open,done", sort="-due_at")
    assert names(browse.get(API, {"view": both.pk})) == ["Task 1", "Task 0"]
    assert names(browse.get(API, {"view": both.pk, "ordering": "due_at"})) == ["Task 0", "Task 1"]


@pytest.mark.parametrize("key", ["0", "x", "9" * 30, "-1", ""])
def test_the_api_refuses_a_view_that_is_none_of_these_records(browse, key):
    answer = browse.get(API, {"view": key})

    assert (answer.status_code, list(answer.json())) == (400, ["view"])


@pytest.mark.parametrize("params", [{"due_min": "soon"}, {"own.salary_min": "5000"}])
def test_a_view_that_asks_what_the_caller_cannot_ask_shows_nothing_rather_than_too_much(rep, browse, two_tasks, params):
    view = keep(rep, **params)

    answer = browse.get(API, {"view": view.pk})

    assert (answer.status_code, list(answer.json())) == (400, ["view"])
    assert next(iter(params)) in answer.json()["view"][0]


def test_what_a_shared_view_asks_of_a_field_the_reader_may_not_see_is_left_out_and_said(rep, browse, two_tasks):
    field(rep.company, TASK, "number", key="salary", seen_by=["administrator"])
    admin = make.actor(rep.company, "administrator", username="admin")
    view = keep(admin, "Well paid", audience="all", status="done", **{"own.salary_min": "98765"})

    page = browse.get(URL, {"view": view.pk}).content.decode()
    seen = browse.get(f"{VIEWS}{view.pk}/").json()
    whole = client_of(admin).get(f"{VIEWS}{view.pk}/").json()

    assert "98765" not in page
    assert "own.salary" not in page
    assert "asks about what you may not see" in page
    assert (seen["params"], seen["withheld"]) == ({"status": "done"}, 1)
    assert (whole["params"], whole["withheld"]) == ({"status": "done", "own.salary_min": "98765"}, 0)


def test_a_view_of_other_records_is_refused(rep, browse):
    view = saved_views.save(actor=rep, list_key="crm.sales.lists.OrderList", name="Orders", params={"status": "draft"})

    assert browse.get(API, {"view": view.pk}).status_code == 400
    assert browse.get("/api/v1/crm/sales/orders/", {"view": view.pk}).status_code == 200


def test_views_are_made_changed_used_and_deleted_by_the_api(rep, browse):
    made = browse.post(
        VIEWS, {"list": KEY, "name": "Board", "params": {"status": "open", "show": "board"}}, "application/json"
    )
    page = f"{VIEWS}{made.json()['id']}/"
    changed = browse.patch(page, {"name": "To do", "is_pinned": True}, "application/json")

    assert (made.status_code, made.json()["kind"]) == (201, "board")
    assert (changed.json()["name"], changed.json()["is_pinned"]) == ("To do", True)
    assert [row["name"] for row in browse.get(VIEWS, {"list_key": KEY}).json()["results"]] == ["To do"]
    assert browse.delete(page).status_code == 204


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"list": "nowhere", "name": "x"}, "list"),
        ({"list": KEY, "name": "x", "params": {"colour": "red"}}, "params"),
        ({"list": KEY, "name": "x", "params": {"due_min": "1e30"}}, "params"),
        ({"list": KEY, "name": ""}, "name"),
        ({"list": KEY, "name": "x", "audience": "nobody"}, "audience"),
    ],
)
def test_a_view_that_cannot_be_is_refused_at_its_field(browse, body, field):
    answer = browse.post(VIEWS, body, "application/json")

    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_a_shared_view_of_somebody_else_is_not_changed_by_the_api(rep, browse):
    view = keep(make.actor(rep.company, "rep"), audience="all")

    assert browse.patch(f"{VIEWS}{view.pk}/", {"name": "Mine now"}, "application/json").status_code == 403
    assert browse.patch(f"{VIEWS}{view.pk}/", {"roles": ["rep"]}, "application/json").status_code == 403
    assert browse.delete(f"{VIEWS}{view.pk}/").status_code == 403
    assert browse.patch(f"{VIEWS}{view.pk}/", {"is_default": True}, "application/json").json()["is_default"] is True
