"""What is counted comes in whole units, whoever asks: every service that takes quantities says so at the line."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.inventory import services as inventory
from erp.inventory.models import Delivery, StockBalance
from erp.inventory.services import Difference, ReceiptInput, ReceiptLine, Unsold
from erp.inventory.services.stock import Key, Paper, Stock, source_of
from erp.procurement import services as procurement
from erp.procurement.models import PurchaseOrder
from erp.procurement.services import suppliers
from suite.core.acts import acting
from suite.core.errors import BusinessError
from suite.masterdata.models import Product
from tests import make
from tests.erp.inventory.make import Shop
from tests.erp.procurement.make import placed

HALF = Decimal("0.5")


class Trade:
    """Ten pots received of a supplier, four of them sold, and one open delivery of two."""

    def __init__(self) -> None:
        self.shop = Shop()
        self.actor = self.shop.actor
        self.pot: Product = self.shop.product("pot")
        self.supplier = make.supplier(self.shop.company, "Potter")
        buyer = make.actor(self.shop.company, "buyer", username="buyer")
        self.order: PurchaseOrder = placed(self.supplier, (self.pot, 20, "10"), actor=buyer)
        self.came = self.order.lines.get()
        [self.receipt] = procurement.receive(quantities={self.came.pk: Decimal(10)}, actor=self.actor)
        self.shipped: Delivery = self.shop.sell((self.pot, 4))
        [self.open] = self.shop.confirm(self.shop.order((self.pot, 2)))

    def bought(self, quantity: Decimal) -> ReceiptInput:
        return ReceiptInput(self.shop.warehouse_id, [ReceiptLine(self.pot.pk, quantity, Decimal(5))])

    def line(self, quantity: Decimal) -> procurement.LineInput:
        return procurement.LineInput(self.pot.pk, quantity, Decimal(10))


Act = Callable[[Trade], object]
ACTS: dict[str, Act] = {
    "sell": lambda t: create_order(party=t.shop.customer, lines=[LineInput(t.pot.pk, HALF)], actor=t.actor),
    "order": lambda t: procurement.create_order(supplier=t.supplier, lines=[t.line(HALF)], actor=t.actor),
    "ask for": lambda t: procurement.create_requisition(lines=[procurement.Wish(t.pot.pk, HALF)], actor=t.actor),
    "receive": lambda t: procurement.receive(quantities={t.came.pk: HALF}, actor=t.actor),
    "send back what was ordered": lambda t: procurement.return_goods(
        quantities={t.came.pk: HALF}, actor=t.actor, reason=""
    ),
    "be billed": lambda t: procurement.book_invoices(
        [procurement.SupplierInvoice(t.order.pk, [procurement.Bill(t.came.pk, HALF)])], actor=t.actor
    ),
    "agree on lots": lambda t: suppliers.set_item(
        supplier=t.supplier, product=t.pot, price=Decimal(1), pack=HALF, actor=t.actor
    ),
    "take in": lambda t: inventory.receive([t.bought(HALF)], actor=t.actor),
    "ship": lambda t: inventory.ship([t.open], quantities={t.open.lines.get().pk: HALF}, actor=t.actor),
    "take back": lambda t: inventory.return_goods({t.shipped.lines.get().pk: HALF}, actor=t.actor, reason=""),
    "take back unseen": lambda t: inventory.take_in([Unsold(t.shop.customer.pk, {t.pot.pk: HALF}, "")], actor=t.actor),
    "send back": lambda t: inventory.return_to_supplier({t.receipt.lines.get().pk: HALF}, actor=t.actor, reason=""),
    "adjust": lambda t: inventory.adjust(
        [Difference(t.pot.pk, HALF)], warehouse_id=t.shop.warehouse_id, reason="", actor=t.actor
    ),
    "count": lambda t: inventory.book_count(
        {t.pot.pk: HALF}, warehouse_id=t.shop.warehouse_id, reason="", actor=t.actor
    ),
    "open": lambda t: inventory.opening_stock(
        [Difference(t.pot.pk, HALF)], warehouse_id=t.shop.warehouse_id, actor=t.actor
    ),
}


@pytest.fixture
def trade(db: None) -> Trade:
    return Trade()


@pytest.mark.parametrize("act", ACTS)
def test_half_a_piece_is_refused_at_its_quantity(trade: Trade, act: str) -> None:
    before = list(StockBalance.objects.values_list("on_hand", "reserved"))

    with pytest.raises(BusinessError) as refused:
        ACTS[act](trade)

    refusal = next(iter([*refused.value.refusals, *refused.value.by_key.values()]))
    assert refusal.code == "unit_places"
    assert refusal.field in ("quantity", "pack", "difference")
    assert list(StockBalance.objects.values_list("on_hand", "reserved")) == before


def test_half_a_kilogram_is_sold_bought_and_moved(trade: Trade) -> None:
    shop = trade.shop
    salt = make.product(shop.company, "SALT", unit_id="kg")
    shop.open_stock((salt, "2.5", "4"))

    line = shop.sell((salt, "0.5")).lines.get()
    inventory.return_goods({line.pk: Decimal("0.25")}, actor=shop.actor, reason="")

    assert shop.balance(salt) == (Decimal("2.25"), 0)


def test_the_database_moves_no_half_piece_either(trade: Trade) -> None:
    """What a careless service would write is refused by the ledger itself."""
    key = Key(trade.pot.pk, trade.shop.warehouse_id)

    with acting(trade.actor):
        stock = Stock.lock([key], actor=trade.actor)
        stock.bring(key, HALF, Decimal(5), Paper(source_of(trade.receipt), "receipt", trade.receipt.received_on))
        with pytest.raises(IntegrityError, match="whole units"), transaction.atomic():
            stock.write()
