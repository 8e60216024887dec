"""Odd input: 400 at the field, never a fault of ours, and nothing written."""

import pytest

from suite.core.models import Team
from tests.core import people

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.api.teams")]
TEAMS, PAPERS = "/api/v1/core/teams/", "/api/v1/core/papers/"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "x" * 10_000}, "name"),
        ({"name": ["Red"]}, "name"),
        ({"name": "Red", "nmae": "Red"}, "nmae"),
        ({"name": "Red", "id": 7}, "id"),
        ({"name": "Red", "company": 7}, "company"),
        ({"name": "Red", "manager": "me"}, "manager"),
        ({"name": "Red", "manager": True}, "manager"),
        ({"name": "Red", "manager": 1.0}, "manager"),
        ({"name": "Red", "manager": -1}, "manager"),
        ({"name": "Red", "manager": 10**40}, "manager"),
        (["Red"], "non_field_errors"),
        ("Red", "non_field_errors"),
    ],
)
def test_odd_bodies_are_refused_at_the_field(ada, body, field):
    answer = people.client(ada).post(TEAMS, body)

    assert answer.status_code == 400
    assert list(answer.data) == [field]
    assert not Team.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[" * 100_000,
        '{"name": "\\ud800"}',
        '{"name": NaN}',
        '{"name": "Red", "manager": 1e999}',
        '{"name": "\udcff"}',
        f'{{"name": "Red", "manager": {"9" * 5000}}}',
    ],
    ids=["cut", "deep", "half a pair", "NaN", "beyond floats", "no UTF-8", "5000 digits"],
)
def test_bodies_that_nobody_can_store_are_refused(ada, text):
    body = text.encode("utf-8", "surrogateescape")

    answer = people.client(ada).post(TEAMS, body, content_type="application/json")

    assert answer.status_code == 400
    assert not Team.objects.exists()


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "1e30", 1e30, "1e999999999", "", "1.0000001", None, [], "９"])
def test_numbers_that_are_none_are_refused_at_their_line(ada, quantity):
    red = people.team(ada, "Red")
    lines = [{"team": red.pk, "quantity": "1"}, {"team": red.pk, "quantity": quantity}]

    answer = people.client(ada).post(PAPERS, {"lines": lines})

    if quantity == "９":  # a full-width digit is a digit
        assert answer.status_code == 200
    else:
        assert answer.status_code == 400
        assert set(answer.json()["lines"]["1"]) == {"quantity"}


def test_an_integer_beyond_the_column_is_refused(ada):
    red = people.team(ada, "Red")

    answer = people.client(ada).post(PAPERS, {"lines": [{"team": red.pk, "quantity": "1", "count": 2**31}]})

    assert answer.json() == {"lines": {"0": {"count": ["Ensure this value is less than or equal to 2147483647."]}}}


def test_a_record_of_another_company_does_not_exist_for_a_field(ada, eve):
    theirs, ours = people.team(eve, "Theirs"), people.team(ada, "Ours")
    api = people.client(ada)

    answer = api.post(PAPERS, {"lines": [{"team": pk, "quantity": "1"} for pk in (ours.pk, theirs.pk)]})

    assert list(answer.json()["lines"]["1"]) == ["team"]
    assert api.post(TEAMS, {"name": "Red", "manager": eve.user.pk}).status_code == 400


@pytest.mark.parametrize("count", [1, 200])
def test_what_lines_point_to_is_read_at_once(ada, count, django_assert_num_queries):
    teams = [people.team(ada, f"Team {n}") for n in range(count)]
    api = people.client(ada)
    api.get(TEAMS)

    with django_assert_num_queries(2):
        answer = api.post(PAPERS, {"lines": [{"team": team.pk, "quantity": "1"} for team in teams]})

    assert [line["team"] for line in answer.data] == [team.name for team in teams]


def test_decimals_are_answered_as_texts(ada):
    red = people.team(ada, "Red")

    answer = people.client(ada).post(PAPERS, {"lines": [{"team": red.pk, "quantity": 1.5}]})

    assert answer.json()[0]["quantity"] == "1.500000"
