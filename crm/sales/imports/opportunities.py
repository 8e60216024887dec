"""Opportunities from sheets: each row is a deal, in the stage that it says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.sales.models import LostReason, Opportunity, Stage
from crm.sales.services.opportunities import (
    OpportunityDraft,
    Passage,
    check_opportunities,
    create_opportunities,
    delete_opportunities,
)
from suite.core import clock
from suite.core.access import Actor
from suite.desk.imports import Batch, Field, Saved

FIELDS = (
    Field("name", _("Name"), required=True, aliases=("商机名称", "opportunity"), example="2027 年度框架"),
    Field("party", _("Customer"), "ref", ref="buyer", aliases=("客户", "客户名称")),
    Field("contact", _("Decision maker"), "ref", ref="contact", aliases=("决策人", "联系人")),
    Field("stage", _("Stage"), "ref", ref="stage", aliases=("阶段", "销售阶段")),
    Field("amount", _("Amount"), "money", aliases=("金额", "预计金额")),
    Field("currency", _("Currency"), max_length=3, aliases=("币种",)),
    Field("expected_close", _("Expected close"), "date", aliases=("预计成交日期",)),
    Field("forecast", _("Forecast"), "choice", choices=Opportunity.Forecast.choices, aliases=("预测类别",)),
    Field("source", _("Source"), max_length=40, aliases=("来源",)),
    Field("next_step", _("Next step"), aliases=("下一步",)),
    Field("next_step_on", _("Next step on"), "date", aliases=("下一步日期",)),
    Field("owner", _("Owner"), "ref", ref="user", aliases=("负责人", "业务员")),
    Field("lost_reason", _("Reason for losing"), "ref", ref="lost_reason", aliases=("输单原因",)),
    Field("note", _("Note"), max_length=4000, aliases=("备注",)),
)
LEFT_OUT = (
    _("Win probability"),
    _("Reasons"),
    _("Number"),
    _("Value"),
    _("Days in stage"),
    _("Status"),
    _("Pipeline"),
    _("Closed"),
    _("Created"),
)
PLAIN = ("name", "amount", "expected_close", "forecast", "source", "next_step", "next_step_on", "note")
KEYS = ("party", "contact", "currency", "owner")


def save(*, actor: Actor, batch: Batch, key: str = "", update: bool = True) -> Saved:
    """Write the deals of a batch by a fixed number of statements; a bad row names its reason."""
    saved = Saved()
    stages = Stage.objects.of(actor.company_id).in_bulk(set(batch.column("stage")) - {None})
    reasons = LostReason.objects.of(actor.company_id).in_bulk(set(batch.column("lost_reason")) - {None})
    drafts = {place: _draft(row, stages, reasons) for place, row in enumerate(batch.dicts())}
    places = list(drafts)
    for index, refusals in check_opportunities(list(drafts.values()), actor=actor).items():
        saved.refused[places[index]] = " ".join(str(refusal) for refusal in refusals)
    good = {place: draft for place, draft in drafts.items() if place not in saved.refused}
    for place in [place for place, draft in good.items() if _lacks_reason(draft, stages)]:
        saved.refused[place] = str(_("Please choose why it was lost"))
        del good[place]
    made = create_opportunities(list(good.values()), actor=actor) if good else []
    saved.made = [deal.pk for deal in made]
    saved.placed = dict(zip(good, saved.made, strict=True))
    return saved


def _draft(row: Mapping[str, Any], stages: Mapping[int, Stage], reasons: Mapping[int, LostReason]) -> OpportunityDraft:
    given = {name: row[name] for name in PLAIN if row.get(name) not in (None, "")}
    given |= {f"{name}_id": row[name] for name in KEYS if row.get(name)}
    stage = stages.get(row.get("stage") or 0)
    if stage and stage.kind != Stage.Kind.OPEN:
        given["path"] = [Passage(stage.pk, clock.now())]
    elif stage:
        given["stage_id"] = stage.pk
    return OpportunityDraft(**given, lost_reason=reasons.get(row.get("lost_reason") or 0))


def _lacks_reason(draft: OpportunityDraft, stages: Mapping[int, Stage]) -> bool:
    last = stages.get(draft.path[-1].stage_id) if draft.path else None
    return last is not None and last.kind == Stage.Kind.LOST and draft.lost_reason is None


def undo(*, actor: Actor, made: Collection[int], changed: Mapping[int, dict[str, Any]]) -> dict[int, str]:
    """Take the deals out again that are open still and of which no quotation came."""
    return {pk: str(refusal) for pk, refusal in delete_opportunities(opportunity_ids=made, actor=actor).items()}
