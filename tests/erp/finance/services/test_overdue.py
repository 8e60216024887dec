"""What flows and other systems hear of what customers owe."""

import datetime as dt
from decimal import Decimal

import pytest

from erp.finance import services as finance
from erp.finance import tasks
from erp.finance.models import PaymentTerm, Receivable
from erp.finance.services import MoneyInput
from erp.finance.services.overdue import announce_overdue
from suite.core import clock
from suite.core.acts import acting
from suite.core.models import OutboxEvent
from tests.erp.finance import books

SUBJECT = "erp.finance.receivable."


def heard(what):
    """The keys of receivables of which this was announced, in the order of the announcements."""
    return list(OutboxEvent.objects.filter(event=f"{SUBJECT}{what}").order_by("pk").values_list("object_id", flat=True))


@pytest.fixture
def sell(company, actor, buyer, lamp):
    """An order of two at 113, half of it due at once and half after 30 days, so long ago."""
    term = PaymentTerm.objects.get(company=company, code="HALF")
    finance.set_credit(party=buyer, term=term, actor=actor)

    def sell(days, delivered=2):
        date = clock.today(company) - dt.timedelta(days=days)
        order = books.order(buyer, books.line(lamp, 2, 113), date=date)
        finance.open_orders(books.demand(order), actor=actor)
        if delivered:
            finance.recognise_deliveries([books.shipped(order, delivered, 10)], posting_date=date, actor=actor)
        return order

    return sell


def test_what_comes_up_and_is_settled_is_announced_for_each_instalment(actor, buyer, sell):
    sell(0)
    first, second = Receivable.objects.order_by("due_date", "pk")

    opened = heard("opened")
    finance.receive([MoneyInput(buyer.pk, Decimal(100), oldest_first=True)], actor=actor)
    in_part = heard("settled")
    finance.receive([MoneyInput(buyer.pk, Decimal(126), oldest_first=True)], actor=actor)

    assert (opened, in_part, heard("settled")) == ([first.pk, second.pk], [], [first.pk, second.pk])
    assert OutboxEvent.objects.filter(event=f"{SUBJECT}opened").first().payload["number"] == first.number


def test_what_is_given_back_is_not_announced_as_settled(actor, sell):
    order = sell(0, delivered=0)

    finance.change_orders([books.given_up(order, [0])], actor=actor)

    assert heard("settled") == []


def test_what_is_overdue_is_announced_once_by_the_clock_and_only_what_is_delivered(actor, company, sell):
    sell(61)
    sell(61, delivered=0)
    sell(0)
    late = list(Receivable.objects.order_by("pk").values_list("pk", flat=True)[:2])

    counted = tasks.announce_overdue_receivables(), tasks.announce_overdue_receivables()

    assert (counted, sorted(heard("overdue"))) == ((2, 0), late)
    with clock.at(clock.now() + dt.timedelta(days=200)):
        assert announce_overdue(actor=actor) == 2


def test_an_order_that_is_refused_after_all_opened_nothing(actor, buyer, lamp):
    order = books.order(buyer, books.line(lamp, 2, 113))

    finance.set_credit(party=buyer, actor=actor)
    with acting(actor):
        finance.open_orders(books.demand(order), actor=actor)
        finance.drop_orders(books.demand(order), actor=actor)

    assert heard("opened") == []
