import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.sales.models import Contract, ContractTemplate, Milestone, Order
from crm.sales.services import clauses, executing
from crm.sales.services.confirming import cancel_orders, confirm_orders
from crm.sales.services.contracts import (
    ContractDraft,
    change_contract,
    contract_from_opportunity,
    contract_from_quotation,
    create_contract,
    create_contracts,
    delete_drafts,
)
from crm.sales.services.orders import change_order, delete_draft
from crm.sales.services.plans import MilestoneInput, amounts, finish_milestones
from crm.sales.services.quotations import order_from_quotation, send_quotation
from suite.automation.services import approvals
from suite.automation.services.rules import set_rule
from suite.core import clock
from suite.core.errors import BusinessError
from suite.core.models import DocumentLink, Role
from suite.desk.models import Notification, Task
from suite.masterdata.models import Product
from tests.crm.sales.shop import Shop, line

Status = Contract.Status
TODAY = dt.date(2026, 11, 22)


def step(name: str, **fields: object) -> MilestoneInput:
    if not fields.keys() & {"event", "due_on"}:
        fields["due_on"] = TODAY
    return MilestoneInput(name=name, **fields)  # type: ignore[arg-type]


def contract(shop: Shop, *lines: object, **fields: object) -> Contract:
    fields = {"name": "Supply 2026", "party": shop.customer, "actor": shop.rep, **fields}
    return create_contract(lines=lines, **fields)  # type: ignore[arg-type]


def in_force(shop: Shop, *lines: object, **fields: object) -> Contract:
    row = contract(shop, *lines, **fields)
    executing.submit_contracts(contract_ids=[row.pk], actor=shop.rep)
    row.refresh_from_db()
    return row


def want_approval(shop: Shop) -> None:
    """Contracts are agreed to by the sales manager."""
    role = Role.objects.get(company=shop.company, code="sales_manager")
    set_rule(kind=Contract.kind(), steps=[{"role": role}], actor=shop.system)


def test_shares_of_a_plan_come_to_the_total_to_the_cent() -> None:
    plan = [
        step("a", share=Decimal("33.3333")),
        step("b", share=Decimal("33.3333")),
        step("c", share=Decimal("33.3334")),
    ]

    assert amounts(plan, Decimal("100.01")) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.34")]
    assert sum(amounts(plan, Decimal("0.05"))) == Decimal("0.05")


def test_a_contract_is_priced_and_has_the_clauses_of_its_template(shop: Shop, lamp: Product) -> None:
    template = ContractTemplate.objects.of(shop.company.pk).order_by("pk")[0]

    row = contract(shop, line(lamp, "3"), template_id=template.pk, plan=[step("Deposit", share=Decimal(30)),
                   step("Rest", share=Decimal(70), event="delivered", due_on=None, days=30)])  # fmt: skip

    assert row.number.startswith("CT")
    assert (row.net, row.tax_amount, row.gross, row.status) == (300, 39, 339, "draft")
    assert list(row.milestones.values_list("amount", "due_on")) == [
        (Decimal("101.70"), TODAY),
        (Decimal("237.30"), None),
    ]
    text = clauses.filled(Contract.objects.get(pk=row.pk), "zh-hans")
    assert all(said in text for said in ("华为", "339.00", "叁佰叁拾玖", "Deposit"))
    assert "{" not in text


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ([step("a", amount=Decimal(100))], "plan_sum"),
        ([step("a", amount=Decimal("339.01"))], "plan_sum"),
        ([step("a", share=Decimal(50))], "plan_sum"),
        ([step("a", share=Decimal(50), amount=Decimal(1))], "share_or_amount"),
        ([step(" ", share=Decimal(100))], "no_name"),
        ([step("a", share=Decimal(101))], "share"),
        ([step("a", amount=Decimal(-1))], "amount"),
        ([MilestoneInput(name="a", share=Decimal(100))], "no_day"),
    ],
)
def test_a_plan_that_does_not_add_up_is_refused(
    shop: Shop, lamp: Product, plan: list[MilestoneInput], code: str
) -> None:
    with pytest.raises(BusinessError) as refused:
        contract(shop, line(lamp, "3"), plan=plan)

    assert refused.value.code == code
    assert not Contract.objects.exists()


