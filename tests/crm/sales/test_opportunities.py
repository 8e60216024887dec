import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.customers.services.activities import log_activity
from crm.sales.models import LostReason, Opportunity, Rival, Stage, StageVisit
from crm.sales.services import moving, opportunities, pipelines, quotations
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.opportunities import OpportunityDraft, Passage, Product
from crm.sales.services.pipelines import ActionInput, StageInput
from suite.core import clock
from suite.core.errors import BusinessError, Stale
from suite.core.models import AuditRow, DocumentLink, OutboxEvent
from suite.desk.models import Notification, Task
from suite.masterdata.models import Product as Goods
from tests.crm.sales.shop import Shop

DAY = dt.timedelta(days=1)


def stage(shop: Shop, name: str) -> Stage:
    return Stage.objects.of(shop.company.pk).get(name_en=name, is_archived=False)


def deal(shop: Shop, name: str = "Lamps for the tower", **fields: object) -> Opportunity:
    actor = fields.pop("actor", shop.rep)
    return opportunities.create_opportunity(
        name=name, **{"party_id": shop.customer.pk, "amount": Decimal(1000), **fields}, actor=actor
    )  # type: ignore[arg-type]


def move(shop: Shop, row: Opportunity, name: str, **how: object) -> moving.Outcome:
    actor = how.pop("actor", shop.rep)
    return moving.move_opportunities(opportunity_ids=[row.pk], stage_id=stage(shop, name).pk, actor=actor, **how)  # type: ignore[arg-type]


def why(shop: Shop) -> LostReason:
    return LostReason.objects.of(shop.company.pk).order_by("pk")[0]


@pytest.fixture
def free(shop: Shop) -> Shop:
    """The shop with stages that ask for nothing."""
    for row in Stage.objects.of(shop.company.pk).exclude(criteria=[]):
        pipelines.change_stage(stage_id=row.pk, criteria=[], actions=[], actor=shop.system)
    return shop


def test_a_deal_begins_in_the_first_stage_with_its_key_actions_as_tasks(shop: Shop) -> None:
    row = deal(shop)

    assert row.number.startswith("OP")
    assert (row.stage.name_en, row.status, row.owner_id, row.team_id) == (
        "First contact", "open", shop.rep.user_id, shop.team.pk,
    )  # fmt: skip
    assert (row.value, row.visits.get().kind) == (1000, "start")
    task = Task.objects.get(subject_kind="crm_sales.opportunity", subject_id=row.pk)
    assert task.title == "First call or visit: Lamps for the tower"
    assert clock.day_of(shop.company, task.due_at) == clock.today(shop.company) + 2 * DAY


def test_it_does_not_go_on_before_the_exit_criteria_are_met_and_what_is_missing_is_named(shop: Shop) -> None:
    row = deal(shop, amount=None)

    with pytest.raises(BusinessError) as refused:
        move(shop, row, "Negotiation")

    sentence = str(refused.value)
    assert refused.value.code == "criteria"
    assert all(word in sentence for word in ("Decision maker named", "Amount filled in", "Quotation sent"))
    row.refresh_from_db()
    assert row.stage.name_en == "First contact"


def test_a_manager_goes_past_the_criteria_with_a_reason_and_a_rep_does_not(shop: Shop) -> None:
    row = deal(shop, amount=None)

    with pytest.raises(BusinessError) as mine:
        move(shop, row, "Negotiation", override=True, reason="They know us")
    with pytest.raises(BusinessError) as wordless:
        move(shop, row, "Negotiation", override=True, actor=shop.manager)
    move(shop, row, "Negotiation", override=True, reason="They know us", actor=shop.manager)

    assert (mine.value.code, wordless.value.code) == ("may_not_override", "needs_reason")
    visit = row.visits.get(left_at=None)
    assert (visit.overridden, visit.reason, visit.moved_by_id) == (True, "They know us", shop.manager.user_id)
    audit = AuditRow.objects.filter(kind="crm_sales.opportunity", object_id=row.pk).latest("id")
    assert audit.changes["overridden"] == [False, True]


