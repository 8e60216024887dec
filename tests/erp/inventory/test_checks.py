"""The invariants hold after a full life of the stock, and each one bites when rows are changed behind the guards."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection

from erp.finance.services.reconciliation import reconcile
from erp.inputs import OrderChange
from erp.inventory import services
from suite.core import invariants
from tests.erp.finance import books
from tests.erp.inventory.make import Shop


@pytest.fixture
def life(shop: Shop) -> Shop:
    """Goods bought, sold in parts, returned, sent back, counted, reversed, cancelled; some wait."""
    tea, cup = shop.product("tea", stock=10, cost="3.33"), shop.product("cup", costing="fifo")
    receipt = shop.buy((tea, 7, "5"), (cup, 9, "1.11"))
    shop.buy((cup, 3, "2"))
    [part] = shop.confirm(shop.order((tea, 8), (cup, 6)))
    first = part.lines.first()
    services.ship([part], quantities={first.pk: Decimal(5)}, actor=shop.actor)
    services.return_goods({first.pk: Decimal(2)}, actor=shop.actor, reason="")
    gone = shop.order((cup, 4))
    shop.confirm(gone)
    lines = {line.line_id: line for line in gone.lines}
    nothing = {pk: replace(line, quantity=Decimal(0)) for pk, line in lines.items()}
    services.change_orders([OrderChange(gone, lines, nothing)], actor=shop.actor)
    services.return_to_supplier({receipt.lines.first().pk: Decimal(1)}, actor=shop.actor, reason="")
    mistake = shop.buy((tea, 2, "9"))
    services.reverse_receipt(mistake, actor=shop.actor, reason="")
    services.book_count({cup.pk: Decimal(11)}, warehouse_id=shop.warehouse_id, reason="", actor=shop.actor)
    shop.confirm(shop.order((tea, 50)))
    return shop


def failing(*names: str) -> set[str]:
    return {finding.invariant.name for finding in invariants.check(*names) if not finding.holds}


def test_a_full_life_contradicts_nothing(life: Shop) -> None:
    assert failing("I2", "I3", "I4", "I5", "I11") == set()


def test_the_stock_ledger_equals_the_inventory_account(life: Shop) -> None:
    [stock] = [section for section in reconcile(life.actor) if section.name == "stock"]

    assert stock.agrees
    assert stock.sub == stock.ledger == books.balance(life.company, "1405") > 0


@pytest.mark.parametrize(
    ("name", "tampering"),
    [
        ("I2", "UPDATE erp_inventory_stockmove SET quantity = quantity + 7 WHERE id = (SELECT max(id) FROM"
               " erp_inventory_stockmove)"),
        ("I2", "UPDATE erp_inventory_stockbalance SET on_hand = on_hand + 1"),
        ("I2", "DELETE FROM erp_inventory_stockbalance"),
        ("I2", "UPDATE erp_inventory_stockvalue SET value = value + 1"),
        ("I3", "UPDATE erp_inventory_stockbalance SET reserved = on_hand + 1"),
        ("I3", "UPDATE erp_inventory_stockmove SET posting_date = posting_date - 1 WHERE kind = 'delivery'"),
        ("I4", "UPDATE erp_inventory_demand SET reserved = reserved - 1 WHERE reserved > 0"),
        ("I4", "UPDATE erp_inventory_stockbalance SET reserved = 0 WHERE reserved > 0"),
        ("I4", "DELETE FROM erp_inventory_demand WHERE reserved > 0"),
        ("I4", "UPDATE erp_inventory_deliveryline SET quantity = quantity + 1"),
        ("I5", "UPDATE erp_inventory_stockmove SET value = value + 1 WHERE kind = 'delivery'"),
        ("I5", "UPDATE erp_inventory_costlayer SET remaining_value = remaining_value + 1 WHERE remaining > 0"),
        ("I5", "UPDATE erp_finance_voucherline SET debit = debit + 1 WHERE account_id ="
               " (SELECT account_id FROM erp_finance_accountrole WHERE role = 'inventory') AND debit > 0"),
    ],
)  # fmt: skip
def test_each_invariant_bites(life: Shop, name: str, tampering: str) -> None:
    with books.unguarded(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE erp_inventory_stockbalance DROP CONSTRAINT erp_stock_reserved_within")
        cursor.execute(tampering)
        assert cursor.rowcount > 0

    assert failing(name) == {name}


def test_a_difference_is_named_by_its_document(life: Shop) -> None:
    with books.unguarded(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE erp_inventory_stockmove SET value = value + 1 WHERE kind = 'opening'"
            " RETURNING source_kind, source_id"
        )
        document = cursor.fetchone()

    [stock] = [section for section in reconcile(life.actor) if section.name == "stock"]

    assert [(difference.kind, difference.id) for difference in stock.differences] == [document]
