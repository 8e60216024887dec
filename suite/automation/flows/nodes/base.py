"""What a node of a flow is: a form that says what it needs, and a run over a whole set of records at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from suite.automation.models import Flow, FlowRun, FlowStep
from suite.automation.subjects import Subject
from suite.core.access import Actor
from suite.core.acts import plain
from suite.core.said import Text
from suite.desk.forms import ActorForm

Node = Mapping[str, Any]
Outcome = FlowStep.Outcome


class Item(NamedTuple):
    """A run and the record that it is about."""

    run: FlowRun
    row: Any


@dataclass(frozen=True)
class Came:
    """What came of a run at a node: by which exit it leaves, or when it is looked at again."""

    outcome: str = Outcome.DONE
    reason: Text = ""
    exit: str = ""
    input: Mapping[str, Any] = field(default_factory=dict)
    goes_on_at: dt.datetime | None = None  # leaves now, the next node is due then
    again_at: dt.datetime | None = None  # stays, and is looked at again


@dataclass(frozen=True)
class Setting:
    """Where a node is run: whose flow, on which records, when; in a rehearsal nobody waits."""

    flow: Flow
    subject: Subject
    actor: Actor
    node: Node
    nodes: Sequence[Node]
    moment: dt.datetime
    is_rehearsal: bool = False


Results = dict[int, Came]  # by key of the run


class NodeForm(ActorForm):
    """What a node needs to know; it knows which kind of record the flow speaks of."""

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        self.subject = subject
        super().__init__(*args, **kwargs)


class Kind:
    """A kind of node. `exits` are the ways out of it by name and label; `asks` says whether it has conditions."""

    name: ClassVar[str]
    label: Text
    icon: str = "player-play"
    group: str = "acts"
    exits: ClassVar[tuple[tuple[str, Text], ...]] = (("", ""),)
    asks: ClassVar[bool] = False
    listens: ClassVar[bool] = False  # runs stay there until something happens
    changes: ClassVar[bool] = False  # records may be others afterwards
    form_class: ClassVar[type[NodeForm]] = NodeForm

    def fits(self, subject: Subject) -> bool:
        """Whether such a node makes sense for the kind of record."""
        return True

    def form(self, subject: Subject, actor: Actor, data: Any = None, initial: Any = None) -> forms.Form:
        return self.form_class(data, subject=subject, actor=actor, initial=initial)

    def cleaned(self, params: Mapping[str, Any], subject: Subject, actor: Actor) -> dict[str, Any]:
        """The parameters as the run needs them. Raises ValidationError by name of the parameter."""
        form = self.form(subject, actor, dict(params))
        if unknown := set(params) - set(form.fields):
            raise ValidationError({name: _("There is no such field here") for name in sorted(unknown)})
        if not form.is_valid():
            raise ValidationError({name: list(errors) for name, errors in form.errors.items()})
        return form.cleaned_data

    def params(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """What is kept of a form that was filled in."""
        return {
            name: _kept(value)
            for name, value in cleaned.items()
            if value not in (None, "", [], ()) and value is not False
        }

    def words(self, node: Node, subject: Subject, actor: Actor) -> str:
        """The node in one sentence, for the list, the drawing and the log."""
        return str(self.label)

    def run(self, items: Sequence[Item], cleaned: dict[str, Any], setting: Setting) -> Results:
        """Do it to all records at once, within one act: a fixed number of statements, whatever their number."""
        raise NotImplementedError


def _kept(value: Any) -> Any:
    if isinstance(value, dict):
        return value
    if hasattr(value, "values_list"):  # rows that were picked
        return [row.pk for row in value]
    return plain(value)


_kinds: dict[str, Kind] = {}
_more: list[Callable[[str, Subject | None], Kind | None]] = []


def register(kind: Kind) -> None:
    """Make a kind of node known."""
    _kinds[kind.name] = kind


def kind(name: str, subject: Subject | None) -> Kind | None:
    """The kind of node with this name: of all flows, or the act `do.<name>` of the record's area."""
    if name in _kinds:
        return _kinds[name]
    return next((found for look in _more if (found := look(name, subject))), None)


def extend(look: Callable[[str, Subject | None], Kind | None]) -> None:
    """Have a kind of node looked up where its name depends on the record."""
    _more.append(look)


def offered(subject: Subject) -> Iterable[Kind]:
    """The kinds of node that can be put into a flow on such records."""
    found = [each for each in _kinds.values() if each.fits(subject) and each.name != "start"]
    return [*found, *(each for name in subject.acts if (each := kind(f"do.{name}", subject)))]


def sentences(error: ValidationError) -> list[str]:
    """What a form has against its input, each with the name of its field."""
    told = getattr(error, "message_dict", None)
    return [f"{name}: {text}" for name, texts in told.items() for text in texts] if told else list(error.messages)