def test_a_logged_activity_and_an_own_field_can_be_asked_for(shop: Shop) -> None:
    first = stage(shop, "First contact")
    pipelines.change_stage(stage_id=first.pk, criteria=["activity:visit"], actor=shop.manager)
    row = deal(shop)

    with pytest.raises(BusinessError, match="Logged: Visit"):
        move(shop, row, "Needs agreed")
    log_activity(party=shop.customer, kind="visit", actor=shop.rep)
    move(shop, row, "Needs agreed")

    row.refresh_from_db()
    assert row.stage.name_en == "Needs agreed"


def test_a_step_back_needs_a_reason_counts_again_and_does_not_reset_the_deal(free: Shop) -> None:
    with clock.at(clock.now() - 30 * DAY):
        row = deal(free)
    with clock.at(clock.now() - 20 * DAY):
        move(free, row, "Needs agreed")
    with pytest.raises(BusinessError) as refused:
        move(free, row, "First contact")
    with clock.at(clock.now() - 10 * DAY):
        move(free, row, "First contact", reason="Wrong person")
    move(free, row, "Needs agreed")

    assert refused.value.code == "needs_reason"
    visits = list(row.visits.all())
    assert [visit.kind for visit in visits] == ["start", "forward", "back", "forward"]
    assert [visit.duration.days for visit in visits[:3]] == [10, 10, 10]
    assert len([visit for visit in visits if visit.stage.name_en == "Needs agreed"]) == 2
    row.refresh_from_db()
    assert (clock.now() - row.created_at).days == 30


def test_the_stage_history_equals_the_audit_trail(free: Shop) -> None:
    row = deal(free)
    for name, reason in (("Proposal", ""), ("First contact", "again"), ("Needs agreed", "")):
        move(free, row, name, reason=reason)

    audits = AuditRow.objects.filter(kind="crm_sales.opportunity", object_id=row.pk, changes__has_key="stage")
    told = [(each.changes["stage"][1], each.changes["entered_at"][1], each.actor_id) for each in audits.order_by("id")]
    visits = [(visit.stage.name, str(visit.entered_at), visit.moved_by_id) for visit in row.visits.all()]
    assert told == visits


def test_each_visit_to_a_stage_makes_its_key_actions_once(shop: Shop) -> None:
    for row in Stage.objects.of(shop.company.pk):
        pipelines.change_stage(stage_id=row.pk, criteria=[], actor=shop.system)
    row = deal(shop)

    move(shop, row, "Proposal")
    move(shop, row, "Proposal")
    move(shop, row, "Needs agreed", reason="too early")
    move(shop, row, "Proposal")

    tasks = Task.objects.filter(subject_id=row.pk, source="crm.sales.stage")
    assert sum(1 for task in tasks if task.title.startswith("Send the quotation")) == 2


def test_losing_needs_a_reason_of_the_list_and_drops_what_was_to_be_done(shop: Shop) -> None:
    row = deal(shop)

    with pytest.raises(BusinessError) as refused:
        move(shop, row, "Lost")
    moving.lose_opportunities(opportunity_ids=[row.pk], lost_reason=why(shop), reason="10 % dearer", actor=shop.rep)

    row.refresh_from_db()
    assert refused.value.code == "needs_lost_reason"
    assert (row.status, row.lost_reason, row.stage.kind) == ("lost", why(shop), "lost")
    assert row.closed_at is not None
    assert not Task.objects.filter(subject_id=row.pk, status="open").exists()
    assert OutboxEvent.objects.filter(event="crm.sales.opportunity.lost", object_id=row.pk).count() == 1


def test_a_closed_deal_opens_again_where_it_was_with_a_reason(free: Shop) -> None:
    row = deal(free)
    move(free, row, "Proposal")
    moving.win_opportunities(opportunity_ids=[row.pk], actor=free.rep)

    with pytest.raises(BusinessError):
        moving.lose_opportunities(opportunity_ids=[row.pk], lost_reason=why(free), actor=free.rep)
    with pytest.raises(BusinessError):
        moving.reopen_opportunities(opportunity_ids=[row.pk], reason=" ", actor=free.rep)
    moving.reopen_opportunities(opportunity_ids=[row.pk], reason="They cancelled", actor=free.rep)

    row.refresh_from_db()
    assert (row.status, row.stage.name_en, row.closed_at) == ("open", "Proposal", None)


