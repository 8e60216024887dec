"""Dashboards: who sees which tile, what lists show as tiles, and how they are put in order."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from suite.core.access import Actor
from suite.core.models import AuditRow, Role
from suite.desk.dashboards import boards, lists, tiles
from suite.desk.models import SavedView
from suite.desk.services import dashboards, saved_views, todos
from tests import make
from tests.desk.own.make import TASK, field
from tests.desk.test_lists import tasks

pytestmark = pytest.mark.django_db
TASKS = "suite.desk.views.todos.TaskList"


def names(actor: Actor) -> list[str]:
    return [each.tile.name for each in boards.placed(actor)]


def put(actor: Actor, *wanted: str, role: Role | None = None):
    return dashboards.arrange(tiles=[{"tile": name, "width": 1} for name in wanted], actor=actor, role=role)


def keep(actor: Actor, audience: str = "mine", **params: str) -> SavedView:
    return saved_views.save(actor=actor, list_key=TASKS, name="Mine", params=params, audience=audience)


def shown(actor: Actor, name: str):
    """What stands in a tile."""
    found = boards.find(actor, [name])[name]
    return boards.read(actor, [boards.Placed(found, 1)]).shown[0].content


@pytest.fixture
def manager(company):
    return make.actor(company, "sales_manager")


def test_tiles_stand_as_their_reader_put_them_until_they_go_back(manager):
    usual = names(manager)

    put(manager, "late", "orders")

    assert names(manager) == ["late", "orders"]
    dashboards.forget(actor=manager)
    assert names(manager) == usual
    actions = AuditRow.objects.filter(kind="desk.dashboardlayout").values_list("action", flat=True)
    assert sorted(actions) == ["created", "deleted"]


def test_a_role_has_tiles_until_somebody_arranges_their_own(company, admin, manager):
    other = make.actor(company, "sales_manager")

    put(admin, "quotations", "stock", role=Role.objects.get(company=company, code="sales_manager"))
    put(manager, "late")

    assert names(other) == ["quotations"]  # stock is not for managers of sales
    assert names(manager) == ["late"]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ([("nonsense", 1)], "no tile"),
        ([("stock", 1)], "no tile"),
        ([("late", 1), ("late", 2)], "already"),
        ([("late", 4)], "columns wide"),
        ([(f"view.{n}.count", 1) for n in range(25)], "At most"),
    ],
    ids=["unknown", "not theirs", "twice", "too wide", "too many"],
)
def test_what_cannot_stand_there_is_refused(manager, wanted, sentence):
    with pytest.raises(ValidationError, match=sentence):
        dashboards.arrange(tiles=[{"tile": name, "width": width} for name, width in wanted], actor=manager)


def test_every_tile_that_is_registered_can_be_read_and_leads_somewhere(company, client):
    boss = make.actor(company, "executive")
    client.force_login(boss.user)
    offered = tiles.registered(boss)

    board = boards.read(boss, [boards.Placed(tile, 1) for tile in offered])

    assert len(offered) == len(tiles.registered())
    assert [each.tile.name for each in board.shown if each.content is None] == []
    assert [each.tile.name for each in board.shown if each.content.kind != each.tile.kind] == []
    links = {each.content.url for each in board.shown if each.tile.kind != "trend"}
    assert {link: client.get(link, follow=True).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_saved_view_is_a_count_rows_and_charts_that_lead_to_their_rows(rep, browse):
    rows = tasks(rep, 3)
    todos.complete(pks=[rows[0].pk], actor=rep)
    view = keep(rep, status="open,done")

    count, first = shown(rep, f"view.{view.pk}.count"), shown(rep, f"view.{view.pk}.rows")
    by_state, by_owner = shown(rep, f"view.{view.pk}.by.status"), shown(rep, f"view.{view.pk}.by.owner")

    assert (count.value, count.url) == (3, f"/desk/tasks/?view={view.pk}")
    assert len(first.lines) == 3
    assert [(bar.label, bar.value) for bar in by_state.bars] == [("Open", 2), ("Done", 1)]
    assert [(bar.label, bar.value) for bar in by_owner.bars] == [(rep.user.label, 3)]
    for bar in (*by_state.bars, *by_owner.bars):
        assert len(browse.get(bar.url).context["state"].page.rows) == bar.value


def test_a_month_leads_to_the_rows_of_the_view_in_it(rep, browse):
    tasks(rep, 2)
    todos.create(tasks=[todos.NewTask("Some day")], actor=rep)
    view = keep(rep, due_max="next_30_days", status="open")

    months = shown(rep, f"view.{view.pk}.months.due")

    assert sum(bar.value for bar in months.bars) == 2
    assert sum(len(browse.get(bar.url).context["state"].page.rows) for bar in months.bars) == 2


def test_a_view_is_a_tile_for_those_to_whom_it_is_offered(company, rep, manager):
    view = keep(rep)
    name = f"view.{view.pk}.count"

    assert boards.find(rep, [name])
    assert not boards.find(manager, [name])
    saved_views.change(actor=make.actor(company, "administrator"), view=view, values={"audience": "all"})
    assert boards.find(manager, [name])
    assert not boards.find(manager, [f"view.{view.pk}.sum.title", f"view.{view.pk}.by.nothing", "view.999999.count"])


def test_a_tile_of_a_view_that_is_gone_leaves_the_others(rep):
    view = keep(rep)
    put(rep, f"view.{view.pk}.count", "late")

    saved_views.remove(actor=rep, view=view)

    assert names(rep) == ["late"]


def test_a_tile_that_cannot_be_read_spoils_no_other(rep, monkeypatch):
    def fail(reading):
        raise ZeroDivisionError

    broken = tiles.Tile("broken", "Broken", fail, lambda actor: True)
    known = boards.find(rep, ["late"])["late"]

    board = boards.read(rep, [boards.Placed(broken, 1), boards.Placed(known, 1)])

    assert [each.content is None for each in board.shown] == [True, False]


def test_looks_of_a_view_cost_the_same_for_any_number_of_rows(rep, django_assert_num_queries):
    view = keep(rep, status="open")
    looks = [f"view.{view.pk}.{look}" for look in ("count", "rows", "by.status", "by.owner", "months.due")]
    places = [boards.Placed(tile, 1) for tile in boards.find(rep, looks).values()]
    tasks(rep, 2)
    boards.read(rep, places)

    with django_assert_num_queries(6):
        boards.read(rep, places)
    tasks(rep, 8)
    with django_assert_num_queries(6):
        boards.read(rep, places)


def test_sums_of_several_currencies_stand_beside_one_another(company, rep):
    from crm.sales.services.orders import create_order
    from crm.sales.services.pricing import LineInput

    customer, product = make.customer(rep), make.product(company)
    for currency, price in (("CNY", 100), ("CNY", 50), ("USD", 10)):
        line = LineInput(product_id=product.pk, quantity=Decimal(1), unit_price=Decimal(price))
        rate = {} if currency == "CNY" else {"currency_id": "USD", "exchange_rate": Decimal(7)}
        create_order(party=customer.party, lines=[line], actor=Actor.system(company), **rate)
    view = saved_views.save(actor=rep, list_key="crm.sales.lists.OrderList", name="All of it", params={"sort": "date"})

    total = shown(rep, f"view.{view.pk}.sum.gross")

    assert (total.value, total.count, total.unit) == (Decimal(150), 3, "")
    assert total.others == [("USD", Decimal(10))]
    assert [name for name, _tiles in lists.offered(rep)] == ["Orders: All of it"]


def test_a_tile_over_a_shared_view_says_when_a_condition_was_left_out(rep, company, client):
    field(company, TASK, "number", key="salary", seen_by=["administrator"])
    admin = make.actor(company, "administrator")
    tasks(rep, 2)
    view = keep(admin, "all", status="open", **{"own.salary_min": "98765"})
    plain = keep(rep, status="open")
    looks = ("count", "rows", "by.status")

    assert [shown(rep, f"view.{view.pk}.{look}").left_out for look in looks] == [True] * 3
    assert [shown(rep, f"view.{plain.pk}.{look}").left_out for look in looks] == [False] * 3
    assert not shown(admin, f"view.{view.pk}.count").left_out
    put(rep, f"view.{view.pk}.count")
    client.force_login(rep.user, "suite.core.auth.CompanyBackend")
    page = client.get(reverse("insight:dashboard"), headers={"accept-language": "en"}).content.decode()
    assert "asks about what you may not see" in page
    told = make.client(rep).get("/api/v1/integration/insight/dashboard/").json()["tiles"]
    assert [tile["left_out"] for tile in told] == [True]
