"""Rows written by statements that are made once."""

from decimal import Decimal

import pytest
from django.db import DataError

from crm.sales.models import Order
from suite.core import bulk, clock
from suite.core.models import AuditRow, Team
from suite.desk.models import Task
from tests import make

pytestmark = pytest.mark.django_db


def test_new_rows_come_back_with_their_keys_by_one_statement(company, django_assert_num_queries):
    with django_assert_num_queries(1):
        teams = Team.objects.bulk_create(Team(company=company, name=f"Team {n}") for n in range(3))

    names = dict(Team.objects.filter(pk__in=[team.pk for team in teams]).values_list("pk", "name"))
    assert [names[team.pk] for team in teams] == ["Team 0", "Team 1", "Team 2"]
    assert not teams[0]._state.adding


def test_values_arrive_as_they_were_given(company):
    changes = {"'": ["\\", None, 1.5], "%s": ["“‘"]}
    row = AuditRow(company_id=company.pk, kind="a", object_id=7, action=Task.Status.OPEN, changes=changes, reason="%s'")

    bulk.insert([row])

    row.refresh_from_db()
    assert (row.action, row.changes, row.reason, row.actor_id) == ("open", changes, "%s'", None)


def test_a_text_that_is_too_long_is_refused_and_not_cut(company):
    team = make.team(company, "Red")
    team.name = "x" * 1000

    with pytest.raises(DataError):
        bulk.update([team], "name")


def test_papers_are_numbered_by_the_database_unless_a_number_is_given(company):
    party = make.party(company)
    header = {"company": company, "party": party, "date": clock.today(company), "currency_id": "CNY"}

    numbered, given = Order(**header), Order(**header, number="OLD-7")
    Order.objects.bulk_create([numbered])
    Order.objects.bulk_create([given, Order(**header)])

    assert numbered.number.startswith("SO")
    assert given.number == "OLD-7"


def test_a_row_follows_what_was_saved_after_it_was_named(company):
    red = Team(company=company, name="Red")
    task = Task(company=company, title="Paint", team=red)

    bulk.insert([red])
    bulk.insert([task])

    task.refresh_from_db()
    assert task.team_id == red.pk


def test_many_rows_are_updated_by_one_statement(company, django_assert_num_queries):
    products = [make.product(company) for _n in range(3)]
    for n, product in enumerate(products):
        product.sale_price = Decimal(n)

    with django_assert_num_queries(1):
        bulk.update(products, "sale_price")

    for n, product in enumerate(products):
        product.refresh_from_db()
        assert product.sale_price == n


def test_rows_of_several_tables_come_back_with_their_keys_by_one_statement(company, django_assert_num_queries):
    teams = [Team(company=company, name=name) for name in ("Red", "Blue")]
    tasks = [Task(company=company, title="Paint")]

    with django_assert_num_queries(1):
        bulk.insert_together(teams, [], tasks)

    assert {team.pk: team.name for team in teams} == dict(Team.objects.values_list("pk", "name"))
    assert Task.objects.get().pk == tasks[0].pk
    assert not any(row._state.adding for row in [*teams, *tasks])


def test_nothing_at_all_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.insert_together([], [])


def test_a_new_row_has_its_defaults_and_refuses_what_is_no_column(company):
    first, second = Task(company_id=company.pk, title="One"), Task(company_id=company.pk, title="Two")

    assert (first.status, first.version, first.own) == (Task.Status.OPEN, 1, {})
    assert first.own is not second.own
    with pytest.raises(TypeError, match="colour"):
        Task(company_id=company.pk, colour="red")
