"""Own fields in forms: a form of their own inside the form of the record, so that no area has to know them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from suite.core.access import Actor
from suite.desk import choices, own
from suite.desk.forms import ActorForm, PickerField, at_home
from suite.desk.own import book, rules, types
from suite.desk.own.book import Definition, Section, Type
from suite.desk.own.columns import HIDDEN, address_of, labels

TRUTH = (("", "–"), ("true", _("Yes")), ("false", _("No")))


class Nothing(forms.HiddenInput):
    """Stands for a field that is none for whoever fills in the form: no trace of it is drawn."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return SafeString("")


def obey(form: forms.BaseForm, model: type[models.Model], actor: Actor, *, record: Any = None) -> None:
    """Have the form of a kind keep the rules: hidden and shut fields hold what they held, whatever is sent."""
    if not rules.of(model, actor):
        return
    hidden, shut = rules.hidden(model, actor), rules.shut(model, actor, new=record is None)
    demanded = rules.demanded(model, actor)
    form.initial = {**form.initial}
    for called, field in form.fields.items():
        name = rules.plain(called)
        if name in shut:
            if called not in form.initial:
                form.initial[called] = _held(name, field, model, record)
            field.disabled, field.required = True, False
        elif name in demanded:
            field.required = field.widget.is_required = True
        if name in hidden:
            field.widget = Nothing()


def obey_in_part(form: forms.BaseForm, obeys: Mapping[str, type[models.Model]], actor: Actor) -> None:
    """A form that writes a part of a record does not ask for what may not be written."""
    for called, model in obeys.items():
        if rules.plain(called) in rules.shut(model, actor):
            form.fields.pop(called, None)


def _held(name: str, field: forms.Field, model: Any, record: Any) -> Any:
    """What a record holds where the form was not told; a new one what the model puts there."""
    if hasattr(record, name):
        return getattr(record, name)
    column = next((each for each in model._meta.concrete_fields if each.name == name and each.has_default()), None)
    return column.get_default() if column and field.initial is None else field.initial


class Stored:
    """The file that is there, as the widget of a file shows it."""

    def __init__(self, field: Definition, key: int, actor: Actor) -> None:
        self.url = address_of(field, key)
        self.name = labels(Type.FILE, [key], actor).get(key, HIDDEN)

    def __str__(self) -> str:
        return self.name


def control(field: Definition, *, required: bool | None = None) -> forms.Field:
    """The form field of an own field."""
    common: dict[str, Any] = {
        "label": field.label,
        "help_text": field.hint,
        "required": field.required if required is None else required,
    }
    options = [(option.value, option.label) for option in field.options]
    found: forms.Field
    match field.type:
        case Type.LONG:
            found = forms.CharField(**common, max_length=types.LONG, widget=forms.Textarea({"rows": 3}))
            found.wide = True  # type: ignore[attr-defined]
        case Type.NUMBER | Type.MONEY:
            widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
            places = types.PLACES[Type(field.type)]
            found = forms.DecimalField(**common, max_digits=types.DIGITS, decimal_places=places, widget=widget)
        case Type.DATE:
            found = forms.DateField(**common, widget=forms.DateInput)
        case Type.BOOL:
            found = forms.TypedChoiceField(
                **common, choices=TRUTH, coerce=lambda text: text == "true", empty_value=None
            )
        case Type.CHOICE:
            found = forms.ChoiceField(**common, choices=[("", "–"), *options])
        case Type.CHOICES:
            found = forms.MultipleChoiceField(**common, choices=options, widget=forms.CheckboxSelectMultiple)
            found.wide = True  # type: ignore[attr-defined]
        case Type.PARTY | Type.PRODUCT:
            found = PickerField(types.REFS[field.type], **common)
        case Type.FILE:
            found = forms.FileField(**common, max_length=200)
        case _:
            found = forms.CharField(**common, max_length=types.SHORT)
    return found


def shown(field: Definition, kept: Any, actor: Actor) -> Any:
    """A kept value as its control shows it."""
    if kept is None:
        return None
    if field.type == Type.BOOL:
        return "true" if kept else "false"
    if field.type == Type.FILE:
        return Stored(field, kept, actor)
    if field.type in (Type.NUMBER, Type.MONEY):
        return f"{types.read_kept(field, kept):f}"
    return types.read_kept(field, kept)


