"""Pages of pipelines: their stages in order, what each stage asks, and the short lists of reasons and rivals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.sales.forms import plain
from crm.sales.models import LostReason, Pipeline, Rival, Stage
from crm.sales.opportunity_forms import Actions, DropForm, Names, PipelineForm, StageForm, StageLines
from crm.sales.opportunity_lists import PipelineList
from crm.sales.services import pipelines
from crm.sales.services.pipelines import StageInput
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import refusals
from suite.desk.lists import list_view
from suite.desk.pages import render_page
from suite.desk.records import PageAct

CHANGE, CHANGE_STAGE = "crm_sales.change_pipeline", "crm_sales.change_stage"


@door("crm_sales.add_pipeline")
def pipeline_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, PipelineList)


@door("crm_sales.add_pipeline")
def pipeline_new(request: HttpRequest) -> HttpResponse:
    return _sheet(request, None)


@door(CHANGE)
def pipeline_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A pipeline: its name and its stages in their order."""
    rows = Pipeline.objects.visible_to(request.actor, CHANGE)  # type: ignore[attr-defined]
    return _sheet(request, get_object_or_404(rows, pk=pk))


def _sheet(request: HttpRequest, pipeline: Pipeline | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    stages = list(pipeline.stages.filter(is_archived=False)) if pipeline else []
    present = {name: getattr(pipeline, name) for name in PipelineForm.base_fields} if pipeline else None
    form = PipelineForm(data, actor=actor, initial=present, record=pipeline)
    lines = StageLines(data, actor=actor, prefix="stages", initial=_shown(stages) if data is None else None)
    status = 200 if data is None else 400
    if data is not None and all([form.is_valid(), lines.is_valid()]):
        status = 409
        try:
            saved = _save(pipeline, _in_order(lines), form.cleaned_data, actor)
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form, lines)
        else:
            messages.success(request, _("%(name)s was saved") % {"name": saved.label})
            return redirect("sales:pipeline", saved.pk)
    context = {
        "form": form,
        "lines": lines,
        "lines_heading": _("Stages"),
        "stages": stages,
        "heading": pipeline.label if pipeline else _("New pipeline"),
        "crumbs": _crumbs(),
        "back": reverse("sales:pipelines"),
    }
    return render_page(request, "crm/sales/pipeline.html", context, status=status)


def _shown(stages: Sequence[Stage]) -> list[dict[str, Any]]:
    """The stages as lines; in tens, so that one can be put between two others."""
    return [
        {
            "id": stage.pk, "position": 10 * number, "name": stage.name, "name_en": stage.name_en, "kind": stage.kind,
            "probability": plain(stage.probability), "target_days": stage.target_days,
        }
        for number, stage in enumerate(stages, 1)
    ]  # fmt: skip


def _in_order(lines: Any) -> list[StageInput]:
    """The lines by the order typed; a line without one stays where it stands."""
    ranked: list[tuple[int, int, StageInput]] = []
    last = 0
    for number, each in enumerate(lines.filled_forms):
        typed = each.cleaned_data.get("position")
        last = last if typed is None else typed
        ranked.append((last, number, each.stage()))
    return [stage for _place, _number, stage in sorted(ranked, key=lambda row: row[:2])]


def _save(pipeline: Pipeline | None, stages: list[StageInput], values: dict[str, Any], actor: Actor) -> Pipeline:
    if pipeline is None:
        return pipelines.create_pipeline(name=values["name"], name_en=values["name_en"], stages=stages, actor=actor)
    return pipelines.change_pipeline(pipeline_id=pipeline.pk, stages=stages, actor=actor, **values)


