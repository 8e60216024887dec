import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from suite.core import clock
from suite.core.access import Actor
from suite.desk.lists.dates import Unclear, span
from suite.desk.lists.filters import number_of
from suite.desk.models import Task
from suite.desk.services import todos
from tests import make

URL = "/desk/tasks/"


def tasks(actor: Actor, count: int, title: str = "Task {}") -> list[Task]:
    due = clock.now() + dt.timedelta(days=1)
    new = [todos.NewTask(title.format(n), due_at=due + dt.timedelta(hours=n)) for n in range(count)]
    return todos.create(tasks=new, actor=actor)


def titles(response) -> list[str]:
    return [line.cells[0].html.partition(">")[2].removesuffix("</a>") for line in response.context["state"].lines]


def test_a_list_takes_the_same_few_statements_for_10_and_for_100_rows(rep, browse):
    counts = []
    for wanted in (10, 90):
        tasks(rep, wanted)
        browse.get(URL)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert browse.get(URL).status_code == 200
        counts.append(len(seen))

    assert counts[0] <= 12
    # the second page appears: the count is one statement more
    assert counts[1] <= counts[0] + 1


def test_pages_go_forward_and_back_by_key_and_to_the_end(rep, browse):
    tasks(rep, 120)

    first = browse.get(URL)
    second = browse.get(first.context["state"].links["next"])
    last = browse.get(first.context["state"].links["last"])
    back = browse.get(second.context["state"].links["previous"])

    assert titles(first)[0] == "Task 0"
    assert titles(second)[0] == "Task 50"
    assert titles(last)[-1] == "Task 119"
    assert "next" not in last.context["state"].links
    assert titles(back) == titles(first)


def test_an_unknown_filter_value_becomes_a_red_chip_and_the_rest_applies(rep, browse):
    tasks(rep, 3)

    response = browse.get(URL, {"status": "nonsense", "due": "next_7_days"})

    chips = response.context["state"].applied[1]
    assert [chip.bad for chip in chips] == [True, False]
    assert len(titles(response)) == 3


@pytest.mark.parametrize("text", ["1e5", "1_000", "NaN", "0x10", "5 000", "１e5", "9" * 16])
def test_a_number_that_nobody_would_write_so_is_not_understood(text):
    with pytest.raises(Unclear):
        number_of(text)

    assert (number_of("1,234.5"), number_of("１２．５"), number_of("-3")) == (Decimal("1234.5"), Decimal("12.5"), -3)


@pytest.mark.parametrize(
    "params",
    [
        {"after": "nonsense"},
        {"sort": "-password"},
        {"cols": "nonsense,,"},
        {"view": "99999999999999999999"},
        {"due_min": "2026-02-31"},
        {"due_min": "9999-12-31"},
        {"owner": "9" * 30},
        {"q": "\x00'\"%_"},
        {"status": "open\x00"},
    ],
)
def test_nonsense_in_the_address_never_breaks_a_list(rep, browse, params):
    tasks(rep, 2)

    assert browse.get(URL, params).status_code == 200


def test_only_visible_rows_are_listed(rep, browse, other_company):
    tasks(rep, 1)
    tasks(make.actor(rep.company, "rep"), 1, "Of a colleague {}")
    tasks(make.actor(other_company, "rep"), 1, "Of another company {}")

    assert titles(browse.get(URL)) == ["Task 0"]


def test_htmx_gets_only_the_rows(rep, browse):
    tasks(rep, 1)

    part = browse.get(URL, headers={"HX-Request": "true", "HX-Target": "rows-tasklist"}).content.decode()

    assert part.lstrip().startswith('<div id="rows-tasklist"')
    assert "<html" not in part


def test_an_act_runs_on_the_selected_rows_and_says_how_many(rep, browse):
    rows = tasks(rep, 3)

    response = browse.post(URL, {"act": "complete", "pk": [rows[0].pk, rows[1].pk]}, follow=True)

    assert Task.objects.filter(status="done").count() == 2
    assert "Done: 2 rows" in response.content.decode()


def test_an_act_on_everything_means_what_the_filters_show(rep, browse):
    rows = tasks(rep, 3)
    todos.complete(pks=[rows[0].pk], actor=rep)

    browse.post(f"{URL}?status=open", {"act": "cancel", "everything": "1"})

    assert Task.objects.filter(status="cancelled").count() == 2


