import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import translation

from crm.customers.models import Customer
from crm.retention import services, tasks
from crm.retention.models import ChurnAlert
from crm.sales.services.confirming import cancel_orders, confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from suite.core import clock, outbox
from suite.core.said import again
from suite.desk.models import Notification
from tests import make


@pytest.fixture
def advice(company):
    """Something to sell that needs no stock."""
    return make.product(company, "ADVICE", kind="service")


@pytest.fixture
def buys(rep, advice):
    """Let a customer order so many days ago; the outbox has told everybody."""

    def order(customer, days):
        day = clock.today(rep.company) - dt.timedelta(days=days)
        placed = create_order(party=customer.party, date=day, lines=[LineInput(advice.pk, Decimal(1))], actor=rep)
        confirm_orders(order_ids=[placed.pk], actor=rep)
        outbox.relay()
        return placed

    return order


def raise_alerts(house):
    return services.raise_churn_alerts(actor=house)


def test_an_order_makes_a_prospect_active(rep, buys):
    customer = make.customer(rep)

    buys(customer, days=3)

    customer.refresh_from_db()
    assert customer.stage == Customer.Stage.ACTIVE
    assert customer.last_order_on == clock.today(rep.company) - dt.timedelta(days=3)


@pytest.mark.parametrize(("days", "raised"), [(179, 0), (180, 0), (181, 1)])
def test_who_has_not_ordered_for_longer_than_180_days_is_dormant(house, rep, buys, days, raised):
    customer = make.customer(rep)
    buys(customer, days)

    assert raise_alerts(house) == raised

    customer.refresh_from_db()
    assert customer.stage == (Customer.Stage.DORMANT if raised else Customer.Stage.ACTIVE)


def test_patience_is_the_companys(house, rep, buys, admin):
    buys(make.customer(rep), days=31)
    services.change_policy(dormant_after_days=30, actor=admin)

    assert raise_alerts(house) == 1


def test_owner_and_manager_are_told_once_however_often_the_clock_rings(house, rep, manager, buys):
    buys(make.customer(rep, "Anna Ltd"), days=200)

    counts = [raise_alerts(house) for _ in range(3)]

    assert counts == [1, 0, 0]
    told = Notification.objects.filter(kind="churn")
    assert {note.user for note in told} == {rep.user, manager.user}
    assert {note.title for note in told} == {"Anna Ltd has not ordered for 200 days"}
    assert told.count() == 2


def test_many_at_once_are_one_notice_for_each_person(house, rep, buys):
    for n in range(3):
        buys(make.customer(rep, f"Customer {n}"), days=200 + n)

    assert raise_alerts(house) == 3

    note = Notification.objects.get(kind="churn", user=rep.user)
    assert note.title == "3 customers have stopped ordering"
    assert note.body.count("\n") == 2


def test_customers_that_fall_silent_are_named_in_the_readers_language(house, rep, buys):
    for name, name_en in (("华为技术", "Huawei"), ("腾达科技", "Tengda")):
        buys(make.customer(rep, name, name_en=name_en), days=200)

    raise_alerts(house)

    note = Notification.objects.get(kind="churn", user=rep.user)
    assert "Huawei" in note.body
    assert "华为技术" not in note.body
    with translation.override("zh-hans"):
        assert "华为技术" in again(note.body)


def test_statements_do_not_grow_with_customers(house, rep, buys, django_assert_num_queries):
    for n in range(6):
        buys(make.customer(rep), days=200 + n)
    services.policy_of(house.company)

    with django_assert_num_queries(9):  # begin, alerts, who, preferences, times and notices (4), trail, commit
        raise_alerts(house)


def test_killed_in_the_middle_nothing_has_happened_and_the_next_run_does_it(house, rep, buys):
    customer = make.customer(rep)
    buys(customer, days=200)

    with transaction.atomic():
        raise_alerts(house)
        transaction.set_rollback(True)

    customer.refresh_from_db()
    assert customer.stage == Customer.Stage.ACTIVE
    assert not Notification.objects.filter(kind="churn").exists()
    assert raise_alerts(house) == 1


def test_a_new_order_closes_the_alert_and_wakes_the_customer(house, rep, buys):
    customer = make.customer(rep)
    buys(customer, days=200)
    raise_alerts(house)

    order = buys(customer, days=0)

    alert = ChurnAlert.objects.get()
    customer.refresh_from_db()
    assert (alert.closed_by_order, customer.stage) == (order.pk, Customer.Stage.ACTIVE)
    assert alert.closed_at


def test_a_cancelled_order_brings_the_silence_back_without_telling_again(house, rep, buys):
    customer = make.customer(rep)
    buys(customer, days=200)
    raise_alerts(house)
    order = buys(customer, days=0)

    cancel_orders(order_ids=[order.pk], actor=rep, reason="Typing error")
    outbox.relay()

    customer.refresh_from_db()
    assert customer.stage == Customer.Stage.DORMANT
    assert ChurnAlert.objects.get().closed_at is None
    assert raise_alerts(house) == 0
    assert Notification.objects.filter(kind="churn", user=rep.user).count() == 1


def test_an_alert_put_away_by_hand_is_not_raised_again(house, rep, buys):
    buys(make.customer(rep), days=200)
    raise_alerts(house)

    services.close_alerts(alerts=[ChurnAlert.objects.get().pk], actor=rep, reason="Spoke with them")

    Customer.objects.update(stage="active")
    raise_alerts(house)
    assert ChurnAlert.objects.get().closed_at


def test_the_clock_serves_every_company(rep, buys, other_company):
    buys(make.customer(rep), days=200)
    Customer.objects.filter(pk=make.customer(other_company).pk).update(
        stage="active", last_order_on=dt.date(2020, 1, 1)
    )

    assert tasks.raise_churn_alerts() == 2


def test_a_customer_who_never_ordered_is_not_dormant(house, rep):
    make.customer(rep)

    assert raise_alerts(house) == 0
