"""Tags that rules put on: with their cause, without touching what people did by hand."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.customers.models import Customer, RuledTag, TagRule
from crm.customers.services import tagging
from crm.customers.services.activities import log_activity
from crm.customers.services.tags import create_tag, tag_customers
from crm.sales.services.confirming import cancel_orders, confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from suite.core import clock, outbox
from suite.core.models import AuditRow
from tests import make


@pytest.fixture
def customer(rep) -> Customer:
    return make.customer(rep, "上海宏远电子有限公司")


def carried(customer: Customer) -> set[str]:
    return set(customer.tags.values_list("name", flat=True))


def grade_rule(admin, tag, grade="A", **values) -> TagRule:
    asked = {"groups": [{"match": "all", "params": {"grade": grade}}]}
    return tagging.set_rule(tag=tag, name=values.pop("name", "Big ones"), conditions_=asked, actor=admin, **values)


def test_a_confirmed_order_puts_the_tag_on_with_its_rule_and_cancelling_takes_it_off(company, rep, admin, customer):
    product = make.product(company, price=113)
    make.stock(product, 10)
    order = create_order(party=customer.party, lines=[LineInput(product.pk, Decimal(1))], actor=rep)

    confirm_orders(order_ids=[order.pk], actor=rep)
    outbox.relay()
    ruled = RuledTag.objects.select_related("rule", "tag").get(customer=customer, tag__name="已成交")
    cancel_orders(order_ids=[order.pk], actor=rep, reason="changed their mind")
    outbox.relay()

    assert (ruled.rule.code, ruled.rule.name_en) == ("bought", "Has a confirmed order")
    assert ruled.since <= clock.now()
    assert "已成交" not in carried(customer)
    told = AuditRow.objects.filter(kind="crm_customers.customer", object_id=customer.pk)
    assert set(told.values_list("action", flat=True)) >= {"tagged", "untagged"}


def test_an_enquiry_is_high_intent_for_thirty_days(rep, house, customer, time_machine):
    log_activity(party=customer.party, kind="enquiry", title="How much?", actor=rep)
    outbox.relay()
    assert "高意向" in carried(customer)

    time_machine.move_to(clock.now() + dt.timedelta(days=31), tick=False)
    assert tagging.go_through_when_due(actor=house) == 2

    assert carried(customer) == {"待跟进"}  # silent for thirty days instead


def test_a_rule_neither_takes_off_nor_claims_what_was_put_on_by_hand(rep, admin, house, customer):
    tag = create_tag(name="Key", actor=admin)
    tag_customers(customers=[customer.pk], tags=[tag], actor=rep)
    rule = grade_rule(admin, tag, grade="A")

    Customer.objects.filter(pk=customer.pk).update(grade="A")
    tagging.go_through(actor=house)
    assert not RuledTag.objects.filter(customer=customer).exists()
    Customer.objects.filter(pk=customer.pk).update(grade="B")
    tagging.go_through(actor=house)
    tagging.remove_rules(rules=[rule.pk], actor=admin)

    assert carried(customer) == {"Key"}


def test_a_ruled_tag_that_somebody_puts_on_by_hand_stays_when_the_cause_goes(rep, admin, house, customer):
    tag = create_tag(name="Key", actor=admin)
    grade_rule(admin, tag)
    Customer.objects.filter(pk=customer.pk).update(grade="A")
    tagging.go_through(actor=house)

    tag_customers(customers=[customer.pk], tags=[tag], actor=rep)
    Customer.objects.filter(pk=customer.pk).update(grade="")
    tagging.go_through(actor=house)

    assert carried(customer) == {"Key"}


def test_what_came_by_events_is_what_one_pass_over_everything_finds(company, rep, admin, house):
    tag = create_tag(name="Key", actor=admin)
    grade_rule(admin, tag)
    rows = [make.customer(rep, f"恒泰{number}", grade="AB"[number % 2]) for number in range(6)]
    outbox.relay()
    by_events = set(RuledTag.objects.values_list("customer", "tag", "rule"))

    assert by_events == {(row.pk, tag.pk, TagRule.objects.get(name="Big ones").pk) for row in rows[::2]}
    assert tagging.go_through(actor=house) == 0
    assert set(RuledTag.objects.values_list("customer", "tag", "rule")) == by_events


def test_when_one_of_two_rules_for_a_tag_ends_the_other_keeps_it_on(rep, admin, house, customer):
    tag = create_tag(name="Key", actor=admin)
    grade_rule(admin, tag)
    other = tagging.set_rule(
        tag=tag, name="From the fair", conditions_={"groups": [{"params": {"stage": "prospect"}}]}, actor=admin
    )
    Customer.objects.filter(pk=customer.pk).update(grade="A")
    tagging.go_through(actor=house)

    Customer.objects.filter(pk=customer.pk).update(grade="B")
    tagging.go_through(actor=house)

    assert RuledTag.objects.get(customer=customer).rule == other


def test_a_rule_switched_off_takes_off_what_it_put_on(rep, admin, house, customer):
    tag = create_tag(name="Key", actor=admin)
    rule = grade_rule(admin, tag, grade="A")
    Customer.objects.filter(pk=customer.pk).update(grade="A")
    tagging.go_through_when_due(actor=house)

    grade_rule(admin, tag, rule=rule, is_on=False)
    tagging.go_through_when_due(actor=house)

    assert carried(customer) == set()


@pytest.mark.parametrize("asked", [{}, {"groups": [{"params": {"nothing": "1"}}]}, {"groups": "x"}])
def test_a_rule_says_at_least_one_condition_that_is_understood(admin, asked):
    with pytest.raises(ValidationError) as refused:
        tagging.set_rule(tag=create_tag(name="Key", actor=admin), name="R", conditions_=asked, actor=admin)

    assert "conditions" in refused.value.message_dict


def test_two_rules_of_one_name_are_refused(admin):
    tag = create_tag(name="Key", actor=admin)
    grade_rule(admin, tag)
    other = grade_rule(admin, tag, name="Other")

    with pytest.raises(ValidationError):
        grade_rule(admin, tag, rule=other)


def test_the_statements_do_not_grow_with_the_customers(rep, house):
    one = make.customer(rep)
    rows = [make.customer(rep) for _each in range(9)]

    def count(pks) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            tagging.apply(customers=pks, actor=house)
        return len(found)

    count([one.pk])
    Customer.objects.update(last_touch_at=clock.now() - dt.timedelta(days=40))
    few = count([one.pk])

    assert count([row.pk for row in rows]) == few
    assert RuledTag.objects.count() == 10
