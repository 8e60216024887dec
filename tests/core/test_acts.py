"""One decision, one transaction, one trail."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.utils import IntegrityError, InternalError

from suite.core.acts import acting, changes_between, current_act, plain, request_id, save_changes, service, settle
from suite.core.models import AuditRow, DocumentLink, OutboxEvent, Team
from tests import make

pytestmark = pytest.mark.django_db


@service
def rename(*, team, name, actor, reason=""):
    return save_changes(team, {"name": name})


@service
def rename_both(*, teams, actor, reason=""):
    for number, team in enumerate(teams):
        rename(team=team, name=f"Team {number}", actor=actor, reason="inner")


def test_a_change_is_recorded_with_old_and_new_value_reason_and_request(admin):
    red = make.team(admin.company, "Red")
    token = request_id.set("request-1")
    rename(team=red, name="Blue", actor=admin, reason="repainted")
    request_id.reset(token)

    row = AuditRow.objects.get(kind="core.team", object_id=red.pk)
    assert (row.action, row.changes, row.reason) == ("changed", {"name": ["Red", "Blue"]}, "repainted")
    assert (row.actor_id, row.company_id, row.request_id) == (admin.user.pk, admin.company_id, "request-1")


def test_nothing_changed_leaves_no_trace(admin, django_assert_num_queries):
    red = make.team(admin.company, "Red")

    with django_assert_num_queries(2):  # the test's savepoint around the act
        assert rename(team=red, name="Red", actor=admin) == {}


def test_the_trail_of_many_records_takes_one_statement(admin, django_assert_num_queries):
    teams = [make.team(admin.company, f"Old {n}") for n in range(5)]

    with django_assert_num_queries(5 + 1 + 2):
        rename_both(teams=teams, actor=admin, reason="outer")

    assert set(AuditRow.objects.filter(kind="core.team").values_list("reason", flat=True)) == {"outer"}


def test_an_act_that_fails_leaves_nothing(admin):
    red = make.team(admin.company, "Red")

    @service
    def half(*, actor):
        rename(team=red, name="Blue", actor=actor)
        raise ValueError

    with pytest.raises(ValueError):
        half(actor=admin)

    assert Team.objects.get(pk=red.pk).name == "Red"
    assert not AuditRow.objects.filter(kind="core.team").exists()


def test_an_act_stays_within_one_company(admin, outsider):
    with pytest.raises(RuntimeError), acting(admin):
        rename(team=make.team(outsider.company, "Theirs"), name="Ours", actor=outsider)


def test_inner_services_need_an_act():
    with pytest.raises(RuntimeError):
        current_act()


def test_what_is_collected_is_written_once_and_last_things_after_it(admin):
    order = []

    def write(act, items):
        order.append(("write", items))
        act.at_last(last, *items)

    def last(act, items):
        order.append(("last", items, AuditRow.objects.filter(action="seen").count()))
        act.audit(admin.company, "numbered")

    with acting(admin) as act:
        act.collect(write, 1)
        act.collect(write, 2)
        act.audit(admin.company, "seen")

    assert order == [("write", [1, 2]), ("last", [1, 2], 1)]
    assert AuditRow.objects.filter(action="numbered").count() == 1


def test_a_door_reads_its_own_writes_after_settling(admin):
    with acting(admin) as act:
        act.link(admin.company, admin.user, "test")
        act.announce("test.event", admin.company, {"amount": Decimal("1.10")}, key="1")
        settle()
        assert DocumentLink.objects.filter(relation="test").count() == 1

    assert OutboxEvent.objects.get(event="test.event").payload == {"amount": "1.10"}


def test_settling_without_an_act_does_nothing():
    settle()


@pytest.mark.parametrize(
    "statement", ["UPDATE core_audit SET reason = 'x'", "DELETE FROM core_audit", "TRUNCATE core_audit"]
)
def test_the_trail_cannot_be_edited_in_the_database_either(admin, statement):
    rename(team=make.team(admin.company, "Red"), name="Blue", actor=admin)

    with pytest.raises((IntegrityError, InternalError)), connection.cursor() as cursor:
        cursor.execute(statement)


def test_equal_decimals_are_no_change(admin):
    red = make.team(admin.company, "Red")
    red.size = Decimal("1.00")

    assert changes_between(red, {"name": "Red", "manager": None}) == {}
    assert changes_between(red, {"manager": admin.user}) == {"manager": (None, admin.user.pk)}


def test_nested_values_are_kept_as_texts():
    assert plain({"a": [Decimal("1.0"), {"b": None}]}) == {"a": ["1.0", {"b": None}]}


def test_what_nobody_reads_within_an_act_is_written_with_its_trail(admin, django_assert_num_queries):
    red = make.team(admin.company, "Red")

    with acting(admin) as act:
        act.keep(Team(company=admin.company, name="Kept"))
        act.audit(red, "seen")
        act.link(red, admin.company)
        act.link(red, admin.company)
        assert not Team.objects.filter(name="Kept").exists()
        with django_assert_num_queries(1):
            act.flush()

    assert Team.objects.filter(name="Kept").exists()
    assert DocumentLink.objects.filter(from_kind="core.team", from_id=red.pk).count() == 1


def test_rows_kept_by_an_act_that_is_refused_are_not_written(admin):
    with pytest.raises(IntegrityError), acting(admin) as act:
        act.keep(Team(company=admin.company, name="Kept"), Team(company=admin.company, name="Kept"))

    assert not Team.objects.filter(name="Kept").exists()
