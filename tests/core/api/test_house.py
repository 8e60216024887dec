"""The core's own records for other systems."""

import pytest

from suite.core import acts, clock
from suite.core.models import AuditRow, Job, OutboxEvent, Team
from tests import make

pytestmark = pytest.mark.django_db
CORE = "/api/v1/core/"


def test_a_token_learns_who_it_stands_for(rep):
    answer = make.client(rep, "crm_sales.*").get(f"{CORE}me/").json()

    assert (answer["username"], answer["company"], answer["roles"]) == ("rep", "acme", ["rep"])
    assert answer["rights"]["crm_sales.view_order"] == "own"
    assert "core.view_user" not in answer["rights"]


def test_colleagues_are_found_and_nothing_secret_is_told(rep, outsider):
    rows = make.client(rep).get(f"{CORE}users/").json()["results"]

    assert "outsider" not in {row["username"] for row in rows}
    assert {"password", "is_superuser"}.isdisjoint(rows[0])


def test_a_team_is_made_and_changed(admin, rep):
    api = make.client(admin)
    made = api.post(f"{CORE}teams/", {"name": "West"}).json()
    api.patch(f"{CORE}teams/{made['id']}/", {"manager": rep.user.pk})

    assert Team.objects.get(pk=made["id"]).manager == rep.user
    assert rep.company.teams.count() == 2
    assert AuditRow.objects.filter(kind="core.team", object_id=made["id"]).count() == 2


def test_a_job_of_mine_is_stopped_and_others_are_not_mine(rep, admin):
    mine, hers = (Job.objects.create(company=each.company, user=each.user, kind="x") for each in (rep, admin))
    api = make.client(rep)

    assert api.post(f"{CORE}jobs/{mine.pk}/stop/").json()["status"] == "stopped"
    assert api.post(f"{CORE}jobs/{hers.pk}/stop/").status_code == 404


def test_a_dead_event_is_tried_again(admin):
    with acts.acting(admin) as act:
        act.announce("test.event", admin.company, key="1")
    OutboxEvent.objects.update(dead_at=clock.now())
    api = make.client(admin)
    dead = api.get(f"{CORE}events/?dead_at__isnull=false&event=test.event").json()["results"][0]

    answer = api.post(f"{CORE}events/{dead['id']}/retry/", {"reason": "the other side is back"})

    assert answer.json()["dead_at"] is None
    assert AuditRow.objects.get(action="retried").reason == "the other side is back"


def test_the_audit_trail_is_read_and_never_written(admin, rep):
    customer = make.customer(rep)
    api = make.client(admin)

    rows = api.get(f"{CORE}audit-rows/?kind=crm_customers.customer&object_id={customer.pk}").json()["results"]

    assert {row["actor_id"] for row in rows} == {rep.user.pk}
    assert api.patch(f"{CORE}audit-rows/{rows[0]['id']}/", {"reason": "x"}).status_code == 405
    assert make.client(rep).get(f"{CORE}audit-rows/").status_code == 403


def test_an_administrator_keeps_the_calendar_and_others_do_not(admin, rep):
    api, address = make.client(admin), f"{CORE}calendar-days/"
    day = {"date": "2026-12-25", "name": "公司纪念日", "name_en": "Our day"}

    made = api.post(address, day, format="json")
    again = api.post(address, day, format="json")
    row = f"{address}{made.json()['id']}/"
    changed = api.patch(row, {"date": "2026-12-26", "works": True}, format="json")

    assert (made.status_code, made.json()["works"]) == (201, False)
    assert (again.status_code, set(again.json())) == (400, {"date"})
    assert (changed.json()["date"], changed.json()["works"]) == ("2026-12-26", True)
    assert [each["date"] for each in api.get(address, {"date__gte": "2026-12-01"}).json()["results"]] == ["2026-12-26"]
    assert make.client(rep).get(address).status_code == 403
    assert make.client(rep).post(address, day, format="json").status_code == 403
    assert api.delete(row).status_code == 204
    assert api.get(row).status_code == 404
