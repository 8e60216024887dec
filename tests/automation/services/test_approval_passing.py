"""Passing decisions on: to somebody else, back to who asked, and by the clock."""

import datetime as dt
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from erp.procurement.models import Requisition
from suite.automation.models import Approval, ApprovalStep, Delegation
from suite.automation.queries import count_mine, my_approvals
from suite.automation.services import approvals, delegations
from suite.automation.services.approvals import passing
from suite.core import clock, outbox
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.models import Company
from suite.desk.models import Notification
from tests import make
from tests.automation.services.test_approval_routes import agree, asked, role, rule, states

Step = ApprovalStep.Status


def told(actor: Actor, kind: str = "approval") -> list[str]:
    outbox.relay()
    return list(Notification.objects.filter(user=actor.user, kind=kind).order_by("pk").values_list("title", flat=True))


def steps_of(approval: Approval) -> list[ApprovalStep]:
    return list(ApprovalStep.objects.filter(approval=approval).order_by("position", "pk"))


@pytest.fixture
def friend(company: Company) -> Actor:
    return make.actor(company, "rep", username="friend")


# Standing in


def test_who_stands_in_decides_for_a_role_and_that_is_kept(planner: Actor, buyer: Actor, friend: Actor) -> None:
    approval, today = asked(planner), clock.today(buyer.company)
    delegations.delegate(to=friend.user, first_day=today, last_day=today, actor=buyer, reason="Holiday")

    assert list(my_approvals(friend)) == [approval]
    agree(approval, friend)

    step = steps_of(approval)[0]
    assert (step.decided_by, step.on_behalf_of) == (friend.user, buyer.user)


def test_who_stands_in_is_told_and_may_do_no_more_when_the_days_are_over(
    planner: Actor, buyer: Actor, friend: Actor
) -> None:
    today = clock.today(buyer.company)
    delegations.delegate(to=friend.user, first_day=today, last_day=today, actor=buyer)
    approval = asked(planner, "20000")
    assert len(told(friend)) == 1

    with clock.at(clock.now() + dt.timedelta(days=2)), pytest.raises(BusinessError) as error:
        agree(approval, friend)

    assert error.value.code == "not_your_step"


def test_who_asked_decides_nothing_by_standing_in(planner: Actor, buyer: Actor) -> None:
    today = clock.today(buyer.company)
    delegations.delegate(to=planner.user, first_day=today, last_day=today, actor=buyer)

    with pytest.raises(BusinessError) as error:
        agree(asked(planner), planner)

    assert error.value.code == "own_request"


def test_days_that_are_over_or_taken_and_strangers_are_refused(buyer: Actor, friend: Actor) -> None:
    today = clock.today(buyer.company)
    week = today + dt.timedelta(days=7)
    delegations.delegate(to=friend.user, first_day=today, last_day=week, actor=buyer)
    stranger = make.actor(make.company(), "buyer")

    for to, first, last, where in (
        (friend, week, week + dt.timedelta(days=1), "first_day"),
        (friend, today - dt.timedelta(days=9), today - dt.timedelta(days=8), "last_day"),
        (friend, week + dt.timedelta(days=9), week + dt.timedelta(days=8), "last_day"),
        (friend, today - dt.timedelta(days=1), today, "first_day"),
        (friend, dt.date(1, 1, 1), dt.date(9999, 12, 31), "first_day"),
        (friend, dt.date(9998, 1, 1), dt.date(9998, 1, 2), "first_day"),
        (friend, week + dt.timedelta(days=1), week + dt.timedelta(days=368), "last_day"),
        (buyer, week + dt.timedelta(days=1), week + dt.timedelta(days=2), "to"),
        (stranger, week + dt.timedelta(days=1), week + dt.timedelta(days=2), "to"),
    ):
        with pytest.raises(ValidationError) as error:
            delegations.delegate(to=to.user, first_day=first, last_day=last, actor=buyer)
        assert where in error.value.message_dict


def test_one_ends_ones_own_delegations_only(buyer: Actor, friend: Actor) -> None:
    today = clock.today(buyer.company)
    row = delegations.delegate(to=friend.user, first_day=today, last_day=today, actor=buyer)

    assert delegations.end_delegations(delegations=[row.pk], actor=friend) == 0
    assert delegations.end_delegations(delegations=[row.pk], actor=buyer) == 1
    assert not Delegation.objects.exists()


# Handing over, adding signers


def test_a_decision_handed_over_is_the_others_and_the_route_tells(planner: Actor, buyer: Actor, friend: Actor) -> None:
    approval = asked(planner)

    approvals.hand_over(approvals=[approval.pk], to=friend.user, actor=buyer, note="You know the supplier")

    assert states(approval) == [("Buyer", Step.PASSED), ("friend", Step.WAITING)]
    assert steps_of(approval)[1].because.startswith("Handed over by")
    assert len(told(friend)) == 1
    assert agree(approval, friend).status == Approval.Status.APPROVED