class Group:
    """Fields that stand together, under a heading or without one."""

    def __init__(self, section: Section | None) -> None:
        self.section = section
        self.fields: list[BoundField] = []

    @property
    def heading(self) -> str:
        return self.section.label if self.section else ""


def own_form(
    data: Any, files: Any, *, actor: Actor, model: type[models.Model] | None, record: Any = None
) -> OwnForm | None:
    """The form for the own fields of a kind that the actor may fill in; None where there are none."""
    known = own.kind_of(model) if model else None
    fields = book.writable(known.name, actor) if known else []
    return OwnForm(data, files, actor=actor, fields=fields, record=record) if fields else None


class OwnForm(ActorForm):
    """The own fields of one record; `record` is None for one that is still to be made."""

    def __init__(self, data: Any, files: Any, *, actor: Actor, fields: list[Definition], record: Any = None) -> None:
        self.definitions = {each.name: each for each in fields}
        before = record.own if record is not None else {each.key: each.default for each in fields}
        initial = {each.name: shown(each, before.get(each.key), actor) for each in fields}
        super().__init__(data, files, actor=actor, initial=initial)
        self.record = record
        for each in fields:
            self.fields[each.name] = control(each)
        _lock_hidden(self, before)
        at_home(self, actor)

    @property
    def groups(self) -> list[Group]:
        """The fields under their headings, in the order that the administrator gave them."""
        found: dict[int, Group] = {}
        for name, field in self.definitions.items():
            if name in self.fields:
                section = field.section
                found.setdefault(section.pk if section else 0, Group(section)).fields.append(self[name])
        return list(found.values())

    @property
    def given(self) -> dict[str, Any]:
        """What was typed, by key, as `values.write` takes it; a file that was left alone is not named."""
        given = {}
        for name, value in self.cleaned_data.items():
            if isinstance(value, Stored):
                continue
            given[self.definitions[name].key] = None if value is False and self._is_file(name) else value
        return given

    def _is_file(self, name: str) -> bool:
        return self.definitions[name].type == Type.FILE

    def refuse(self, error: ValidationError) -> bool:
        """Put what the service said against values at their fields; whether all of it had a place here."""
        told: Mapping[str, Any] = getattr(error, "message_dict", {})
        for name in told.keys() & self.fields.keys():
            self.add_error(name, told[name])
        return bool(told) and told.keys() <= self.fields.keys()

    def compare(self) -> None:
        """After a save over an older copy: say at each field what stands there now."""
        now = self.record.own if self.record is not None else {}
        for name, typed in self.given.items():
            field = book.find(own.kind_of(self.record).name, name, self.actor.company_id)  # type: ignore[union-attr]
            if field is None or field.type == Type.FILE:
                continue
            if types.kept(field, typed) != now.get(field.key):
                present = value_in_words(field, now.get(field.key), self.actor) or _("(blank)")
                self.add_error(field.name, _("Meanwhile: %(value)s") % {"value": present})


def _lock_hidden(form: OwnForm, before: Mapping[str, Any]) -> None:
    """A record that a field points to, and the actor may not see, stays: its picker would lose it."""
    for name, field in form.definitions.items():
        key = before.get(field.key)
        if field.type in (Type.PARTY, Type.PRODUCT) and key is not None:
            kind = choices.kind(types.REFS[field.type])
            rows = kind.rows(form.actor).in_bulk([key]) if kind else {}
            if key not in rows:
                del form.fields[name]


def value_as_typed(field: Definition, kept: Any) -> str:
    """A kept value as one types it into a line of text."""
    number = kept is not None and field.type in (Type.NUMBER, Type.MONEY)
    return f"{types.read_kept(field, kept):f}" if number else types.said(field, kept)


def value_in_words(field: Definition, kept: Any, actor: Actor) -> str:
    """A kept value as people read it."""
    if kept is not None and field.type in types.REFS:
        return labels(field.type, [kept], actor).get(kept, HIDDEN)
    return types.said(field, kept)
