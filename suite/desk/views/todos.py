"""Tasks: list, calendar, form, and the quick acts on one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import F, Model, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import Stale
from suite.desk import documents, refusals
from suite.desk.forms import ActorForm, MentionsWidget, OwnRefused, PickerField
from suite.desk.lists import (
    Act,
    ChoiceFilter,
    Column,
    Create,
    DateFilter,
    Edit,
    ListSpec,
    Memory,
    OwnerFilter,
    Rate,
    View,
    list_view,
)
from suite.desk.lists.calendars import SPANS
from suite.desk.lists.filters import Params
from suite.desk.models import Task
from suite.desk.own import rules
from suite.desk.pages import back, render_page
from suite.desk.pages import done as tell_done
from suite.desk.records import Fact, PageAct, RecordPage, edit_act, record_page
from suite.desk.services import todos, todos_putting_back
from suite.desk.views.calendars import agenda_of


class TaskForm(ActorForm):
    """A task as one types it."""

    model = Task

    title = forms.CharField(label=gettext_lazy("What is to be done"), max_length=200)
    due_at = forms.DateTimeField(label=gettext_lazy("Due"), required=False, widget=forms.DateTimeInput)
    owner = PickerField("user", label=gettext_lazy("Owner"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=5000, widget=MentionsWidget({"rows": 4})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    note.wide = True  # type: ignore[attr-defined]


class SnoozeForm(ActorForm):
    due_at = forms.DateTimeField(label=gettext_lazy("Due"), widget=forms.DateTimeInput)


class ReassignForm(ActorForm):
    owner = PickerField("user", label=gettext_lazy("Owner"))


MEMORY = Memory(todos_putting_back.held, todos_putting_back.put_back)


def is_open(task: Task) -> bool:
    return task.status == Task.Status.OPEN


def _set(name: str) -> Callable[..., Any]:
    """The change of one field, as a cell of the list saves it."""

    def save(*, row: Task, value: Any, actor: Actor) -> None:
        todos.change(task=row, values={name: value}, actor=actor)

    return save


ON_TIME = Q(status=Task.Status.DONE, done_at__lte=F("due_at"))
TIMELY = (("on_time", gettext_lazy("Done on time")), ("late", gettext_lazy("Late, or not done")))


def late() -> Q:
    """What was done after it was due, or is open although its time has passed; what was given up is not."""
    return Q(status=Task.Status.DONE, done_at__gt=F("due_at")) | Q(status=Task.Status.OPEN, due_at__lt=clock.now())


@dataclass(frozen=True)
class TimelyFilter(ChoiceFilter):
    """Whether tasks that had a time were done by then; those whose time has not come yet are neither."""

    operators: ClassVar[tuple[str, ...]] = ()

    def understand(self, params: Params, actor: Actor, model: type[Model]) -> tuple[Q, str]:
        _field, text = super().understand(params, actor, model)
        known = {"on_time": ON_TIME, "late": late()}
        either = Q()
        for value in params[self.name].split(","):
            either |= known[value]
        return either, text


class TaskList(ListSpec):
    """To-dos."""

    model = Task
    page = "desk:tasks"
    importer = "todos"
    title = gettext_lazy("Tasks")
    icon = "checkbox"
    columns = (
        Column("title", gettext_lazy("Task"), card="title"),
        Column(
            "due_at",
            gettext_lazy("Due"),
            "datetime",
            sort=True,
            card="side",
            edit=Edit(
                "desk.change_task", forms.DateTimeField(required=False, widget=forms.DateTimeInput), _set("due_at")
            ),
        ),
        Column(
            "subject_label",
            gettext_lazy("About"),
            url=lambda task: documents.url_of(task.subject_kind, task.subject_id),
        ),
        Column("owner", gettext_lazy("Owner"), edit=Edit("desk.change_task", PickerField("user"), _set("owner"))),
        Column(
            "status", gettext_lazy("Status"), "badge", colours=lambda task: "danger" if task.is_overdue else "primary"
        ),
        Column("created_at", pgettext_lazy("moment", "Created"), "datetime", shown=False),
        Column("done_at", pgettext_lazy("moment", "Done"), "datetime", shown=False),
    )
    filters = (
        ChoiceFilter("status", gettext_lazy("Status"), choices=Task.Status),
        DateFilter("due", gettext_lazy("Due"), "due_at", undated=Q(due_at=None)),
        OwnerFilter(),
        TimelyFilter("timely", gettext_lazy("Timeliness"), quick=False, choices=TIMELY),
    )
    pivots = True
    measures = (Rate("timely", gettext_lazy("Done on time, %"), ON_TIME, lambda actor: ON_TIME | late()),)
    views = (
        View("mine", gettext_lazy("My open tasks"), {"status": "open", "owner": "me"}),
        View("overdue", gettext_lazy("Overdue"), {"status": "open", "due": "before_today"}),
        View("undated", gettext_lazy("No date"), {"status": "open", "due": "none"}),
        View("team", gettext_lazy("My team"), {"status": "open", "owner": "team"}),
        View(
            "timely",
            gettext_lazy("Timeliness"),
            {
                "timely": "on_time,late",
                "due": "last_90_days",
                "show": "pivot",
                "down": "owner",
                "across": "due.week",
                "measure": "rate.timely",
            },
        ),
    )
    acts = (
        Act(
            "complete",
            pgettext_lazy("act", "Done"),
            "desk.change_task",
            todos.complete,
            icon="check",
            when=is_open,
            in_row=True,
            memory=MEMORY,
            to="done",
        ),
        Act(
            "snooze",
            gettext_lazy("Put off"),
            "desk.change_task",
            todos.snooze,
            icon="clock",
            form=SnoozeForm,
            memory=MEMORY,
        ),
        Act(
            "reassign",
            gettext_lazy("Hand over"),
            "desk.change_task",
            todos.reassign,
            icon="user",
            form=ReassignForm,
            memory=MEMORY,
        ),
        Act(
            "reopen",
            gettext_lazy("Open again"),
            "desk.change_task",
            todos.reopen,
            icon="rotate",
            memory=MEMORY,
            to="open",
            when=lambda task: not is_open(task),
        ),
        Act(
            "cancel",
            gettext_lazy("Give up"),
            "desk.change_task",
            todos.cancel,
            icon="x",
            danger=True,
            memory=MEMORY,
            to="cancelled",
            when=is_open,
        ),
    )
    order = "due_at"
    boards = ("status",)
    calendars = ("due",)
    related = ("owner",)
    create = Create(gettext_lazy("New task"), "desk:task_new", "desk.add_task")
    empty = gettext_lazy("No tasks. Make one for yourself or for a colleague.")


@door("desk.view_task")
def task_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, TaskList)


def tasks_of(request: HttpRequest, subject: Any) -> HttpResponseBase:
    """The tasks of a record, for a tab of its page."""
    where = Q(subject_kind=subject._meta.label_lower, subject_id=subject.pk)
    return list_view(request, TaskList, where=where, template="suite/desk/_list.html", context={"embedded": True})


@door("desk.add_task")
def task_new(request: HttpRequest) -> HttpResponse:
    """A new task, of a record when the address names one (`kind` and `id`)."""
    actor = request.actor  # type: ignore[attr-defined]
    subject = None
    if request.GET.get("kind") and request.GET.get("id", "").isdigit():
        subject = documents.find(actor, request.GET["kind"], int(request.GET["id"]))
    form = TaskForm(request.POST or None, request.FILES or None, actor=actor, initial={"owner": actor.user})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        owner = data["owner"] or actor.user
        task = todos.NewTask(data["title"], owner.pk, due_at=data["due_at"], note=data["note"], subject=subject)
        with suppress(OwnRefused):
            form.keep(lambda: todos.create(tasks=[task], actor=actor)[0], new=True)
            messages.success(request, _("The task was saved"))
            return redirect(_after(request, subject))
    heading = _("New task: %(subject)s") % {"subject": subject} if subject else _("New task")
    return render_page(
        request, "suite/desk/form_page.html", {"form": form, "heading": heading, "back": _after(request, subject)}
    )


def _after(request: HttpRequest, subject: Any) -> str:
    if subject is not None:
        return documents.url_of(subject._meta.label_lower, subject.pk)
    return back(request, reverse("desk:tasks")) if request.GET.get("next") else reverse("desk:tasks")


@door("desk.view_task")
def task_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One task."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = Task.objects.visible_to(actor).select_related("owner", "created_by")
    task = rules.shown(get_object_or_404(rows, pk=pk), actor)
    page = RecordPage(
        task.title,
        crumbs=[(_("Tasks"), reverse("desk:tasks"))],
        badges=[(_("Overdue"), "danger") if task.is_overdue else documents.state_of(task) or ("", "")],
        acts=acts_on(task) if Task.objects.shows(pk, actor, "desk.change_task") else [],
        facts=facts_of(task),
        record=task,
    )
    return record_page(request, page, {"task": task}, template="suite/desk/task_page.html")


def acts_on(task: Task) -> list[PageAct]:
    """What whoever may change a task can do with it."""
    closed = "" if is_open(task) else _("The task is not open any more")
    return [
        _act(task, "complete", pgettext("act", "Done"), "check", primary=True, disabled=closed)
        if is_open(task)
        else _act(task, "reopen", _("Open again"), "rotate"),
        edit_act("desk:task_edit", task.pk, "desk.change_task"),
        _act(
            task,
            "cancel",
            _("Give up"),
            "x",
            danger=True,
            disabled=closed,
            in_menu=True,
            confirm=_("Give this task up?"),
        ),
    ]


def facts_of(task: Task) -> list[Fact]:
    """The key facts of a task."""
    from suite.desk import formats

    return [
        Fact(_("Due"), formats.moment(task.due_at)),
        Fact(_("Owner"), task.owner),
        Fact(_("About"), task.subject_label, documents.url_of(task.subject_kind, task.subject_id)),
        Fact(_("Created by"), task.created_by),
        Fact(pgettext("moment", "Created"), formats.moment(task.created_at)),
        Fact(pgettext("moment", "Done"), formats.moment(task.done_at)),
    ]


def _act(task: Task, name: str, label: str, icon: str, **more: Any) -> PageAct:
    return PageAct(label, reverse("desk:task_act", args=[task.pk, name]), icon, "desk.change_task", **more)


@door("desk.change_task")
def task_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    task = get_object_or_404(Task.objects.visible_to(actor, "desk.change_task"), pk=pk)
    initial = {name: getattr(task, name) for name in ("title", "due_at", "owner", "note", "version")}
    form = TaskForm(request.POST or None, request.FILES or None, actor=actor, initial=initial, record=task)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("title", "due_at", "note")}
        values["owner"] = form.cleaned_data["owner"] or task.owner
        version = form.cleaned_data["version"]
        try:
            form.keep(lambda: todos.change(task=task, values=values, actor=actor, version=version), new=False)
        except Stale as error:
            refusals.place(error, form)
        except OwnRefused:
            pass  # it is said at each of them
        else:
            messages.success(request, _("The task was saved"))
            return redirect("desk:task", pk)
    context = {"form": form, "heading": task.title, "back": reverse("desk:task", args=[pk])}
    return render_page(request, "suite/desk/form_page.html", context)


@door("desk.change_task")
@require_POST
def task_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Finish, reopen or give up one task."""
    actor = request.actor  # type: ignore[attr-defined]
    task = get_object_or_404(Task.objects.visible_to(actor, "desk.change_task"), pk=pk)
    acts = {
        "complete": (todos.complete, _("Done: %(title)s")),
        "reopen": (todos.reopen, _("Open again: %(title)s")),
        "cancel": (todos.cancel, _("Given up: %(title)s")),
    }
    if name not in acts:
        raise Http404
    done, text = acts[name]
    after = back(request, reverse("desk:task", args=[pk]))
    if not done(pks=[task.pk], actor=actor):
        messages.warning(request, _("Somebody was quicker"))
    elif name == "reopen":
        messages.success(request, text % {"title": task.title})
    else:
        tell_done(request, text % {"title": task.title}, reverse("desk:task_act", args=[pk, "reopen"]), {"next": after})
    return redirect(after)


@door("desk.view_task")
def calendar(request: HttpRequest) -> HttpResponse:
    """Agenda, day, week or month of what I have to do, or the team."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    whose = "team" if request.GET.get("owner") == "team" else "me"
    rows = Task.objects.visible_to(actor).exclude(status=Task.Status.CANCELLED).select_related("owner")
    rows = rows.filter(team__in=actor.grants.teams) if whose == "team" else rows.filter(owner=actor.user_id)
    kind = request.GET.get("kind", "")
    agenda = agenda_of(actor, rows, whose, kind if kind in SPANS else "agenda", request.GET.get("date", ""))
    return render_page(request, "suite/desk/calendar.html", {"agenda": agenda, "whose": whose})
