"""What orders do to the books."""

from decimal import Decimal

import pytest

from erp.finance import services as finance
from erp.finance.models import Deferral, OpenItem, Voucher
from suite.core import clock
from suite.core.acts import acting
from suite.core.errors import BusinessError
from tests.erp.finance import books


def test_a_confirmed_order_is_owed_and_stands_beside_its_undelivered_goods(company, actor, buyer, lamp):
    order = books.order(buyer, books.line(lamp, 10, 1130))

    papers = finance.open_orders(books.demand(order), actor=actor)

    assert books.balance(company, "1122") == 11300
    assert books.balance(company, "220302") == -11300
    assert books.receivable(buyer) == 11300
    item, voucher = papers
    assert item.order_number == order.source.number
    assert voucher.status == Voucher.Status.POSTED
    assert str(voucher) == "记-0001"


def test_cancelling_takes_back_the_undelivered_part_in_red(company, actor, buyer, lamp):
    order = books.order(buyer, books.line(lamp, 10, 1130))
    finance.open_orders(books.demand(order), actor=actor)
    finance.recognise_deliveries([books.shipped(order, 6, 3600)], posting_date=order.date, actor=actor)

    finance.change_orders([books.given_up(order, [6])], actor=actor)

    assert books.balance(company, "220302") == 0
    assert books.balance(company, "1122") == 6780
    assert books.receivable(buyer) == 6780
    red = Voucher.objects.get(is_red=True)
    assert books.entries(red) == [("1122", Decimal(-4520), Decimal(0)), ("220302", Decimal(0), Decimal(-4520))]


@pytest.mark.parametrize(
    ("shipped", "paid", "state"),
    [(0, 0, "taken_back"), (6, 0, "open"), (6, 6780, "settled"), (0, 11300, "settled")],
)
def test_what_was_taken_back_is_never_called_settled(company, actor, buyer, lamp, shipped, paid, state):
    order = books.order(buyer, books.line(lamp, 10, 1130))
    item = finance.open_orders(books.demand(order), actor=actor)[0]
    if shipped:
        finance.recognise_deliveries([books.shipped(order, shipped, 1)], posting_date=order.date, actor=actor)
    if paid:
        finance.receive([finance.MoneyInput(party_id=buyer.pk, amount=Decimal(paid), oldest_first=True)], actor=actor)

    finance.change_orders([books.given_up(order, [shipped])], actor=actor)

    item.refresh_from_db()
    note = OpenItem.objects.exclude(pk=item.pk).get()
    assert (item.status, item.get_status_display()) == (state, str(OpenItem.Status(state).label))
    assert item.taken_back == -note.taken_back == min(Decimal(11300 - 1130 * shipped), Decimal(11300 - paid))
    assert note.status == ("open" if note.open_amount else "taken_back")


def test_what_is_written_off_was_not_taken_back(actor, buyer, lamp):
    order = books.order(buyer, books.line(lamp, 10, 1130))
    item = finance.open_orders(books.demand(order), actor=actor)[0]
    finance.recognise_deliveries([books.shipped(order, 10, 1)], posting_date=order.date, actor=actor)

    item = finance.write_off(item_id=item.pk, reason="bankrupt", actor=actor)

    assert (item.status, item.taken_back) == (OpenItem.Status.SETTLED, 0)


@pytest.mark.parametrize("delivered", [0, 4])
def test_only_what_was_delivered_is_written_off_so_that_nobody_is_owed_what_they_never_paid(
    company, actor, buyer, lamp, delivered
):
    order = books.order(buyer, books.line(lamp, 10, 1130))
    item = finance.open_orders(books.demand(order), actor=actor)[0]
    if delivered:
        finance.recognise_deliveries([books.shipped(order, delivered, 1)], posting_date=order.date, actor=actor)

    with pytest.raises(BusinessError, match=f"Only {1130 * delivered:,}.00 of {item.number} is owed"):
        finance.write_off(item_id=item.pk, amount=Decimal(11300), reason="bankrupt", actor=actor)
    if delivered:
        finance.write_off(item_id=item.pk, reason="bankrupt", actor=actor)
    finance.change_orders([books.given_up(order, [delivered])], actor=actor)

    assert books.balance(company, "1122") == 0 == books.receivable(buyer)
    assert not OpenItem.objects.exclude(open_amount=0).exists()


def test_an_undone_order_can_be_confirmed_again(company, actor, buyer, lamp):
    order = books.order(buyer, books.line(lamp, 10, 1130))
    finance.open_orders(books.demand(order), actor=actor)
    finance.change_orders([books.given_up(order, [0])], actor=actor)

    finance.open_orders(books.demand(order), actor=actor)

    assert books.receivable(buyer) == 11300
    assert books.balance(company, "220302") == -11300
    assert Deferral.objects.get().quantity == 10


def test_orders_refused_by_stock_leave_nothing(company, actor, buyer, lamp):
    account = finance.set_credit(party=buyer, limit=Decimal(100000), actor=actor)
    kept, refused = (books.order(buyer, books.line(lamp, 10, 1130)) for _ in range(2))
    both = books.demand(kept, refused)

    with acting(actor):
        assert not finance.refuse_credit(both, actor=actor)
        finance.open_orders(both, actor=actor)
        finance.drop_orders(books.demand(refused), actor=actor)

    account.refresh_from_db()
    assert account.exposure == 11300
    assert Voucher.objects.get().source_id == kept.id
    assert OpenItem.objects.get().order_id == kept.id
    assert Deferral.objects.get().order_id == kept.id


@pytest.mark.parametrize("orders", [1, 5])
def test_the_books_of_any_number_of_orders_take_two_statements_and_one_flip(
    company, actor, buyer, lamp, orders, django_assert_num_queries
):
    many = books.demand(*(books.order(buyer, *(books.line(lamp, 1, 1130) for _ in range(9))) for _ in range(orders)))
    books.warm(company)

    with acting(actor) as act:
        with django_assert_num_queries(1):
            finance.refuse_credit(many, actor=actor)
        with django_assert_num_queries(2):
            finance.open_orders(many, actor=actor)
        with django_assert_num_queries(2):
            act.flush()


def test_a_fully_delivered_line_keeps_its_price(company, actor, buyer, lamp):
    from dataclasses import replace

    from erp.inputs import OrderChange

    order = books.order(buyer, books.line(lamp, 10, 1130))
    finance.open_orders(books.demand(order), actor=actor)
    finance.recognise_deliveries([books.shipped(order, 10, 6000)], posting_date=clock.today(company), actor=actor)
    (line,) = order.lines
    dearer = replace(line, net=line.net + 100)

    with pytest.raises(BusinessError, match="keeps its price"):
        finance.change_orders([OrderChange(order, {line.line_id: line}, {line.line_id: dearer})], actor=actor)