def test_nothing_is_handed_to_who_asked_or_works_elsewhere(planner: Actor, buyer: Actor) -> None:
    approval = asked(planner)
    stranger = make.actor(make.company(), "buyer")

    for to in (planner, stranger, buyer):
        with pytest.raises(ValidationError):
            approvals.hand_over(approvals=[approval.pk], to=to.user, actor=buyer)

    with pytest.raises(BusinessError):
        approvals.hand_over(approvals=[approval.pk], to=buyer.user, actor=planner)


def test_who_answers_one_step_is_not_asked_for_another(planner: Actor, buyer: Actor, friend: Actor) -> None:
    approval = asked(planner)
    approvals.add_signer(approvals=[approval.pk], to=friend.user, before=False, actor=buyer)

    for ask in (approvals.hand_over, partial(approvals.add_signer, before=True)):
        with pytest.raises(ValidationError, match="another step"):
            ask(approvals=[approval.pk], to=friend.user, actor=buyer)


def test_who_alone_answers_a_later_step_is_not_given_an_earlier_one(
    admin: Actor, planner: Actor, buyer: Actor, boss: Actor
) -> None:
    approval = asked(planner, "20000")

    for ask in (approvals.hand_over, partial(approvals.add_signer, before=True)):
        with pytest.raises(ValidationError, match="boss alone can answer another step of it, as Executive"):
            ask(approvals=[approval.pk], to=boss.user, actor=buyer)
    other = make.actor(admin.company, "executive", username="other")
    approvals.hand_over(approvals=[approval.pk], to=boss.user, actor=buyer)

    assert states(approval) == [("Buyer", Step.PASSED), ("boss", Step.WAITING), ("Executive", Step.LATER)]
    assert agree(agree(approval, boss), other).status == Approval.Status.APPROVED


@pytest.mark.parametrize("before", [True, False])
def test_a_signer_is_added_before_or_after(
    planner: Actor, buyer: Actor, boss: Actor, friend: Actor, before: bool
) -> None:
    approval = asked(planner, "20000")

    approvals.add_signer(approvals=[approval.pk], to=friend.user, before=before, actor=buyer, note="Quality")
    first, second = (friend, buyer) if before else (buyer, friend)

    assert [who for who, _status in states(approval)] == (
        ["friend", "Buyer", "Executive"] if before else ["Buyer", "friend", "Executive"]
    )
    for each in (first, second, boss):
        assert approval.status == Approval.Status.WAITING
        agree(approval, each)
    assert approval.status == Approval.Status.APPROVED


# Questions


def test_a_question_waits_for_its_answer_and_comes_back_to_who_asked_it(planner: Actor, buyer: Actor) -> None:
    approval = asked(planner)

    approvals.send_back(approvals=[approval.pk], actor=buyer, note="Why so many?")
    approval.refresh_from_db()
    asked_back = (approval.status, approval.question, count_mine(planner), my_approvals(buyer).count())
    notices = told(planner, "decision")
    with pytest.raises(BusinessError) as error:
        agree(approval, buyer)
    approvals.answer(approvals=[approval.pk], actor=planner, note="Two shops")
    agree(approval, buyer)

    assert asked_back == (Approval.Status.RETURNED, "Why so many?", 1, 0)
    assert notices == [f"{approval.number} came back to you with a question"]
    assert error.value.code == "asked_back"
    assert [(step.status, step.note, step.answer) for step in steps_of(approval)] == [
        (Step.ASKED, "Why so many?", "Two shops"),
        (Step.APPROVED, "", ""),
    ]
    assert approval.status == Approval.Status.APPROVED


def test_only_who_asked_answers_and_withdraws(planner: Actor, buyer: Actor) -> None:
    approval = asked(planner)
    approvals.send_back(approvals=[approval.pk], actor=buyer, note="Why?")

    for act in (
        lambda: approvals.answer(approvals=[approval.pk], actor=buyer, note="So"),
        lambda: approvals.take_back(approvals=[approval.pk], actor=buyer),
    ):
        with pytest.raises(BusinessError) as error:
            act()
        assert error.value.code == "not_yours"


def test_what_is_withdrawn_goes_back_to_its_desk(planner: Actor, buyer: Actor) -> None:
    approval = asked(planner)

    approvals.take_back(approvals=[approval.pk], actor=planner)

    approval.refresh_from_db()
    assert approval.status == Approval.Status.WITHDRAWN
    assert Requisition.objects.get().status == Requisition.Status.DRAFT
    assert my_approvals(buyer).count() == 0


