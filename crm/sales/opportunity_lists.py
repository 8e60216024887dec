"""The list of opportunities, which is their board and their calendar, too, and the list of pipelines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.db.models import Exists, F, Model, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.sales.lists import AmongFilter, AmongText, ReasonForm
from crm.sales.models import LostReason, Opportunity, Pipeline, Quotation, Stage, StageVisit, Target
from crm.sales.queries import opportunities as opportunities_asked
from crm.sales.queries.pipelines import stages_of
from crm.sales.services import moving, opportunities
from suite.core.access import Actor
from suite.core.models import User
from suite.desk.forms import ActorForm, PickerField
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    Create,
    DateFilter,
    Edit,
    ListSpec,
    Measure,
    NumberFilter,
    OwnerFilter,
    PickFilter,
    Rate,
    TextFilter,
    View,
)
from suite.desk.lists.dates import Unclear, day_of, within
from suite.desk.lists.filters import Params

OPPORTUNITY_COLOURS = {"open": "primary", "won": "success", "lost": "danger"}
CHANGE = "crm_sales.change_opportunity"
OPEN = {"status": "open"}
RISK = "name,party,stage,value,chance,reasons,expected_close,owner"  # columns of those at risk


def is_open(deal: Opportunity) -> bool:
    return deal.status == Opportunity.Status.OPEN


class WhyForm(ReasonForm):
    """Why deals were lost."""

    lost_reason = PickerField("lost_reason", label=_("Reason for losing"))
    reason = forms.CharField(label=_("In words"), max_length=500, required=False)

    field_order = ("lost_reason", "reason")


class OwnerForm(ActorForm):
    """Who is to look after deals."""

    owner = PickerField("user", label=_("Owner"))


def pipelines(actor: Actor) -> list[tuple[Any, Any]]:
    """The pipelines in use, by key and name."""
    return list({stage.pipeline_id: stage.pipeline.label for stage in stages_of(actor.company_id)}.items())


@dataclass(frozen=True)
class StageFilter(ChoiceFilter):
    """The stages of all pipelines; a board has those of the one it is narrowed to, else of the first."""

    def options(self, actor: Actor) -> list[tuple[str, str]]:
        stages = stages_of(actor.company_id)
        several = len({stage.pipeline_id for stage in stages}) > 1
        return [
            (str(stage.pk), f"{stage.pipeline.label}: {stage.label}" if several else stage.label) for stage in stages
        ]

    def lanes(self, params: Params, actor: Actor) -> list[tuple[str, str]]:
        stages = stages_of(actor.company_id)
        first = stages[0].pipeline_id if stages else None
        asked = params.get("pipeline") or str(first)
        return [(str(stage.pk), stage.label) for stage in stages if str(stage.pipeline_id) == asked]


@dataclass(frozen=True)
class VisitFilter(StageFilter):
    """Deals that came to a stage: `visited=7&visited_since=2026-01-01&visited_until=2026-03-31`."""

    template: ClassVar[str] = "crm/sales/_visited.html"
    suffixes: ClassVar[tuple[str, ...]] = ("since", "until")
    operators: ClassVar[tuple[str, ...]] = ()

    def control(self, params: Params, actor: Actor) -> dict[str, Any]:
        days = {key: params[key] for key in self.plain_keys[1:] if params.get(key)}
        return {**super().control(params, actor), "days": days}

    def options(self, actor: Actor) -> list[tuple[str, str]]:
        gone = Stage.objects.of(actor.company_id).filter(is_archived=True)
        return [*super().options(actor), *((str(stage.pk), stage.label) for stage in gone)]

    def understand(self, params: Params, actor: Actor, model: type[Model]) -> tuple[Q, str]:
        if not params.get(self.name):
            raise Unclear
        _among, text = super().understand(params, actor, model)
        days = [day_of(params[key]) if params.get(key) else None for key in self.plain_keys[1:]]
        came = within("entered_at", days[0], days[1], actor.company, moment=True)
        visits = StageVisit.objects.of(actor.company_id).filter(came, stage__in=params[self.name].split(","))
        return Q(pk__in=visits.values("opportunity")), " ".join([text, *(str(day) for day in days if day)])


QUOTED = Quotation.objects.filter(opportunity=OuterRef("pk"))


def _move_one(*, row: Opportunity, value: Stage, actor: Actor) -> None:
    moving.move_opportunities(opportunity_ids=[row.pk], stage_id=value.pk, actor=actor)


def _remedy(row: Opportunity, value: Stage) -> str:
    return f"{reverse('sales:opportunity_move', args=[row.pk])}?stage={value.pk}"


def _close_on(*, row: Opportunity, value: dt.date | None, actor: Actor) -> None:
    opportunities.change_opportunity(opportunity_id=row.pk, expected_close=value, actor=actor)


def _hand_over(*, row: Opportunity, value: User, actor: Actor) -> None:
    opportunities.assign_opportunities(opportunity_ids=[row.pk], owner=value, actor=actor)


def _plan(*, row: Opportunity, value: str, actor: Actor) -> None:
    opportunities.change_opportunity(opportunity_id=row.pk, next_step=value, actor=actor)


def _win(*, actor: Actor, pks: Sequence[int]) -> moving.Outcome:
    return moving.win_opportunities(opportunity_ids=pks, actor=actor, all_or_nothing=False)


def _lose(*, actor: Actor, pks: Sequence[int], lost_reason: LostReason, reason: str = "") -> moving.Outcome:
    return moving.lose_opportunities(
        opportunity_ids=pks, lost_reason=lost_reason, reason=reason, actor=actor, all_or_nothing=False
    )


def _reopen(*, actor: Actor, pks: Sequence[int], reason: str) -> moving.Outcome:
    return moving.reopen_opportunities(opportunity_ids=pks, reason=reason, actor=actor, all_or_nothing=False)


def _assign(*, actor: Actor, pks: Sequence[int], owner: User) -> int:
    return len(opportunities.assign_opportunities(opportunity_ids=pks, owner=owner, actor=actor))


@dataclass
class Kept:
    """Which rows stayed, and why."""

    refused: Any


def _delete(*, actor: Actor, pks: Sequence[int]) -> Kept:
    return Kept(opportunities.delete_opportunities(opportunity_ids=pks, actor=actor))


class OpportunityList(ListSpec):
    """Opportunities."""

    model = Opportunity
    page = "sales:opportunities"
    title = _("Opportunities")
    icon = "target-arrow"
    columns = (
        Column("name", _("Name"), card="title"),
        Column("number", _("Number"), card="hide"),
        Column("party", _("Customer"), value="party__label"),
        Column(
            "stage", _("Stage"), value=lambda deal: deal.stage.label, card="side",
            edit=Edit(CHANGE, PickerField("stage"), _move_one, path="stage_id", remedy=_remedy),
        ),
        Column("value", _("Value"), "money", sort=True, card="side"),
        Column(
            "days", _("Days in stage"), "badge", value=lambda deal: days_in_words(deal), sort="entered_at",
            colours=lambda deal: "danger" if deal.is_slow else "secondary",
        ),
        Column(
            "expected_close", _("Expected close"), "date", sort=True,
            edit=Edit(CHANGE, forms.DateField(required=False, widget=forms.DateInput), _close_on),
        ),
        Column(
            "next_step", _("Next step"), edit=Edit(CHANGE, forms.CharField(required=False, max_length=200), _plan)
        ),
        Column("chance", _("Win probability"), "percent", sort=True),
        Column("reasons", _("Reasons"), value=lambda deal: " · ".join(each.text for each in deal.reasons), shown=False),
        Column("next_step_on", _("Next step on"), "date", card="hide"),
        Column("owner", _("Owner"), edit=Edit(CHANGE, PickerField("user"), _hand_over, path="owner_id")),
        Column("forecast", _("Forecast"), shown=False),
        Column("status", _("Status"), "badge", shown=False, card="side",
               colours=lambda deal: OPPORTUNITY_COLOURS[deal.status]),
        Column("pipeline", _("Pipeline"), value="pipeline__label", shown=False),
        Column("contact", _("Decision maker"), shown=False),
        Column("source", _("Source"), shown=False),
        Column("amount", _("Amount"), "money", currency="currency_id", shown=False),
        Column("currency", _("Currency"), value="currency_id", shown=False),
        Column("closed_at", _("Closed"), "datetime", shown=False),
        Column("lost_reason", _("Reason for losing"), shown=False),
        Column("created_at", _("Created"), "datetime", shown=False),
        Column("note", _("Note"), shown=False),
    )  # fmt: skip
    filters = (
        ChoiceFilter("status", _("Status"), choices=Opportunity.Status),
        ChoiceFilter("pipeline", _("Pipeline"), "pipeline_id", choices=pipelines),
        StageFilter("stage", _("Stage"), "stage_id"),
        OwnerFilter(),
        PickFilter("party", _("Customer"), kind="buyer"),
        DateFilter("close", _("Expected close"), "expected_close"),
        NumberFilter("value", _("Value"), quick=False),
        NumberFilter("chance", _("Win probability"), quick=False),
        ChoiceFilter("forecast", _("Forecast"), quick=False, choices=Opportunity.Forecast),
        AmongFilter("product", _("Product"), "lines__product", quick=False, kind="product"),
        PickFilter("lost_reason", _("Reason for losing"), quick=False, kind="lost_reason"),
        AmongFilter("rival", _("Rival"), "rivals", quick=False, kind="rival"),
        AmongText("product_type", _("Product type"), "lines__product__category", quick=False),
        PickFilter("region", _("Region"), "party__region", quick=False, kind="region"),
        TextFilter("industry", _("Industry"), "party__industry", quick=False),
        AmongFilter("tag", _("Tag"), "party__customer__tags", quick=False, kind="tag"),
        DateFilter("created", _("Created"), "created_at", quick=False),
        TextFilter("source", _("Source"), quick=False),
        DateFilter("next_step", _("Next step on"), "next_step_on", quick=False),
        DateFilter("entered", _("In this stage since"), "entered_at", quick=False),
        DateFilter("closed", _("Closed"), "closed_at", quick=False),
        VisitFilter("visited", _("Came to stage"), quick=False),
        BoolFilter("quoted", _("Was quoted"), quick=False, condition=Q(Exists(QUOTED))),
    )
    views = (
        View("board", _("Board"), {"status": "open", "show": "board"}),
        View("by_owner", _("Board by owner"), {"status": "open", "show": "board", "down": "owner"}),
        View("open", pgettext_lazy("opportunity", "Open"), {"status": "open"}),
        View("mine", _("Mine"), {"owner": "me", "status": "open"}),
        View("this_month", _("Closing this month"), {"status": "open", "close": "this_month"}),
        View("likely_won", _("Likely to win"), {**OPEN, "chance_min": "60", "sort": "-chance", "cols": RISK}),
        View("likely_lost", _("Likely to fail"), {**OPEN, "chance_max": "40", "sort": "chance", "cols": RISK}),
        View("won", _("Won"), {"status": "won"}),
        View("lost", _("Lost"), {"status": "lost"}),
    )
    acts = (
        Act("win", _("Won"), CHANGE, _win, icon="trophy", when=is_open, to="won"),
        Act("lose", _("Lost"), CHANGE, _lose, icon="x", form=WhyForm, danger=True, when=is_open, to="lost"),
        Act("reopen", _("Open again"), CHANGE, _reopen, icon="rotate", form=ReasonForm,
            when=lambda deal: not is_open(deal), to="open"),
        Act("assign", _("Hand over"), CHANGE, _assign, icon="user", form=OwnerForm),
        Act("delete", _("Delete"), "crm_sales.delete_opportunity", _delete, icon="trash", danger=True,
            when=is_open, confirm=_("Delete what was entered by mistake?")),
    )  # fmt: skip
    boards = ("stage", "status", "forecast")
    total = "value"
    calendars = ("close", "next_step")
    pivots = True
    measures = (
        Measure("value", _("Value"), F("value")),
        Measure("weighted", _("Weighted"), opportunities_asked.WEIGHTED),
        Rate("won", _("Won rate"), Q(status="won"), Q(status__in=("won", "lost"))),
    )
    order = "-id"
    related = ("party", "owner", "stage", "pipeline", "contact", "lost_reason")
    create = Create(_("New opportunity"), "sales:opportunity_new", "crm_sales.add_opportunity")
    empty = _("No opportunities yet. Enter the first deal you are after.")
    importer = "opportunities"


def days_in_words(deal: Opportunity) -> Any:
    """How long a deal has been in its stage; of a closed one nothing."""
    return _("%(days)s d") % {"days": deal.days_in_stage} if is_open(deal) else ""


class TargetList(ListSpec):
    """Targets, one by one."""

    model = Target
    page = "sales:target_list"
    title = _("Targets")
    icon = "target"
    columns = (
        Column("month", _("Month"), "date", card="title"),
        Column("measure", _("Measure")),
        Column("user", _("Person")),
        Column("team", _("Team")),
        Column("amount", _("Amount"), "money", card="side"),
    )
    filters = (
        DateFilter("month", _("Month")),
        ChoiceFilter("measure", _("Measure"), choices=Target.Measure),
        OwnerFilter(field="user"),
    )
    related = ("user", "team")
    searchable = False
    pivots = True
    create = Create(_("Set targets"), "sales:targets", "crm_sales.change_target")
    empty = _("No targets yet. Set them in the grid, or bring in a sheet.")
    importer = "targets"


class PipelineList(ListSpec):
    """Pipelines."""

    model = Pipeline
    page = "sales:pipelines"
    title = _("Pipelines")
    icon = "sitemap"
    columns = (
        Column("name", _("Name"), value="label", card="title"),
        Column("stages", _("Stages"), value=lambda row: row.words),
        Column("is_archived", _("Archived"), "bool"),
    )
    search_fields = ("name", "name_en")
    order = "id"
    prefetch = ("stages",)
    create = Create(_("New pipeline"), "sales:pipeline_new", "crm_sales.add_pipeline")
    empty = _("No pipelines yet.")
    export = False

    def complete(self, rows: Sequence[Pipeline], actor: Actor) -> None:
        for row in rows:
            row.words = " → ".join(stage.label for stage in row.stages.all() if not stage.is_archived)  # type: ignore[attr-defined]

    def url(self, row: Pipeline) -> str:
        return reverse("sales:pipeline", args=[row.pk])
