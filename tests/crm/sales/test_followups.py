from datetime import timedelta

import pytest

from crm.customers.models import Activity
from crm.customers.services.activities import log_activity
from crm.sales.services.confirming import cancel_orders, confirm_orders, undo_confirm
from crm.sales.services.policy import change_policy
from crm.sales.services.quotations import send_quotation
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


def deliver_again() -> None:
    """As if the worker had died after its work and before it was written down."""
    Effect.objects.all().delete()
    OutboxEvent.objects.update(done_at=None)
    outbox.relay()


def test_thirty_days_after_the_deal_there_is_one_visit_however_often_the_job_runs(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp))
    confirm_orders(order_ids=[order.pk], actor=shop.rep)

    outbox.relay()
    outbox.relay()
    deliver_again()

    (visit,) = visits()
    assert visit.due_at is not None
    assert visit.due_at.astimezone(clock.now().tzinfo) > clock.now() + timedelta(days=29)
    assert (visit.owner_id, visit.subject_id) == (shop.rep.user_id, shop.customer.customer.pk)
    assert order.number in visit.title


def test_a_cancelled_deal_needs_no_visit_and_a_new_confirmation_has_its_own(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp))
    confirm_orders(order_ids=[order.pk], actor=shop.rep)
    outbox.relay()
    undo_confirm(order_id=order.pk, actor=shop.rep)
    outbox.relay()
    assert [visit.status for visit in visits()] == ["cancelled"]

    confirm_orders(order_ids=[order.pk], actor=shop.rep)
    outbox.relay()
    assert sorted(visit.status for visit in visits()) == ["cancelled", "open"]

    cancel_orders(order_ids=[order.pk], actor=shop.rep, reason="no")
    outbox.relay()
    assert {visit.status for visit in visits()} == {"cancelled"}


def test_without_the_setting_there_is_no_visit(shop: Shop, lamp: Product) -> None:
    change_policy(actor=shop.manager, visit_after_days=None)
    confirm_orders(order_ids=[shop.order(line(lamp)).pk], actor=shop.rep)

    outbox.relay()

    assert visits() == []


def test_history_that_is_brought_in_plans_no_visits(shop: Shop, lamp: Product) -> None:
    order = shop.order(line(lamp), date=clock.today(shop.company) - timedelta(days=31))
    confirm_orders(order_ids=[order.pk], actor=shop.rep)

    outbox.relay()

    assert visits() == []


def test_an_enquiry_is_to_be_answered_within_a_day_by_the_customers_rep(
    shop: Shop, lamp: Product, enquiry: Activity
) -> None:
    outbox.relay()
    deliver_again()

    task = Task.objects.get(source="quote-after-enquiry")
    assert (task.owner_id, task.status) == (shop.rep.user_id, "open")
    assert task.due_at == enquiry.happened_at + timedelta(hours=24)
    assert lamp.code in task.title


def test_sending_a_quotation_for_the_product_closes_the_task(shop: Shop, lamp: Product, enquiry: Activity) -> None:
    outbox.relay()
    other = shop.quotation(line(shop.add_product("OTHER")))
    send_quotation(quotation_id=other.pk, actor=shop.rep)
    outbox.relay()
    assert Task.objects.get(source="quote-after-enquiry").status == "open"

    quotation = shop.quotation(line(lamp))
    send_quotation(quotation_id=quotation.pk, actor=shop.rep)
    outbox.relay()
    assert Task.objects.get(source="quote-after-enquiry").status == "done"


def test_a_talk_without_a_product_asks_for_no_quotation(shop: Shop) -> None:
    log_activity(party=shop.customer, kind="enquiry", title="Opening hours?", actor=shop.rep)

    outbox.relay()

    assert not Task.objects.filter(source="quote-after-enquiry").exists()


def test_nobody_is_told_of_history_and_no_old_enquiry_is_answered(shop: Shop, lamp: Product) -> None:
    with clock.at(clock.now() - timedelta(days=3)):
        order = shop.order(line(lamp))
        confirm_orders(order_ids=[order.pk], actor=shop.manager)
        log_activity(party=shop.customer, kind="enquiry", product=lamp, title="How much?", actor=shop.manager)

    outbox.relay()

    assert [task.source for task in Task.objects.all()] == ["visit-after-deal"]
    assert not Notification.objects.exists()
