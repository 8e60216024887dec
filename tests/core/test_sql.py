"""Statements that the server plans once: what is sent, and on which connection."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from suite.core import sql

pytestmark = pytest.mark.django_db

ODD = ["", "NULL", "null", 'a"b', "a\\b", '\\"', "{x}", "a,b", "  sides  ", "两\n行\t", "o'k", "%s", "%%", "🧧", None]


def echoed(kind, values):
    return [value for (value,) in sql.rows(f"SELECT unnest(%s::{kind}[])", [values])]


def test_texts_arrive_letter_by_letter():
    assert echoed("text", ODD) == ODD


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [1, None, -(2**63), 2**63 - 1]),
        ("numeric", [Decimal("0.000001"), Decimal("-12345678901234567890.123456"), Decimal("1E+3"), None]),
        ("boolean", [True, None, False]),
        ("date", [dt.date(1, 1, 1), dt.date(9999, 12, 31), None]),
        ("timestamptz", [dt.datetime(2026, 2, 28, 23, 59, 59, 123456, dt.UTC), None]),
        ("float8", [0.1, None]),
        ("bigint", []),
    ],
)
def test_values_of_every_kind_arrive_as_they_were(kind, values):
    assert echoed(kind, values) == values


def test_what_no_array_holds_is_refused_before_it_is_sent():
    with pytest.raises(ValueError, match="NUL"):
        echoed("text", ["a\x00b"])


def test_a_statement_is_prepared_once_a_connection():
    text = "SELECT 1 + %s::int, 'prepared once'"

    answers = [sql.rows(text, [n])[0][0] for n in range(3)]

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%prepared once%%'")
        assert (answers, cursor.fetchone()) == ([1, 2, 3], (1,))


def test_a_statement_that_failed_leaves_the_next_one_whole():
    with pytest.raises(DatabaseError, match="division by zero"), transaction.atomic():
        sql.rows("SELECT 1 / %s::int", [0])

    assert sql.rows("SELECT 6 / %s::int", [2]) == [(3,)]


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_knows_nothing_and_learns_again():
    text = "SELECT %s::int * 2"
    assert sql.rows(text, [4]) == [(8,)]

    connection.close()

    assert sql.rows(text, [5]) == [(10,)]
    assert sql.touched("UPDATE core_company SET name = name WHERE id = %s", [0]) == 0
