"""A flow asks for an approval, waits for the decision, and goes on by it: for every document that people agree to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core import mail

from crm.sales.services.contracts import create_contract
from crm.sales.services.opportunities import create_opportunity
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from crm.sales.services.quotations import create_quotation
from erp.procurement.services import LineInput as Bought
from erp.procurement.services import Wish, create_requisition
from erp.procurement.services import create_order as buy
from suite.automation import approvals as kinds
from suite.automation.models import Approval, ApprovalRule, FlowMail
from suite.automation.services import approvals, letters, rehearsal, rules
from suite.core.access import Actor
from suite.core.models import Role
from suite.masterdata.models import Contact
from tests import make
from tests.automation.flows import flow, graph, log, run_of, start, work

ASK = {"kind": "approval", "params": {}}
YES = {"kind": "notice", "params": {"who": "role", "role": "administrator", "text": "Go on with {number}"}}
NO = {"kind": "notice", "params": {"who": "role", "role": "administrator", "text": "Not {number}"}}
MAIL = {"kind": "mail", "params": {"title": "Your order {number}", "text": "Dear {party},\n{total}", "language": "en"}}


def draft(kind: str, by: Actor) -> Any:
    """A draft of a kind, made by the service of its area."""
    product = make.product(by.company, price=100)
    if kind.endswith("opportunity"):
        return create_opportunity(name="Lamps", party_id=make.customer(by).party_id, actor=by)
    if kind.endswith("contract"):
        lines = [LineInput(product.pk, Decimal(1))]
        return create_contract(party=make.customer(by).party, name="Supply", lines=lines, actor=by)
    if kind.startswith("crm_sales"):
        make_paper: Any = create_order if kind.endswith("order") else create_quotation
        return make_paper(party=make.customer(by).party, lines=[LineInput(product.pk, Decimal(1))], actor=by)
    if kind.endswith("requisition"):
        return create_requisition(lines=[Wish(product.pk, Decimal(1), price=Decimal(5))], actor=by)
    return buy(supplier=make.supplier(by.company), lines=[Bought(product.pk, Decimal(1), Decimal(5))], actor=by)


def rule(admin: Actor, kind: str, role: str = "executive") -> None:
    rules.remove_rules(rules=admin_rules(admin, kind), actor=admin)
    rules.set_rule(kind=kind, steps=[{"role": Role.objects.of(admin.company_id).get(code=role)}], actor=admin)


def admin_rules(admin: Actor, kind: str) -> list[int]:
    return list(ApprovalRule.objects.of(admin.company_id).filter(kind=kind).values_list("pk", flat=True))


def asking(admin: Actor, kind: str) -> Any:
    event = "requested" if kind.endswith("requisition") else "created"
    first = start(f"{kind.replace('_', '.', 1)}.{event}")
    ways = [("start", "", "n1"), ("n1", "approved", "n2"), ("n1", "rejected", "n3")]
    return flow(admin, graph(first, ASK, YES, NO, edges=ways), kind=kind)


@pytest.mark.parametrize("approve", [True, False])
@pytest.mark.parametrize("kind", [name for name, _label in kinds.choices()])
def test_a_flow_asks_waits_and_goes_on_by_the_decision(admin: Actor, rep: Actor, kind: str, approve: bool) -> None:
    rule(admin, kind)
    boss = make.actor(admin.company, "executive", username="boss")
    made = asking(admin, kind)

    paper = draft(kind, rep)
    work()
    run = run_of(made, paper)
    approval = Approval.objects.get(kind=kind, object_id=paper.pk)
    waiting = (run.status, run.node, approval.status, approval.requested_by)
    approvals.decide(approvals=[approval.pk], approve=approve, actor=boss)
    work()

    run.refresh_from_db()
    outcome = [("n1", "yes"), ("n2", "done")] if approve else [("n1", "no"), ("n3", "done")]
    assert waiting == ("open", "n1", "waiting", rep.user)
    assert (run.status, log(run)) == ("done", [("start", "started"), ("n1", "waits"), *outcome])


def test_a_document_that_nobody_needs_to_agree_to_goes_on_at_once(admin: Actor, rep: Actor) -> None:
    rules.remove_rules(rules=admin_rules(admin, "crm_sales.order"), actor=admin)
    made = asking(admin, "crm_sales.order")

    paper = draft("crm_sales.order", rep)
    work()

    run = run_of(made, paper)
    assert log(run) == [("start", "started"), ("n1", "yes"), ("n2", "done")]
    assert "needs no approval" in run.steps.get(node="n1").reason


def test_a_rehearsal_asks_nobody_and_counts_what_would_go_out(admin: Actor, rep: Actor) -> None:
    rule(admin, "crm_sales.order")
    order = draft("crm_sales.order", rep)
    Contact.objects.create(company=rep.company, party=order.party, name="Li", email="li@example.com", is_primary=True)
    drawn = graph(start("crm.sales.order.created"), ASK, MAIL, edges=[("start", "", "n1"), ("n1", "approved", "n2")])
    made = flow(admin, drawn, kind="crm_sales.order", on=False)

    found = rehearsal.rehearse(flow=made, actor=admin)

    assert (found.records, found.letters, found.failures) == (1, 1, [])
    assert not Approval.objects.filter(kind="crm_sales.order").exists()
    assert not FlowMail.objects.exists()


def test_a_flow_writes_once_to_the_contact_of_the_record(admin: Actor, rep: Actor) -> None:
    reached, silent, gone = (draft_party(rep, name) for name in ("li", "", "left"))
    Contact.objects.filter(name="left").update(is_archived=True)
    made = flow(admin, graph(start("crm.sales.order.created"), MAIL), kind="crm_sales.order")

    papers = [
        create_order(party=party, lines=[LineInput(make.product(rep.company).pk, Decimal(1))], actor=rep)
        for party in (reached, silent, gone)
    ]
    work()
    sent = letters.deliver(), letters.deliver()

    (message,) = mail.outbox
    assert sent == (1, 0)
    assert (message.to, message.reply_to) == (
        ["li@example.com"],
        [rep.user.email] if rep.user and rep.user.email else [],
    )
    assert (message.subject, message.body.splitlines()[0]) == (f"Your order {papers[0]}", f"Dear {reached},")
    assert [log(run_of(made, paper))[-1] for paper in papers] == [("n1", "done"), ("n1", "nothing"), ("n1", "nothing")]


def draft_party(rep: Actor, contact: str) -> Any:
    party = make.customer(rep).party
    if contact:
        Contact.objects.create(
            company=rep.company, party=party, name=contact, email=f"{contact}@example.com", is_primary=True
        )
    return party
