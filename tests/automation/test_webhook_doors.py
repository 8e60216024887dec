"""Webhooks through the API and the admin pages."""

import pytest
from django.test import Client

from suite.automation.api import WebhookViewSet
from suite.automation.models import Webhook, WebhookDelivery
from suite.automation.services import webhooks
from suite.core import outbox
from tests import make
from tests.receiver import Receiver

URL = "/api/v1/automation/webhooks/"
SENT = "/api/v1/automation/webhook-deliveries/"
ADMIN = "/admin/automation/webhook/"


@pytest.fixture
def admin(company):
    return make.actor(company, "administrator", username="admin")


@pytest.fixture
def api(company):
    return make.client(make.actor(company, "integrator", username="api"))


@pytest.fixture
def pages(admin):
    client = Client()
    client.force_login(admin.user, backend="suite.core.auth.CompanyBackend")
    return client


def test_a_system_sets_up_its_webhook_and_reads_what_came_of_it(api, admin, open_house):
    with Receiver(200, b"ok") as receiver:
        made = api.post(
            URL, {"name": "Shop", "url": receiver.url, "events": ["masterdata.party.created"]}, format="json"
        )
        tested = api.post(f"{URL}{made.json()['id']}/test/")
        webhooks.send_due()
    secret = api.get(f"{URL}{made.json()['id']}/secret/").json()["secret"]
    sent = api.get(SENT, {"webhook": made.json()["id"]}).json()["results"]

    assert (made.status_code, tested.status_code) == (201, 200)
    assert "secret" not in made.json()
    assert secret == Webhook.objects.get().secret
    assert [(row["event"], row["status"], row["answer"]) for row in sent] == [
        ("automation.webhook.tested", "delivered", "ok")
    ]
    assert len(receiver.requests) == 1


def test_it_is_changed_paused_resumed_and_removed(api):
    pk = api.post(URL, {"name": "Shop", "url": "https://example.com/"}, format="json").json()["id"]
    old = Webhook.objects.get().secret

    changed = api.patch(f"{URL}{pk}/", {"events": ["desk.task.completed"]}, format="json").json()
    states = [api.post(f"{URL}{pk}/{act}/").json()["status"] for act in ("pause", "resume")]
    rotated = api.post(f"{URL}{pk}/rotate/").json()

    assert (changed["name"], changed["events"]) == ("Shop", ["desk.task.completed"])
    assert states == ["paused", "active"]
    assert rotated["rotated_until"] is not None
    assert Webhook.objects.get().secret != old
    assert api.delete(f"{URL}{pk}/").status_code == 204
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("url", {"url": "http://192.168.1.1/"}),
        ("url", {"url": "javascript:alert(1)"}),
        ("events", {"events": ["x"]}),
        ("events", {"events": "all"}),
        ("secret", {"secret": "mine"}),
        ("name", {"name": "x" * 200}),
    ],
)
def test_bad_input_is_400_at_its_field(api, field, values):
    answer = api.post(URL, {"name": "Shop", "url": "https://example.com/", **values}, format="json")

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not Webhook.objects.exists()


def test_a_delivery_is_sent_again_by_the_api(api, admin):
    api.post(URL, {"name": "Shop", "url": "https://example.com/"}, format="json")
    make.party(admin.company)
    outbox.relay()
    WebhookDelivery.objects.update(status="given_up")
    pk = WebhookDelivery.objects.first().pk

    answer = api.post(f"{SENT}{pk}/redeliver/")

    assert (answer.status_code, answer.json()["status"]) == (200, "waiting")


def test_a_rep_and_another_company_have_no_webhooks(api, company, other_company, rep):
    pk = api.post(URL, {"name": "Shop", "url": "https://example.com/"}, format="json").json()["id"]
    stranger = make.client(make.actor(other_company, "integrator"))

    assert make.client(rep).get(URL).status_code == 403
    assert stranger.get(URL).json()["results"] == []
    assert [stranger.get(f"{URL}{pk}/{tail}").status_code for tail in ("", "secret/")] == [404, 404]
    assert stranger.post(f"{URL}{pk}/rotate/").status_code == 404


