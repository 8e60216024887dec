"""Own fields in the admin pages, beside the columns of a record and with the look of these pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from suite.core.access import Actor
from suite.desk import choices, own
from suite.desk.own import book, rules, types
from suite.desk.own.book import Definition, Type
from suite.desk.own.columns import HIDDEN
from suite.desk.own.forms import control, obey, shown

WIDGETS: dict[str, type[forms.Widget]] = {
    Type.LONG: UnfoldAdminTextareaWidget,
    Type.DATE: UnfoldAdminSingleDateWidget,
    Type.BOOL: UnfoldAdminSelectWidget,
    Type.CHOICE: UnfoldAdminSelectWidget,
    Type.CHOICES: UnfoldAdminCheckboxSelectMultipleWidget,
    Type.FILE: UnfoldAdminFileFieldWidget,
}


class CodeField(forms.CharField):
    """A record by its code or exact name: these pages have no searched pickers."""

    def __init__(self, kind: str, actor: Actor, before: Any, **kwargs: Any) -> None:
        super().__init__(max_length=200, widget=UnfoldAdminTextInputWidget(), **kwargs)
        self.kind, self.actor, self.before = kind, actor, before

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text or text == self.initial:
            return self.before if text else None
        known = choices.kind(self.kind)
        found = known.exactly(self.actor, text) if known else None
        if found is None:
            raise ValidationError(_("Nothing with this name can be picked"))
        return found


def obeying(form: type[forms.ModelForm], model: Any, actor: Actor) -> type[forms.ModelForm]:
    """The form of a record as the rules for fields leave it."""
    if not rules.of(model, actor):
        return form

    class Obeying(form):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            obey(self, model, actor, record=self.instance if self.instance.pk else None)

    return Obeying


def names_of(model: Any, actor: Actor) -> list[str]:
    """The own fields that the actor may fill in, by name."""
    known = own.kind_of(model)
    return [field.name for field in book.writable(known.name, actor)] if known else []


def with_fields(form: type[forms.ModelForm], model: Any, actor: Actor, row: Any) -> type[forms.ModelForm]:
    """The form with the own fields of the kind, as they stand in the record."""
    known = own.kind_of(model)
    fields = book.writable(known.name, actor) if known else []
    return type(form.__name__, (form,), {field.name: _field(field, actor, row) for field in fields})


def _field(field: Definition, actor: Actor, row: Any) -> forms.Field:
    before = row.own.get(field.key) if row is not None else field.default
    if field.type in (Type.PARTY, Type.PRODUCT):
        ref = types.REFS[field.type]
        kind = choices.kind(ref)
        there = kind.rows(actor).filter(pk=before).first() if kind and before is not None else None
        name = getattr(there, kind.exact[0]) if there and kind else HIDDEN if before is not None else None
        help_text = field.hint or _("Code or exact name")
        return CodeField(
            ref, actor, before, label=field.label, required=field.required, help_text=help_text, initial=name
        )
    found = control(field)
    found.initial = shown(field, before, actor)
    made = WIDGETS.get(field.type, UnfoldAdminTextInputWidget)()
    if isinstance(found, forms.ChoiceField):
        made.choices = found.choices  # type: ignore[attr-defined]
    made.is_required = found.required
    found.widget = made
    return found
