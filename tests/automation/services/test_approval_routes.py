"""Who is asked: by amount and condition, by role, by the line of managers, by name, in turn and together."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from erp.procurement.models import Requisition
from erp.procurement.services import Wish, create_requisition, submit_requisitions
from suite.automation.models import Approval, ApprovalRule, ApprovalStep
from suite.automation.queries import my_approvals
from suite.automation.services import approvals, rules
from suite.core.access import Actor
from suite.core.models import Company, Role
from tests import make

Step = ApprovalStep.Status


def asked(actor: Actor, amount: str = "5") -> Approval:
    """What the actor asks for a requisition over this amount."""
    wish = Wish(make.product(actor.company).pk, Decimal(1), price=Decimal(amount))
    requisition = create_requisition(lines=[wish], actor=actor)
    submit_requisitions(requisition_ids=[requisition.pk], actor=actor)
    return Approval.objects.get(object_id=requisition.pk)


def rule(admin: Actor, *steps: dict[str, Any], **fields: Any) -> ApprovalRule:
    """The only rule for requisitions."""
    old = ApprovalRule.objects.of(admin.company_id).filter(kind=Requisition.kind())
    rules.remove_rules(rules=list(old.values_list("pk", flat=True)), actor=admin)
    return rules.set_rule(kind=Requisition.kind(), steps=steps, actor=admin, **fields)


def role(company: Company, code: str) -> Role:
    return Role.objects.get(company=company, code=code)


def agree(approval: Approval, actor: Actor) -> Approval:
    approvals.decide(approvals=[approval.pk], approve=True, actor=actor)
    approval.refresh_from_db()
    return approval


def states(approval: Approval) -> list[tuple[str, str]]:
    return [
        (step.label, step.status) for step in ApprovalStep.objects.filter(approval=approval).order_by("position", "pk")
    ]


@pytest.fixture
def line(company: Company) -> dict[str, Actor]:
    """Wang works for Li, Li for Zhao."""
    zhao = make.actor(company, "executive", username="zhao")
    heads = make.team(company, "Heads", manager=zhao.user)
    li = make.actor(company, "buyer", username="li", team=heads)
    wang = make.actor(company, "planner", username="wang", team=make.team(company, "Planning", manager=li.user))
    return {"zhao": zhao, "li": li, "wang": wang}


def test_each_manager_step_goes_one_up_the_line(admin: Actor, line: dict[str, Actor]) -> None:
    rule(admin, {"who": "manager"}, {"who": "manager"})

    approval = asked(line["wang"])

    assert states(approval) == [("li", Step.WAITING), ("zhao", Step.LATER)]
    assert "manager" in approval.steps.all()[0].because
    assert agree(agree(approval, line["li"]), line["zhao"]).status == Approval.Status.APPROVED


def test_a_manager_who_asks_is_decided_about_by_the_next_in_line(admin: Actor, line: dict[str, Actor]) -> None:
    rule(admin, {"who": "manager"})

    assert states(asked(line["li"])) == [("zhao", Step.WAITING)]


def test_where_the_line_ends_who_decides_everything_is_asked(admin: Actor, line: dict[str, Actor]) -> None:
    rule(admin, {"who": "manager"})
    boss = make.actor(admin.company, "executive")

    approval = asked(line["zhao"])

    assert states(approval) == [("Who decides everything", Step.WAITING)]
    assert list(my_approvals(boss)) == [approval]
    assert agree(approval, boss).status == Approval.Status.APPROVED


def test_a_person_who_asks_or_left_is_replaced_by_the_next_in_line(admin: Actor, line: dict[str, Actor]) -> None:
    rule(admin, {"user": line["li"].user})
    own = asked(line["li"])
    line["li"].user.is_active = False
    line["li"].user.save()

    left = asked(line["wang"])

    assert states(own) == [("zhao", Step.WAITING)]
    assert "own request" in own.steps.get().because
    assert states(left) == [("zhao", Step.WAITING)]
    assert left.steps.get().because == "Instead of li, who has left"


def test_who_is_named_twice_is_asked_once(admin: Actor, line: dict[str, Actor]) -> None:
    rule(admin, {"who": "manager"}, {"user": line["li"].user}, {"user": line["zhao"].user})

    assert states(asked(line["wang"])) == [("li", Step.WAITING), ("zhao", Step.LATER)]


def test_asked_together_all_must_agree(admin: Actor, line: dict[str, Actor]) -> None:
    rule(admin, {"user": line["li"].user, "position": 1}, {"user": line["zhao"].user, "position": 1})
    approval = asked(line["wang"])
    assert {status for _who, status in states(approval)} == {Step.WAITING}

    agree(approval, line["zhao"])

    assert approval.status == Approval.Status.WAITING
    assert agree(approval, line["li"]).status == Approval.Status.APPROVED


def test_asked_together_one_may_be_enough(admin: Actor, line: dict[str, Actor]) -> None:
    both = ({"user": line["li"].user, "position": 1}, {"user": line["zhao"].user, "position": 1})
    rule(admin, *both, together="any")

    approval = agree(asked(line["wang"]), line["zhao"])

    assert approval.status == Approval.Status.APPROVED
    assert states(approval) == [("li", Step.DROPPED), ("zhao", Step.APPROVED)]
    assert "one of li, zhao" in approval.reason


def test_conditions_are_the_filters_of_the_list_and_come_before_amounts(admin: Actor, planner: Actor) -> None:
    buyer, accountant = role(admin.company, "buyer"), role(admin.company, "accountant")
    rule(admin, {"role": buyer})
    rules.set_rule(kind=Requisition.kind(), steps=[{"role": accountant}], conditions={"origin": "manual"}, actor=admin)

    approval = asked(planner)

    assert states(approval) == [("Accountant", Step.WAITING)]
    assert approval.reason == "Origin: Asked by hand – Accountant decides"


def test_below_the_lowest_limit_nobody_is_asked(admin: Actor, planner: Actor) -> None:
    rule(admin, {"role": role(admin.company, "buyer")}, from_amount=Decimal(1000))

    assert asked(planner, "1000").status == Approval.Status.APPROVED
    assert asked(planner, "1000.01").status == Approval.Status.WAITING


@pytest.mark.parametrize(
    ("steps", "fields", "where"),
    [
        ([{"who": "person"}], {}, "steps"),
        ([{"who": "role"}], {}, "steps"),
        ([], {"conditions": {"colour": "red"}}, "conditions"),
        ([], {"conditions": {"origin": "mars"}}, "conditions"),
        ([], {"conditions": {"amount_min": "much"}}, "conditions"),
        ([], {"kind": "core.user"}, "kind"),
        ([], {"from_amount": Decimal(-1)}, "from_amount"),
    ],
)
def test_a_rule_that_says_nonsense_is_refused(
    admin: Actor, steps: list[dict[str, Any]], fields: dict[str, Any], where: str
) -> None:
    with pytest.raises(ValidationError) as error:
        rules.set_rule(
            **{"kind": Requisition.kind(), "from_amount": Decimal(7), "steps": steps, "actor": admin, **fields}
        )

    assert where in error.value.message_dict


def test_a_role_and_a_person_decide_once_each(admin: Actor) -> None:
    buyer = role(admin.company, "buyer")

    with pytest.raises(ValidationError, match="once"):
        rules.set_rule(
            kind=Requisition.kind(), from_amount=Decimal(7), steps=[{"role": buyer}, {"role": buyer}], actor=admin
        )