def test_the_admin_makes_one_and_shows_its_secret_to_who_may_change_it(pages, company):
    form = {
        "kind": "system",
        "name": "Shop",
        "url": "https://example.com/hook",
        "events": ["crm.sales.order.confirmed"],
    }
    made = pages.post(f"{ADMIN}add/", form)
    hook = Webhook.objects.get()
    shown = pages.get(f"{ADMIN}{hook.pk}/change/").content.decode()
    listed = pages.get(ADMIN).content.decode()
    reader = Client()
    reader.force_login(make.user(company, "executive"), backend="suite.core.auth.CompanyBackend")
    read = reader.get(f"{ADMIN}{hook.pk}/change/").content.decode()

    assert made.status_code == 302
    assert hook.events == ["crm.sales.order.confirmed"]
    assert hook.secret in shown
    assert "Order: Confirmed" in listed
    assert "https://example.com/hook" in read
    assert hook.secret not in read


def test_the_admin_says_what_is_wrong_at_its_field(pages):
    answer = pages.post(f"{ADMIN}add/", {"kind": "system", "name": "Shop", "url": "http://localhost/", "events": []})

    assert "This address is not public" in answer.content.decode()
    assert not Webhook.objects.exists()


def test_the_admin_shows_what_was_sent(pages, admin):
    webhooks.create_webhook(name="Shop", url="https://example.com/", actor=admin)
    make.party(admin.company)
    outbox.relay()
    delivery = WebhookDelivery.objects.first()

    listed = pages.get("/admin/automation/webhookdelivery/").content.decode()
    shown = pages.get(f"/admin/automation/webhookdelivery/{delivery.pk}/change/").content.decode()

    assert "Party: Created" in listed
    assert f"/admin/automation/webhookdelivery/{delivery.pk}/change/" in listed
    assert str(delivery.key) in shown


def test_a_robot_is_set_up_by_the_api_and_its_key_is_not_told_again(api):
    robot = {"kind": "wecom", "name": "Group", "url": "https://qyapi.example.com/send?key=k1", "secret": ""}
    made = api.post(URL, robot, format="json")
    pk = made.json()["id"]
    changed = api.patch(f"{URL}{pk}/", {"name": "Sales"}, format="json")
    other = api.patch(f"{URL}{pk}/", {"kind": "system"}, format="json")

    assert (made.status_code, made.json()["url"]) == (201, "https://qyapi.example.com/…")
    assert (changed.json()["name"], Webhook.objects.get().url) == ("Sales", robot["url"])
    assert other.status_code == 400
    assert api.get(f"{URL}{pk}/secret/").json() == {"secret": ""}


def test_the_admin_sets_up_a_robot_and_shows_its_secret_to_nobody(pages):
    form = {
        "kind": "dingtalk",
        "name": "Group",
        "url": "https://oapi.example.com/send?token=tok4711",
        "robot_secret": "SECdemo",
    }
    pages.post(f"{ADMIN}add/", form)
    hook = Webhook.objects.get()
    shown = pages.get(f"{ADMIN}{hook.pk}/change/").content.decode()
    listed = pages.get(ADMIN).content.decode()
    pages.post(f"{ADMIN}{hook.pk}/change/", {"name": "Sales", "url": hook.url, "robot_secret": ""})
    hook.refresh_from_db()

    assert (hook.kind, hook.secret, hook.name) == ("dingtalk", "SECdemo", "Sales")
    assert "SECdemo" not in shown
    assert "tok4711" not in listed


def test_the_admin_refuses_a_secret_for_a_system_where_it_was_typed(pages):
    form = {"kind": "system", "name": "Shop", "url": "https://example.com/", "robot_secret": "mine"}

    answer = pages.post(f"{ADMIN}add/", form)

    assert answer.context["adminform"].form.errors["robot_secret"] == ["The secret of another system is made here"]


@pytest.mark.parametrize("act", ["", "pause/", "resume/", "rotate/"])
def test_what_is_removed_meanwhile_is_not_there(api, monkeypatch, act):
    pk = api.post(URL, {"name": "Shop", "url": "https://example.com/"}, format="json").json()["id"]
    found = WebhookViewSet.get_object

    def lost(view):
        row = found(view)
        Webhook.objects.filter(pk=row.pk).delete()
        return row

    monkeypatch.setattr(WebhookViewSet, "get_object", lost)
    answer = api.post(f"{URL}{pk}/{act}") if act else api.patch(f"{URL}{pk}/", {"name": "New"}, format="json")

    assert answer.status_code == 404