def test_a_quotation_takes_the_products_along_and_its_order_wins_the_deal(shop: Shop, lamp: Goods) -> None:
    row = deal(shop, lines=[Product(lamp.pk, Decimal(3), Decimal(300))], amount=None)

    quotation = quotations.quote_opportunity(opportunity_id=row.pk, actor=shop.rep)
    order = quotations.order_from_quotation(quotation_id=quotation.pk, actor=shop.rep)
    confirm_orders(order_ids=[order.pk], actor=shop.rep)

    row.refresh_from_db()
    assert row.amount == 300
    assert [(line.product_id, line.quantity) for line in quotation.lines.all()] == [(lamp.pk, 3)]
    assert DocumentLink.objects.filter(from_id=row.pk, to_id=quotation.pk).exists()
    assert row.status == "won"
    assert order.number in row.visits.get(left_at=None).reason


def test_a_quotation_won_elsewhere_wins_its_deal(shop: Shop, lamp: Goods) -> None:
    row = deal(shop, lines=[Product(lamp.pk)])
    quotation = quotations.quote_opportunity(opportunity_id=row.pk, actor=shop.rep)

    quotations.win_quotation(quotation_id=quotation.pk, actor=shop.rep)

    row.refresh_from_db()
    assert row.status == "won"


def test_without_a_customer_nothing_is_quoted(shop: Shop) -> None:
    row = deal(shop, party_id=None)

    with pytest.raises(BusinessError) as refused:
        quotations.quote_opportunity(opportunity_id=row.pk, actor=shop.rep)

    assert refused.value.code == "no_customer"


def test_changing_says_what_changed_and_not_over_an_older_copy(shop: Shop, lamp: Goods) -> None:
    row, rival = deal(shop), Rival.objects.create(company=shop.company, name="Globex")

    changed = opportunities.change_opportunity(
        opportunity_id=row.pk, actor=shop.rep, version=1, amount=None, rivals=[rival],
        lines=[Product(lamp.pk, Decimal(2), Decimal("99.50"))],
    )  # fmt: skip

    assert (changed.amount, changed.value, [each.name for each in changed.rivals.all()]) == (
        Decimal("99.50"), Decimal("99.50"), ["Globex"],
    )  # fmt: skip
    with pytest.raises(Stale):
        opportunities.change_opportunity(opportunity_id=row.pk, actor=shop.rep, version=1, name="Other")


def test_whoever_gets_a_deal_is_told(shop: Shop) -> None:
    row = deal(shop)

    opportunities.assign_opportunities(opportunity_ids=[row.pk], owner=shop.manager.user, actor=shop.rep)  # type: ignore[arg-type]

    row.refresh_from_db()
    assert row.owner_id == shop.manager.user_id
    assert Notification.objects.filter(user=shop.manager.user_id, subject_id=row.pk).count() == 1


def test_renaming_and_reordering_stages_keeps_past_times(free: Shop) -> None:
    row = deal(free)
    move(free, row, "Needs agreed")
    before = list(row.visits.values_list("stage", "entered_at", "left_at"))
    pipeline = row.pipeline
    present = [s for s in pipeline.stages.all() if s.kind == "open"]

    wanted = [
        StageInput(id=s.pk, name=f"{s.name}!", name_en=s.name_en, probability=s.probability) for s in reversed(present)
    ]
    pipelines.change_pipeline(pipeline_id=pipeline.pk, stages=wanted, actor=free.manager)

    assert list(row.visits.values_list("stage", "entered_at", "left_at")) == before
    assert [s.pk for s in pipeline.stages.all() if s.kind == "open"] == [s.pk for s in reversed(present)]


def test_a_stage_with_deals_in_it_goes_only_with_a_place_for_them(free: Shop) -> None:
    row = deal(free)
    first, second = stage(free, "First contact"), stage(free, "Needs agreed")

    with pytest.raises(BusinessError, match="1 opportunity is in"):
        pipelines.delete_stage(stage_id=first.pk, actor=free.manager)
    moved = pipelines.delete_stage(stage_id=first.pk, into_id=second.pk, actor=free.manager)

    row.refresh_from_db()
    first.refresh_from_db()
    assert (moved, row.stage_id, first.is_archived) == (1, second.pk, True)
    assert row.visits.get(stage=first).left_at is not None


