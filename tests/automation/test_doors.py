from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from erp.procurement.models import Requisition
from erp.procurement.services import Wish, create_requisition, submit_requisitions
from suite.automation.models import Approval, ApprovalRule
from suite.core import clock, outbox
from suite.core.access import Actor
from suite.core.models import Role
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


def test_the_api_asks_back_answers_hands_over_adds_signers_and_withdraws(
    approval: Approval, planner: Actor, buyer: Actor, boss: Actor
) -> None:
    asker, asked, url = make.client(planner), make.client(buyer), f"{URL}{approval.pk}/"
    friend = make.actor(planner.company, "rep", username="friend")

    def post(client: APIClient, verb: str, **body: object) -> Any:
        return client.post(f"{url}{verb}/", body, format="json")

    asked_back = post(asked, "send_back", note="Why?")
    blank = post(asker, "answer", note="")
    answered = post(asker, "answer", note="Two shops")
    added = post(asked, "add_signer", to=friend.user.pk, before=False, note="Quality")
    handed = post(asked, "hand_over", to=planner.user.pk)
    over = post(asked, "hand_over", to=make.actor(planner.company, "accountant").user.pk)
    withdrawn = post(asker, "withdraw")

    assert (asked_back.json()["status"], asked_back.json()["question"]) == ("returned", "Why?")
    assert (blank.status_code, list(blank.json())) == (400, ["note"])
    assert answered.json()["steps"][0]["answer"] == "Two shops"
    assert [step["user"] for step in added.json()["steps"]] == [None, None, friend.user.pk, None]
    assert (handed.status_code, list(handed.json())) == (400, ["to"])
    assert over.json()["steps"][-1]["role"] == "executive"
    assert withdrawn.json()["status"] == "withdrawn"
    assert Requisition.objects.get().status == Requisition.Status.DRAFT


def test_the_api_decides_many_at_once_or_none(approval: Approval, buyer: Actor) -> None:
    client = make.client(buyer)

    unknown = client.post(f"{URL}decide/", {"approvals": [approval.pk, 999999], "approve": True}, format="json")
    done = client.post(f"{URL}decide/", {"approvals": [approval.pk], "approve": True, "note": "Fine"}, format="json")

    assert (unknown.status_code, list(unknown.json())) == (400, ["approvals"])
    assert [row["steps"][0]["status"] for row in done.json()] == ["approved"]


def test_the_api_lists_what_i_asked_for(approval: Approval, planner: Actor, buyer: Actor) -> None:
    mine = make.client(planner).get(URL, {"asked": "true"}).json()["results"]
    others = make.client(buyer).get(URL, {"asked": "true"}).json()["results"]

    assert ([row["id"] for row in mine], others) == ([approval.pk], [])


def test_the_api_keeps_rules_and_refuses_nonsense_at_its_field(admin: Actor) -> None:
    url, client = "/api/v1/automation/approval-rules/", make.client(admin)
    rule = {
        "kind": "erp_procurement.requisition", "from_amount": "50000", "conditions": {"origin": "manual"},
        "together": "any", "steps": [{"who": "manager"}, {"who": "person", "user": admin.user.pk, "hours": 24}],
    }  # fmt: skip

    made = client.post(url, rule, format="json")
    bad = client.post(url, rule | {"from_amount": "6", "conditions": {"origin": "mars"}}, format="json")
    twice = client.post(url, rule, format="json")
    changed = client.patch(f"{url}{made.json()['id']}/", {"conditions": {}}, format="json")
    gone = client.delete(f"{url}{made.json()['id']}/")

    assert (made.status_code, made.json()["conditions"]) == (201, {"origin": "manual"})
    assert (bad.status_code, list(bad.json())) == (400, ["conditions"])
    assert twice.status_code == 400
    assert (changed.json()["conditions"], len(changed.json()["steps"])) == ({}, 2)
    assert gone.status_code == 204


def test_one_stands_in_by_api_and_page(buyer: Actor, planner: Actor) -> None:
    url, today = "/api/v1/automation/delegations/", clock.today(buyer.company)
    browser = signed_in(buyer)

    made = make.client(buyer).post(
        url, {"to": planner.user.pk, "first_day": str(today), "last_day": str(today)}, format="json"
    )
    typed = {"to": str(planner.user.pk), "first_day": str(today), "last_day": str(today)}
    refused = browser.post("/automation/delegations/new/", typed)
    listed = browser.get("/automation/delegations/")

    assert made.status_code == 201
    assert (refused.status_code, "stands in already" in refused.content.decode()) == (409, True)
    assert "planner" in listed.content.decode()
    assert make.client(buyer).delete(f"{url}{made.json()['id']}/").status_code == 204


def test_the_page_shows_what_changed_and_takes_questions_and_answers(
    approval: Approval, planner: Actor, buyer: Actor
) -> None:
    asked, asker, url = signed_in(buyer), signed_in(planner), f"/automation/approvals/{approval.pk}/"
    Requisition.objects.update(amount=Decimal(30000))

    changed = asked.get(url).content.decode()
    refused = asked.post(f"{url}approve/", follow=True).content.decode()
    asked.post(f"{url}send-back/", {"reason": "Why more?"})
    question = asker.get(url).content.decode()
    asker.post(f"{url}answer/", {"reason": "So it is"})
    form = asked.post(f"{url}hand-over/").content.decode()

    assert "20,000.00 → 30,000.00" in changed
    assert "submitted again" in refused
    assert "Why more?" in question
    assert "So it is" in asked.get(url).content.decode()
    assert 'name="to"' in form


def test_an_administrator_sets_conditions_of_a_rule_on_its_page(admin: Actor) -> None:
    browser = signed_in(admin)
    rule = ApprovalRule.objects.get(kind="erp_procurement.requisition", from_amount=0)
    role = Role.objects.get(company=admin.company, code="accountant")
    url = f"/admin/automation/approvalrule/{rule.pk}/change/"

    page = browser.get(url).content.decode()
    saved = browser.post(
        url,
        {
            "from_amount": "0", "together": "any", "if_origin": ["manual", "order"],
            "steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0", "steps-0-position": "1", "steps-0-who": "role",
            "steps-0-role": str(role.pk),
        },
    )  # fmt: skip

    rule.refresh_from_db()
    assert 'name="if_origin"' in page
    assert saved.status_code == 302, saved.content.decode()
    assert (rule.conditions, rule.together) == ({"origin": "manual,order"}, "any")
    assert [step.role for step in rule.steps.all()] == [role]
