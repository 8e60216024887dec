import datetime as dt

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from crm.customers.timeline import timeline_of
from crm.sales.models import Order, Quotation, QuotationAnswer, QuotationLink
from crm.sales.services import answering, links, mails, quotations
from crm.sales.views import quotation_links
from suite.core import clock, modules
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.models import AuditRow, IdempotencyKey, OutboxEvent
from suite.desk.models import Notification
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop, line
from tests.crm.sales.views.conftest import signed_in

MARKUP = "<script>alert(1)</script>"
QUOTATIONS = "/crm/sales/quotations/"
API = "/api/v1/crm/sales/quotations/"


@pytest.fixture(autouse=True)
def _quiet_cache() -> None:
    cache.clear()


@pytest.fixture
def offered(shop: Shop, lamp: Product) -> Quotation:
    """A quotation that was handed to the customer."""
    row = shop.quotation(line(lamp, "3"), note="30 days net")
    return quotations.send_quotation(quotation_id=row.pk, actor=shop.rep, by_mail=False)


@pytest.fixture
def secret(shop: Shop, offered: Quotation) -> str:
    return links.make_link(quotation_id=offered.pk, actor=shop.rep)


def say(secret: str, kind: str, address: str = "10.0.0.1", **data: str):
    return Client(enforce_csrf_checks=True).post(
        f"/q/{secret}/?lang=en", {"answer": kind, **data}, REMOTE_ADDR=address, headers={"User-Agent": "Phone " * 60}
    )


def status(secret: str) -> int:
    return Client().get(f"/q/{secret}/").status_code


def test_the_mail_carries_a_link_of_which_only_the_digest_is_kept(shop: Shop, lamp: Product, settings) -> None:
    settings.PUBLIC_URL = "https://crm.example"
    row = shop.quotation(line(lamp))
    quotations.send_quotation(quotation_id=row.pk, actor=shop.rep, language="en", message="As discussed")
    mails.deliver()

    (_before, found) = mail.outbox[0].body.split("https://crm.example/q/")
    secret = found.split("/")[0]
    assert len(secret) >= 43
    assert "?lang=en" in found
    assert secret not in str(list(QuotationLink.objects.values()))
    assert status(secret) == 200

    links.revoke_links(quotation_id=row.pk, actor=shop.rep)
    row.mails.update(state="queued", next_try_at=clock.now())
    mails.deliver()
    assert "/q/" not in mail.outbox[1].body  # what was revoked does not come back with another try


