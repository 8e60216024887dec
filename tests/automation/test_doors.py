from decimal import Decimal

import pytest
from django.test import Client

from erp.procurement.models import Requisition
from erp.procurement.services import Wish, create_requisition, submit_requisitions
from suite.automation.models import Approval
from suite.core import outbox
from suite.core.access import Actor
from suite.desk.models import Notification
from tests import make

URL = "/api/v1/automation/approvals/"


@pytest.fixture
def approval(planner: Actor, buyer: Actor) -> Approval:
    wish = Wish(make.product(planner.company).pk, Decimal(1), price=Decimal(20000))
    requisition = create_requisition(lines=[wish], actor=planner)
    submit_requisitions(requisition_ids=[requisition.pk], actor=planner)
    return Approval.objects.get()


def signed_in(actor: Actor) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(actor.user, backend="suite.core.auth.CompanyBackend")
    return client


def test_the_api_lists_what_waits_for_me_and_takes_my_decision(approval: Approval, buyer: Actor, boss: Actor) -> None:
    waiting = make.client(buyer).get(URL, {"mine": "true"}).json()["results"]

    first = make.client(buyer).post(f"{URL}{approval.pk}/approve/", {"note": "Fine"}, format="json")
    second = make.client(boss).post(f"{URL}{approval.pk}/approve/", {}, format="json")

    assert [row["number"] for row in waiting] == [approval.number]
    assert (first.status_code, first.json()["status"]) == (200, "waiting")
    assert (second.json()["status"], [step["note"] for step in second.json()["steps"]]) == ("approved", ["Fine", ""])
    assert Requisition.objects.get().status == Requisition.Status.APPROVED


def test_the_api_refuses_who_is_not_asked(approval: Approval, planner: Actor, warehouse: Actor) -> None:
    asker = make.client(planner).post(f"{URL}{approval.pk}/approve/", {}, format="json")
    stranger = make.client(warehouse).post(f"{URL}{approval.pk}/approve/", {}, format="json")

    assert (asker.status_code, asker.json()["code"]) == (409, "not_your_step")
    assert stranger.status_code == 404


def test_the_pages_show_the_approval_and_take_the_decision(approval: Approval, buyer: Actor) -> None:
    browser = signed_in(buyer)

    listed = browser.get("/automation/approvals/?view=mine")
    page = browser.get(f"/automation/approvals/{approval.pk}/")
    block = browser.get("/desk/workbench/approvals/")
    decided = browser.post(f"/automation/approvals/{approval.pk}/reject/", {"reason": "Too dear"})

    for answer in (listed, page, block):
        assert answer.status_code == 200
        assert approval.number in answer.content.decode()
    assert decided.status_code == 302
    assert Requisition.objects.get().status == Requisition.Status.REJECTED


def test_who_is_asked_gets_a_notice_and_who_asked_gets_the_answer(
    approval: Approval, planner: Actor, buyer: Actor
) -> None:
    outbox.relay()
    told = Notification.objects.get(user=buyer.user)

    signed_in(buyer).post(f"/automation/approvals/{approval.pk}/reject/", {"reason": "Too dear"})
    outbox.relay()

    assert "20,000.00" in told.title
    assert "rejected" in Notification.objects.get(user=planner.user).title
