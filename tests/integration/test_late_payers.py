"""The third late payment: the tag with its rule, and one task to review the credit."""

import datetime as dt
from decimal import Decimal

from crm.customers.models import RuledTag
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.finance.models import OpenItem
from erp.finance.services import money
from erp.inventory import services as inventory
from erp.inventory.models import Delivery
from suite.automation.services import runs
from suite.core import clock, outbox
from suite.desk.models import Task
from tests import make


def owe_and_pay(customer, product, rep, house, days: int) -> None:
    """One order, delivered and paid so many days after it was due."""
    order = create_order(party=customer.party, lines=[LineInput(product.pk, Decimal(1))], actor=rep)
    confirm_orders(order_ids=[order.pk], actor=rep)
    inventory.ship(Delivery.objects.filter(order_id=order.pk), actor=house)
    item = OpenItem.objects.get(order_id=order.pk)
    paid = money.MoneyInput(
        party_id=customer.party_id, amount=item.open_amount, date=item.due_date + dt.timedelta(days=days),
        allocations={item.pk: item.open_amount},
    )  # fmt: skip
    with clock.at(clock.day_starts(customer.company, paid.date) + dt.timedelta(hours=5)):
        money.receive([paid], actor=house)


def test_the_third_late_payment_sets_the_tag_and_one_task(company, rep, house):
    product = make.product(company, price=113)
    make.stock(product, 10)
    customer = make.customer(rep, "恒泰")
    for days in (1, 0, 2):
        owe_and_pay(customer, product, rep, house, days)
    outbox.relay()
    runs.advance()
    assert not RuledTag.objects.filter(rule__code="pays-late").exists()  # one of the three was in time

    for days in (3, 4):
        owe_and_pay(customer, product, rep, house, days)
        for _time in range(2):
            outbox.relay()
            runs.advance()

    ruled = RuledTag.objects.select_related("tag").get(rule__code="pays-late")
    assert (ruled.customer, ruled.tag.name_en) == (customer, "Pays late")
    task = Task.objects.get(source="review-credit-of-late-payer")
    assert (task.owner, task.title) == (
        rep.user, "Review the credit of 恒泰: it paid late three times within a year",
    )  # fmt: skip
