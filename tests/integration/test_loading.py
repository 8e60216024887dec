"""A history of other programs comes in through the services: sold, collected, taken back, and the sums agree."""

import csv
import datetime as dt
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from crm.sales.models import Order
from erp.finance.models import Invoice, MoneyMovement, Receivable, Voucher
from erp.inventory.models import Delivery, GoodsReceipt, StockBalance
from integration.loading import history
from integration.loading.loader import Loader
from integration.loading.reading import day, number, writes_day_first
from suite.core import invariants
from suite.core.models import OutboxEvent
from suite.masterdata.models import Party, Product

FLAT = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1001,A1,Lantern,6,2010-12-01 08:26:00,3.39,17850,United Kingdom
1001,B2,Bag,5,2010-12-01 08:26:00,1.111,17850,United Kingdom
1002,A1,Lantern,2,2010-12-02 09:00:00,4.00,,France
1003,POST,Postage,1,2010-12-03 09:00:00,18.00,12583,France
C1004,A1,Lantern,-4,2010-12-04 09:00:00,3.39,17850,United Kingdom
C1005,B2,Bag,-1,2010-12-05 09:00:00,9.99,17850,United Kingdom
C1006,POST,Postage,-1,2010-12-06 09:00:00,5.00,,France
1007,A1,Lantern,-30,2010-12-06 09:00:00,0,,United Kingdom
1008,A1,Lantern,1,2010-12-06 09:00:00,0,17850,United Kingdom
1009,A1,Lantern,lots,2010-12-06 09:00:00,1,17850,United Kingdom
"""
NET = Decimal("20.34") + Decimal("5.56") + 8 + 18 - Decimal("13.56") - Decimal("9.99") - 5


def folder(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def load(house, path):
    return Loader(history.read(path), house).run()


def sound():
    return not [finding for finding in invariants.check() if not finding.holds]


@pytest.mark.django_db
def test_a_flat_file_is_sold_collected_and_taken_back_to_the_cent(house, tmp_path):
    report = load(house, folder(tmp_path, lines=FLAT))

    assert (report.sold.papers, report.sold.lines, report.returned.papers, report.matched) == (3, 4, 3, 1)
    assert report.net == report.ledger_net == NET
    assert report.exact == Decimal("23.35")
    assert report.open_receivables == 0
    assert report.waiting_events == OutboxEvent.objects.filter(done_at=None).count() == 0
    assert sound()


@pytest.mark.django_db
def test_what_is_sold_in_parts_of_a_unit_is_measured(house, tmp_path):
    head = "order,product,quantity,price,date,customer\n"
    rows = "1,CHEESE 1,1.255,10,2024-01-01,Ada\n1,LAMP 1,2,3,2024-01-01,Ada\n2,CHEESE 1,3,10,2024-01-02,Ada\n"

    report = load(house, folder(tmp_path, lines=head + rows))

    assert (report.sold.lines, report.net, report.open_receivables) == (3, Decimal("48.55"), 0)
    assert dict(Product.objects.values_list("code", "unit_id")) == {"CHEESE 1": "measure", "LAMP 1": "pcs"}


@pytest.mark.django_db
def test_every_paper_is_booked_on_its_own_day(house, tmp_path):
    load(house, folder(tmp_path, lines=FLAT))

    first, third = dt.date(2010, 12, 1), dt.date(2010, 12, 3)
    order = Order.objects.get(external_ref="1001")
    assert Delivery.objects.get(order_id=order.pk).shipped_on == first
    assert Invoice.objects.get(order_id=order.pk, is_red=False).date == first
    assert Invoice.objects.get(order_id=order.pk, is_red=True).date == dt.date(2010, 12, 4)
    assert {
        voucher.posting_date for voucher in Voucher.objects.filter(source_id=order.pk, source_kind=Order.kind())
    } == {first}
    assert MoneyMovement.objects.get(party__external_ref="12583").date == third


@pytest.mark.django_db
def test_lines_without_a_customer_are_cash_sales_to_somebody_who_walked_in(house, tmp_path):
    report = load(house, folder(tmp_path, lines=FLAT))

    walk_in = Party.objects.get(external_ref=history.WALK_IN)
    assert (walk_in.name, walk_in.name_en) == ("散客", "Walk-in customer")
    assert report.to_walk_ins.exact == 8
    taken = MoneyMovement.objects.get(party=walk_in, direction=MoneyMovement.Direction.IN)
    assert (taken.method, taken.amount) == (MoneyMovement.Method.CASH, 8)


@pytest.mark.django_db
def test_a_return_of_a_known_delivery_goes_back_to_it_and_any_other_gets_a_credit_note(house, tmp_path):
    load(house, folder(tmp_path, lines=FLAT))

    returned = GoodsReceipt.objects.get(reason="C1004")
    assert returned.order_number == Order.objects.get(external_ref="1001").number
    other = GoodsReceipt.objects.get(reason="C1005")
    assert (other.kind_of, other.order_id, other.received_on) == ("customer_return", None, dt.date(2010, 12, 5))
    red = Invoice.objects.get(is_red=True, order_id=returned.order_id)
    assert (red.status, red.gross) == (Invoice.Status.ISSUED, Decimal("-13.56"))
    notes = Invoice.objects.filter(is_red=True, corrects=None).order_by("note")
    assert [(note.note, note.gross) for note in notes] == [("C1005", Decimal("-9.99")), ("C1006", Decimal(-5))]
    assert StockBalance.objects.get(product__code="A1").on_hand == 4
    assert StockBalance.objects.get(product__code="B2").on_hand == 1
    paid_back = MoneyMovement.objects.filter(direction=MoneyMovement.Direction.OUT).aggregate(Sum("amount"))
    assert paid_back["amount__sum"] == Decimal("28.55")
    assert not Receivable.objects.exclude(open_amount=0).exists()


@pytest.mark.django_db
def test_a_load_that_is_started_again_books_nothing_twice(house, tmp_path):
    path = folder(tmp_path, lines=FLAT)
    first = load(house, path)

    second = load(house, path)

    assert (second.net, second.ledger_net, second.sold.papers) == (first.net, first.ledger_net, 3)
    assert Order.objects.count() == 3
    assert Invoice.objects.filter(is_red=True).count() == 3


@pytest.mark.django_db
def test_what_cannot_be_loaded_is_listed_with_its_reason_and_worth(tmp_path, settings):
    settings.VAR = tmp_path / "var"
    path = folder(tmp_path, lines=FLAT)
    out = StringIO()

    call_command("load_orders", path, company="past", stdout=out)

    said = out.getvalue()
    assert "1 lines worth         0.00: a stock correction: quantity below zero, no price" in said
    assert f"{NET:,.2f}" in said
    with (settings.VAR / "not-loaded-past.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["reason"], row["found"]) for row in rows] == [
        ("9", "a stock correction: quantity below zero, no price", ""),
        ("10", "no price", ""),
        ("11", "the quantity is no number", "lots"),
    ]


def test_tables_of_their_own_are_put_together_whatever_they_are_called(tmp_path):
    read = history.read(
        folder(
            tmp_path,
            客户="客户编号,客户名称,联系人\nK1,宏远机械,王伟\n",
            商品="商品编码,商品名称,单价\nP1,电钻,459\n",
            订单="订单号,客户编号,订单日期\nS1,K1,2024年3月5日\n",
            订单明细="订单号,商品编码,数量,单价,折扣\nS1,P1,2,400,10\n",
        )
    )

    (order,) = read.orders
    assert (order.customer, order.date, order.lines[0].exact_net) == ("K1", dt.date(2024, 3, 5), 720)
    assert read.customers["K1"].contact == "王伟"
    assert read.products["P1"].price == 459


def test_files_are_known_by_their_columns_when_their_names_say_nothing(tmp_path):
    read = history.read(
        folder(tmp_path, export_1="Order ID;SKU;Qty;Unit Price;Order Date;Customer\n7;X;1;1,50;31.12.2023;Ada\n")
    )

    (order,) = read.orders
    assert (order.date, order.lines[0].price) == (dt.date(2023, 12, 31), Decimal("1.50"))


def test_the_amount_of_a_line_has_its_discount_in_already(tmp_path):
    head = "Order ID,Order Date,Ship Date,Customer ID,Customer Name,Product ID,Product Name,Sales,Quantity,Discount\n"
    rows = "US-1,10/11/2015,10/18/2015,SO-2,Sean,FUR-1,Table,957.5775,5,0.45\n"

    read = history.read(folder(tmp_path, Superstore=head + rows))

    (order,) = read.orders
    assert (order.lines[0].price, order.lines[0].discount, read.exact_net) == (
        Decimal("191.5155"),
        0,
        Decimal("957.5775"),
    )
    assert (order.shipped, read.customers["SO-2"].name) == (dt.date(2015, 10, 18), "Sean")


def test_lines_that_are_not_counted_are_one_of_each_and_payments_are_no_orders(tmp_path):
    read = history.read(
        folder(
            tmp_path,
            shop_orders_dataset="order_id,customer_id,order_purchase_timestamp\nA,K,2017-10-02 10:56:33\n",
            shop_order_items_dataset="order_id,order_item_id,product_id,price\nA,1,X1,29.99\nA,2,X1,29.99\n",
            shop_order_payments_dataset="order_id,payment_type,payment_value\nA,card,59.98\n",
            shop_customers_dataset="customer_id,first_name,last_name\nK,Ada,Lovelace\n",
        )
    )

    (order,) = read.orders
    assert (order.customer, order.date, len(order.lines)) == ("K", dt.date(2017, 10, 2), 2)
    assert (read.exact_net, read.customers["K"].name) == (Decimal("59.98"), "Ada Lovelace")


def test_a_credit_note_by_its_number_or_type_is_a_return_though_its_quantity_is_positive(tmp_path):
    head = "order,product,quantity,price,date,customer,type\n"
    rows = "10,A1,5,2,2024-01-01,Ada,sale\nCN11,A1,1,2,2024-01-02,Ada,\n12,A1,1,2,2024-01-03,Ada,Return\n"

    read = history.read(folder(tmp_path, sales=head + rows))

    assert [row.ref for row in read.returns] == ["CN11", "12"]
    assert read.exact_net == 6


def test_orders_that_are_all_numbered_like_credit_notes_are_orders(tmp_path):
    rows = "order,product,quantity,price,date,customer\nC1,A1,5,2,2024-01-01,Ada\nC2,A1,1,2,2024-01-02,Ada\n"

    read = history.read(folder(tmp_path, sales=rows))

    assert (len(read.orders), len(read.returns)) == (2, 0)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "no .csv or .csv.gz file at all"),
        ({"lines": "order,product,date,customer\n"}, "no file of order lines"),
        (
            {"lines": "order,product,quantity,date,customer\n"},
            r"lines\.csv: no column for the price; known names: unit",
        ),
        ({"sales": "product,quantity,price,date,customer\n"}, r"sales\.csv: no column for the order"),
        (
            {"lines": "order,product,quantity,price\n", "orders": "order,customer\n"},
            r"orders\.csv: no column for the date",
        ),
    ],
)
def test_what_is_missing_is_named_with_its_file(tmp_path, files, said):
    with pytest.raises(history.NotUnderstood, match=said):
        history.read(folder(tmp_path, **files))


@pytest.mark.django_db
def test_the_command_says_what_is_missing(tmp_path):
    with pytest.raises(CommandError, match="no file of order lines"):
        call_command("load_orders", folder(tmp_path, lines="order,product\n"))


def test_chinese_and_western_files_are_read_as_they_were_written(tmp_path):
    head = "order,product,description,quantity,price,date,customer\n"
    (tmp_path / "lines.csv").write_bytes((head + "1,A,电钻套装,1,1,2024-01-01,宏远\n").encode("gb18030"))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "lines.csv").write_bytes((head + "1,A,Crème,1,1,2024-01-01,Ada\n").encode("cp1252"))

    assert history.read(tmp_path).products["A"].name == "电钻套装"
    assert history.read(tmp_path / "more").products["A"].name == "Crème"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("¥12", "12"),
        ("(5)", "-5"),
        ("5-", "-5"),
        ("x", None),
        ("", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text, value):
    assert number(text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    "text",
    ["2012-07-04", "2012/7/4 8:00", "2012年7月4日", "20120704", "7/4/2012", "4-Jul-12", "July 4, 2012", "41094"],
)
def test_days_are_read_as_programs_write_them(text):
    assert day(text) == dt.date(2012, 7, 4)


def test_the_order_of_day_and_month_is_taken_from_the_whole_file():
    assert writes_day_first(["1/2/2012", "13/2/2012"])
    assert not writes_day_first(["1/2/2012", "2/13/2012"])
    assert day("4.7.2012", day_first=writes_day_first(["4.7.2012"])) == dt.date(2012, 7, 4)
    assert day("31/31/2012") is None