def test_a_stage_nobody_saw_is_gone_and_the_ends_stay(free: Shop) -> None:
    unseen, won = stage(free, "Negotiation"), stage(free, "Won")

    pipelines.delete_stage(stage_id=unseen.pk, actor=free.manager)
    with pytest.raises(BusinessError):
        pipelines.delete_stage(stage_id=won.pk, actor=free.manager)

    assert not Stage.objects.filter(pk=unseen.pk).exists()


def test_another_pipeline_has_its_own_stages_and_ends(shop: Shop) -> None:
    service = pipelines.create_pipeline(name="服务", stages=[StageInput(name="咨询")], actor=shop.manager)

    row = deal(shop, pipeline_id=service.pk)

    assert [(s.name, s.kind) for s in service.stages.all()] == [("咨询", "open"), ("成交", "won"), ("丢单", "lost")]
    assert row.stage.name == "咨询"
    with pytest.raises(BusinessError) as refused:
        move(shop, row, "Needs agreed")
    assert refused.value.code == "other_pipeline"


def test_a_known_history_is_written_as_it_was_without_anything_to_do(shop: Shop) -> None:
    begun = clock.now() - 60 * DAY
    path = [Passage(stage(shop, "First contact").pk, begun), Passage(stage(shop, "Won").pk, begun + 50 * DAY)]

    (row,) = opportunities.create_opportunities(
        [OpportunityDraft(name="Old", party_id=shop.customer.pk, amount=Decimal(7), path=path)], actor=shop.system
    )

    assert (row.status, row.created_at, row.closed_at) == ("won", begun, begun + 50 * DAY)
    assert [visit.duration.days for visit in row.visits.filter(left_at__isnull=False)] == [50]
    assert not Task.objects.filter(subject_id=row.pk).exists()


def test_the_number_of_statements_does_not_grow_with_the_number_of_deals(shop: Shop) -> None:
    drafts = [OpportunityDraft(name=f"Deal {n}", party_id=shop.customer.pk, amount=Decimal(1)) for n in range(12)]
    few = opportunities.create_opportunities(drafts[:2], actor=shop.rep)
    many = opportunities.create_opportunities(drafts, actor=shop.rep)

    def cost(rows: list[Opportunity]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            moving.lose_opportunities(opportunity_ids=[row.pk for row in rows], lost_reason=why(shop), actor=shop.rep)
        return len(queries)

    cost(opportunities.create_opportunities(drafts[:1], actor=shop.rep))
    assert cost(few) == cost(many) <= 30


def test_who_sees_which_deals(shop: Shop) -> None:
    mine, others = deal(shop), deal(shop, party_id=None, actor=shop.other_rep)

    def seen(actor: object) -> set[int]:
        return set(Opportunity.objects.visible_to(actor).values_list("pk", flat=True))  # type: ignore[arg-type]

    assert seen(shop.rep) == {mine.pk}
    assert seen(shop.other_rep) == {others.pk}
    assert seen(shop.manager) == {mine.pk}
    assert set(StageVisit.objects.visible_to(shop.rep).values_list("opportunity", flat=True)) == {mine.pk}


def test_deals_entered_by_mistake_go_and_quoted_ones_stay(shop: Shop, lamp: Goods) -> None:
    wrong, quoted = deal(shop), deal(shop, lines=[Product(lamp.pk)])
    quotations.quote_opportunity(opportunity_id=quoted.pk, actor=shop.rep)

    refused = opportunities.delete_opportunities(opportunity_ids=[wrong.pk, quoted.pk], actor=shop.rep)

    assert set(refused) == {quoted.pk}
    assert not Opportunity.objects.filter(pk=wrong.pk).exists()


def test_key_actions_of_a_stage_are_what_is_written_there(shop: Shop) -> None:
    first = stage(shop, "First contact")

    pipelines.change_stage(stage_id=first.pk, actions=[ActionInput("喝茶", "Have tea", 0)], actor=shop.manager)
    row = deal(shop)

    assert [task.title for task in Task.objects.filter(subject_id=row.pk)] == ["Have tea: Lamps for the tower"]
