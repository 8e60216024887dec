"""Filling in the fields that a company has added to its records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suite.automation.flows.nodes.acts import sentence_of
from suite.automation.flows.nodes.base import Came, Item, Kind, Node, NodeForm, Results, Setting
from suite.automation.subjects import Subject
from suite.core.access import Actor
from suite.desk.forms import at_home
from suite.desk.own import values
from suite.desk.own.book import PREFIX, Definition, Type
from suite.desk.own.forms import control


class FieldsForm(NodeForm):
    """What is to stand in own fields; what stays blank stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {field.name: control(field, required=False) for field in fillable(self.subject)}
        at_home(self, self.actor)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not self.errors and not any(_is_said(value) for value in typed.values()):
            raise ValidationError(_("Say what is to be changed"))
        return typed


def fillable(subject: Subject) -> list[Definition]:
    """The own fields that a flow can fill in: a file belongs to one record."""
    return [field for field in subject.own if field.type != Type.FILE]


class FillIn(Kind):
    name = "own"
    label = gettext_lazy("Fill in own fields")
    icon = "list-details"
    changes = True
    form_class = FieldsForm

    def fits(self, subject: Subject) -> bool:
        return bool(fillable(subject))

    def params(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        said = {name: value for name, value in cleaned.items() if _is_said(value)}
        return super().params({name: str(v).lower() if isinstance(v, bool) else v for name, v in said.items()})

    def words(self, node: Node, subject: Subject, actor: Actor) -> str:
        return sentence_of(self, self.form(subject, actor, dict(node.get("params", {}))))

    def run(self, items: Sequence[Item], cleaned: dict[str, Any], setting: Setting) -> Results:
        given = {name.removeprefix(PREFIX): value for name, value in cleaned.items() if _is_said(value)}
        values.write(actor=setting.actor, values={item.row: given for item in items}, whole=False)
        return {item.run.pk: Came(input=self.params(cleaned)) for item in items}


def _is_said(value: Any) -> bool:
    return value not in (None, "", [], ())