def test_the_customer_sees_the_paper_and_nothing_else(shop: Shop, offered: Quotation, secret: str) -> None:
    page = Client().get(f"/q/{secret}/?lang=en")
    chinese = Client().get(f"/q/{secret}/?lang=zh-hans").content.decode()
    paper = Client().get(f"/q/{secret}/pdf/?lang=en")

    text = page.content.decode()
    for word in (offered.number, "LAMP", "339.00", "30 days net", "华为", "Accept the quotation", "In words"):
        assert word in text
    assert "接受报价" in chinese
    assert not any(word in text for word in ("/crm/sales/", "csrf", "sign-in", shop.rep.user.email))
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert page["Referrer-Policy"] == paper["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert not page.cookies


def test_accepting_does_what_the_rep_does_tells_her_at_once_and_keeps_the_evidence(
    shop: Shop, offered: Quotation, secret: str
) -> None:
    answer = say(secret, "accepted", name="Li Lei", text=MARKUP)
    again = say(secret, "refused", text="No")

    order, row = Order.objects.get(), QuotationAnswer.objects.get()
    offered.refresh_from_db()
    assert (answer.status_code, again.status_code) == (302, 302)
    assert (offered.status, order.status, order.quotation_id, order.gross) == ("won", "draft", offered.pk, 339)
    assert order.owner_id == shop.rep.user_id
    assert (row.kind, row.name, row.text, row.address, len(row.agent)) == (
        "accepted", "Li Lei", MARKUP, "10.0.0.1", 200,
    )  # fmt: skip
    told = Notification.objects.get(kind="quotation_answered")
    assert (told.user_id, told.subject_id) == (shop.rep.user_id, offered.pk)
    assert "Li Lei" in str(told.title)
    assert AuditRow.objects.filter(kind="crm_sales.quotation", action="accepted", object_id=offered.pk).count() == 1
    assert OutboxEvent.objects.filter(event="crm.sales.quotation.accepted").count() == 1
    lines = timeline_of(actor=shop.rep, party_id=shop.customer.pk).rows
    assert [(each.who, each.text) for each in lines if each.kind == "quotation_answer"] == [("Li Lei", MARKUP)]
    strangers = timeline_of(actor=shop.other_rep, party_id=shop.customer.pk).rows
    assert not [each for each in strangers if each.kind == "quotation_answer"]
    thanks = Client().get(f"/q/{secret}/?lang=en").content.decode()
    page = signed_in(shop.rep).get(f"{QUOTATIONS}{offered.pk}/").content.decode()
    assert "is accepted" in thanks
    assert "Accept the quotation" not in thanks
    assert all(word in page for word in ("Li Lei", "10.0.0.1", "Phone Phone"))
    assert MARKUP not in thanks + page


def test_refusing_loses_it_with_the_reason(shop: Shop, offered: Quotation, secret: str) -> None:
    wrong = say(secret, "refused", text=" ")
    said = say(secret, "refused", text="Too dear")

    offered.refresh_from_db()
    assert (wrong.status_code, said.status_code, offered.status) == (400, 302, "lost")
    assert not Order.objects.exists()
    assert AuditRow.objects.filter(kind="crm_sales.quotation", action="lost", reason="Too dear").exists()
    assert "is refused" in Client().get(f"/q/{secret}/?lang=en").content.decode()


def test_what_is_wrong_is_said_at_its_field_and_changes_nothing(offered: Quotation, secret: str) -> None:
    answers = [
        say(secret, "accepted"),
        say(secret, "accepted", name="x" * 101),
        say(secret, "accepted", name="\x00"),
        say(secret, "confirmed", name="Li Lei"),
        say(secret, "accepted", name="Li Lei", text="x" * 2001),
    ]

    assert [answer.status_code for answer in answers] == [400] * 5
    assert 'class="error"' in answers[0].content.decode()
    assert not QuotationAnswer.objects.exists()


def test_a_link_that_has_ended_is_like_one_that_never_was(
    shop: Shop, offered: Quotation, secret: str, lamp: Product
) -> None:
    guessed = Client().get(f"/q/{'A' * 43}/?lang=en")
    later = dt.timedelta(days=40)

    def gone() -> bool:
        page = Client().get(f"/q/{secret}/?lang=en")
        sent = say(secret, "accepted", name="Li Lei")
        paper = Client().get(f"/q/{secret}/pdf/?lang=en")
        return (
            all((each.status_code, each.content) == (404, guessed.content) for each in (page, sent, paper))
            and not Order.objects.exists()
        )

    with clock.at(clock.now() + later):
        assert gone()
        with pytest.raises(BusinessError) as refused:
            links.make_link(quotation_id=offered.pk, actor=shop.rep)
    assert refused.value.code == "over"
    modules.switch(label="crm_sales", on=False, actor=shop.system)
    assert gone()
    modules.switch(label="crm_sales", on=True, actor=shop.system)
    assert status(secret) == 200
    revision = quotations.revise_quotation(quotation_id=offered.pk, actor=shop.rep)
    assert gone()
    quotations.delete_quotation(quotation_id=revision.pk, actor=shop.rep)
    assert gone()  # the old version is valid again, its links are not
    secret = links.make_link(quotation_id=offered.pk, actor=shop.rep)
    assert links.revoke_links(quotation_id=offered.pk, actor=shop.rep) == 1
    assert gone()
    secret = links.make_link(quotation_id=offered.pk, actor=shop.rep)
    quotations.lose_quotation(quotation_id=offered.pk, actor=shop.rep)
    assert gone()


def test_only_what_was_rightly_sent_is_accepted(shop: Shop, lamp: Product) -> None:
    draft = shop.quotation(line(lamp, discount=99))

    with pytest.raises(BusinessError):
        links.make_link(quotation_id=draft.pk, actor=shop.rep)
    with pytest.raises(BusinessError) as refused:
        quotations.send_quotation(quotation_id=draft.pk, actor=shop.rep, by_mail=False)
    assert refused.value.code == "discount_too_high"
    assert not QuotationLink.objects.exists()


def test_a_link_revoked_while_it_is_read_does_not_accept(shop: Shop, offered: Quotation, secret: str) -> None:
    link = links.find(secret)
    assert link
    links.revoke_links(quotation_id=offered.pk, actor=shop.rep)

    with pytest.raises(BusinessError):
        answering.answer(link=link, kind="accepted", name="Li Lei", actor=Actor.system(shop.company))
    assert not Order.objects.exists()


def test_what_a_contract_is_being_written_of_is_not_accepted_beside_it(
    shop: Shop, offered: Quotation, secret: str
) -> None:
    from crm.sales.services import contracts

    contracts.contract_from_quotation(quotation_id=offered.pk, actor=shop.rep)

    answer = say(secret, "accepted", name="Li Lei")

    assert answer.status_code == 409
    assert "ask your contact" in answer.content.decode()
    assert not Order.objects.exists()
    assert not QuotationAnswer.objects.exists()


def test_a_hammered_link_answers_plainly_and_lets_others_in(offered: Quotation, secret: str) -> None:
    answers = [say(secret, "accepted").status_code for _n in range(quotation_links.ANSWERS + 1)]
    guesses = [Client().get("/q/guess/", REMOTE_ADDR="10.0.0.3").status_code for _n in range(quotation_links.PAGES + 1)]

    assert answers == [400] * quotation_links.ANSWERS + [429]
    assert guesses == [404] * quotation_links.PAGES + [429]
    assert say(secret, "accepted", address="10.0.0.2", name="Li Lei").status_code == 302


def test_a_rep_gets_a_link_once_and_revokes_it(shop: Shop, offered: Quotation) -> None:
    here = f"{QUOTATIONS}{offered.pk}/link/"
    mei, tom = signed_in(shop.rep), signed_in(shop.other_rep)

    mei.post(here)
    shown = mei.get(here).content.decode()
    later = mei.get(here).content.decode()
    secret = shown.split("/q/")[1].split("/")[0]
    assert status(secret) == 200
    assert secret not in later
    assert tom.get(here).status_code == tom.post(here).status_code == 404
    mei.post(here, {"revoke": "1"})
    assert status(secret) == 404
    assert here in mei.get(f"{QUOTATIONS}{offered.pk}/").content.decode()


def test_other_systems_make_and_revoke_links_and_read_the_answer(shop: Shop, offered: Quotation) -> None:
    mei: APIClient = make.client(shop.rep)
    here = f"{API}{offered.pk}/link/"

    made = mei.post(here, headers={"Idempotency-Key": "k"})
    address = made.data["address"]
    before = mei.get(f"{API}{offered.pk}/").data["answer"]
    say(address.split("/q/")[1].strip("/"), "accepted", name="Li Lei")
    after = mei.get(f"{API}{offered.pk}/").data["answer"]

    assert made.status_code == 201
    assert not IdempotencyKey.objects.exists()  # the secret is kept nowhere
    assert before is None
    assert (after["kind"], after["name"], after["address"]) == ("accepted", "Li Lei", "10.0.0.1")
    assert mei.post(here).status_code == 409
    assert mei.delete(here).status_code == 204
    assert make.client(shop.other_rep).post(here).status_code == 404
