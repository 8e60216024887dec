"""Moving deals through their pipeline: on, back, to their end and open again; any number by the same statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from crm.sales.models import KeyAction, LostReason, Opportunity, Quotation, Stage, StageVisit
from crm.sales.services import criteria
from suite.automation.services import approvals
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.models import Membership
from suite.core.said import cut, listed, said
from suite.desk import search
from suite.desk.models import Task
from suite.desk.services import todos
from suite.desk.services.todos import NewTask

Kind, Status = Stage.Kind, Opportunity.Status
OVERRIDE = "crm_sales.override_criteria"
EVENING = dt.timedelta(hours=18)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The deals as they now stand, and why others stayed where they were."""

    done: list[Opportunity]
    refused: Refusals = field(default_factory=dict)


@service
def move_opportunities(
    *,
    opportunity_ids: Collection[int],
    stage_id: int,
    actor: Actor,
    reason: str = "",
    override: bool = False,
    lost_reason: LostReason | None = None,
    all_or_nothing: bool = True,
) -> Outcome:
    """Bring deals to a stage of their pipeline; those that are there already stay untouched.

    On, what the stages in between ask must be so, unless `override` is set by somebody who may, with a reason. Back,
    or open again, needs a reason; the stage that means lost needs a `lost_reason`. Raises BusinessError naming for
    each deal what is missing where `all_or_nothing` is set; else the outcome names the refused.
    """
    deals = _locked(opportunity_ids, actor)
    stage = Stage.objects.of(actor.company_id).filter(pk=stage_id, is_archived=False).first()
    if stage is None:
        raise BusinessError(Refusal("unknown_stage", _("There is no such stage in this pipeline"), field="stage"))
    targets = {deal.pk: stage for deal in deals}
    return _move(deals, targets, actor, reason, override, lost_reason, all_or_nothing)


@service
def win_opportunities(
    *,
    opportunity_ids: Collection[int],
    actor: Actor,
    reason: str = "",
    override: bool = False,
    all_or_nothing: bool = True,
) -> Outcome:
    """Close deals as won: as moving them to the stage of their pipeline that means won."""
    deals = _locked(opportunity_ids, actor)
    return _move(deals, _ends(deals, Kind.WON), actor, reason, override, None, all_or_nothing)


@service
def lose_opportunities(
    *,
    opportunity_ids: Collection[int],
    lost_reason: LostReason,
    actor: Actor,
    reason: str = "",
    all_or_nothing: bool = True,
) -> Outcome:
    """Close deals as lost, for a reason of the company's list; `reason` says more. Open key actions are dropped."""
    deals = _locked(opportunity_ids, actor)
    return _move(deals, _ends(deals, Kind.LOST), actor, reason, False, lost_reason, all_or_nothing)


@service
def reopen_opportunities(
    *, opportunity_ids: Collection[int], actor: Actor, reason: str, all_or_nothing: bool = True
) -> Outcome:
    """Open closed deals again, in the last open stage they were in; needs a reason."""
    deals = _locked(opportunity_ids, actor)
    stays = StageVisit.objects.filter(opportunity__in=deals, stage__kind=Kind.OPEN, stage__is_archived=False)
    last = {visit.opportunity_id: visit.stage for visit in stays.select_related("stage").order_by("entered_at", "id")}
    rest = [deal for deal in deals if deal.pk not in last]
    firsts: dict[int, Stage] = {}
    for stage in (
        Stage.objects.filter(
            pipeline__in={deal.pipeline_id for deal in rest}, kind=Kind.OPEN, is_archived=False
        ).order_by("-position", "-id")
        if rest
        else ()
    ):
        firsts[stage.pipeline_id] = stage
    targets = last | {deal.pk: firsts[deal.pipeline_id] for deal in rest}
    return _move(deals, targets, actor, reason, False, None, all_or_nothing)


def relocate(opportunity_ids: Collection[int], stage: Stage, actor: Actor) -> None:
    """Bring deals to a stage because theirs is taken out of the pipeline; nothing is asked of them."""
    reason = str(_("The stage was taken out of the pipeline"))
    deals = _locked(opportunity_ids, actor)
    _write(deals, {deal.pk: stage for deal in deals}, actor, reason, None, set())


def win_by(quotation_ids: Collection[int], actor: Actor, reason: str) -> None:
    """Close the deals behind quotations that were won; what is sold need fulfil no criteria any more."""
    quoted = Quotation.objects.filter(pk__in=quotation_ids, opportunity__status=Status.OPEN)
    win_deals(list(quoted.values_list("opportunity_id", flat=True)), actor, reason)


