"""Groups are told by the robots of their platform, signed as each platform wants it."""

import datetime as dt
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError

from suite.automation.models import Webhook, WebhookDelivery
from suite.automation.services import webhooks
from suite.core import clock, outbox, robots
from suite.core.acts import acting, current_act
from suite.core.errors import BusinessError
from suite.core.models import AuditRow
from suite.desk.models import Task
from tests import make
from tests.receiver import Receiver

GOOD = {"wecom": b'{"errcode": 0}', "dingtalk": b'{"errcode": 0, "errmsg": "ok"}', "feishu": b'{"code": 0}'}
ROBOTS = list(GOOD)


@pytest.fixture
def admin(company):
    return make.actor(company, "administrator", username="admin")


def robot(admin, kind, url, secret="SECdemo"):
    return webhooks.create_webhook(
        name="Sales group", url=f"{url}/robot?key=k1", kind=kind, secret=secret, actor=admin,
        events=["desk.task.completed"],
    )  # fmt: skip


def happen(admin, pk=1):
    with acting(admin):
        current_act().announce("desk.task.completed", Task(pk=pk), {"number": "T-7"}, key="1")
    outbox.relay()


def test_the_published_signatures_are_met():
    assert robots.dingtalk_sign("SECdemo", 1700000000000) == "lOvVf9TQCVugV68mGbSZCg0gzOl1SVjxWi1MyVZCUuA="
    assert robots.feishu_sign("SECdemo", 1700000000) == "U1q8KAchlt+ocM9vRG/rtwroY6XMkyjtyUV9XOpczwI="


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_group_reads_what_happened_and_where_it_is(admin, open_house, settings, kind):
    settings.PUBLIC_URL = "https://erp.example.com"
    with Receiver(200, GOOD[kind]) as receiver:
        robot(admin, kind, receiver.url)
        happen(admin, pk=5)
        webhooks.send_due()

    (request,) = receiver.requests
    body = json.loads(request.body)
    text = body["content"]["text"] if kind == "feishu" else body["text"]["content"]
    assert text == "Task: Done T-7\nhttps://erp.example.com/desk/tasks/5/"
    assert WebhookDelivery.objects.get().status == "delivered"


def test_dingtalk_is_signed_in_the_address_and_feishu_in_the_body(admin, open_house):
    with Receiver(200, GOOD["dingtalk"]) as ding, Receiver(200, GOOD["feishu"]) as fei:
        robot(admin, "dingtalk", ding.url)
        robot(admin, "feishu", fei.url)
        happen(admin)
        webhooks.send_due()

    query = parse_qs(urlsplit(ding.requests[0].path).query)
    body = json.loads(fei.requests[0].body)
    assert query["key"] == ["k1"]
    assert query["sign"] == [robots.dingtalk_sign("SECdemo", int(query["timestamp"][0]))]
    assert body["sign"] == robots.feishu_sign("SECdemo", int(body["timestamp"]))


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_a_robot_without_a_secret_does_not_sign(admin, open_house, kind):
    with Receiver(200, GOOD[kind]) as receiver:
        robot(admin, kind, receiver.url, secret="")
        happen(admin)
        webhooks.send_due()

    (request,) = receiver.requests
    assert "sign" not in request.path
    assert "sign" not in json.loads(request.body)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [("wecom", b'{"errcode": 93000}'), ("dingtalk", b'{"errcode": 310000}'), ("feishu", b'{"code": 19021}'),
     ("wecom", b"<html>"), ("feishu", b"[]")],
)  # fmt: skip
def test_a_refusal_inside_a_good_answer_is_a_failure(admin, open_house, kind, answer):
    with Receiver(200, answer) as receiver:
        robot(admin, kind, receiver.url)
        happen(admin)
        webhooks.send_due()

    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.code) == ("waiting", 200)
    assert delivery.error.startswith("HTTP 200")


def test_a_robot_says_no_more_than_twenty_messages_a_minute(admin, open_house, monkeypatch):
    now, passed = clock.now, [dt.timedelta()]
    monkeypatch.setattr(clock, "now", lambda: now() + passed[0])
    with Receiver(200, GOOD["wecom"]) as receiver:
        robot(admin, "wecom", receiver.url)
        for pk in range(1, 31):
            happen(admin, pk)
        while webhooks.send_due():
            pass
        assert len(receiver.requests) == 20
        passed[0] += dt.timedelta(seconds=61)
        while webhooks.send_due():
            pass

    assert len(receiver.requests) == 30


def test_the_key_in_an_address_and_the_secret_stay_out_of_the_trail(admin):
    hook = robot(admin, "wecom", "https://qyapi.example.com")
    webhooks.change_webhook(webhook=hook, url="https://qyapi.example.com/robot?key=k2", secret="SECnew", actor=admin)

    trail = str(list(AuditRow.objects.values()))

    assert Webhook.objects.get().secret == "SECnew"
    assert not any(each in trail for each in ("k1", "k2", "SECdemo", "SECnew"))


def test_the_secret_of_a_robot_is_its_platforms_and_that_of_a_system_is_ours(admin):
    hook = robot(admin, "feishu", "https://open.example.com")

    with pytest.raises(BusinessError, match="platform"):
        webhooks.rotate_secret(webhook=hook, actor=admin)
    with pytest.raises(ValidationError, match="made here"):
        webhooks.create_webhook(name="x", url="https://example.com/", secret="mine", actor=admin)
