"""Revenue, VAT and cost by quantity."""

from decimal import Decimal

import pytest

from erp.finance import services as finance
from erp.finance.models import Deferral, FinancePolicy, OpenItem, Voucher
from suite.core import cached, clock
from suite.core.acts import acting
from suite.masterdata.models import Product
from tests import make
from tests.erp.finance import books


@pytest.fixture
def order(company, actor, buyer, lamp):
    order = books.order(buyer, books.line(lamp, 10, 1130))
    finance.open_orders(books.demand(order), actor=actor)
    return order


def ship(order, quantity, cost, actor):
    return finance.recognise_deliveries([books.shipped(order, quantity, cost)], posting_date=order.date, actor=actor)


def test_a_delivery_turns_its_part_into_revenue_vat_and_cost(company, actor, order):
    (voucher,) = ship(order, 4, 2400, actor)

    assert books.entries(voucher) == [
        ("220302", Decimal(4520), Decimal(0)),
        ("500101", Decimal(0), Decimal(4000)),
        ("22210107", Decimal(0), Decimal(520)),
        ("5401", Decimal(2400), Decimal(0)),
        ("1405", Decimal(0), Decimal(2400)),
    ]
    assert books.balance(company, "220302") == -6780


def test_the_parts_of_an_uneven_line_add_up(company, actor, buyer, lamp):
    """Worked example 2: 3 for 99.99 with 13 % are 88.49 + 11.50, shipped one by one."""
    order = books.order(buyer, books.line(lamp, 3, "33.33"))
    finance.open_orders(books.demand(order), actor=actor)

    parts = [ship(order, 1, 10, actor)[0] for _ in range(3)]

    revenue = [voucher.lines.get(account__code="500101").credit for voucher in parts]
    tax = [voucher.lines.get(account__code="22210107").credit for voucher in parts]
    assert revenue == [Decimal("29.50"), Decimal("29.49"), Decimal("29.50")]
    assert tax == [Decimal("3.83"), Decimal("3.84"), Decimal("3.83")]
    assert books.balance(company, "220302") == 0


def test_a_return_lowers_revenue_vat_cost_and_what_is_owed(company, actor, buyer, order):
    ship(order, 6, 3600, actor)

    (voucher,) = finance.take_back([books.shipped(order, 1, 600)], posting_date=order.date, actor=actor)

    assert voucher.is_red
    assert books.entries(voucher) == [
        ("1122", Decimal(-1130), Decimal(0)),
        ("500101", Decimal(0), Decimal(-1000)),
        ("22210107", Decimal(0), Decimal(-130)),
        ("5401", Decimal(-600), Decimal(0)),
        ("1405", Decimal(0), Decimal(-600)),
    ]
    assert books.receivable(buyer) == 11300 - 1130
    assert books.balance(company, "1122") == books.receivable(buyer)
    deferral = Deferral.objects.get()
    assert (deferral.quantity, deferral.delivered, deferral.net) == (9, 5, 9000)


def test_services_have_their_own_revenue_and_no_cost(company, actor, buyer, lamp):
    fitting = make.product(company, "FIT", price=113, kind=Product.Kind.SERVICE)
    order = books.order(buyer, books.line(lamp, 1, 1130), books.line(fitting, 1, 113))
    finance.open_orders(books.demand(order), actor=actor)
    delivery = books.shipped(order, 1, 600)

    from dataclasses import replace

    service = replace(books.shipped(order, 1, 0, at=1), source=delivery.source)
    (voucher,) = finance.recognise_deliveries([delivery, service], posting_date=order.date, actor=actor)

    assert books.entries(voucher)[:4] == [
        ("220302", Decimal(1243), Decimal(0)),
        ("500101", Decimal(0), Decimal(1000)),
        ("500102", Decimal(0), Decimal(100)),
        ("22210107", Decimal(0), Decimal(143)),
    ]


@pytest.mark.parametrize("posting", [FinancePolicy.Posting.DELIVERY, FinancePolicy.Posting.RETAIL])
def test_under_the_other_rules_the_receivable_begins_at_delivery(company, actor, buyer, lamp, posting):
    FinancePolicy.objects.filter(company=company).update(posting=posting)
    cached.forget(company.pk)
    order = books.order(buyer, books.line(lamp, 10, 1130))

    papers = finance.open_orders(books.demand(order), actor=actor)
    assert papers == []
    assert not Voucher.objects.exists()
    (voucher,) = ship(order, 4, 2400, actor)

    assert books.entries(voucher)[0] == ("1122", Decimal(4520), Decimal(0))
    assert books.balance(company, "220302") == 0
    item = OpenItem.objects.get()
    assert (item.amount, item.order_id) == (Decimal(4520), order.id)


def test_the_rule_is_frozen_on_the_order(company, actor, order):
    FinancePolicy.objects.filter(company=company).update(posting=FinancePolicy.Posting.DELIVERY)
    cached.forget(company.pk)

    (voucher,) = ship(order, 4, 2400, actor)

    assert books.entries(voucher)[0] == ("220302", Decimal(4520), Decimal(0))


def test_any_number_of_deliveries_takes_three_statements(company, actor, buyer, lamp, django_assert_num_queries):
    orders = [books.order(buyer, books.line(lamp, 10, 1130)) for _ in range(5)]
    finance.open_orders(books.demand(*orders), actor=actor)
    books.warm(company)

    with acting(actor), django_assert_num_queries(3):
        finance.recognise_deliveries(
            [books.shipped(order, 3, 1800) for order in orders], posting_date=clock.today(company), actor=actor
        )
