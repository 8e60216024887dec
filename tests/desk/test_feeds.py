"""A calendar for other programs: by a secret address, as RFC 5545 wants it, and nothing but what its person may see."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.urls import reverse

from crm.customers.services.customers import set_next_step
from suite.core import clock
from suite.desk import icalendar
from suite.desk.icalendar import Event
from suite.desk.models import CalendarFeed
from suite.desk.services import feeds, todos
from tests import make

URL = reverse("desk:feed_page")


@pytest.fixture(autouse=True)
def nobody_asked_yet():
    cache.clear()


def fetch(client, secret: str):
    return client.get(f"{URL}{secret}.ics")


def unfolded(answer) -> list[str]:
    return answer.content.decode().replace("\r\n ", "").split("\r\n")


def test_a_program_reads_tasks_next_steps_and_free_days_of_one_person(client, company, rep, manager):
    due = clock.now() + dt.timedelta(days=2)
    for owner, title in ((rep, "Call 王伟; bring samples, two"), (manager, "Not yours")):
        todos.create(tasks=[todos.NewTask(title=title, owner_id=owner.user_id, due_at=due, source="hand")], actor=owner)
    set_next_step(customer=make.customer(rep, "恒泰"), what="Visit", at=due, actor=rep)

    answer = fetch(client, feeds.make(actor=rep))

    lines = unfolded(answer)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "SUMMARY:Call 王伟\\; bring samples\\, two" in lines
    assert {"SUMMARY:Visit", "DESCRIPTION:恒泰"} <= {*lines}
    assert f"DTSTART:{due.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}" in lines
    assert not any("Not yours" in line for line in lines)
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") >= 2
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))


def test_a_guess_a_past_address_and_somebody_who_left_are_not_found(client, rep):
    old = feeds.make(actor=rep)
    new = feeds.make(actor=rep)
    assert [fetch(client, each).status_code for each in (old, new, "guess")] == [404, 200, 404]

    feeds.take_back(actor=rep)
    gone = fetch(client, new).status_code
    again = feeds.make(actor=rep)
    rep.user.is_active = False
    rep.user.save()

    assert (gone, fetch(client, again).status_code) == (404, 404)


def test_the_secret_is_kept_as_a_digest(rep):
    secret = feeds.make(actor=rep)

    assert secret not in str(CalendarFeed.objects.values().get())


def test_who_guesses_on_and_on_is_sent_away(client, rep):
    codes = [fetch(client, f"guess-{number}").status_code for number in range(32)]

    assert (codes[0], codes[-1]) == (404, 429)


def test_one_gets_the_address_on_a_page_where_it_is_shown_once(client, rep):
    client.force_login(rep.user, "suite.core.auth.CompanyBackend")

    shown = client.post(f"{URL}new/", follow=True).content.decode()
    again = client.get(URL).content.decode()

    assert ".ics" in shown
    assert ".ics" not in again
    assert "Nobody has fetched it yet" in again


def test_long_lines_are_folded_between_letters_and_line_breaks_kept():
    text = icalendar.written("x", [Event("1", dt.date(2026, 11, 22), "水晶" * 60, "one\ntwo\x07")], stamp=clock.now())

    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    whole = text.decode().replace("\r\n ", "")
    assert f"SUMMARY:{'水晶' * 60}\r\n" in whole
    assert "DESCRIPTION:one\\ntwo\r\n" in whole
    assert "DTSTART;VALUE=DATE:20261122\r\nDTEND;VALUE=DATE:20261123\r\n" in whole
