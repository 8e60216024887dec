"""Other systems are told what happens: signed, again until they hear it, and no more once they are deaf."""

import datetime as dt
import hashlib
import hmac
import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suite.automation import tasks
from suite.automation.models import Webhook, WebhookDelivery
from suite.automation.services import dialects, webhooks
from suite.core import clock, outbox, outgoing
from suite.core.acts import acting, current_act
from suite.core.models import AuditRow
from suite.desk.models import Notification, Task
from tests import make
from tests.receiver import Receiver

EVENT = "masterdata.party.created"


@pytest.fixture
def admin(company):
    return make.actor(company, "administrator", username="admin")


@pytest.fixture
def later(monkeypatch):
    """Let time pass."""
    now, passed = clock.now, [dt.timedelta()]
    monkeypatch.setattr(clock, "now", lambda: now() + passed[0])

    def wait(**much):
        passed[0] += dt.timedelta(**much)

    return wait


def webhook(actor, url="https://example.com/hook", **values):
    return webhooks.create_webhook(name="Shop", url=url, actor=actor, **values)


def happen(actor, name="Northwind"):
    party = make.party(actor.company, name)
    outbox.relay()
    return party


def test_an_event_is_told_to_those_who_listen_for_it_and_only_once(admin):
    for events in ([], [EVENT], ["masterdata.product.created"]):
        webhook(admin, events=events)

    party = happen(admin)
    outbox.relay()

    found = list(WebhookDelivery.objects.filter(event=EVENT))
    assert [delivery.webhook.events for delivery in found] == [[], [EVENT]]
    told = json.loads(found[0].body)
    assert (told["event"], told["kind"], told["object_id"]) == (EVENT, "masterdata.party", party.pk)
    assert (told["company"], told["id"]) == ("acme", str(found[0].key))


def test_another_company_hears_nothing(admin, other_company):
    webhook(make.actor(other_company, "administrator"))

    happen(admin)

    assert not WebhookDelivery.objects.exists()


def test_history_is_no_news(admin):
    webhook(admin)

    with clock.at(clock.now() - dt.timedelta(days=30)):
        make.party(admin.company)
    outbox.relay()

    assert not WebhookDelivery.objects.exists()


def test_what_is_sent_can_be_checked_with_the_secret(admin, open_house):
    with Receiver(200, b"ok") as receiver:
        hook = webhook(admin, receiver.url, events=[EVENT])
        happen(admin)
        assert webhooks.send_due() == 1

    (request,) = receiver.requests
    delivery = WebhookDelivery.objects.get()
    stamp, signed = request.headers["Suite-Signature"].split(",")
    expected = hmac.new(hook.secret.encode(), stamp[2:].encode() + b"." + request.body, hashlib.sha256).hexdigest()
    assert signed == f"v1={expected}"
    assert request.headers["Suite-Delivery"] == str(delivery.key) == json.loads(request.body)["id"]
    assert (delivery.status, delivery.code, delivery.answer, delivery.attempts) == ("delivered", 200, "ok", 1)
    assert webhooks.send_due() == 0


def test_both_secrets_sign_for_three_days_after_a_rotation(admin, open_house, later):
    with Receiver(200) as receiver:
        hook = webhook(admin, receiver.url)
        old = hook.secret
        new = webhooks.rotate_secret(webhook=hook, actor=admin).secret
        for days in (0, 4):
            later(days=days)
            webhooks.send_test(webhook=Webhook.objects.get(), actor=admin)
            webhooks.send_due()

    both, one = [request.headers["Suite-Signature"].split(",") for request in receiver.requests]
    stamp, body = int(both[0][2:]), receiver.requests[0].body.decode()
    assert both[1:] == [f"v1={dialects.signature(secret, stamp, body)}" for secret in (new, old)]
    assert len(one) == 2


def test_secrets_are_sealed_in_the_database(admin):
    hook = webhook(admin)

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM automation_webhook WHERE id = %s", [hook.pk])
        (kept,) = cursor.fetchone()

    assert hook.secret.startswith("whsec_")
    assert hook.secret not in kept
    assert Webhook.objects.get().secret == hook.secret
    assert hook.secret not in str(list(AuditRow.objects.values()))


def test_a_deaf_address_is_tried_again_ever_more_seldom_and_the_receiver_can_tell_it_is_the_same(
    admin, open_house, later
):
    with Receiver(500, 500, 200) as receiver:
        webhook(admin, receiver.url, events=[EVENT])
        happen(admin)
        assert [webhooks.send_due(), webhooks.send_due()] == [1, 0]
        later(seconds=11)
        assert webhooks.send_due() == 1
        later(seconds=11)
        assert webhooks.send_due() == 0
        later(seconds=60)
        assert webhooks.send_due() == 1

    assert len({request.headers["Suite-Delivery"] for request in receiver.requests}) == 1
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.error) == ("delivered", 3, "")
    assert Webhook.objects.get().failures == 0


def test_a_delivery_that_is_never_heard_is_given_up_after_a_day(admin, open_house, later, monkeypatch):
    monkeypatch.setattr(webhooks, "PAUSE_AFTER", 100)
    with Receiver(500) as receiver:
        webhook(admin, receiver.url, events=[EVENT])
        happen(admin)
        for _attempt in range(20):
            webhooks.send_due()
            later(hours=13)

    assert len(receiver.requests) == len(webhooks.WAITS) + 1
    assert WebhookDelivery.objects.get().status == "given_up"