def win_deals(opportunity_ids: Collection[int], actor: Actor, reason: str) -> None:
    """Close those of the deals that are open as won, for what was sold by another paper of theirs."""
    found = _locked(opportunity_ids, actor) if opportunity_ids else []
    deals = [deal for deal in found if deal.status == Status.OPEN]
    if deals:
        _write(deals, _ends(deals, Kind.WON), actor, reason, None, set())


def _locked(opportunity_ids: Collection[int], actor: Actor) -> list[Opportunity]:
    rows = Opportunity.objects.of(actor.company_id).lock(opportunity_ids)
    return list(rows.select_related("company", "stage", "pipeline"))


def _ends(deals: Sequence[Opportunity], kind: str) -> dict[int, Stage]:
    pipelines = {deal.pipeline_id for deal in deals}
    ends = {row.pipeline_id: row for row in Stage.objects.filter(pipeline__in=pipelines, kind=kind, is_archived=False)}
    return {deal.pk: ends[deal.pipeline_id] for deal in deals}


def _move(
    deals: Sequence[Opportunity],
    targets: Mapping[int, Stage],
    actor: Actor,
    reason: str,
    override: bool,
    lost_reason: LostReason | None,
    all_or_nothing: bool,
) -> Outcome:
    going = [deal for deal in deals if deal.stage_id != targets[deal.pk].pk]
    refused: Refusals = {}
    for deal in going:
        refusal = _forbidden(deal, targets[deal.pk], reason, lost_reason)
        if refusal:
            refused[deal.pk] = refusal
    lacking = _lacking([deal for deal in going if deal.pk not in refused], targets)
    overridden = set(lacking) if override else set()
    if overridden and not actor.may(OVERRIDE):
        refused |= {pk: Refusal("may_not_override", _("You may not move deals past exit criteria")) for pk in lacking}
    elif overridden and not reason.strip():
        refused |= dict.fromkeys(lacking, NEEDS_REASON)
    elif not overridden:
        refused |= lacking
    approving = [deal for deal in going if deal.pk not in refused and targets[deal.pk].needs_approval]
    refused |= approvals.missing(approving, actor)
    if refused and all_or_nothing:
        raise BusinessError(by_key=refused)
    accepted = [deal for deal in going if deal.pk not in refused]
    if accepted:
        _write(accepted, targets, actor, reason, lost_reason, overridden)
    return Outcome([deal for deal in deals if deal.pk not in refused], refused)


NEEDS_REASON = Refusal("needs_reason", _("Please say why"), field="reason")


def _forbidden(deal: Opportunity, stage: Stage, reason: str, lost_reason: LostReason | None) -> Refusal | None:
    if stage.pipeline_id != deal.pipeline_id:
        return Refusal("other_pipeline", _("%(stage)s is a stage of another pipeline"), {"stage": stage.label})
    if deal.status != Status.OPEN and stage.kind != Kind.OPEN:
        sentence = _("%(number)s is %(status)s: open it again first")
        return Refusal("wrong_state", sentence, {"number": deal.number, "status": deal.get_status_display()})
    if stage.kind == Kind.LOST and lost_reason is None:
        return Refusal("needs_lost_reason", _("Please choose why it was lost"), field="lost_reason")
    if _is_back(deal, stage) and not reason.strip():
        return NEEDS_REASON
    return None


def _is_back(deal: Opportunity, stage: Stage) -> bool:
    if stage.kind != Kind.OPEN:
        return False
    return deal.status != Status.OPEN or stage.position < deal.stage.position


def left_to(deal: Opportunity, stage: Stage) -> str:
    """What a deal leaves its present stage for."""
    if stage.kind != Kind.OPEN:
        return stage.kind
    return StageVisit.LeftFor.BACK if _is_back(deal, stage) else StageVisit.LeftFor.FORWARD


def _lacking(deals: Sequence[Opportunity], targets: Mapping[int, Stage]) -> Refusals:
    """Why deals may not leave the stages that lie before where they go; three statements and one per criterion."""
    onward = [deal for deal in deals if not _is_back(deal, targets[deal.pk]) and targets[deal.pk].kind != Kind.LOST]
    if not onward:
        return {}
    stages = Stage.objects.filter(
        pipeline__in={deal.pipeline_id for deal in onward}, kind=Kind.OPEN, is_archived=False
    ).exclude(criteria=[])
    asking = list(stages)
    words = {
        deal.pk: [
            word
            for stage in asking
            if stage.pipeline_id == deal.pipeline_id
            and deal.stage.position <= stage.position
            and (stage.position < targets[deal.pk].position or targets[deal.pk].kind == Kind.WON)
            for word in stage.criteria
        ]
        for deal in onward
    }
    answers = criteria.met([word for asked in words.values() for word in asked], onward)
    refused: Refusals = {}
    for deal in onward:
        if lacks := criteria.missing(words[deal.pk], deal, answers):
            sentence = _("%(number)s cannot go on yet. Missing: %(missing)s")
            refused[deal.pk] = Refusal("criteria", sentence, {"number": deal.number, "missing": listed(lacks)})
    return refused