def test_shares_follow_a_new_total_and_amounts_must_be_said_anew(shop: Shop, lamp: Product) -> None:
    row = contract(shop, line(lamp, "1"), plan=[step("a", share=Decimal(100))])
    change_contract(contract_id=row.pk, lines=[line(lamp, "2")], actor=shop.rep)
    assert row.milestones.get().amount == 226

    change_contract(contract_id=row.pk, plan=[step("a", amount=Decimal(226))], actor=shop.rep)
    with pytest.raises(BusinessError) as refused:
        change_contract(contract_id=row.pk, lines=[line(lamp, "3")], actor=shop.rep)

    assert refused.value.code == "plan_sum"


def test_what_makes_no_sense_is_refused(shop: Shop, lamp: Product) -> None:
    with pytest.raises(BusinessError):
        contract(shop, line(lamp), name=" ")
    with pytest.raises(BusinessError):
        contract(shop, line(lamp), starts_on=TODAY, ends_on=TODAY - dt.timedelta(days=1))
    with pytest.raises(BusinessError):
        contract(shop, line(lamp), template_id=0 or 10**9)
    with pytest.raises(ValidationError):
        clauses.create_template(name="x", body="{nonsense}", actor=shop.manager)
    row = contract(shop, line(lamp))
    with pytest.raises(IntegrityError), transaction.atomic():
        Contract.objects.filter(pk=row.pk).update(starts_on=TODAY, ends_on=TODAY - dt.timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Contract.objects.filter(pk=row.pk).update(status="active")


def test_without_a_rule_submitting_puts_it_in_force_with_its_order(shop: Shop, lamp: Product) -> None:
    row = in_force(
        shop, line(lamp, "3", "100"), plan=[step("Now", share=Decimal(100), event="approved", days=5, due_on=None)]
    )

    order = Order.objects.get()
    assert (row.status, order.status, order.contract_id, order.gross) == ("active", "draft", row.pk, 300)
    assert list(order.lines.values_list("unit_price", "quantity")) == [(100, 3)]
    assert DocumentLink.objects.filter(from_id=row.pk, to_id=order.pk, to_kind=Order.kind()).exists()
    assert row.milestones.get().due_on == clock.today(shop.company) + dt.timedelta(days=5)
    for act in (executing.submit_contracts, lambda **how: executing.order_contract(contract_id=row.pk, actor=shop.rep)):
        with pytest.raises(BusinessError):
            act(contract_ids=[row.pk], actor=shop.rep)
    assert Order.objects.count() == 1


def test_no_order_can_be_made_before_the_pass(shop: Shop, lamp: Product) -> None:
    want_approval(shop)
    quotation = shop.quotation(line(lamp, "3"))
    send_quotation(quotation_id=quotation.pk, actor=shop.rep)
    row = contract_from_quotation(quotation_id=quotation.pk, actor=shop.rep)
    executing.submit_contracts(contract_ids=[row.pk], actor=shop.rep)
    row.refresh_from_db()
    assert row.status == Status.AWAITING

    for make in (
        lambda: executing.order_contract(contract_id=row.pk, actor=shop.rep),
        lambda: order_from_quotation(quotation_id=quotation.pk, actor=shop.rep),
    ):
        with pytest.raises(BusinessError):
            make()
    assert not Order.objects.exists()
    approvals.decide_documents(documents=[row], approve=True, actor=shop.manager)

    order = Order.objects.get()
    row.refresh_from_db()
    quotation.refresh_from_db()
    assert (row.status, quotation.status, order.quotation_id) == ("active", "won", quotation.pk)


def test_what_is_refused_is_a_draft_again_with_the_note(shop: Shop, lamp: Product) -> None:
    want_approval(shop)
    row = contract(shop, line(lamp))
    executing.submit_contracts(contract_ids=[row.pk], actor=shop.rep)
    with pytest.raises(BusinessError):
        change_contract(contract_id=row.pk, note="later", actor=shop.rep)

    row.refresh_from_db()
    approvals.decide_documents(documents=[row], approve=False, actor=shop.manager, note="too cheap")

    row.refresh_from_db()
    assert row.status == Status.DRAFT
    with pytest.raises(BusinessError):  # as it was, it is not asked for again
        executing.submit_contracts(contract_ids=[row.pk], actor=shop.rep)
    change_contract(contract_id=row.pk, lines=[line(lamp, "2")], actor=shop.rep)
    executing.submit_contracts(contract_ids=[row.pk], actor=shop.rep)
    assert Contract.objects.get().status == Status.AWAITING


def test_more_than_one_may_give_away_is_not_put_in_force(shop: Shop, lamp: Product) -> None:
    row = contract(shop, line(lamp, discount=Decimal(50)))

    with pytest.raises(BusinessError) as refused:
        executing.submit_contracts(contract_ids=[row.pk], actor=shop.rep)
    assert refused.value.code == "discount_too_high"

    executing.submit_contracts(contract_ids=[row.pk], actor=shop.manager)
    order = Order.objects.get()
    confirm_orders(order_ids=[order.pk], actor=shop.rep)  # judged with the contract
    order.refresh_from_db()
    assert order.status == "confirmed"


def test_the_order_of_a_contract_says_what_was_signed(shop: Shop, lamp: Product) -> None:
    in_force(shop, line(lamp, "3"))
    order = Order.objects.get()

    with pytest.raises(BusinessError):
        change_order(order_id=order.pk, lines=[line(lamp, "2")], actor=shop.rep)
    with pytest.raises(BusinessError):
        delete_draft(order_id=order.pk, actor=shop.rep)
    change_order(order_id=order.pk, requested_date=TODAY, actor=shop.rep)
    cancel_orders(order_ids=[order.pk], actor=shop.rep, reason="again")
    again = executing.order_contract(contract_id=order.contract_id or 0, actor=shop.rep)

    assert again.pk != order.pk
    assert again.gross == order.gross


def test_a_contract_of_a_quotation_has_its_lines_and_is_written_once(shop: Shop, lamp: Product) -> None:
    quotation = shop.quotation(line(lamp, "3", "33.33"))
    row = contract_from_quotation(quotation_id=quotation.pk, actor=shop.rep)

    assert (row.gross, row.quotation_id, row.party_id) == (quotation.gross, quotation.pk, quotation.party_id)
    assert list(row.lines.values_list("unit_price", "gross")) == list(
        quotation.lines.values_list("unit_price", "gross")
    )
    with pytest.raises(BusinessError) as refused:
        contract_from_quotation(quotation_id=quotation.pk, actor=shop.rep)
    assert refused.value.code == "under_contract"


def test_a_contract_of_a_deal_wins_it(shop: Shop, lamp: Product) -> None:
    from crm.sales.services.opportunities import Product as Wanted
    from crm.sales.services.opportunities import create_opportunity

    deal = create_opportunity(
        name="Tower", party_id=shop.customer.pk, lines=[Wanted(lamp.pk, Decimal(2))], actor=shop.rep
    )
    row = contract_from_opportunity(opportunity_id=deal.pk, actor=shop.rep)
    executing.submit_contracts(contract_ids=[row.pk], actor=shop.rep)

    deal.refresh_from_db()
    assert (row.name, row.gross, deal.status) == ("Tower", 226, "won")


def test_what_is_late_is_told_once_to_owner_and_finance(shop: Shop, lamp: Product) -> None:
    from tests import make

    accountant = make.actor(shop.company, "accountant", username="fin")
    yesterday = clock.today(shop.company) - dt.timedelta(days=1)
    row = in_force(
        shop, line(lamp, "1"),
        plan=[step("Deposit", share=Decimal(100), due_on=yesterday), step("Drawings", due_on=yesterday),
              step("Today", due_on=clock.today(shop.company))],
    )  # fmt: skip
    told = executing.watch(actor=shop.system)
    again = executing.watch(actor=shop.system)

    notes = Notification.objects.filter(kind="contract")
    assert (told, again) == (2, 0)
    assert set(notes.values_list("user", flat=True)) == {shop.rep.user_id, accountant.user_id}
    assert notes.count() == 4
    assert all(row.number in note.title for note in notes)


def test_a_renewal_is_asked_for_once_when_the_end_is_near(shop: Shop, lamp: Product) -> None:
    today = clock.today(shop.company)
    near = in_force(shop, line(lamp), ends_on=today + dt.timedelta(days=60))
    in_force(shop, line(lamp), ends_on=today + dt.timedelta(days=61))

    assert (executing.watch(actor=shop.system), executing.watch(actor=shop.system)) == (1, 0)

    task = Task.objects.get(source="renew-contract")
    assert (task.owner_id, task.subject_id) == (shop.rep.user_id, near.pk)


def test_what_ended_is_completed_or_expired(shop: Shop, lamp: Product) -> None:
    today = clock.today(shop.company)
    ends = {"starts_on": today, "ends_on": today}
    reached, undone = (in_force(shop, line(lamp), plan=[step("Drawings")], **ends) for _number in range(2))
    finish_milestones(milestone_ids=[reached.milestones.get().pk], actor=shop.rep)
    with clock.at(clock.now() + dt.timedelta(days=2)):
        executing.watch(actor=shop.system)

    statuses = dict(Contract.objects.values_list("pk", "status"))
    assert statuses == {reached.pk: "completed", undone.pk: "expired"}


def test_it_is_completed_when_everything_was_reached_and_ended_with_a_reason(shop: Shop, lamp: Product) -> None:
    row = in_force(shop, line(lamp), plan=[step("Drawings")])
    with pytest.raises(BusinessError) as refused:
        executing.complete_contracts(contract_ids=[row.pk], actor=shop.rep)
    assert refused.value.code == "open_milestone"
    with pytest.raises(BusinessError):
        executing.terminate_contracts(contract_ids=[row.pk], actor=shop.rep, reason=" ")

    executing.terminate_contracts(contract_ids=[row.pk], actor=shop.rep, reason="bankrupt")

    row.refresh_from_db()
    assert (row.status, Order.objects.get().status) == ("terminated", "cancelled")


def test_payments_are_not_reached_by_hand(shop: Shop, lamp: Product) -> None:
    row = in_force(shop, line(lamp), plan=[step("All", share=Decimal(100))])

    with pytest.raises(BusinessError) as refused:
        finish_milestones(milestone_ids=[row.milestones.get().pk], actor=shop.rep)

    assert refused.value.code == "is_payment"


def test_signing_sets_the_days_that_wait_for_it(shop: Shop, lamp: Product) -> None:
    row = in_force(shop, line(lamp), plan=[step("All", share=Decimal(100), event="signed", days=10, due_on=None)])
    day = clock.today(shop.company) - dt.timedelta(days=3)
    executing.sign_contract(contract_id=row.pk, signed_on=day, actor=shop.rep)

    assert row.milestones.get().due_on == day + dt.timedelta(days=10)
    with pytest.raises(BusinessError):
        executing.sign_contract(contract_id=row.pk, signed_on=day + dt.timedelta(days=9), actor=shop.rep)


def test_only_drafts_are_thrown_away(shop: Shop, lamp: Product) -> None:
    draft, active = contract(shop, line(lamp), plan=[step("a", share=Decimal(100))]), in_force(shop, line(lamp))

    refused = delete_drafts(contract_ids=[draft.pk, active.pk], actor=shop.rep)

    assert set(refused) == {active.pk}
    assert list(Contract.objects.all()) == [active]
    assert not Milestone.objects.exists()


def test_contracts_are_seen_by_those_whose_they_are(shop: Shop, lamp: Product) -> None:
    row = contract(shop, line(lamp), plan=[step("a", share=Decimal(100))])

    for who, sees in ((shop.rep, True), (shop.manager, True), (shop.other_rep, False)):
        assert Contract.objects.visible_to(who).filter(pk=row.pk).exists() is sees
        assert Milestone.objects.visible_to(who).exists() is sees


def test_many_are_written_and_put_in_force_by_as_many_statements_as_few(shop: Shop, lamp: Product) -> None:
    def statements(count: int) -> int:
        drafts = [
            ContractDraft(party_id=shop.customer.pk, name="x", lines=[line(lamp)], plan=[step("a", share=Decimal(100))])
            for _number in range(count)
        ]
        with CaptureQueriesContext(connection) as captured:
            rows = create_contracts(drafts, actor=shop.rep)
            executing.submit_contracts(contract_ids=[row.pk for row in rows], actor=shop.rep)
        return len(captured)

    statements(1)
    assert statements(2) == statements(9)
