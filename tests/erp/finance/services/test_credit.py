"""Who may still buy."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connection

from erp.finance import services as finance
from erp.finance.models import CreditAccount, FinancePolicy, PaymentTerm
from erp.finance.services import MoneyInput
from erp.inputs import DemandSet
from suite.core import cached, clock
from suite.core.access import Actor
from suite.core.acts import acting, service
from tests import make
from tests.erp.finance import books


def ask(actor, *orders):
    with acting(actor):
        return finance.refuse_credit(books.demand(*orders), actor=actor)


def exposure(buyer):
    return CreditAccount.objects.get(party=buyer).exposure


def test_orders_fit_until_the_limit_is_reached(actor, buyer, lamp):
    finance.set_credit(party=buyer, limit=Decimal(10000), actor=actor)
    first, second = (books.order(buyer, books.line(lamp, 1, price)) for price in ("9520", "4520"))

    assert not ask(actor, first)
    refused = ask(actor, second)

    assert refused[second.id].code == "over_limit"
    assert "4,040.00 over" in str(refused[second.id])
    assert exposure(buyer) == 9520


def test_a_refused_order_leaves_its_room_to_the_next(actor, buyer, lamp):
    finance.set_credit(party=buyer, limit=Decimal(100), actor=actor)
    orders = [books.order(buyer, books.line(lamp, 1, price)) for price in (60, 50, 40)]

    refused = ask(actor, *orders)

    assert list(refused) == [orders[1].id]
    assert exposure(buyer) == 100


def test_without_an_account_there_is_no_limit(actor, buyer, lamp):
    assert not ask(actor, books.order(buyer, books.line(lamp, 1, 10**9)))


def test_a_blocked_customer_buys_nothing(actor, buyer, lamp):
    finance.set_credit(party=buyer, is_blocked=True, actor=actor)
    order = books.order(buyer, books.line(lamp, 1, 1))

    assert ask(actor, order)[order.id].code == "credit_blocked"


def test_a_prepaid_customer_passes_at_the_confirm_and_waits_at_shipping(company, actor, buyer, lamp):
    prepaid = PaymentTerm.objects.get(company=company, code="PREPAID")
    finance.set_credit(party=buyer, limit=Decimal(1), term=prepaid, actor=actor)
    order = books.order(buyer, books.line(lamp, 1, 500))

    with acting(actor):
        assert not finance.refuse_credit(books.demand(order), actor=actor)
        assert finance.prepaid(books.demand(order), actor=actor) == {order.id}


def test_deposits_and_free_advances_pay_before_in_the_sequence_of_the_orders(company, actor, buyer, lamp):
    prepaid = PaymentTerm.objects.get(company=company, code="PREPAID")
    finance.set_credit(party=buyer, term=prepaid, actor=actor)
    first, second, third = (books.order(buyer, books.line(lamp, 1, 500)) for _ in range(3))
    finance.receive(
        [MoneyInput(buyer.pk, Decimal(400), order=first.source), MoneyInput(buyer.pk, Decimal(550))], actor=actor
    )

    with acting(actor):
        refused = finance.refuse_unpaid(books.demand(first, second, third), actor=actor)

    missing = {pk: refusal.params["missing"] for pk, refusal in refused.items()}
    assert missing == {second.id: 50, third.id: 50}


@pytest.mark.parametrize(("delivered", "stopped"), [(0, False), (1, True)])
def test_overdue_counts_what_was_delivered(company, actor, buyer, lamp, delivered, stopped):
    long_ago = clock.today(company) - dt.timedelta(days=61)
    old = books.order(buyer, books.line(lamp, 2, 113), date=long_ago)
    finance.open_orders(books.demand(old), actor=actor)
    if delivered:
        finance.recognise_deliveries([books.shipped(old, delivered, 10)], posting_date=long_ago, actor=actor)
    new = books.order(buyer, books.line(lamp, 1, 100))

    refused = ask(actor, new)

    assert bool(refused) is stopped
    if stopped:
        assert refused[new.id].code == "overdue"
        assert str(refused[new.id]) == "113.00 is overdue"
    assert finance.reports.overdue(actor).amount == 113 * delivered


def test_the_overdue_stop_can_be_switched_off(company, actor, buyer, lamp):
    FinancePolicy.objects.filter(company=company).update(overdue_days=None)
    cached.forget(company.pk)
    long_ago = clock.today(company) - dt.timedelta(days=300)
    old = books.order(buyer, books.line(lamp, 2, 100), date=long_ago)
    finance.open_orders(books.demand(old), actor=actor)
    finance.recognise_deliveries([books.shipped(old, 2, 10)], posting_date=long_ago, actor=actor)

    assert not ask(actor, books.order(buyer, books.line(lamp, 1, 100)))


def test_a_new_account_counts_what_is_owed_already(company, actor, buyer, lamp):
    finance.open_orders(books.demand(books.order(buyer, books.line(lamp, 1, 300))), actor=actor)
    finance.receive([MoneyInput(buyer.pk, Decimal(50))], actor=actor)

    account = finance.set_credit(party=buyer, limit=Decimal(1000), actor=actor)

    assert account.exposure == 250
    standing = finance.standing(buyer.pk, company=company)
    assert (standing.owes, standing.undelivered, standing.advance) == (0, 300, 50)
    assert (standing.exposure, standing.limit) == (250, 1000)


def test_an_amendment_cannot_go_round_the_limit(actor, buyer, lamp):
    from dataclasses import replace

    from erp.inputs import OrderChange
    from suite.core.errors import BusinessError

    finance.set_credit(party=buyer, limit=Decimal(1500), actor=actor)
    order = books.order(buyer, books.line(lamp, 1, 1130))
    ask(actor, order)
    finance.open_orders(books.demand(order), actor=actor)
    (line,) = order.lines
    more = replace(line, quantity=line.quantity * 2, net=line.net * 2, tax=line.tax * 2)

    with pytest.raises(BusinessError, match=r"760\.00 over"):
        finance.change_orders([OrderChange(order, {line.line_id: line}, {line.line_id: more})], actor=actor)


@pytest.mark.django_db(transaction=True)
def test_of_two_parallel_orders_the_second_is_refused():
    """Worked example 4: limit 10,000, open 6,000, an advance of 1,000; two orders of 4,520 at the same moment."""
    company = make.company()
    actor = Actor.system(company)
    buyer, lamp = make.party(company), make.product(company)
    finance.set_credit(party=buyer, limit=Decimal(10000), actor=actor)
    open_order = books.order(buyer, books.line(lamp, 1, 6000))
    ask(actor, open_order)
    finance.open_orders(books.demand(open_order), actor=actor)
    finance.receive([MoneyInput(buyer.pk, Decimal(1000))], actor=actor)
    orders = [books.order(buyer, books.line(lamp, 1, 4520)) for _ in range(2)]
    start, answers = threading.Barrier(2), {}

    @service
    def confirm(order, *, actor):
        start.wait()
        answers[order.id] = finance.refuse_credit(DemandSet([order]), actor=actor)

    def client(order):
        confirm(order, actor=Actor.system(company))
        connection.close()

    threads = [threading.Thread(target=client, args=[order]) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    refused = [answer for answer in answers.values() if answer]
    assert len(refused) == 1
    assert "4,040.00 over" in str(next(iter(refused[0].values())))
    assert exposure(buyer) == 9520
