"""The admin base on a paper of the desk's own: tasks, put into an admin site for these tests."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import clear_url_caches, path

from suite.core.errors import BusinessError, Refusal
from suite.core.models import AuditRow, Team
from suite.desk.admin_base import CappedPaginator, SuiteModelAdmin
from suite.desk.admin_site import SuiteAdminSite
from suite.desk.lists import Act
from suite.desk.models import Task
from suite.desk.services import todos
from suite.desk.services.todos import NewTask
from tests import make


class TaskAdmin(SuiteModelAdmin):
    open_states = ("open",)
    list_display = ("title", "due_at", "status")
    fields = ("title", "note", "due_at")
    acts = (
        Act("complete", "Done", "desk.change_task", todos.complete, when=lambda task: task.status == "open"),
        Act("refuse", "Refuse", "desk.change_task", lambda actor, pks: refuse()),
    )

    def add(self, actor, values, lines):
        if values["title"] == "Refused":
            raise BusinessError(Refusal("no", "Not today", field="title"))
        return todos.create(tasks=[NewTask(**values)], actor=actor)[0]

    def change(self, actor, row, values, lines):
        return todos.change(task=Task.objects.get(pk=row.pk), values=values, actor=actor)


class TeamAdmin(SuiteModelAdmin):
    list_display = ("name", "manager")
    fields = ("name", "name_en", "manager")


def refuse():
    raise BusinessError(Refusal("no", "Not today"))


@pytest.fixture(autouse=True)
def site(monkeypatch):
    from suite import urls

    registry = dict(admin.site._registry)
    for model, page in ((Task, TaskAdmin), (Team, TeamAdmin)):
        admin.site._registry.pop(model, None)
        admin.site.register(model, page)
    patterns = [each for each in urls.urlpatterns if getattr(each, "namespace", None) != "admin"]
    monkeypatch.setattr(urls, "urlpatterns", [*patterns, path("admin/", admin.site.urls)])
    clear_url_caches()
    yield admin.site
    admin.site._registry = registry
    clear_url_caches()


@pytest.fixture
def boss(company) -> Client:
    actor = make.actor(company, "administrator", username="boss")
    client = Client(headers={"accept-language": "en"})
    client.force_login(actor.user, "suite.core.auth.CompanyBackend")
    client.actor = actor
    return client


def words(response) -> str:
    return response.content.decode()


def test_the_site_is_ours_and_its_home_is_the_workbench(boss):
    assert isinstance(admin.site, SuiteAdminSite)
    assert boss.get("/admin/")["Location"] == "/"
    assert boss.get("/admin/all/").status_code == 200


def test_the_list_shows_only_rows_of_the_company(boss, other_company):
    todos.create(tasks=[NewTask("Mine")], actor=boss.actor)
    todos.create(tasks=[NewTask("Theirs")], actor=make.actor(other_company, "rep"))

    page = words(boss.get("/admin/desk/task/"))

    assert "Mine" in page
    assert "Theirs" not in page


def test_a_foreign_record_is_not_there(boss, other_company):
    task = todos.create(tasks=[NewTask("Theirs")], actor=make.actor(other_company, "rep"))[0]

    assert boss.get(f"/admin/desk/task/{task.pk}/history/").status_code == 404
    assert boss.post(f"/admin/desk/task/{task.pk}/act/complete/").status_code == 404
    assert boss.get(f"/admin/desk/task/{task.pk}/change/", follow=True).redirect_chain


def test_the_form_writes_through_the_service(boss):
    boss.post("/admin/desk/task/add/", {"title": "Call", "note": "", "due_at_0": "", "due_at_1": ""})
    task = Task.objects.get()
    boss.post(f"/admin/desk/task/{task.pk}/change/", {"title": "Call now", "note": "x", "due_at_0": "", "due_at_1": ""})

    task.refresh_from_db()
    assert (task.title, task.version, task.owner_id) == ("Call now", 2, boss.actor.user_id)
    assert list(AuditRow.objects.filter(kind="desk.task").values_list("action", flat=True)) == ["created", "changed"]


def test_a_refusal_stands_at_the_field_and_keeps_what_was_typed(boss):
    form = {"title": "Refused", "note": "typed before", "due_at_0": "", "due_at_1": ""}

    page = words(boss.post("/admin/desk/task/add/", form))

    assert "Not today" in page
    assert "typed before" in page
    assert not Task.objects.exists()


def test_acts_run_on_record_and_list_and_a_refusal_is_a_red_message(boss):
    one, two = todos.create(tasks=[NewTask("One"), NewTask("Two")], actor=boss.actor)

    boss.post(f"/admin/desk/task/{one.pk}/act/complete/")
    refused = boss.post(f"/admin/desk/task/{two.pk}/act/refuse/", follow=True)
    boss.post("/admin/desk/task/", {"action": "complete", "_selected_action": [two.pk]})

    assert set(Task.objects.values_list("status", flat=True)) == {"done"}
    assert "Not today" in words(refused)


def test_acts_are_not_done_by_following_a_link(boss):
    task = todos.create(tasks=[NewTask("One")], actor=boss.actor)[0]

    boss.get(f"/admin/desk/task/{task.pk}/act/complete/")

    task.refresh_from_db()
    assert task.status == "open"


def test_a_closed_paper_is_read_only(boss):
    task = todos.create(tasks=[NewTask("One")], actor=boss.actor)[0]
    assert 'name="title"' in words(boss.get(f"/admin/desk/task/{task.pk}/change/"))

    todos.complete(pks=[task.pk], actor=boss.actor)

    assert 'name="title"' not in words(boss.get(f"/admin/desk/task/{task.pk}/change/"))
    assert boss.post(f"/admin/desk/task/{task.pk}/change/", {"title": "x"}).status_code == 403


def test_nothing_is_deleted_here(boss):
    task = todos.create(tasks=[NewTask("One")], actor=boss.actor)[0]

    assert boss.post(f"/admin/desk/task/{task.pk}/delete/", {"post": "yes"}).status_code == 403


def test_master_data_get_their_company_and_their_audit_row(boss):
    boss.post("/admin/core/team/add/", {"name": "East", "name_en": "", "manager": ""})
    team = Team.objects.get()
    boss.post(f"/admin/core/team/{team.pk}/change/", {"name": "West", "name_en": "", "manager": ""})

    team.refresh_from_db()
    assert (team.company, team.name) == (boss.actor.company, "West")
    changed = AuditRow.objects.get(kind="core.team", action="changed")
    assert changed.changes == {"name": ["East", "West"]}


def test_related_rows_are_offered_in_the_rights_of_the_actor(boss, other_company):
    make.user(other_company, "rep", username="stranger")

    page = words(boss.get("/admin/core/team/add/"))

    assert "boss" in page
    assert "stranger" not in page


def test_who_lacks_the_right_to_the_admin_does_not_get_in(company):
    client = Client()
    client.force_login(make.actor(company, "rep").user, "suite.core.auth.CompanyBackend")

    assert client.get("/admin/desk/task/").status_code == 302


def test_pages_are_counted_to_1001(company, django_assert_num_queries):
    paginator = CappedPaginator(Task.objects.order_by("pk"), 50)

    with django_assert_num_queries(1):
        assert paginator.count == 0
