"""What flows do: tasks, notices, messages to groups and systems, and the acts of the record's area."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from suite.automation.flows.nodes import base, texts
from suite.automation.flows.nodes.base import Came, Item, Kind, Node, NodeForm, Outcome, Results, Setting
from suite.automation.flows.nodes.people import People, WhoForm, named
from suite.automation.flows.nodes.texts import WordsField, WordsForm, filled, shown, written
from suite.automation.flows.nodes.ways import UNITS, from_when, spell, whole
from suite.automation.models import Flow, Webhook
from suite.automation.services import webhooks
from suite.automation.subjects import Subject
from suite.core.access import Actor
from suite.core.said import again, all_in_each, in_each
from suite.desk.forms import ActorForm
from suite.desk.lists import Act
from suite.desk.lists.acts import make_form
from suite.desk.models import Task
from suite.desk.services import notifications, todos


class TextForm(WordsForm):
    """A node that tells colleagues something of a record, or of one behind it."""

    text = WordsField(label=gettext_lazy("Text"), max_length=200)
    about = forms.ChoiceField(label=gettext_lazy("About"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        links = [(name, link.label) for name, link in self.subject.links.items()]
        self.fields["about"].choices = [("", _("the record itself")), *links]  # type: ignore[attr-defined]
        if not links:
            del self.fields["about"]


class TaskForm(TextForm, WhoForm):
    number = forms.IntegerField(label=gettext_lazy("Due after"), min_value=0, max_value=3650, initial=1, required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Hours or days"), choices=UNITS, initial="days", required=False)
    date = forms.ChoiceField(label=gettext_lazy("counted from"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )

    note.wide = True  # type: ignore[attr-defined]
    field_order = ("text", "who", "role", "user", "number", "unit", "date", "about", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dates = [(name, fact.label) for name, fact in self.subject.dates.items()]
        self.fields["date"].choices = [("", _("the moment of the step")), *dates]  # type: ignore[attr-defined]


def key_of(item: Item, setting: Setting) -> str:
    """Under which key an effect happens once, however often it is tried."""
    return f"{key_of_flow(setting.flow)}{item.run.pk}:{setting.node['id']}"


def key_of_flow(flow: Flow) -> str:
    """How the keys of all that a flow made begin."""
    return f"flow:{flow.pk}:"


def source_of(setting: Setting) -> str:
    """Which flow made a task."""
    return setting.flow.code or f"flow-{setting.flow.pk}"


class MakeTask(Kind):
    name = "task"
    label = gettext_lazy("Task")
    icon = "checkbox"
    form_class = TaskForm

    def words(self, node: Node, subject: Subject, actor: Actor) -> str:
        params = node.get("params", {})
        due = whole(params.get("number"))
        said = {"text": _text(params), "who": named(params, actor), "span": spell(due, str(params.get("unit", "days")))}
        return (
            _("Task for: %(who)s, due after %(span)s: “%(text)s”") if due else _("Task for: %(who)s: “%(text)s”")
        ) % said

    def run(self, items: Sequence[Item], cleaned: dict[str, Any], setting: Setting) -> Results:
        people, tasks, results = People(cleaned, items, setting.subject, setting.actor), [], {}
        titles = filled(cleaned["text"], [item.row for item in items], setting.subject)
        abouts = [setting.subject.about(item.row, cleaned.get("about", "")) for item in items]
        labels = all_in_each([partial(str, about) for about in abouts])
        for item, title, about, label in zip(items, titles, abouts, labels, strict=True):
            owner = people.one(item)
            if owner is None:
                results[item.run.pk] = Came(Outcome.FAILED, people.nobody())
                continue
            due = self._due(item, cleaned, setting)
            tasks.append(
                todos.NewTask(
                    title=title, owner_id=owner, due_at=due, note=cleaned["note"], subject=about, subject_label=label,
                    source=source_of(setting), key=key_of(item, setting),
                )
            )  # fmt: skip
            results[item.run.pk] = Came(input={"owner": owner, "title": again(title), "due_at": _iso(due)})
        todos.create(tasks=tasks, actor=setting.actor)
        return results

    def _due(self, item: Item, typed: dict[str, Any], setting: Setting) -> dt.datetime | None:
        if typed["number"] is None:
            return None
        return from_when(
            item.row, setting.subject, typed["date"], typed["number"], typed["unit"] or "days", setting.moment,
            setting.actor.company,
        )  # fmt: skip


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _text(params: Mapping[str, Any]) -> str:
    text = params.get("text", "")
    return shown(text) if texts.is_template(text) else ""


class NoticeForm(TextForm, WhoForm):
    urgent = forms.BooleanField(label=gettext_lazy("By mail, too"), required=False)

    field_order = ("text", "who", "role", "user", "about", "urgent")


class Notice(Kind):
    name = "notice"
    label = gettext_lazy("Notice")
    icon = "bell"
    form_class = NoticeForm

    def words(self, node: Node, subject: Subject, actor: Actor) -> str:
        params = node.get("params", {})
        said = (
            _("Notice and mail to: %(who)s: “%(text)s”")
            if params.get("urgent")
            else _("Notice to: %(who)s: “%(text)s”")
        )
        return said % {"who": named(params, actor), "text": _text(params)}

    def run(self, items: Sequence[Item], cleaned: dict[str, Any], setting: Setting) -> Results:
        people, results = People(cleaned, items, setting.subject, setting.actor), {}
        lines = filled(cleaned["text"], [item.row for item in items], setting.subject)
        for item, text in zip(items, lines, strict=True):
            told = people.all(item)
            if not told:
                results[item.run.pk] = Came(Outcome.NOTHING, people.nobody())
                continue
            kind = "flow_urgent" if cleaned["urgent"] else "flow"
            about = setting.subject.about(item.row, cleaned.get("about", ""))
            notifications.notify(told, kind, text, key=key_of(item, setting), subject=about)
            results[item.run.pk] = Came(input={"to": told, "text": again(text)})
        return results


class TellForm(TextForm):
    webhook = forms.ModelChoiceField(label=gettext_lazy("Address"), queryset=Webhook.objects.none())

    field_order = ("webhook", "text", "about")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["webhook"].queryset = Webhook.objects.of(self.actor.company_id).order_by("name")  # type: ignore[attr-defined]


class Tell(Kind):
    name = "tell"
    label = gettext_lazy("Message to a group or system")
    icon = "webhook"
    form_class = TellForm

    def words(self, node: Node, subject: Subject, actor: Actor) -> str:
        params = node.get("params", {})
        address = webhooks.names(actor.company_id).get(whole(params.get("webhook")), "…")
        return _("Message to %(address)s: “%(text)s”") % {"address": address, "text": _text(params)}

    def run(self, items: Sequence[Item], cleaned: dict[str, Any], setting: Setting) -> Results:
        said = [(item, written(cleaned["text"], item.row, setting.subject)) for item in items]
        link = cleaned.get("about", "")
        told = [(key_of(item, setting), setting.subject.about(item.row, link), text) for item, text in said]
        webhooks.tell(webhook=cleaned["webhook"], told=told)
        return {item.run.pk: Came(input={"address": cleaned["webhook"].name, "text": text}) for item, text in said}


class CloseForm(NodeForm):
    how = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[("done", pgettext_lazy("task", "As done")), ("cancelled", pgettext_lazy("task", "As given up"))],
        initial="done",
    )


class CloseTasks(Kind):
    """Closes what is still open of the tasks that the run made before."""

    changes = True

    name = "close"
    label = gettext_lazy("Close the tasks of this flow")
    icon = "square-check"
    form_class = CloseForm

    def words(self, node: Node, subject: Subject, actor: Actor) -> str:
        given_up = node.get("params", {}).get("how") == "cancelled"
        return _("Give up the open tasks of this flow") if given_up else _("Tick off the open tasks of this flow")

    def run(self, items: Sequence[Item], cleaned: dict[str, Any], setting: Setting) -> Results:
        made = [each["id"] for each in setting.nodes if each["kind"] == "task"]
        start = key_of_flow(setting.flow)
        keys = {f"{start}{item.run.pk}:{node}": item.run.pk for item in items for node in made}
        rows = Task.objects.of(setting.actor.company_id).filter(dedupe_key__in=keys, status=Task.Status.OPEN)
        found = dict(rows.values_list("pk", "dedupe_key"))
        if found:
            close = todos.cancel if cleaned["how"] == "cancelled" else todos.complete
            close(pks=list(found), actor=setting.actor)
        closed = {keys[str(key)] for key in found.values()}
        return {
            item.run.pk: Came()
            if item.run.pk in closed
            else Came(Outcome.NOTHING, gettext_lazy("None was open any more"))
            for item in items
        }


class Do(Kind):
    """An act of the list of such records, done through the service of its area."""

    changes = True

    def __init__(self, act: Act) -> None:
        self.act = act
        self.name = f"do.{act.name}"  # type: ignore[misc]
        self.label, self.icon = act.label, act.icon

    def form(self, subject: Subject, actor: Actor, data: Any = None, initial: Any = None) -> forms.Form:
        return make_form(self.act, actor, data, initial) if self.act.form else ActorForm(data, actor=actor)  # type: ignore[no-any-return]

    def words(self, node: Node, subject: Subject, actor: Actor) -> str:
        return sentence_of(self, self.form(subject, actor, dict(node.get("params", {}))))

    def run(self, items: Sequence[Item], cleaned: dict[str, Any], setting: Setting) -> Results:
        fitting = [item for item in items if self.act.fits(item.row)]
        results = {
            item.run.pk: Came(Outcome.NOTHING, gettext_lazy("The state of the record does not allow it"))
            for item in items
        }
        if fitting:
            pks = list(dict.fromkeys(item.row.pk for item in fitting))
            outcome = self.act.run(actor=setting.actor, pks=pks, **cleaned)
            refused = getattr(outcome, "refused", None) or {}
            for item in fitting:
                refusal = refused.get(item.row.pk)
                results[item.run.pk] = (
                    Came(Outcome.FAILED, in_each(lambda refusal=refusal: str(refusal)))
                    if refusal
                    else Came(input=self.params(cleaned))
                )
        return results


def sentence_of(kind: Kind, form: forms.Form) -> str:
    """A kind of node with what its form says: "Change fields (Grade: A)"."""
    if not form.is_valid():
        return f"{kind.label}…"
    said = [
        f"{form[name].label}: {_spoken(form.fields[name], value)}"
        for name, value in form.cleaned_data.items()
        if value or form.data.get(name) == "false"
    ]
    return f"{kind.label} ({', '.join(said)})" if said else str(kind.label)


def _spoken(field: forms.Field, value: Any) -> str:
    if hasattr(value, "values_list") or isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    chosen = str(value).lower() if isinstance(value, bool) else value
    return str(dict(getattr(field, "choices", None) or []).get(chosen, value))


def act_of(name: str, subject: Subject | None) -> Kind | None:
    """The kind of node for an act of the record's area."""
    act = subject.acts.get(name.removeprefix("do.")) if subject and name.startswith("do.") else None
    return Do(act) if act else None


def as_validation(error: Exception) -> str:
    """What a service had against it, in one sentence."""
    return " ".join(base.sentences(error)) if isinstance(error, ValidationError) else str(error)
