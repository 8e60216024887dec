from typing import Any

import pytest
from django.core import mail

from crm.sales.models import QuotationMail
from crm.sales.services import mails
from crm.sales.services.quotations import send_quotation
from suite.core import clock
from suite.masterdata.models import Product
from tests.crm.sales.shop import Shop, line


@pytest.fixture
def sent(shop: Shop, lamp: Product) -> QuotationMail:
    """A quotation on its way to the customer."""
    quotation = shop.quotation(line(lamp))
    send_quotation(quotation_id=quotation.pk, actor=shop.rep, message="As discussed", language="en")
    return QuotationMail.objects.get()


def test_the_mail_carries_the_paper_and_goes_out_once(shop: Shop, sent: QuotationMail) -> None:
    assert mails.deliver() == 1
    assert mails.deliver() == 0

    (message,) = mail.outbox
    name, content, kind = message.attachments[0]
    assert message.to == ["buyer@huawei.example"]
    assert message.reply_to == [shop.rep.user.email]
    assert message.subject == f"Quotation {sent.quotation} from Company acme"
    assert "As discussed" in message.body
    assert (name, kind, content[:5]) == (f"{sent.quotation}.pdf", "application/pdf", b"%PDF-")


def test_a_mail_that_fails_is_tried_again_later_and_given_up_in_the_end(
    shop: Shop, sent: QuotationMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError("mailbox full")

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)
    mails.deliver()
    sent.refresh_from_db()
    assert (sent.state, sent.attempts) == ("queued", 1)
    assert sent.next_try_at > clock.now()
    assert "mailbox full" in sent.error

    for _n in range(len(mails.QUEUE.waits) + 1):
        QuotationMail.objects.update(next_try_at=clock.now())
        mails.deliver()
    sent.refresh_from_db()
    assert sent.state == "failed"
    assert mail.outbox == []


def test_a_mail_left_by_a_dead_worker_goes_out_under_the_same_id(shop: Shop, sent: QuotationMail) -> None:
    mails.deliver()
    QuotationMail.objects.update(state="queued", next_try_at=clock.now())

    mails.deliver()

    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
