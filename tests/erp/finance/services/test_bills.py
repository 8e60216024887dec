"""Goods received and suppliers' invoices."""

from decimal import Decimal

import pytest

from erp.finance import services as finance
from erp.finance.models import Invoice, OpenItem, Voucher
from erp.finance.services import Accrual, BillDraft, BillLine, Match, MoneyInput, StockPosting
from erp.inputs import Source
from suite.core import clock
from suite.core.errors import BusinessError
from suite.core.money import LineAmounts
from tests import make
from tests.erp.finance import books

RECEIPT = Source("erp_inventory.goodsreceipt", 7, "GR000007")
PURCHASE = Source("erp_procurement.purchaseorder", 9, "PO000009")


@pytest.fixture
def maker(company):
    return make.party(company, "Maker")


def bill(maker, lamp, actor, net, tax, **more):
    """Ten lamps on one invoice."""
    amounts = LineAmounts(Decimal(net), Decimal(tax), Decimal(net) + Decimal(tax))
    line = BillLine(lamp, Decimal(10), Decimal(net) / 10, lamp.tax, amounts)
    (invoice,) = finance.draft_bills([BillDraft(PURCHASE, maker.pk, [line], **more)], actor=actor)
    return invoice


def test_received_goods_are_owed_before_they_are_billed(company, actor, maker):
    (voucher,) = finance.accrue_receipts(
        [Accrual(RECEIPT, maker.pk, Decimal(1000))], posting_date=clock.today(company), actor=actor
    )

    assert books.entries(voucher) == [("1405", Decimal(1000), Decimal(0)), ("220202", Decimal(0), Decimal(1000))]


def test_the_price_difference_of_the_worked_example(company, actor, maker, lamp):
    """Worked example 5: received at 100, seven sold, billed at 105."""
    today = clock.today(company)
    finance.accrue_receipts([Accrual(RECEIPT, maker.pk, Decimal(1000))], posting_date=today, actor=actor)
    invoice = bill(maker, lamp, actor, 1050, "136.50", tax_number="25110000000000000001")

    match = Match(RECEIPT, accrued=Decimal(1000), net=Decimal(1050), to_stock=Decimal(15))
    (payable,) = finance.book_bills({invoice: [match]}, actor=actor)

    red, blue = Voucher.objects.order_by("pk")[1:]
    assert books.entries(red) == [("1405", Decimal(-1000), Decimal(0)), ("220202", Decimal(0), Decimal(-1000))]
    assert books.entries(blue) == [
        ("1405", Decimal(1015), Decimal(0)),
        ("5401", Decimal(35), Decimal(0)),
        ("22210101", Decimal("136.50"), Decimal(0)),
        ("220201", Decimal(0), Decimal("1186.50")),
    ]
    assert (payable.amount, payable.side) == (Decimal("1186.50"), "payable")
    assert books.balance(company, "220202") == 0
    assert Invoice.objects.get().status == "issued"


def test_a_cheaper_bill_lowers_stock_and_cost(company, actor, maker, lamp):
    finance.accrue_receipts([Accrual(RECEIPT, maker.pk, Decimal(1000))], posting_date=clock.today(company), actor=actor)

    match = Match(RECEIPT, accrued=Decimal(1000), net=Decimal(950), to_stock=Decimal(-15))
    finance.book_bills({bill(maker, lamp, actor, 950, "123.50"): [match]}, actor=actor)

    assert books.balance(company, "1405") == 985
    assert books.balance(company, "5401") == -35


def test_the_same_invoice_of_a_supplier_is_booked_once(actor, maker, lamp):
    bill(maker, lamp, actor, 100, 13, tax_number="42")

    with pytest.raises(BusinessError, match="booked already"):
        bill(maker, lamp, actor, 100, 13, tax_number="42")


def test_a_paid_bill_is_settled(company, actor, maker, lamp):
    finance.accrue_receipts([Accrual(RECEIPT, maker.pk, Decimal(1000))], posting_date=clock.today(company), actor=actor)
    invoice = bill(maker, lamp, actor, 1000, 130)
    finance.book_bills({invoice: [Match(RECEIPT, Decimal(1000), Decimal(1000))]}, actor=actor)

    finance.pay([MoneyInput(party_id=maker.pk, amount=Decimal(1200), oldest_first=True)], actor=actor)

    assert OpenItem.objects.get().open_amount == 0
    assert books.balance(company, "220201") == 0
    assert books.balance(company, "1123") == 70
    assert books.balance(company, "1002") == -1200


def test_goods_that_go_back_are_taken_off_the_accrual_in_red(company, actor, maker):
    today = clock.today(company)
    finance.accrue_receipts([Accrual(RECEIPT, maker.pk, Decimal(1000))], posting_date=today, actor=actor)

    (voucher,) = finance.accrue_receipts([Accrual(RECEIPT, maker.pk, Decimal(-200))], posting_date=today, actor=actor)

    assert voucher.is_red
    assert books.balance(company, "220202") == -800


@pytest.mark.parametrize(
    ("posting", "expected"),
    [
        (StockPosting(RECEIPT, "opening", Decimal(500)), [("1405", 500, 0), ("310405", 0, 500)]),
        (StockPosting(RECEIPT, "stock_loss", Decimal(-30)), [("571101", 30, 0), ("1405", 0, 30)]),
        (StockPosting(RECEIPT, "stock_gain", Decimal(-30), is_red=True), [("1405", -30, 0), ("530104", 0, -30)]),
        (StockPosting(RECEIPT, "stock_loss", Decimal(30), is_red=True), [("571101", -30, 0), ("1405", 0, -30)]),
    ],
)
def test_corrections_of_stock_take_the_side_of_their_sign(company, actor, posting, expected):
    (voucher,) = finance.post_stock([posting], posting_date=clock.today(company), actor=actor)

    assert books.entries(voucher) == expected
