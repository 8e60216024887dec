from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from crm.sales.models import Order, Quotation, QuotationMail
from crm.sales.services.orders import delete_draft
from crm.sales.services.quotations import (
    change_quotation,
    delete_quotation,
    lose_quotation,
    order_from_quotation,
    revise_quotation,
    send_quotation,
    win_quotation,
)
from suite.core import clock
from suite.core.errors import BusinessError
from suite.core.models import DocumentLink
from suite.masterdata.models import Product
from tests.crm.sales.shop import Shop, line


def test_a_quotation_is_priced_like_an_order_and_valid_for_the_usual_time(shop: Shop, lamp: Product) -> None:
    quotation = shop.quotation(line(lamp, "3"))

    assert quotation.number.startswith("QT")
    assert (quotation.net, quotation.tax_amount, quotation.gross) == (300, 39, 339)
    assert quotation.valid_until == clock.today(shop.company) + timedelta(days=30)
    assert quotation.owner_id == shop.rep.user_id


def test_sending_queues_one_mail_to_the_customer(shop: Shop, lamp: Product) -> None:
    quotation = shop.quotation(line(lamp))

    send_quotation(quotation_id=quotation.pk, actor=shop.rep, message="As discussed")

    quotation.refresh_from_db()
    mail = QuotationMail.objects.get()
    assert (quotation.status, mail.to, mail.message) == ("sent", "buyer@huawei.example", "As discussed")
    assert quotation.sent_at is not None


def test_without_a_mail_address_a_quotation_is_not_mailed_but_may_be_marked_as_sent(shop: Shop, lamp: Product) -> None:
    quotation = shop.quotation(line(lamp), party=shop.add_customer("nobody's", owner=shop.rep))

    with pytest.raises(BusinessError) as refused:
        send_quotation(quotation_id=quotation.pk, actor=shop.rep)
    assert refused.value.code == "no_address"
    with pytest.raises(ValidationError):
        send_quotation(quotation_id=quotation.pk, actor=shop.rep, to="not an address")

    send_quotation(quotation_id=quotation.pk, actor=shop.rep, by_mail=False)

    quotation.refresh_from_db()
    assert quotation.status == "sent"
    assert not QuotationMail.objects.exists()


def test_what_was_sent_is_not_changed_but_revised(shop: Shop, lamp: Product) -> None:
    first = shop.quotation(line(lamp, "3", "100"))
    send_quotation(quotation_id=first.pk, actor=shop.rep)

    with pytest.raises(BusinessError):
        change_quotation(quotation_id=first.pk, actor=shop.rep, note="cheaper")
    second = revise_quotation(quotation_id=first.pk, actor=shop.rep)
    change_quotation(quotation_id=second.pk, actor=shop.rep, lines=[line(lamp, "3", "90")])

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.gross) == ("replaced", 300)
    assert (second.status, second.gross, second.revision) == ("draft", 270, 2)
    assert (second.number, str(second)) == (first.number, f"{first.number}-2")
    assert DocumentLink.objects.filter(from_id=first.pk, to_id=second.pk, relation="revision").exists()


def test_throwing_a_revision_away_brings_the_sent_one_back(shop: Shop, lamp: Product) -> None:
    first = shop.quotation(line(lamp))
    send_quotation(quotation_id=first.pk, actor=shop.rep)
    second = revise_quotation(quotation_id=first.pk, actor=shop.rep)

    delete_quotation(quotation_id=second.pk, actor=shop.rep)

    first.refresh_from_db()
    assert first.status == "sent"
    assert not DocumentLink.objects.exists()


def test_the_order_has_the_very_lines_that_were_quoted(shop: Shop, lamp: Product) -> None:
    quotation = shop.quotation(
        line(lamp, "3", "33.33"), line(lamp, "7", discount=Decimal(50), description="floor model"), actor=shop.manager
    )
    send_quotation(quotation_id=quotation.pk, actor=shop.manager)
    lamp.sale_price = Decimal(500)
    lamp.save()

    order = order_from_quotation(quotation_id=quotation.pk, actor=shop.rep, customer_reference="PO-7")

    columns = ("position", "product", "quantity", "unit_price", "discount", "net", "tax_amount", "gross", "description")
    assert list(order.lines.values_list(*columns)) == list(quotation.lines.values_list(*columns))
    quotation.refresh_from_db()
    assert (quotation.status, order.gross, order.customer_reference) == ("won", quotation.gross, "PO-7")
    assert DocumentLink.objects.filter(from_id=quotation.pk, to_id=order.pk).exists()


def test_a_quotation_becomes_one_order_however_often_it_is_asked_for(shop: Shop, lamp: Product) -> None:
    quotation = shop.quotation(line(lamp))
    order = order_from_quotation(quotation_id=quotation.pk, actor=shop.rep)

    with pytest.raises(BusinessError) as refused:
        order_from_quotation(quotation_id=quotation.pk, actor=shop.rep)

    assert refused.value.code == "already_ordered"
    assert order.number in str(refused.value)
    assert Order.objects.count() == 1


def test_throwing_the_order_away_opens_the_quotation_again(shop: Shop, lamp: Product) -> None:
    quotation = shop.quotation(line(lamp))
    send_quotation(quotation_id=quotation.pk, actor=shop.rep)
    order = order_from_quotation(quotation_id=quotation.pk, actor=shop.rep)

    delete_draft(order_id=order.pk, actor=shop.rep)

    quotation.refresh_from_db()
    assert quotation.status == "sent"


@pytest.mark.parametrize(("close", "status"), [(win_quotation, "won"), (lose_quotation, "lost")])
def test_a_quotation_is_won_or_lost_once(shop: Shop, lamp: Product, close, status: str) -> None:
    quotation = shop.quotation(line(lamp))

    close(quotation_id=quotation.pk, actor=shop.rep, reason="price")

    assert Quotation.objects.get(pk=quotation.pk).status == status
    with pytest.raises(BusinessError):
        close(quotation_id=quotation.pk, actor=shop.rep)


def test_ordering_takes_as_many_statements_for_one_line_as_for_a_hundred(shop: Shop, lamp: Product) -> None:
    def statements(lines: int) -> int:
        quotation = shop.quotation(*[line(lamp)] * lines)
        with CaptureQueriesContext(connection) as captured:
            order_from_quotation(quotation_id=quotation.pk, actor=shop.rep)
        return len(captured)

    statements(1)

    assert statements(1) == statements(100) <= 12


def test_a_quotation_is_valid_on_its_own_day_at_least(shop: Shop, lamp: Product) -> None:
    today = clock.today(shop.company)
    yesterday = today - timedelta(days=1)

    with pytest.raises(BusinessError) as refused:
        shop.quotation(line(lamp), valid_until=yesterday)
    quotation = shop.quotation(line(lamp), valid_until=today)
    with pytest.raises(BusinessError) as refused_later:
        change_quotation(quotation_id=quotation.pk, actor=shop.rep, valid_until=yesterday)

    for error in (refused, refused_later):
        assert [(each.code, each.field) for each in error.value.refusals] == [("valid_until", "valid_until")]
    with pytest.raises(IntegrityError, match="crm_quotation_valid_a_day"):
        Quotation.objects.filter(pk=quotation.pk).update(valid_until=yesterday)
