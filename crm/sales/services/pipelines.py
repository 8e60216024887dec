"""Pipelines and their stages: what a company starts with, how they are changed, what becomes of deals in a stage."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.sales.models import KeyAction, LostReason, Opportunity, Pipeline, Rival, Stage, StageVisit
from crm.sales.services import criteria, moving
from suite.core import cached
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Company

Kind = Stage.Kind
ENDS = (Kind.WON, Kind.LOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageInput:
    """A stage as somebody wants it; with an `id` one that is there, whose kind stays."""

    name: str
    name_en: str = ""
    kind: str = Kind.OPEN
    probability: Decimal = Decimal(0)
    target_days: int | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class ActionInput:
    """A key action as somebody wants it: what is to be done within how many days."""

    name: str
    name_en: str = ""
    days: int = 1


Usual = tuple[str, str, int, int, str, str, list[str], list[tuple[str, str, int]]]
# Name, English name, probability, target days, guidance in both languages, exit criteria, key actions.
USUAL: tuple[Usual, ...] = (
    ("初步接触", "First contact", 10, 7, "弄清客户是谁、为什么现在找我们。", "Find out who they are, and why now.",
     ["contact"], [("首次电话或拜访", "First call or visit", 2)]),
    ("需求确认", "Needs agreed", 30, 14, "写下客户要什么、预算多少、谁决定。",
     "Write down what they need, the budget, and who decides.", ["amount"],
     [("确认需求清单", "Agree on the list of needs", 5)]),
    ("方案制定", "Proposal", 50, 14, "给出方案和报价，约好客户答复的日期。",
     "Offer a solution with a price, and agree on the day of their answer.", ["quotation"],
     [("编制方案", "Write the proposal", 3), ("发送报价单", "Send the quotation", 5)]),
    ("合同谈判", "Negotiation", 75, 21, "谈妥价格、交期与付款，推动签约。",
     "Settle price, delivery and payment; get it signed.", [], [("确认付款条件", "Settle the terms of payment", 7)]),
)  # fmt: skip
REASONS = (
    ("价格偏高", "Too dear"), ("输给竞争对手", "Lost to a rival"), ("预算取消", "No budget"),
    ("需求取消或推迟", "Not needed any more"), ("客户不再回应", "No answer"),
)  # fmt: skip
USUAL_ENDS = (
    StageInput(name="成交", name_en="Won", kind=Kind.WON, probability=Decimal(100)),
    StageInput(name="丢单", name_en="Lost", kind=Kind.LOST),
)


def found(company: Company) -> None:
    """Give a company that has none the usual pipeline and the usual reasons for losing."""
    if Pipeline.objects.of(company.pk).exists():
        return
    pipeline = Pipeline.objects.create(company=company, name="标准销售", name_en="Standard sales")
    stages = [
        Stage(
            company=company, pipeline=pipeline, position=position, name=name, name_en=name_en,
            probability=Decimal(probability), target_days=days, guidance=guidance, guidance_en=guidance_en,
            criteria=asked,
        )
        for position, (name, name_en, probability, days, guidance, guidance_en, asked, _actions) in enumerate(USUAL)
    ]  # fmt: skip
    stages += [_made(pipeline, each, position) for position, each in enumerate(USUAL_ENDS, len(stages))]
    Stage.objects.bulk_create(stages)
    KeyAction.objects.bulk_create(
        KeyAction(company=company, stage=stage, position=position, name=name, name_en=name_en, days=days)
        for stage, usual in zip(stages, USUAL, strict=False)
        for position, (name, name_en, days) in enumerate(usual[-1])
    )
    LostReason.objects.bulk_create(LostReason(company=company, name=name, name_en=name_en) for name, name_en in REASONS)


def _made(pipeline: Pipeline, given: StageInput, position: int) -> Stage:
    return Stage(
        company_id=pipeline.company_id, pipeline=pipeline, position=position, name=given.name, name_en=given.name_en,
        kind=given.kind, probability=given.probability, target_days=given.target_days,
    )  # fmt: skip


@service
def create_pipeline(
    *, name: str, stages: Sequence[StageInput], actor: Actor, name_en: str = "", first: bool = False, reason: str = ""
) -> Pipeline:
    """Make a pipeline with its stages, behind the others or `first`; the ends for won and lost come by themselves.

    Raises ValidationError for a name that is taken, BusinessError for stages that make no pipeline.
    """
    rows = Pipeline.objects.of(actor.company_id)
    if first:
        rows.update(position=F("position") + 1)
    pipeline = Pipeline(company=actor.company, name=name, name_en=name_en, position=0 if first else rows.count())
    pipeline.full_clean(exclude=["company"])
    pipeline.validate_constraints()
    pipeline.save()
    cached.forget(actor.company_id)
    wanted = _in_order(stages)
    Stage.objects.bulk_create(_made(pipeline, each, position) for position, each in enumerate(wanted))
    current_act().audit(pipeline, "created", {"stages": (None, [each.name for each in wanted])})
    return pipeline


@service
def change_pipeline(
    *, pipeline_id: int, actor: Actor, stages: Sequence[StageInput] | None = None, reason: str = "", **fields: Any
) -> Pipeline:
    """Change a pipeline; `stages`, where given, are its stages altogether, in their order.

    What deals have been through keeps its times: a stage is renamed and moved, never made anew. One that is left out
    goes as `delete_stage` says; raises BusinessError at its line while deals are in it.
    """
    pipeline = Pipeline.objects.of(actor.company_id).lock([pipeline_id]).get()
    cached.forget(actor.company_id)
    save_changes(pipeline, fields)
    pipeline.validate_constraints()
    if stages is not None:
        _set_stages(pipeline, _in_order(stages), actor)
    return pipeline


def _set_stages(pipeline: Pipeline, wanted: Sequence[StageInput], actor: Actor) -> None:
    present = {row.pk: row for row in pipeline.stages.filter(is_archived=False).select_for_update(of=("self",))}
    before = [(row.name, row.kind) for row in present.values()]
    kept = {each.id for each in wanted if each.id}
    if kept - present.keys():
        raise BusinessError(Refusal("unknown_stage", _("There is no such stage in this pipeline")))
    _drop([row for pk, row in present.items() if pk not in kept], None, actor)
    new = []
    for position, each in enumerate(wanted):
        row = present.get(each.id or 0)
        if row is None:
            new.append(_made(pipeline, each, position))
            continue
        if row.kind != each.kind:
            raise BusinessError(Refusal("kind_stays", _("%(stage)s: the kind of a stage stays"), {"stage": row.label}))
        row.name, row.name_en, row.position = each.name, each.name_en, position
        row.probability, row.target_days = each.probability, each.target_days
    Stage.objects.bulk_update(
        [row for pk, row in present.items() if pk in kept],
        ["name", "name_en", "position", "probability", "target_days"],
    )
    Stage.objects.bulk_create(new)
    after = [(each.name, each.kind) for each in wanted]
    if before != after:
        names = [name for name, _kind in before], [name for name, _kind in after]
        current_act().audit(pipeline, "changed", {"stages": names})


def _in_order(stages: Sequence[StageInput]) -> list[StageInput]:
    """The open stages as given, then the two ends."""
    if names := {each.name for each in stages if [other.name for other in stages].count(each.name) > 1}:
        sentence = _("There are two stages called %(name)s")
        raise BusinessError(Refusal("stage_twice", sentence, {"name": sorted(names)[0]}))
    going = [each for each in stages if each.kind == Kind.OPEN]
    if not going:
        raise BusinessError(Refusal("no_stages", _("A pipeline has at least one stage that is open")))
    ends = []
    for usual in USUAL_ENDS:
        named = [each for each in stages if each.kind == usual.kind]
        if len(named) > 1:
            sentence = _("A pipeline has one stage for what is won and one for what is lost")
            raise BusinessError(Refusal("one_end", sentence))
        ends.append(named[0] if named else usual)
    return [*going, *ends]


@service
def change_stage(
    *, stage_id: int, actor: Actor, actions: Sequence[ActionInput] | None = None, reason: str = "", **fields: Any
) -> Stage:
    """Change a stage; `actions`, where given, are its key actions altogether. What deals did there before stays.

    Raises ValidationError for criteria that nobody knows and figures that make no sense.
    """
    stage = Stage.objects.of(actor.company_id).lock([stage_id]).get()
    if unknown := [each for each in fields.get("criteria", ()) if not criteria.is_known(each, actor.company_id)]:
        raise ValidationError({"criteria": _("There is no criterion %(name)s") % {"name": unknown[0]}})
    cached.forget(actor.company_id)
    save_changes(stage, fields)
    stage.clean_fields(exclude=["company", "pipeline"])
    if actions is not None:
        before = list(stage.actions.values_list("name", "name_en", "days"))
        after = [(each.name, each.name_en, each.days) for each in actions]
        if before != after:
            stage.actions.all().delete()
            KeyAction.objects.bulk_create(
                KeyAction(company_id=stage.company_id, stage=stage, position=position, name=name, name_en=en, days=days)
                for position, (name, en, days) in enumerate(after)
            )
            current_act().audit(stage, "changed", {"actions": ([row[0] for row in before], [row[0] for row in after])})
    return stage


@service
def delete_stage(*, stage_id: int, actor: Actor, into_id: int | None = None, reason: str = "") -> int:
    """Take a stage out of its pipeline; deals that are in it go `into` another one in the same act. Says how many.

    Raises BusinessError while deals are in it and no other stage is named, and for the last open stage and the ends. A
    stage that deals have been in is archived, for their past; one that nobody saw is gone.
    """
    stage = Stage.objects.of(actor.company_id).lock([stage_id]).select_related("pipeline").get()
    others = list(stage.pipeline.stages.filter(is_archived=False).exclude(pk=stage.pk))
    if stage.kind != Kind.OPEN or not any(each.kind == Kind.OPEN for each in others):
        sentence = _("%(stage)s stays: a pipeline begins with a stage that is open and has its two ends")
        raise BusinessError(Refusal("stage_stays", sentence, {"stage": stage.label}))
    into = next((each for each in others if each.pk == into_id and each.kind == Kind.OPEN), None)
    if into_id and into is None:
        raise BusinessError(Refusal("unknown_stage", _("There is no such stage in this pipeline"), field="into"))
    return _drop([stage], into, actor)


def _drop(stages: Collection[Stage], into: Stage | None, actor: Actor) -> int:
    if not stages:
        return 0
    cached.forget(actor.company_id)
    inside = list(Opportunity.objects.filter(stage__in=stages).order_by("pk").values_list("pk", "stage_id"))
    if inside and into is None:
        stage = next(each for each in stages if each.pk == inside[0][1])
        count = sum(1 for _pk, stage_id in inside if stage_id == stage.pk)
        sentence = ngettext_lazy(
            "%(count)s opportunity is in %(stage)s: say to which stage it goes",
            "%(count)s opportunities are in %(stage)s: say to which stage they go",
            count,
        )
        raise BusinessError(Refusal("stage_in_use", sentence, {"count": count, "stage": stage.label}, field="into"))
    if into:
        moving.relocate([pk for pk, _stage in inside], into, actor)
    seen = set(StageVisit.objects.filter(stage__in=stages).values_list("stage_id", flat=True).distinct())
    for stage in stages:
        current_act().audit(stage, "archived" if stage.pk in seen else "deleted", {"name": (stage.name, None)})
    Stage.objects.filter(pk__in=seen).update(is_archived=True)
    Stage.objects.filter(pk__in=[stage.pk for stage in stages if stage.pk not in seen]).delete()
    return len(inside)


@dataclass(frozen=True, slots=True)
class NameInput:
    """A name in a short list of the company; `id` names the row that is changed."""

    name: str
    name_en: str = ""
    is_archived: bool = False
    id: int | None = None


@service
def set_names(
    *, model: type[LostReason] | type[Rival], names: Sequence[NameInput], actor: Actor, reason: str = ""
) -> None:
    """Write reasons for losing, or rivals: new ones are added, known ones changed; none goes, for deals speak of them.

    Raises BusinessError for a name that stands there twice.
    """
    present = {row.pk: row for row in model.objects.of(actor.company_id).select_for_update(of=("self",))}
    texts = [each.name for each in names] + [row.name for pk, row in present.items() if pk not in {n.id for n in names}]
    if len(set(texts)) < len(texts):
        twice = next(name for name in texts if texts.count(name) > 1)
        raise BusinessError(Refusal("name_twice", _("%(name)s stands here twice"), {"name": twice}, field="name"))
    for each in names:
        values = {"name": each.name, "name_en": each.name_en, "is_archived": each.is_archived}
        row = present.get(each.id or 0)
        if row is None:
            current_act().audit(model.objects.create(company=actor.company, **values), "created")
        else:
            save_changes(row, values)