@door(CHANGE_STAGE)
def stage_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What a stage tells and asks, and what is to be done in it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    stage = _stage(request, pk)
    data = request.POST if request.method == "POST" else None
    present = {name: getattr(stage, name) for name in StageForm.base_fields}
    form = StageForm(data, actor=actor, initial=present, record=stage)
    shown = [{"name": row.name, "name_en": row.name_en, "days": row.days} for row in stage.actions.all()]
    lines = Actions(data, actor=actor, prefix="actions", initial=shown if data is None else None)
    status = 200 if data is None else 400
    if data is not None and all([form.is_valid(), lines.is_valid()]):
        status = 409
        actions = [each.action() for each in lines.filled_forms]
        try:
            pipelines.change_stage(stage_id=pk, actions=actions, actor=actor, **form.cleaned_data)
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form, lines)
        else:
            messages.success(request, _("%(name)s was saved") % {"name": stage.label})
            return redirect("sales:stage", pk)
    page = reverse("sales:pipeline", args=[stage.pipeline_id])
    drop = PageAct(
        _("Take the stage out"), reverse("sales:stage_delete", args=[pk]), "trash", CHANGE_STAGE, method="get"
    )
    context = {
        "form": form,
        "lines": lines,
        "lines_heading": _("Key actions: tasks of whoever looks after the deal"),
        "acts": [drop] if stage.kind == Stage.Kind.OPEN else [],
        "heading": stage.label,
        "crumbs": [*_crumbs(), (stage.pipeline.label, page)],
        "back": page,
    }
    return render_page(request, "crm/sales/stage.html", context, status=status)


@door(CHANGE_STAGE)
def stage_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a stage out of its pipeline, and say where its deals go."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    stage = _stage(request, pk)
    page = reverse("sales:stage", args=[pk])
    data = request.POST if request.method == "POST" else None
    form = DropForm(data, actor=actor, stage=stage)
    status = 200 if data is None else 400
    if data is not None and form.is_valid():
        status = 409
        into = form.cleaned_data["into"]
        try:
            pipelines.delete_stage(stage_id=pk, into_id=int(into) if into else None, actor=actor)
        except BusinessError as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("%(name)s was taken out") % {"name": stage.label})
            return redirect("sales:pipeline", stage.pipeline_id)
    context = {
        "form": form,
        "heading": _("Take out: %(name)s") % {"name": stage.label},
        "crumbs": [*_crumbs(), (stage.label, page)],
        "back": page,
        "submit": _("Take out"),
    }
    return render_page(request, "suite/desk/form_page.html", context, status=status)


def _stage(request: HttpRequest, pk: int) -> Stage:
    rows = Stage.objects.visible_to(request.actor, CHANGE_STAGE)  # type: ignore[attr-defined]
    return get_object_or_404(rows.filter(is_archived=False).select_related("pipeline"), pk=pk)


@door("crm_sales.change_lostreason")
def lost_reasons(request: HttpRequest) -> HttpResponse:
    """Why deals are lost."""
    return _names(request, LostReason, _("Reasons for losing"))


@door("crm_sales.change_rival")
def rivals(request: HttpRequest) -> HttpResponse:
    """Who else wants our deals."""
    return _names(request, Rival, _("Rivals"))


def _names(request: HttpRequest, model: type[LostReason] | type[Rival], heading: str) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    rows = model.objects.visible_to(actor)
    shown = [{"id": r.pk, "name": r.name, "name_en": r.name_en, "is_archived": r.is_archived} for r in rows]
    lines = Names(data, actor=actor, prefix="names", initial=shown if data is None else None)
    status = 200 if data is None else 400
    if data is not None and lines.is_valid():
        status = 409
        try:
            pipelines.set_names(model=model, names=[each.row() for each in lines.filled_forms], actor=actor)
        except BusinessError as error:
            for refusal in error.refusals:
                messages.error(request, str(refusal))
        else:
            messages.success(request, _("%(name)s was saved") % {"name": heading})
            return redirect(request.path)
    context = {"lines": lines, "lines_heading": heading, "heading": heading}
    return render_page(request, "crm/sales/names.html", context, status=status)


def _crumbs() -> list[tuple[Any, str]]:
    return [(_("Pipelines"), reverse("sales:pipelines"))]
