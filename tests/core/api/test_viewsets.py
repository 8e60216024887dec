"""What an area gets from the base without writing it."""

import pytest

from suite.core.models import AuditRow, Grant, Job, Team
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.api.teams")]
TEAMS = "/api/v1/core/teams/"


def test_records_are_created_read_changed_and_deleted(admin):
    api = make.client(admin)

    made = api.post(TEAMS, {"name": "Red", "manager": admin.user.pk})
    one = f"{TEAMS}{made.data['id']}/"
    changed = api.patch(one, {"name_en": "Red"})

    assert made.status_code == 201
    assert changed.data == api.get(one).data == {**made.data, "name_en": "Red"}
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


def test_each_action_asks_for_its_own_permission(admin, rep):
    red = make.team(admin.company, "Red")
    api = make.client(rep)

    answers = {
        "read": api.get(f"{TEAMS}{red.pk}/"),
        "create": api.post(TEAMS, {"name": "Blue"}),
        "change": api.patch(f"{TEAMS}{red.pk}/", {"name": "Blue"}),
        "delete": api.delete(f"{TEAMS}{red.pk}/"),
        "shout": api.post(f"{TEAMS}{red.pk}/shout/"),
    }

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "read": 200,
        "create": 403,
        "change": 403,
        "delete": 403,
        "shout": 403,
    }


def test_an_action_that_declares_nothing_is_shut(admin):
    red = make.team(admin.company, "Red")

    assert make.client(admin).post(f"{TEAMS}{red.pk}/undeclared/").status_code == 403


def test_records_of_another_company_do_not_exist(admin, outsider):
    red = make.team(admin.company, "Red")
    api = make.client(outsider)

    assert api.get(TEAMS).data["results"] == []
    for answer in (
        api.get(f"{TEAMS}{red.pk}/"),
        api.patch(f"{TEAMS}{red.pk}/", {"name": "Mine"}),
        api.delete(f"{TEAMS}{red.pk}/"),
        api.post(f"{TEAMS}{red.pk}/shout/"),
    ):
        assert answer.status_code == 404
    assert Team.objects.get(pk=red.pk).name == "Red"


def test_seeing_more_than_one_may_change_does_not_widen_the_change(admin, rep):
    Grant.objects.create(role=rep.user.memberships.get().roles.get(), code="core.change_job", scope="own")
    Grant.objects.filter(role__code="rep", role__company=admin.company, code="core.view_job").update(scope="all")
    hers = Job.objects.create(company=admin.company, user=admin.user, kind="x", title="Ada's")
    mine = Job.objects.create(company=admin.company, user=rep.user, kind="x", title="Mei's")
    api = make.client(rep)

    assert len(api.get("/api/v1/core/jobs/").data["results"]) == 2
    assert api.patch(f"/api/v1/core/jobs/{mine.pk}/", {"title": "Done"}).status_code == 200
    assert api.patch(f"/api/v1/core/jobs/{hers.pk}/", {"title": "Taken"}).status_code == 404


def test_what_is_not_offered_is_405(admin):
    red = make.team(admin.company, "Red")
    api = make.client(admin)

    assert api.put(f"{TEAMS}{red.pk}/", {"name": "Blue"}).status_code == 405


def test_the_reason_of_an_act_reaches_the_audit_trail(admin):
    red = make.team(admin.company, "Red")

    for headers in ({}, {"HTTP_IDEMPOTENCY_KEY": "loud"}):
        Team.objects.update(name="Red")
        make.client(admin).post(f"{TEAMS}{red.pk}/shout/", {"reason": "a loud day"}, **headers)

    assert list(AuditRow.objects.filter(action="changed").values_list("reason", flat=True)) == ["a loud day"] * 2


def test_a_list_takes_the_same_statements_for_ten_and_a_hundred_rows(admin, django_assert_max_num_queries):
    api = make.client(admin)
    api.get(TEAMS)
    for many in (10, 100):
        Team.objects.bulk_create(
            [Team(company=admin.company, name=f"{many} {n}", manager=admin.user) for n in range(many)]
        )
        with django_assert_max_num_queries(2):
            assert len(api.get(f"{TEAMS}?page_size=200").data["results"]) >= many


def test_a_report_checks_its_query_keys(admin):
    api = make.client(admin)

    assert api.get("/api/v1/core/papers/?since=2026-02-30").status_code == 400
    assert "unsince" in api.get("/api/v1/core/papers/?since=2026-02-03&unsince=1").data
    assert api.get("/api/v1/core/papers/?since=2026-02-03").status_code == 200
