"""Twenty clicks at the same time."""

import pytest

from crm.sales.models import Order, QuotationAnswer
from crm.sales.services import answering, links, quotations
from suite.core.access import Actor
from suite.desk.models import Notification
from tests.crm.sales.shop import Shop, line
from tests.erp.inventory.test_parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_clicks_at_once_have_one_effect() -> None:
    shop = Shop()
    row = shop.quotation(line(shop.add_product("LAMP")))
    quotations.send_quotation(quotation_id=row.pk, actor=shop.rep, by_mail=False)
    link = links.find(links.make_link(quotation_id=row.pk, actor=shop.rep))
    assert link

    def click(number: int) -> int:
        kind = "accepted" if number % 2 else "refused"
        system = Actor.system(shop.company)
        return answering.answer(link=link, kind=kind, name=f"No {number}", text="Because", actor=system).pk

    answers = set(at_once(click, range(20), clients=20))

    answer = QuotationAnswer.objects.get()
    row.refresh_from_db()
    assert answers == {answer.pk}
    assert (row.status, Order.objects.count()) in (("won", 1), ("lost", 0))
    assert Notification.objects.filter(kind="quotation_answered").count() == 1