def _write(
    deals: Sequence[Opportunity],
    targets: Mapping[int, Stage],
    actor: Actor,
    reason: str,
    lost_reason: LostReason | None,
    overridden: Collection[int],
) -> None:
    """The visit that ends, the one that begins, where the deals stand now, and what is to be done there."""
    moment, act = clock.now(), current_act()
    before = {deal.pk: (deal.stage, deal.status, deal.entered_at) for deal in deals}
    left_for: dict[str, list[int]] = {}
    for deal in deals:
        left_for.setdefault(left_to(deal, targets[deal.pk]), []).append(deal.pk)
    for where, pks in left_for.items():
        StageVisit.objects.filter(opportunity__in=pks, left_at=None).update(left_at=moment, left_for=where)
    visits = StageVisit.objects.bulk_create(
        StageVisit(
            company_id=deal.company_id, opportunity=deal, stage=targets[deal.pk], from_stage=deal.stage,
            kind=StageVisit.Kind.BACK if _is_back(deal, targets[deal.pk]) else StageVisit.Kind.FORWARD,
            entered_at=moment, moved_by=actor.user, reason=cut(reason, 500), overridden=deal.pk in overridden,
        )
        for deal in deals
    )  # fmt: skip
    for stage in {stage.pk: stage for pk, stage in targets.items() if pk in before}.values():
        closed = None if stage.kind == Kind.OPEN else moment
        why = lost_reason if stage.kind == Kind.LOST else None
        here = [deal for deal in deals if targets[deal.pk].pk == stage.pk]
        Opportunity.move_to(here, stage.kind, stage=stage, entered_at=moment, closed_at=closed, lost_reason=why)
    for deal in deals:
        stage, status, entered = before[deal.pk]
        what = {Status.WON: "won", Status.LOST: "lost"}.get(Status(deal.status), "moved")
        if status != Status.OPEN:
            what = "reopened"
        changes = {"stage": (stage.name, deal.stage.name), "entered_at": (entered, moment)}
        if deal.lost_reason:
            changes["lost_reason"] = (None, deal.lost_reason.name)
        if deal.pk in overridden:
            changes["overridden"] = (False, True)
        act.audit(deal, what, changes)
        payload = {"number": deal.number, "party": deal.party_id, "value": deal.value, "stage": deal.stage.name}
        act.announce(f"crm.sales.opportunity.{what}", deal, {**payload, "from": stage.name})
    search.index(deals)
    _drop_actions([deal for deal in deals if deal.status == Status.LOST], actor)
    plan_actions(deals, visits, actor)


def plan_actions(deals: Sequence[Opportunity], visits: Sequence[StageVisit], actor: Actor) -> None:
    """Make tasks of the key actions of the stages that deals have come to, once for each visit; a few statements."""
    stages = {deal.stage_id for deal in deals}
    found = KeyAction.objects.filter(stage__in=stages, stage__kind=Kind.OPEN).order_by("position", "id")
    actions: dict[int, list[KeyAction]] = {}
    for action in found:
        actions.setdefault(action.stage_id, []).append(action)
    if not actions:
        return
    company, today = actor.company, clock.today(actor.company)
    owners = {deal.owner_id for deal in deals} - {None}
    here = set(Membership.objects.filter(company=company, user__in=owners).values_list("user_id", flat=True))
    tasks = [
        NewTask(
            title=said(_("%(action)s: %(deal)s"), {"action": action, "deal": deal.name}),
            owner_id=deal.owner_id if deal.owner_id in here else None,  # who left is given nothing more to do
            team_id=deal.team_id,
            due_at=clock.day_starts(company, today + dt.timedelta(days=action.days)) + EVENING,
            subject=deal,
            source=KeyAction.SOURCE,
            key=f"stage:{visit.pk}:{action.pk}",
        )
        for deal, visit in zip(deals, visits, strict=True)
        for action in actions.get(deal.stage_id, ())
    ]
    todos.create(tasks=tasks, actor=actor)


def _drop_actions(deals: Sequence[Opportunity], actor: Actor) -> None:
    if not deals:
        return
    tasks = Task.objects.of(actor.company_id).filter(
        subject_kind=Opportunity.kind(), subject_id__in=[deal.pk for deal in deals], source=KeyAction.SOURCE
    )
    if pks := list(tasks.filter(status=Task.Status.OPEN).values_list("pk", flat=True)):
        todos.cancel(pks=pks, actor=actor)
