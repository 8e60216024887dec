"""Lists as boards and as calendars."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.sales.services.confirming import cancel_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from suite.core import clock
from suite.desk.models import Task
from suite.desk.pages import undo_of
from suite.desk.services import todos
from tests import make
from tests.desk.test_lists import URL, tasks

BOARD = {"show": "board"}


def lanes(response) -> dict[str, tuple[str, int]]:
    return {lane.value: (lane.count, len(lane.cards)) for lane in response.context["state"].lanes}


def test_a_board_has_a_lane_for_each_state_with_count_and_cards(rep, browse):
    rows = tasks(rep, 3)
    todos.complete(pks=[rows[0].pk], actor=rep)

    assert lanes(browse.get(URL, BOARD)) == {"open": ("2", 2), "done": ("1", 1), "cancelled": ("0", 0)}
    assert lanes(browse.get(URL, {**BOARD, "status": "done"})) == {"done": ("1", 1)}


def test_a_board_takes_the_same_few_statements_for_10_and_for_100_rows(rep, browse):
    counts = []
    for wanted in (10, 90):
        tasks(rep, wanted)
        browse.get(URL, BOARD)
        with CaptureQueriesContext(connection) as seen:
            browse.get(URL, BOARD)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 12


def test_a_full_lane_shows_fifty_cards_and_more_on_demand(rep, browse):
    tasks(rep, 70)

    lane = browse.get(URL, BOARD).context["state"].lanes[0]
    more = browse.get(lane.more)

    assert (lane.count, len(lane.cards)) == ("70", 50)
    assert more.content.decode().count("data-card") == 20
    assert "Task 50<" in more.content.decode()


def test_a_card_offers_the_acts_that_lead_into_other_lanes_and_they_move_it(rep, browse):
    (task,) = tasks(rep, 1)
    card = browse.get(URL, BOARD).context["state"].lanes[0].cards[0]

    browse.post(f"{URL}?show=board", {"row_act": f"complete:{task.pk}", "next": f"{URL}?show=board"})

    assert re.findall(r'value="([^"]+)" data-to="([^"]+)"', card.menu) == [
        (f"complete:{card.line.pk}", "done"),
        (f"cancel:{card.line.pk}", "cancelled"),
    ]
    assert lanes(browse.get(URL, BOARD))["done"] == ("1", 1)


def test_a_move_that_is_refused_leaves_the_card_and_says_why(rep, company, client):
    product = make.product(company)
    order = create_order(
        party=make.customer(rep).party, lines=[LineInput(product_id=product.pk, quantity=Decimal(1))], actor=rep
    )
    cancel_orders(order_ids=[order.pk], actor=rep, reason="Gone")
    client.force_login(rep.user, "suite.core.auth.CompanyBackend")
    url = "/crm/sales/orders/?show=board"

    page = client.post(url, {"row_act": f"confirm:{order.pk}", "next": url}, follow=True)

    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert lanes(page)["cancelled"] == ("1", 1)


def test_lanes_sum_amounts_of_one_currency(rep, company, client):
    product = make.product(company)
    line = LineInput(product_id=product.pk, quantity=Decimal(2))
    for _n in range(2):
        create_order(party=make.customer(rep).party, lines=[line], actor=rep)
    client.force_login(rep.user, "suite.core.auth.CompanyBackend")

    page = client.get("/crm/sales/orders/?show=board")

    assert str(page.context["state"].lanes[0].total) == "¥400.00"


@pytest.mark.parametrize(
    "params",
    [
        {**BOARD, "group": "nonsense"},
        {**BOARD, "status": "nonsense"},
        {"show": "nonsense"},
        {"show": "calendar", "on": "2026-13-45"},
        {"show": "calendar", "span": "century", "group": "x"},
    ],
)
def test_nonsense_never_breaks_a_board_or_a_calendar(rep, browse, params):
    tasks(rep, 1)

    assert browse.get(URL, params).status_code == 200


@pytest.mark.parametrize("place", [{"lane": "nonsense"}, {"lane": "open", "after": "x"}])
def test_a_place_in_a_lane_that_is_none_is_refused(browse, place):
    assert browse.get(URL, {**BOARD, **place}, headers={"HX-Request": "true"}).status_code == 400


@pytest.mark.parametrize("span", ["month", "week", "day", "agenda"])
def test_a_calendar_has_rows_on_their_days_from_monday_on(rep, browse, span):
    (task,) = tasks(rep, 1)
    day = clock.today(rep.company) + dt.timedelta(days=1)

    page = browse.get(URL, {"show": "calendar", "span": span, "on": day.isoformat(), "status": "open"})

    calendar = page.context["state"].calendar
    assert [entry.url() for each in calendar.days for entry in each.entries] == [f"/desk/tasks/{task.pk}/"]
    assert span in ("day", "agenda") or calendar.days[0].date.weekday() == 0


def test_a_calendar_takes_the_same_statements_however_full_it_is(rep, browse):
    counts = []
    for wanted in (5, 40):
        tasks(rep, wanted)
        browse.get(URL, {"show": "calendar"})
        with CaptureQueriesContext(connection) as seen:
            browse.get(URL, {"show": "calendar"})
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 12
    assert Task.objects.count() == 45


# Another day


def moved(browse, row, to, *, url=URL):
    return browse.post(f"{url}?show=calendar", {"move": row.pk, "to": to, "next": f"{url}?show=calendar"}, follow=True)


def test_a_row_is_put_on_another_day_at_its_time_and_taken_back(rep, browse):
    (task,) = tasks(rep, 1)
    before, local = task.due_at, timezone.localtime(task.due_at)

    page = moved(browse, task, "2027-03-09")
    task.refresh_from_db()
    there = timezone.localtime(task.due_at)
    undo = undo_of(next(iter(page.context["messages"])))
    browse.post(undo["url"], dict(undo["pairs"]))
    task.refresh_from_db()

    assert (there.date(), there.time()) == (dt.date(2027, 3, 9), local.time())
    assert task.due_at == before


@pytest.mark.parametrize("to", ["", "soon", "2027-02-31", "2027-02-31T10:00", "9" * 400])
def test_a_day_that_is_none_is_refused_and_the_row_stays(rep, browse, to):
    (task,) = tasks(rep, 1)

    page = moved(browse, task, to)

    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert Task.objects.get().due_at == task.due_at


def test_what_inline_edit_refuses_no_calendar_moves(rep, browse, manager, outsider, company, client):
    (task,) = tasks(rep, 1)
    client.force_login(outsider.user, "suite.core.auth.CompanyBackend")
    order_url = "/crm/sales/orders/"

    assert moved(client, task, "2027-03-09").status_code == 404
    assert browse.post(f"{order_url}?show=calendar", {"move": "1", "to": "2027-03-09"}).status_code == 404
    assert browse.post(URL, {"move": task.pk, "to": "2027-03-09"}).status_code == 404  # a table has no days
    assert b"data-entry" not in browse.get(f"{order_url}?show=calendar").content
    assert b"data-entry" in browse.get(f"{URL}?show=calendar&on={task.due_at:%Y-%m-%d}").content
    assert b"data-entry" in browse.get(f"/desk/calendar/?kind=month&date={task.due_at:%Y-%m-%d}").content


def test_a_card_is_put_into_another_lane_by_its_cell_and_back(rep, browse):
    customer = make.customer(rep, grade="B")
    board = "/crm/customers/?show=board&group=grade"

    page = browse.get(board).content.decode()
    browse.post(board, {"put": f"{customer.pk}:A"})
    customer.refresh_from_db()
    put = customer.grade
    wrong = browse.post(board, {"put": f"{customer.pk}:Z"}, follow=True)
    strange = browse.post(board, {"put": "999999:A"})
    browse.post(board, {"put": f"{customer.pk}:B"})
    customer.refresh_from_db()

    assert f'name="put" value="{customer.pk}:A" data-to="A"' in page
    assert (put, customer.grade) == ("A", "B")
    assert "toast-error" in wrong.content.decode()
    assert strange.status_code == 404
    assert browse.post("/crm/customers/", {"put": f"{customer.pk}:A"}).status_code == 404
