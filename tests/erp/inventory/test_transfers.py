"""Goods that go from one warehouse to another."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from erp.inventory import services
from erp.inventory.models import CostLayer, StockBalance, StockMove, StockTransfer, Warehouse
from erp.inventory.services import TransferDraft, TransferLine
from erp.procurement.services import reorder
from suite.core import clock, invariants
from suite.core.errors import BusinessError
from suite.masterdata.models import Product
from tests import make
from tests.erp.finance import books
from tests.erp.inventory.make import Shop


@pytest.fixture
def branch(shop: Shop) -> Warehouse:
    return services.save_warehouse(values={"code": "EAST", "name": "东仓", "name_en": "East"}, actor=shop.actor)


def draft(shop: Shop, branch: Warehouse, *lines: tuple[Product, int], back: bool = False) -> StockTransfer:
    ends = (branch.pk, shop.warehouse_id) if back else (shop.warehouse_id, branch.pk)
    wanted = TransferDraft(*ends, [TransferLine(product.pk, Decimal(quantity)) for product, quantity in lines])
    return services.create_transfers([wanted], actor=shop.actor)[0]


def there(product: Product) -> dict[str, tuple[int, int]]:
    """On hand and reserved by the code of the warehouse, where there is anything."""
    rows = StockBalance.objects.filter(product=product).exclude(on_hand=0)
    return {row.warehouse.code: (int(row.on_hand), int(row.reserved)) for row in rows.select_related("warehouse")}


def holds() -> bool:
    return all(finding.holds for finding in invariants.check())


def test_what_was_shipped_is_on_the_way_until_it_arrives_in_parts(shop: Shop, branch: Warehouse) -> None:
    tea = shop.product("tea", stock=10, cost="3.33")
    transfer = draft(shop, branch, (tea, 6))
    vouchers = books.balance(shop.company, "1405")

    [shipped] = services.ship_transfers([transfer], actor=shop.actor)
    (line,) = shipped.lines.all()
    under_way = there(tea)
    [half] = services.receive_transfers([shipped], quantities={line.pk: Decimal(4)}, actor=shop.actor)
    arrived, state = there(tea), half.status
    [whole] = services.receive_transfers([half], actor=shop.actor)

    assert under_way == {"MAIN": (4, 0), "TRANSIT": (6, 0)}
    assert (arrived, state) == ({"MAIN": (4, 0), "TRANSIT": (2, 0), "EAST": (4, 0)}, "shipped")
    assert (there(tea), whole.status) == ({"MAIN": (4, 0), "EAST": (6, 0)}, "received")
    assert (whole.shipped_on, whole.received_on) == (clock.today(shop.company), clock.today(shop.company))
    moved = StockMove.objects.filter(source_kind=StockTransfer.kind()).order_by("pk").values_list("quantity", "value")
    assert [(int(quantity), str(value)) for quantity, value in moved] == [
        (-6, "-19.98"), (6, "19.98"), (-4, "-13.32"), (4, "13.32"), (-2, "-6.66"), (2, "6.66"),
    ]  # fmt: skip
    assert shop.worth(tea) == (10, Decimal("33.30"))
    assert books.balance(shop.company, "1405") == vouchers
    assert holds()


def test_what_arrives_carries_the_cost_it_left_with_though_the_average_moved_on(shop: Shop, branch: Warehouse) -> None:
    tea = shop.product("tea", stock=10, cost="10")
    [transfer] = services.ship_transfers([draft(shop, branch, (tea, 4))], actor=shop.actor)
    shop.buy((tea, 10, "20"))

    services.receive_transfers([transfer], actor=shop.actor)

    assert [str(move.value) for move in StockMove.objects.filter(warehouse=branch)] == ["40.00"]
    assert shop.worth(tea) == (20, Decimal(300))
    assert holds()


def test_what_is_reserved_stays_and_nothing_is_oversold(shop: Shop, branch: Warehouse) -> None:
    tea = shop.product("tea", stock=10)
    shop.confirm(shop.order((tea, 7)))
    much, little = draft(shop, branch, (tea, 4)), draft(shop, branch, (tea, 3))

    with pytest.raises(BusinessError) as refused:
        services.ship_transfers([much], actor=shop.actor)
    services.ship_transfers([little], actor=shop.actor, at_once=True)

    assert refused.value.by_key[much.pk].code == "short_of_stock"
    assert there(tea) == {"MAIN": (7, 7), "EAST": (3, 0)}
    assert StockTransfer.objects.get(pk=much.pk).status == "draft"
    assert holds()


def test_what_arrives_goes_to_those_who_wait_for_it_there(shop: Shop, branch: Warehouse) -> None:
    tea = shop.product("tea", stock=5)
    services.ship_transfers([draft(shop, branch, (tea, 5))], actor=shop.actor, at_once=True)
    shop.confirm(shop.order((tea, 4)))
    [back] = services.ship_transfers([draft(shop, branch, (tea, 3), back=True)], actor=shop.actor)
    waiting = there(tea)

    services.receive_transfers([back], actor=shop.actor)

    assert waiting == {"EAST": (2, 0), "TRANSIT": (3, 0)}
    assert there(tea) == {"EAST": (2, 0), "MAIN": (3, 3)}
    assert holds()


def test_first_in_stays_first_out_wherever_the_goods_lie(shop: Shop, branch: Warehouse) -> None:
    tea = shop.product("tea", stock=2, cost="10", costing=Product.Costing.FIFO)
    shop.buy((tea, 2, "20"))
    layers = list(CostLayer.objects.order_by("pk").values_list("pk", "remaining"))

    services.ship_transfers([draft(shop, branch, (tea, 2))], actor=shop.actor, at_once=True)
    sold = shop.sell((tea, 2))

    assert [pk for pk, _remaining in layers] == list(CostLayer.objects.order_by("pk").values_list("pk", flat=True))
    assert [str(line.cost) for line in sold.lines.all()] == ["20.00"]
    assert holds()


def test_what_does_not_arrive_is_a_shortage_at_its_cost(shop: Shop, branch: Warehouse) -> None:
    tea = shop.product("tea", stock=10, cost="10")
    [transfer] = services.ship_transfers([draft(shop, branch, (tea, 5))], actor=shop.actor)
    (line,) = transfer.lines.all()

    [closed] = services.receive_transfers(
        [transfer], quantities={line.pk: Decimal(3)}, rest_is_lost=True, actor=shop.actor
    )

    (line,) = closed.lines.all()
    assert (closed.status, line.received, line.lost, line.under_way) == ("received", 3, 2, 0)
    assert there(tea) == {"MAIN": (5, 0), "EAST": (3, 0)}
    assert shop.worth(tea) == (8, Decimal(80))
    assert books.balance(shop.company, "1405") == Decimal(80)
    assert holds()


def test_a_draft_is_changed_and_given_up_and_what_left_is_not(shop: Shop, branch: Warehouse) -> None:
    tea, cup = shop.product("tea", stock=9), shop.product("cup", stock=9)
    given_up, sent = draft(shop, branch, (tea, 1)), draft(shop, branch, (tea, 1))

    changed = services.change_transfer(
        sent, lines=[TransferLine(cup.pk, Decimal(2))], note="Soon", version=1, actor=shop.actor
    )
    services.cancel_transfers([given_up], actor=shop.actor)
    services.ship_transfers([sent], actor=shop.actor)
    with pytest.raises(BusinessError):
        services.cancel_transfers([sent], actor=shop.actor)
    with pytest.raises(BusinessError):
        services.change_transfer(sent, note="Late", actor=shop.actor)
    with pytest.raises(BusinessError):
        services.ship_transfers([sent], actor=shop.actor)

    assert changed.note == "Soon"
    assert there(cup) == {"MAIN": (7, 0), "TRANSIT": (2, 0)}
    assert StockTransfer.objects.get(pk=given_up.pk).status == "cancelled"


def test_bad_lines_are_refused_at_their_place(shop: Shop, branch: Warehouse) -> None:
    tea, advice = shop.product("tea", stock=9), shop.product("advice", kind=Product.Kind.SERVICE)
    main = shop.warehouse_id
    drafts = [
        TransferDraft(main, main, [TransferLine(tea.pk, Decimal(1))]),
        TransferDraft(main, branch.pk, []),
        TransferDraft(main, branch.pk, [TransferLine(tea.pk, Decimal(1)), TransferLine(tea.pk, Decimal(0))]),
        TransferDraft(main, branch.pk, [TransferLine(advice.pk, Decimal(1)), TransferLine(tea.pk, Decimal("0.5"))]),
    ]

    wrong = services.check_transfers(drafts, actor=shop.actor)

    assert {index: [refusal.code for refusal in each] for index, each in wrong.items()} == {
        0: ["same_warehouse"], 1: ["no_lines"], 2: ["twice", "quantity"], 3: ["is_service", "unit_places"],
    }  # fmt: skip


def test_no_more_arrives_than_is_on_the_way_and_not_before_it_left(shop: Shop, branch: Warehouse) -> None:
    tea = shop.product("tea", stock=9)
    [transfer] = services.ship_transfers([draft(shop, branch, (tea, 5))], actor=shop.actor)
    (line,) = transfer.lines.all()
    yesterday = clock.today(shop.company) - dt.timedelta(days=1)

    with pytest.raises(BusinessError) as much:
        services.receive_transfers([transfer], quantities={line.pk: Decimal(6)}, actor=shop.actor)
    with pytest.raises(BusinessError) as early:
        services.receive_transfers([transfer], posting_date=yesterday, actor=shop.actor)
    with pytest.raises(ValidationError):
        services.receive_transfers([transfer], quantities={}, actor=shop.actor)

    assert (much.value.code, early.value.code) == ("not_on_the_way", "before_it_left")


def test_many_transfers_take_as_many_statements_as_one(shop: Shop, branch: Warehouse) -> None:
    goods = [shop.product(f"p{number}", stock=9) for number in range(6)]

    def statements(*transfers: StockTransfer) -> int:
        with CaptureQueriesContext(connection) as asked:
            services.receive_transfers(services.ship_transfers(transfers, actor=shop.actor), actor=shop.actor)
        return len(asked)

    statements(draft(shop, branch, *((each, 1) for each in goods)))  # their places in the warehouses are made once
    few = statements(draft(shop, branch, (goods[0], 1)))

    assert statements(*(draft(shop, branch, *((each, 1) for each in goods)) for _time in range(4))) == few


@pytest.fixture
def keeper(shop: Shop) -> Client:
    client = Client()
    client.force_login(make.user(shop.company, "warehouse"), "suite.core.auth.CompanyBackend")
    return client


def test_a_transfer_is_written_shipped_and_received_in_part_on_its_pages(
    shop: Shop, branch: Warehouse, keeper: Client
) -> None:
    tea = shop.product("tea", stock=10)
    typed = {
        "source": shop.warehouse_id, "target": branch.pk, "expected_date": "", "note": "Soon", "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0", "lines-0-product": tea.pk, "lines-0-quantity": "6",
    }  # fmt: skip

    refused = keeper.post(reverse("inventory:transfer_new"), {**typed, "target": shop.warehouse_id})
    keeper.post(reverse("inventory:transfer_new"), typed)
    transfer = StockTransfer.objects.get()
    page = reverse("inventory:transfer", args=[transfer.pk])
    sheet = keeper.get(reverse("inventory:transfer_edit", args=[transfer.pk])).content.decode()
    shipped = keeper.post(f"{page}ship/", follow=True).content.decode()
    (line,) = transfer.lines.all()
    part = {f"line_{line.pk}": "4", "posting_date": "", "rest_is_lost": ""}
    much = keeper.post(f"{page}receive/", {**part, f"line_{line.pk}": "7"})
    half = keeper.post(f"{page}receive/", part, follow=True).content.decode()
    listed = keeper.get(reverse("admin:erp_inventory_stocktransfer_changelist") + "?view=shipped").content.decode()
    stock = keeper.get(reverse("admin:erp_inventory_stockbalance_changelist")).content.decode()
    keeper.post(reverse("admin:erp_inventory_stocktransfer_changelist"), {"act": "receive", "pk": [transfer.pk]})

    assert "Goods go to another warehouse" in refused.content.decode()
    assert 'value="6"' in sheet
    assert f"{transfer.number} is on the way" in shipped
    assert much.status_code == 409
    assert f"{transfer.number} arrived" in half
    assert transfer.number in listed
    assert "On the way" in stock
    assert there(tea) == {"MAIN": (4, 0), "EAST": (6, 0)}
    assert keeper.get(reverse("admin:erp_inventory_stocktransfer_change", args=[transfer.pk])).status_code == 200
    assert Warehouse.objects.get(is_transit=True).label not in keeper.get(reverse("inventory:adjust")).content.decode()


def test_other_systems_move_goods_too(shop: Shop, branch: Warehouse) -> None:
    tea = shop.product("tea", stock=10)
    api, url = make.client(make.actor(shop.company, "warehouse")), "/api/v1/erp/inventory/transfers/"
    body = {"source": shop.warehouse_id, "target": branch.pk, "lines": [{"product": tea.pk, "quantity": "6"}]}

    made = api.post(url, body, format="json").json()
    one = f"{url}{made['id']}/"
    changed = api.patch(one, {"note": "Soon", "lines": [{"product": tea.pk, "quantity": "5"}]}, format="json").json()
    shipped = api.post(f"{one}ship/", {}, format="json").json()
    way = Warehouse.objects.get(is_transit=True)
    (line,) = shipped["lines"]
    lost = {"lines": [{"line": line["id"], "quantity": "3"}], "rest_is_lost": True}
    done = api.post(f"{one}receive/", lost, format="json").json()
    there_by_hand = api.post(
        "/api/v1/erp/inventory/adjustments/",
        {"warehouse": way.pk, "reason": "x", "lines": [{"product": tea.pk, "difference": "1"}]},
        format="json",
    )

    assert (made["status"], changed["note"], line["under_way"]) == ("draft", "Soon", "5.000000")
    assert (done["status"], done["lines"][0]["received"], done["lines"][0]["lost"]) == (
        "received",
        "3.000000",
        "2.000000",
    )
    assert api.post(f"{one}cancel/", {}, format="json").status_code == 409
    assert there_by_hand.status_code == 400
    assert make.client(make.actor(shop.company, "hr")).get(url).status_code == 403
    assert make.client(make.actor(make.company(), "warehouse")).get(one).status_code == 404
    assert holds()


def test_what_is_on_the_way_and_free_elsewhere_is_thought_of_before_buying(shop: Shop, branch: Warehouse) -> None:
    tea, cup = shop.product("tea", stock=30), shop.product("cup", stock=30)
    for product in (tea, cup):
        services.set_rule(
            product=product, warehouse=branch, reorder_point=Decimal(5), target=Decimal(9), actor=shop.actor
        )
    services.ship_transfers([draft(shop, branch, (tea, 9))], actor=shop.actor)

    [asked] = reorder(actor=shop.actor)

    (line,) = asked.lines.all()
    assert (line.product_id, line.quantity) == (cup.pk, 9)
    with translation.override("en"):
        assert line.why.endswith("30 are free in other warehouses: a transfer may do")
