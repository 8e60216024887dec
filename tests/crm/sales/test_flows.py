from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crm.customers.models import Activity
from crm.customers.services.activities import log_activity
from crm.sales.services.confirming import cancel_orders, confirm_orders, undo_confirm
from crm.sales.services.quotations import send_quotation
from suite.automation.models import Flow
from suite.automation.services import runs, triggers
from suite.automation.services.flows import change_flow, put_in_force, switch_off
from suite.core import clock, outbox
from suite.core.models import Effect, OutboxEvent
from suite.desk.models import Notification, Task
from suite.masterdata.models import Product
from tests.crm.sales.shop import Shop, line


@pytest.fixture
def enquiry(shop: Shop, lamp: Product) -> Activity:
    return log_activity(party=shop.customer, kind="enquiry", product=lamp, title="How much?", actor=shop.manager)


def visits() -> list[Task]:
    return list(Task.objects.filter(source="visit-after-deal"))


def work() -> None:
    """Let the workers do what is due, as if each had died once after its work and before it was written down."""
    for _time in range(2):
        outbox.relay()
        triggers.look()
        runs.advance()
        Effect.objects.all().delete()
        OutboxEvent.objects.update(done_at=None)


@pytest.fixture
def month_later(time_machine: Any) -> Callable[[int], None]:
    """Let so many days pass, and the workers do what is due on the last."""

    def live(days: int) -> None:
        time_machine.move_to(clock.now() + timedelta(days=days), tick=False)
        work()

    return live


def test_thirty_days_after_the_deal_there_is_one_visit_however_often_the_job_runs(
    shop: Shop, lamp: Product, month_later: Callable[[int], None]
) -> None:
    order = shop.order(line(lamp))
    confirm_orders(order_ids=[order.pk], actor=shop.rep)

    work()
    month_later(29)
    assert visits() == []
    for days in (1, 1, 5):
        month_later(days)

    (visit,) = visits()
    assert visit.due_at is not None
    assert (visit.owner_id, visit.subject_id) == (shop.rep.user_id, shop.customer.customer.pk)
    assert order.number in visit.title


def test_a_deal_that_fell_through_needs_no_visit(shop: Shop, lamp: Product, month_later: Callable[[int], None]) -> None:
    kept, cancelled, undone = (shop.order(line(lamp)) for _each in range(3))
    confirm_orders(order_ids=[kept.pk, cancelled.pk, undone.pk], actor=shop.rep)
    cancel_orders(order_ids=[cancelled.pk], actor=shop.rep, reason="no")
    undo_confirm(order_id=undone.pk, actor=shop.rep)

    month_later(31)

    assert [kept.number in visit.title for visit in visits()] == [True]


def test_a_company_chooses_other_days_or_no_visit(
    shop: Shop, lamp: Product, month_later: Callable[[int], None]
) -> None:
    flow = Flow.objects.of(shop.company.pk).get(code="visit-after-deal")
    graph = flow.draft
    graph["nodes"][0]["params"]["number"] = 10
    change_flow(flow=flow, graph=graph, actor=shop.manager)
    put_in_force(flow=flow, actor=shop.manager)
    confirm_orders(order_ids=[shop.order(line(lamp)).pk], actor=shop.rep)

    month_later(11)
    assert len(visits()) == 1

    switch_off(flows=[flow.pk], actor=shop.manager)
    confirm_orders(order_ids=[shop.order(line(lamp)).pk], actor=shop.rep)
    month_later(11)
    assert len(visits()) == 1


def test_history_that_is_brought_in_plans_no_visits(
    shop: Shop, lamp: Product, month_later: Callable[[int], None]
) -> None:
    order = shop.order(line(lamp), date=clock.today(shop.company) - timedelta(days=60))
    confirm_orders(order_ids=[order.pk], actor=shop.rep)

    month_later(1)

    assert visits() == []


def test_an_enquiry_is_to_be_answered_within_a_day_by_the_customers_rep(
    shop: Shop, lamp: Product, enquiry: Activity
) -> None:
    work()

    task = Task.objects.get(source="quote-after-enquiry")
    assert (task.owner_id, task.status) == (shop.rep.user_id, "open")
    assert task.due_at == enquiry.happened_at + timedelta(hours=24)
    assert lamp.code in task.title


def test_sending_a_quotation_for_the_product_closes_the_task(shop: Shop, lamp: Product, enquiry: Activity) -> None:
    work()
    other = shop.quotation(line(shop.add_product("OTHER")))
    send_quotation(quotation_id=other.pk, actor=shop.rep)
    work()
    assert Task.objects.get(source="quote-after-enquiry").status == "open"

    quotation = shop.quotation(line(lamp))
    send_quotation(quotation_id=quotation.pk, actor=shop.rep)
    work()
    assert Task.objects.get(source="quote-after-enquiry").status == "done"


def test_a_talk_without_a_product_asks_for_no_quotation(shop: Shop) -> None:
    log_activity(party=shop.customer, kind="enquiry", title="Opening hours?", actor=shop.rep)

    work()

    assert not Task.objects.filter(source="quote-after-enquiry").exists()


def test_nobody_is_told_of_history_and_no_old_enquiry_is_answered(shop: Shop, lamp: Product) -> None:
    with clock.at(clock.now() - timedelta(days=3)):
        order = shop.order(line(lamp))
        confirm_orders(order_ids=[order.pk], actor=shop.manager)
        log_activity(party=shop.customer, kind="enquiry", product=lamp, title="How much?", actor=shop.manager)

    work()

    assert not Task.objects.exists()
    assert not Notification.objects.exists()
