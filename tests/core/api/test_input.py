"""Odd input: 400 at the field, never a fault of ours, and nothing written."""

import json
import re

import pytest

from suite.core.models import Team
from tests import make

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
        (None, "non_field_errors"),
    ],
)
def test_odd_bodies_are_refused_at_the_field(admin, body, field):
    answer = make.client(admin).post(TEAMS, json.dumps(body), content_type="application/json")

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
def test_bodies_that_nobody_can_store_are_refused(admin, text):
    body = text.encode("utf-8", "surrogateescape")

    answer = make.client(admin).post(TEAMS, body, content_type="application/json")

    assert answer.status_code == 400
    assert "sys." not in answer.content.decode()
    assert not Team.objects.exists()


def test_a_key_that_is_too_large_is_told_as_it_was_sent(admin):
    answer = make.client(admin).post(TEAMS, {"name": "Red", "manager": 10**40})

    assert str(10**40) in answer.json()["manager"][0]


@pytest.mark.parametrize("text", ["{", "null", "[1e", '{"name": "a\\u0000b"}'])
def test_unreadable_bodies_are_told_in_chinese(admin, text):
    answer = make.client(admin).post(
        TEAMS, text, content_type="application/json", headers={"Accept-Language": "zh-hans"}
    )

    assert answer.status_code == 400
    assert re.search("[\u4e00-\u9fff]", answer.content.decode())
    assert "空" not in answer.content.decode()


@pytest.mark.parametrize(
    "quantity",
    ["NaN", "Infinity", "1e30", 1e30, "1e999999999", "", "1.0000001", None, [], "９", "1_0", "1e3", " 5", 1e-6],
)
def test_numbers_that_are_none_are_refused_at_their_line(admin, quantity):
    red = make.team(admin.company, "Red")
    lines = [{"team": red.pk, "quantity": "1"}, {"team": red.pk, "quantity": quantity}]

    answer = make.client(admin).post(PAPERS, {"lines": lines})

    if quantity in ("９", 1e-6):  # a full-width digit is a digit; JSON writes small numbers with an exponent
        assert answer.status_code == 200
    else:
        assert answer.status_code == 400
        assert set(answer.json()["lines"]["1"]) == {"quantity"}


@pytest.mark.parametrize("count", ["1_0", " 1", "1 ", "1.0", "", "0x1", "one", True, 1.5, "+"])
def test_whole_numbers_that_are_none_are_refused_at_their_field(admin, count):
    red = make.team(admin.company, "Red")

    answer = make.client(admin).post(PAPERS, {"lines": [{"team": red.pk, "quantity": "1", "count": count}]})

    assert answer.json() == {"lines": {"0": {"count": ["Write a whole number"]}}}


@pytest.mark.parametrize("count", [12, "12", "１２", "+12", 12.0])
def test_a_whole_number_may_be_written_in_digits_full_width_ones_too(admin, count):
    red = make.team(admin.company, "Red")

    answer = make.client(admin).post(PAPERS, {"lines": [{"team": red.pk, "quantity": "1", "count": count}]})

    assert answer.json()[0]["count"] == 12


def test_whole_numbers_in_a_list_are_held_to_the_same(admin):
    answer = make.client(admin).post("/api/v1/core/papers/", {"lines": [], "numbers": [1, "1_0"]})

    assert answer.json() == {"numbers": ["Write a whole number"]}


def test_an_integer_beyond_the_column_is_refused(admin):
    red = make.team(admin.company, "Red")

    answer = make.client(admin).post(PAPERS, {"lines": [{"team": red.pk, "quantity": "1", "count": 2**31}]})

    assert answer.json() == {"lines": {"0": {"count": ["Not more than 2147483647"]}}}


def test_a_record_of_another_company_does_not_exist_for_a_field(admin, outsider):
    theirs, ours = make.team(outsider.company, "Theirs"), make.team(admin.company, "Ours")
    api = make.client(admin)

    answer = api.post(PAPERS, {"lines": [{"team": pk, "quantity": "1"} for pk in (ours.pk, theirs.pk)]})

    assert list(answer.json()["lines"]["1"]) == ["team"]
    assert api.post(TEAMS, {"name": "Red", "manager": outsider.user.pk}).status_code == 400


@pytest.mark.parametrize("count", [1, 200])
def test_what_lines_point_to_is_read_at_once(admin, count, django_assert_num_queries):
    teams = [make.team(admin.company, f"Team {n}") for n in range(count)]
    api = make.client(admin)
    api.get(TEAMS)

    with django_assert_num_queries(2):
        answer = api.post(PAPERS, {"lines": [{"team": team.pk, "quantity": "1"} for team in teams]})

    assert [line["team"] for line in answer.data] == [team.name for team in teams]


def test_decimals_are_answered_as_texts(admin):
    red = make.team(admin.company, "Red")

    answer = make.client(admin).post(PAPERS, {"lines": [{"team": red.pk, "quantity": 1.5}]})

    assert answer.json()[0]["quantity"] == "1.500000"
