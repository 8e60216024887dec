"""Copies of settled rows are good until somebody says that the rows changed."""

import datetime as dt

from suite.core import cached


def test_rows_that_change_twice_in_one_instant_are_read_anew_each_time(company, time_machine):
    time_machine.move_to(dt.datetime(2027, 1, 4, tzinfo=dt.UTC), tick=False)
    values = iter("abc")

    read = []
    for _change in range(3):
        cached.forget(company.pk)
        read += [cached.rows(company.pk, "test.letter", lambda _company_id: next(values)) for _look in range(2)]

    assert read == ["a", "a", "b", "b", "c", "c"]