def test_five_failures_in_a_row_pause_an_address_and_tell_its_owner(admin, open_house, later):
    with Receiver(500) as receiver:
        hook = webhook(admin, receiver.url, events=[EVENT])
        happen(admin)
        for _attempt in range(5):
            webhooks.send_due()
            later(hours=13)
        assert webhooks.send_due() == 0

    hook.refresh_from_db()
    assert (hook.status, hook.paused_because) == ("paused", "Failed 5 times in a row")
    notice = Notification.objects.get(user=admin.user, kind="alert")
    assert "Shop" in notice.title
    assert notice.body == "HTTP 500"


def test_what_waited_for_a_paused_address_goes_when_it_is_resumed(admin, open_house):
    with Receiver(200) as receiver:
        hook = webhook(admin, receiver.url, events=[EVENT])
        webhooks.pause(webhooks=[hook.pk], actor=admin)
        happen(admin)
        assert webhooks.send_due() == 0
        webhooks.resume(webhooks=[hook.pk], actor=admin)
        assert webhooks.send_due() == 1

    assert len(receiver.requests) == 1


def test_a_delivery_is_sent_again_as_the_same_one(admin, open_house):
    with Receiver(200) as receiver:
        webhook(admin, receiver.url, events=[EVENT])
        happen(admin)
        webhooks.send_due()
        webhooks.redeliver(deliveries=[WebhookDelivery.objects.get().pk], actor=admin)
        webhooks.send_due()

    first, second = receiver.requests
    assert first.headers["Suite-Delivery"] == second.headers["Suite-Delivery"]
    assert first.body == second.body


def test_a_worker_that_dies_after_its_claim_leaves_the_delivery_to_the_next(admin, open_house, later, monkeypatch):
    with Receiver(200) as receiver:
        webhook(admin, receiver.url, events=[EVENT])
        happen(admin)
        with monkeypatch.context() as killed:
            killed.setattr(webhooks, "_note", lambda *tries: exit())
            with pytest.raises(SystemExit):
                webhooks.send_due()
        assert webhooks.send_due() == 0
        later(minutes=3)
        assert webhooks.send_due() == 1

    assert len({request.headers["Suite-Delivery"] for request in receiver.requests}) == 1
    assert WebhookDelivery.objects.get().status == "delivered"


def test_a_private_address_is_noted_as_a_failure_and_never_called(admin, monkeypatch):
    with Receiver(200) as receiver:
        monkeypatch.setattr("suite.core.outgoing.addresses", lambda host, port: ["127.0.0.1"])
        webhook(admin, receiver.url)
        happen(admin)
        webhooks.send_due()

    assert receiver.requests == []
    assert WebhookDelivery.objects.first().error == "hooks.example: not a public address"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("url", {"url": "http://10.0.0.1/"}),
        ("url", {"url": ""}),
        ("events", {"events": ["no.such.event"]}),
        ("name", {"name": ""}),
    ],
)
def test_bad_input_is_refused_at_its_field(admin, field, values):
    with pytest.raises(ValidationError) as refused:
        webhooks.create_webhook(**{"name": "Shop", "url": "https://example.com/", "actor": admin, **values})

    assert list(refused.value.message_dict) == [field]


def test_many_events_take_as_many_statements_as_one(admin):
    webhook(admin)
    counts = []
    for many in (2, 1, 20):  # the first finds out which flows are on
        with acting(admin):
            for number in range(many):
                current_act().announce("desk.task.completed", Task(pk=100 * many + number), key="1")
        with CaptureQueriesContext(connection) as statements:
            outbox.relay()
        counts.append(len(statements))

    assert counts[1] == counts[2]
    assert WebhookDelivery.objects.filter(event="desk.task.completed").count() == 23


def test_a_call_that_cannot_be_made_leaves_the_others_alone(admin, open_house, monkeypatch):
    def post(url, body, headers):
        if "bad" in url:
            raise UnicodeEncodeError("latin-1", url, 0, 1, "cannot be written")
        return outgoing.Answer(200, "")

    monkeypatch.setattr(outgoing, "post", post)
    webhook(admin, "https://bad.example/")
    webhook(admin, "https://good.example/")
    happen(admin)

    webhooks.send_due()

    told = WebhookDelivery.objects.filter(event=EVENT).order_by("webhook").values_list("status", "error")
    assert list(told) == [("waiting", "UnicodeEncodeError"), ("delivered", "")]


def test_what_happens_all_at_once_is_told_without_waiting_for_the_clock(admin, monkeypatch):
    monkeypatch.setattr(outgoing, "post", lambda *call: outgoing.Answer(200, ""))
    hook = webhook(admin)
    for _time in range(3 * webhooks.BATCH):
        webhooks.send_test(webhook=hook, actor=admin)

    assert tasks.send_webhooks() == 3 * webhooks.BATCH
    assert not WebhookDelivery.objects.exclude(status="delivered").exists()


def test_an_address_removed_while_it_is_being_called_is_gone(admin, monkeypatch):
    stays, goes = webhook(admin, "https://stays.example/"), webhook(admin, "https://goes.example/")
    happen(admin)

    def post(url, body, headers):
        Webhook.objects.filter(pk=goes.pk).delete()
        return outgoing.Answer(200, "")

    monkeypatch.setattr(outgoing, "post", post)
    monkeypatch.setattr(webhooks, "ThreadPoolExecutor", InTurn)
    webhooks.send_due()

    assert list(WebhookDelivery.objects.values_list("webhook", "status")) == [(stays.pk, "delivered")]


class InTurn:
    """Calls one after the other, in the transaction of the test."""

    def __init__(self, at_once):
        self.map = map

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass
