"""Requisitions serve as the papers to be approved: any registered kind would."""

from decimal import Decimal

import pytest
from django.utils import translation

from erp.procurement.models import Requisition, RequisitionLine
from erp.procurement.services import Wish, create_requisition, submit_requisitions
from suite.automation.models import Approval, ApprovalRule, ApprovalStep
from suite.automation.queries import changes_since, my_approvals, terms_of
from suite.automation.services import approvals, rules
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.models import AuditRow, Role
from tests import make


def asked(actor: Actor, amount: str) -> Requisition:
    """A requisition over this amount, submitted by the actor."""
    product = make.product(actor.company)
    wish = Wish(product.pk, Decimal(1), price=Decimal(amount))
    requisition = create_requisition(lines=[wish], actor=actor)
    return submit_requisitions(requisition_ids=[requisition.pk], actor=actor)[0]


def decided(requisition: Requisition, actor: Actor, *, approve: bool = True, note: str = "") -> Approval:
    approval = Approval.objects.get(object_id=requisition.pk)
    approvals.decide(approvals=[approval.pk], approve=approve, actor=actor, note=note)
    approval.refresh_from_db()
    return approval


def refusal(requisition: Requisition, actor: Actor) -> str:
    with pytest.raises(BusinessError) as error:
        decided(requisition, actor)
    return error.value.code


def test_the_rule_and_its_reason_are_kept(planner: Actor) -> None:
    requisition = asked(planner, "10000.01")

    approval = Approval.objects.get(object_id=requisition.pk)

    assert (approval.amount, approval.above) == (Decimal("10000.01"), Decimal(10000))
    assert [step.role.code for step in approval.steps.all()] == ["buyer", "executive"]
    assert "10,000.01" in approval.reason
    assert "10,000.00" in approval.reason


def test_an_amount_at_the_limit_does_not_exceed_it(planner: Actor) -> None:
    approval = Approval.objects.get(object_id=asked(planner, "10000").pk)

    assert [step.role.code for step in approval.steps.all()] == ["buyer"]


def test_who_does_not_hold_the_role_is_refused(planner: Actor, warehouse: Actor) -> None:
    assert refusal(asked(planner, "5"), warehouse) == "not_your_step"


def test_who_may_decide_everything_may_stand_in_for_a_role(planner: Actor, boss: Actor) -> None:
    approval = decided(asked(planner, "5"), boss)

    assert approval.status == Approval.Status.APPROVED


def test_nobody_approves_what_they_asked_for_while_a_colleague_can(buyer: Actor) -> None:
    make.actor(buyer.company, "buyer")

    assert refusal(asked(buyer, "5"), buyer) == "own_request"


def test_who_decides_everything_is_a_colleague_too(buyer: Actor, boss: Actor) -> None:
    requisition = asked(buyer, "5")

    assert refusal(requisition, buyer) == "own_request"
    assert approvals.undecidable([requisition], boss) == {}
    assert "somebody else" in str(approvals.undecidable([requisition], buyer)[requisition.pk])
    assert decided(requisition, boss).status == Approval.Status.APPROVED


def test_the_only_holder_of_the_role_may_approve_their_own_request(buyer: Actor) -> None:
    approval = decided(asked(buyer, "5"), buyer)

    assert approval.steps.get().decided_by == buyer.user


def test_one_person_does_not_decide_two_steps_while_a_colleague_can(planner: Actor, boss: Actor) -> None:
    make.actor(planner.company, "executive")
    requisition = asked(planner, "20000")
    decided(requisition, boss)

    assert refusal(requisition, boss) == "four_eyes"


def test_who_is_asked_later_does_not_use_up_the_earlier_step(planner: Actor, buyer: Actor, boss: Actor) -> None:
    requisition = asked(planner, "20000")

    early = refusal(requisition, boss)
    decided(requisition, buyer)
    approval = decided(requisition, boss)

    assert (early, approval.status) == ("later_turn", Approval.Status.APPROVED)


def test_a_program_passes_decisions_on_and_is_nobodys_colleague(planner: Actor, boss: Actor) -> None:
    program = make.actor(planner.company, "integrator")
    other = asked(planner, "500")
    requisition = asked(planner, "20000")
    decided(requisition, boss)

    approval = decided(requisition, boss)

    assert approval.status == Approval.Status.APPROVED
    assert decided(other, program).status == Approval.Status.APPROVED


def test_a_refusal_ends_the_approval_and_drops_the_later_steps(planner: Actor, buyer: Actor) -> None:
    requisition = asked(planner, "20000")

    approval = decided(requisition, buyer, approve=False, note="Next month")

    requisition.refresh_from_db()
    assert requisition.status == Requisition.Status.REJECTED
    assert [(step.status, step.note) for step in approval.steps.all()] == [
        (ApprovalStep.Status.REJECTED, "Next month"),
        (ApprovalStep.Status.DROPPED, ""),
    ]


def test_what_is_decided_cannot_be_decided_again(planner: Actor, buyer: Actor) -> None:
    requisition = asked(planner, "5")
    decided(requisition, buyer)

    assert refusal(requisition, buyer) == "already_decided"


def test_of_a_set_with_one_that_is_not_mine_nothing_is_decided(planner: Actor, buyer: Actor) -> None:
    asked(planner, "5")
    requisition = asked(planner, "20000")
    decided(requisition, buyer)

    with pytest.raises(BusinessError):
        approvals.decide(approvals=Approval.objects.values_list("pk", flat=True), approve=True, actor=buyer)

    assert Approval.objects.filter(status=Approval.Status.WAITING).count() == 2


def test_without_a_rule_a_document_is_approved_at_once_and_that_is_kept(planner: Actor, admin: Actor) -> None:
    rules.remove_rules(rules=ApprovalRule.objects.values_list("pk", flat=True), actor=admin)

    requisition = asked(planner, "20000")

    requisition.refresh_from_db()
    assert requisition.status == Requisition.Status.APPROVED
    assert Approval.objects.get().status == Approval.Status.APPROVED


def test_a_changed_rule_sends_the_next_document_another_way(planner: Actor, admin: Actor) -> None:
    rule = ApprovalRule.objects.get(kind=Requisition.kind(), from_amount=0)
    role = Role.objects.get(company=admin.company, code="accountant")

    rules.set_rule(rule=rule, kind=rule.kind, steps=[{"role": role}], actor=admin)

    approval = Approval.objects.get(object_id=asked(planner, "5").pk)
    assert [step.role.code for step in approval.steps.all()] == ["accountant"]
    assert AuditRow.objects.filter(kind="automation.approvalrule", action="changed").exists()


def test_lines_are_asked_for_by_the_names_of_their_products(planner: Actor, buyer: Actor) -> None:
    lamp = make.product(planner.company, "LAMP 2", name="台灯", name_en="Desk lamp")
    requisition = create_requisition(lines=[Wish(lamp.pk, Decimal(3), price=Decimal("12.50"))], actor=planner)
    submit_requisitions(requisition_ids=[requisition.pk], actor=planner)
    approval = Approval.objects.get(object_id=requisition.pk)

    with translation.override("en"):
        _facts, lines = terms_of(approval)
        unchanged = changes_since(approval, requisition)
        RequisitionLine.objects.update(quantity=4)
        changed = changes_since(approval, requisition)

    assert lines == ["LAMP 2 Desk lamp 3 pcs x 12.5"]
    assert unchanged == []
    assert changed == [
        "Line taken out: LAMP 2 Desk lamp 3 pcs x 12.5",
        "New or changed line: LAMP 2 Desk lamp 4 pcs x 12.5",
    ]
    assert refusal(requisition, buyer) == "changed"


def test_what_was_submitted_before_lines_were_kept_can_still_be_decided(planner: Actor, buyer: Actor) -> None:
    requisition = asked(planner, "5")
    approval = Approval.objects.get(object_id=requisition.pk)
    del approval.terms["lines"]
    approval.save(update_fields=["terms"])

    told, done = changes_since(approval, requisition), decided(requisition, buyer)

    assert told == []
    assert done.status == Approval.Status.APPROVED


def test_my_list_holds_what_waits_for_my_role_now(planner: Actor, buyer: Actor, boss: Actor) -> None:
    requisition = asked(planner, "20000")
    before = (my_approvals(buyer).count(), my_approvals(boss).count())

    decided(requisition, buyer)

    assert before == (1, 0)
    assert (my_approvals(buyer).count(), my_approvals(boss).count()) == (0, 1)


@pytest.mark.parametrize("count", [1, 30])
def test_submitting_reads_the_lines_and_writes_at_once_for_any_number(
    planner: Actor, count: int, django_assert_num_queries
) -> None:
    asked(planner, "5")  # the rules are at hand
    papers = [asked_draft(planner) for _n in range(count)]

    from suite.core.acts import service

    @service
    def submit(*, actor: Actor) -> None:
        with django_assert_num_queries(2):
            approvals.submit(documents=papers, actor=actor)

    submit(actor=planner)


def asked_draft(actor: Actor) -> Requisition:
    return create_requisition(lines=[Wish(make.product(actor.company).pk, Decimal(1), price=Decimal(5))], actor=actor)