# What changed


def test_what_changed_since_it_was_submitted_is_not_agreed_to(planner: Actor, buyer: Actor) -> None:
    approval = asked(planner)
    Requisition.objects.update(amount=Decimal(99))

    with pytest.raises(BusinessError) as error:
        agree(approval, buyer)

    assert error.value.code == "changed"
    approvals.decide(approvals=[approval.pk], approve=False, actor=buyer)


def test_a_changed_document_asks_again_and_the_others_wait_on(planner: Actor, buyer: Actor) -> None:
    changed, same = asked(planner), asked(planner)
    Requisition.objects.filter(pk=changed.object_id).update(amount=Decimal("20000.50"))

    again = approvals.ask_again(documents=list(Requisition.objects.order_by("pk")), actor=planner)

    changed.refresh_from_db()
    same.refresh_from_db()
    assert (changed.status, same.status) == (Approval.Status.WITHDRAWN, Approval.Status.WAITING)
    assert [(each.object_id, each.amount) for each in again] == [(changed.object_id, Decimal("20000.50"))]


# The clock


def slow(admin: Actor, **fields: object) -> None:
    rule(admin, {"role": role(admin.company, "buyer"), "hours": 24, **fields})


def chase_after(hours: int) -> int:
    """What the clock does when so many hours more have gone by."""
    ApprovalStep.objects.update(next_at=F("next_at") - dt.timedelta(hours=hours))
    return approvals.chase()


def test_who_does_not_answer_is_reminded_once_and_then_the_manager_is_asked(
    admin: Actor, planner: Actor, buyer: Actor, boss: Actor
) -> None:
    planner.user.memberships.update(team=make.team(admin.company, "Planning", manager=boss.user))
    slow(admin)
    approval = asked(planner)

    early, late, again = chase_after(23), chase_after(2), chase_after(1)
    reminded = states(approval), told(buyer)
    passed = chase_after(24)

    assert (early, late, again, passed) == (0, 1, 0, 1)
    assert reminded[0] == [("Buyer", Step.WAITING)]
    assert [title for title in reminded[1] if "still" in title] != []
    assert states(approval) == [("Buyer", Step.PASSED), ("boss", Step.WAITING)]
    assert "48 hours" in steps_of(approval)[1].because
    assert len([title for title in told(boss) if "waits" in title]) == 1


def test_the_clock_passes_over_who_alone_answers_a_later_step_and_the_route_tells(
    admin: Actor, planner: Actor, buyer: Actor, boss: Actor, friend: Actor
) -> None:
    heads = make.team(admin.company, "Heads", manager=friend.user)
    boss.user.memberships.update(team=heads)
    planner.user.memberships.update(team=make.team(admin.company, "Planning", manager=boss.user))
    rule(admin, {"role": role(admin.company, "buyer"), "hours": 24}, {"role": role(admin.company, "executive")})
    approval = asked(planner)

    chase_after(25)
    chase_after(25)

    assert states(approval) == [("Buyer", Step.PASSED), ("friend", Step.WAITING), ("Executive", Step.LATER)]
    assert steps_of(approval)[1].because == "No answer of Buyer in 48 hours; boss alone can answer another step"


def test_a_named_role_may_be_asked_instead(admin: Actor, planner: Actor, buyer: Actor) -> None:
    slow(admin, then_role=role(admin.company, "accountant"))
    approval = asked(planner)

    chase_after(25)
    chase_after(25)

    assert states(approval) == [("Buyer", Step.PASSED), ("Accountant", Step.WAITING)]


def test_a_worker_that_dies_while_it_chases_leaves_nothing_and_the_next_does_it_once(
    admin: Actor, planner: Actor, buyer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(admin)
    approval = asked(planner)
    chase_after(25)

    class Killed(BaseException):
        pass

    def die(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(passing, "_ask", die)
        with pytest.raises(Killed), transaction.atomic():
            chase_after(25)
    untouched = states(approval)
    chase_after(25)
    chase_after(1)

    assert untouched == [("Buyer", Step.WAITING)]
    assert [status for _who, status in states(approval)] == [Step.PASSED, Step.WAITING]


def test_what_waits_for_somebody_who_left_is_passed_on_at_once(
    admin: Actor, planner: Actor, friend: Actor, boss: Actor
) -> None:
    rule(admin, {"user": friend.user})
    approval = asked(planner)
    friend.user.is_active = False
    friend.user.save()

    assert chase_after(0) == 1

    assert [status for _who, status in states(approval)] == [Step.PASSED, Step.WAITING]
    assert agree(approval, boss).status == Approval.Status.APPROVED
