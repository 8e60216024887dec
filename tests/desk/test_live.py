"""Open pages learn what others do: in the rights of whoever got to see the page, and for no statement."""

import re
import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import Client, RequestFactory

from suite.core import news
from suite.desk import live
from suite.desk.live import Watched
from suite.desk.services import todos
from suite.desk.services.todos import NewTask

pytestmark = pytest.mark.django_db
TASK = "desk.task"


@pytest.fixture
def task(rep):
    return todos.create(tasks=[NewTask("Call")], actor=rep)[0]


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def asked(client, page, **more):
    html = client.get(page).content.decode()
    ticket, since = (re.search(f'data-{name}="([^"]+)"', html)[1] for name in ("ticket", "since"))
    return client.get("/desk/live/", {"ticket": ticket, "since": since, **more})


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("/desk/tasks/{pk}/", Watched(TASK, 5)),
        ("/desk/tasks/{pk}/edit/", Watched(TASK, 5, editing=True)),
        ("/desk/nothing/{pk}/", None),
        ("/", None),
    ],
)
def test_a_page_is_known_by_its_address(address, what):
    assert live.watched(address.format(pk=5), {"form": None}) == what
    assert live.watched(address.format(pk=5), {}) is None  # an error page shows nothing


def test_another_persons_change_is_told_on_record_and_list_and_ones_own_is_not(
    rep, manager, task, browse, django_capture_on_commit_callbacks
):
    for page in (f"/desk/tasks/{task.pk}/", "/desk/tasks/"):
        assert asked(browse, page).json() == {"news": "", "editing": ""}
    since = time.time()
    for who, told in ((rep, False), (manager, True)):
        with django_capture_on_commit_callbacks(execute=True):
            todos.change(task=task, values={"note": f"by {who}"}, actor=who)
        task.refresh_from_db()
        for what in (Watched(TASK, task.pk), Watched(TASK, 0)):
            sentence = live.answer(rep, what, since)["news"]
            assert (manager.user.label in sentence) == told, sentence
    assert live.answer(rep, Watched(TASK, task.pk), time.time())["news"] == ""


def test_who_opens_the_form_is_seen_by_who_reads_the_record(rep, manager, task, browse):
    news.editing(rep.company_id, (TASK, task.pk), manager.user_id)

    assert manager.user.label in asked(browse, f"/desk/tasks/{task.pk}/").json()["editing"]
    asked(browse, f"/desk/tasks/{task.pk}/edit/")
    assert list(news.editors(rep.company_id, (TASK, task.pk), but=manager.user_id)) == [rep.user_id]


def test_a_ticket_serves_nobody_else(rep, manager, task, browse):
    mine = live.ticket(rep, Watched(TASK, task.pk))
    other = Client()
    other.force_login(manager.user, "suite.core.auth.CompanyBackend")

    assert browse.get("/desk/live/", {"ticket": mine, "since": "0"}).status_code == 200
    assert other.get("/desk/live/", {"ticket": mine, "since": "0"}).status_code == 404
    for nonsense in ({"ticket": "x", "since": "0"}, {"ticket": mine, "since": "nan"}, {"ticket": mine}):
        assert browse.get("/desk/live/", nonsense).status_code == 404


def test_an_answer_without_news_costs_no_statement(rep, task, django_assert_num_queries):
    with django_assert_num_queries(0):
        live.answer(rep, Watched(TASK, task.pk, editing=True), time.time())


def test_strangers_have_no_live_pages():
    request = RequestFactory().get("/desk/tasks/5/")
    request.user, request.actor = AnonymousUser(), None
    from suite.desk.templatetags.desk import live_note

    assert live_note({"request": request, "form": None}) == {"live": None}