def test_an_act_without_its_permission_is_refused(rep, browse):
    reader = make.actor(rep.company, "marketer")
    rows = tasks(rep, 1)
    client = Client()
    client.force_login(reader.user, "suite.core.auth.CompanyBackend")

    client.post(URL, {"act": "complete", "pk": rows[0].pk})

    assert Task.objects.get().status == "open"


def test_csv_has_the_mark_for_excel_and_no_formulas(rep, browse):
    tasks(rep, 1, "=1+1")

    response = browse.get(URL, {"export": "csv"})

    body = b"".join(response.streaming_content)
    assert body.startswith(b"\xef\xbb\xbf")
    assert b"'=1+1" in body


def test_xlsx_keeps_real_dates_and_texts_as_texts(rep, browse):
    tasks(rep, 1, "=1+1")

    response = browse.get(URL, {"export": "xlsx"})

    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert sheet.freeze_panes == "B2"
    assert sheet["A2"].value == "=1+1"
    assert sheet["A2"].data_type == "s"
    assert isinstance(sheet["B2"].value, dt.datetime)


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("today", "2026-11-21", "2026-11-21"),
        ("this_week", "2026-11-16", "2026-11-22"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("this_month", "2026-11-01", "2026-11-30"),
        ("last_30_days", "2026-10-23", "2026-11-21"),
    ],
)
def test_relative_words_mean_days_of_the_calendar(word, first, last):
    assert span(word, dt.date(2026, 11, 21)) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("next_week", "2026-11-23", "2026-11-29"),
        ("next_month", "2026-12-01", "2026-12-31"),
        ("this_quarter", "2026-10-01", "2026-12-31"),
        ("last_quarter", "2026-07-01", "2026-09-30"),
        ("last_year", "2025-01-01", "2025-12-31"),
    ],
)
def test_words_reach_over_months_and_years(word, first, last):
    assert span(word, dt.date(2026, 11, 21)) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def some_tasks(rep: Actor) -> None:
    """One done, one cancelled, one open and due tomorrow, one open without a date."""
    done, gone, _due = tasks(rep, 3)
    todos.complete(pks=[done.pk], actor=rep)
    todos.cancel(pks=[gone.pk], actor=rep)
    todos.create(tasks=[todos.NewTask("Some day")], actor=rep)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"status_not": "done,cancelled"}, ["Task 2", "Some day"]),
        ({"due_empty": "yes"}, ["Some day"]),
        ({"due_empty": "no", "status": "open"}, ["Task 2"]),
        ({"due_min": "today", "due_max": "next_7_days", "status": "open"}, ["Task 2"]),
        ({"owner_not": "me"}, []),
        ({"any.status": "done", "any.due": "none"}, ["Task 0", "Some day"]),
        ({"any.status": "done", "any.due": "none", "owner_not": "me"}, []),
        ({"any.status": "done,open", "any2.due": "none"}, ["Some day"]),
        ({"status_not": "nonsense"}, ["Task 0", "Task 1", "Task 2", "Some day"]),
        ({"due_empty": "perhaps"}, ["Task 0", "Task 1", "Task 2", "Some day"]),
    ],
)
def test_operators_and_alternatives_in_the_address(rep, browse, params, expected):
    some_tasks(rep)

    assert titles(browse.get(URL, params)) == expected


def test_a_chip_moves_among_the_alternatives_and_back(rep, browse):
    some_tasks(rep)
    both = browse.get(URL, {"status": "done", "due": "none"})

    alternative = browse.get(both.context["state"].chips[0]["move"])

    assert titles(both) == []
    (group,) = [each["chip"].group for each in alternative.context["state"].chips if each["chip"].group]
    assert group == "any"
    other = next(each for each in alternative.context["state"].chips if not each["chip"].group)
    assert titles(browse.get(other["move"])) == ["Task 0", "Some day"]


def test_a_badge_narrows_the_list_to_what_it_says(rep, browse):
    some_tasks(rep)

    page = browse.get(URL, {"due": "none"}).content.decode()

    assert f'href="{URL}?due=none&amp;status=open"' in page


def test_a_control_shows_the_operator_and_the_group_it_stands_for(rep, browse):
    page = browse.get(URL, {"any.status_not": "done", "any.due": "none"}).content.decode()

    assert 'name="any.status_not" value="done" checked' in page
    assert '<select class="form-select" name="any.due"' in page
