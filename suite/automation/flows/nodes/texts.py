"""Texts with words of the record in braces: "Call {party}"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from suite.automation.flows.nodes.base import NodeForm
from suite.automation.subjects import Subject
from suite.core.said import Said, all_in_each
from suite.desk import formats

WORD = re.compile(r"\{([\w.]+)\}")
LANGUAGES = {code for code, _name in settings.LANGUAGES}

Template = str | Mapping[str, str]  # as somebody typed it, or one for each language


class WordsField(forms.CharField):
    """A text with words of the record; those that come with the house have one for each language."""

    def to_python(self, value: Any) -> Any:
        if is_template(value) and not isinstance(value, str):
            return dict(value)
        return super().to_python(value if isinstance(value, str | None) else str(value))

    def validate(self, value: Any) -> None:
        for text in value.values() if isinstance(value, dict) else [value]:
            super().validate(text)

    def run_validators(self, value: Any) -> None:
        for text in value.values() if isinstance(value, dict) else [value]:
            super().run_validators(text)

    def prepare_value(self, value: Any) -> Any:
        return shown(value) if is_template(value) else value


class WordsForm(NodeForm):
    """A node that says something of a record; its words are checked, and listed for whoever types."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = ", ".join(f"{{{name}}} {word.label}" for name, word in self.subject.words.items())
        for field in self.fields.values():
            if isinstance(field, WordsField):
                field.help_text = _("Words of the record: %(words)s") % {"words": known} if known else ""
                field.wide = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        for name, field in self.fields.items():
            if isinstance(field, WordsField) and typed.get(name):
                try:
                    check(typed[name], self.subject)
                except ValidationError as error:
                    self.add_error(name, error)
        return typed


def is_template(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, dict)
        and bool(value)
        and set(value) <= LANGUAGES
        and all(isinstance(text, str) for text in value.values())
    )


def shown(template: Template) -> str:
    """The template as its reader sees it."""
    return template if isinstance(template, str) else str(Said(dict(template)))


def kept(typed: Any, before: Any) -> Any:
    """What is kept of a text: one that nobody changed stays there for all languages."""
    return before if isinstance(before, dict) and typed == shown(before) else typed


def check(template: Template, subject: Subject) -> None:
    """Only words that the record has; raises ValidationError."""
    for text in template.values() if isinstance(template, Mapping) else [template]:
        for name in WORD.findall(text):
            if name not in subject.words:
                known = ", ".join(f"{{{each}}}" for each in subject.words)
                raise ValidationError(
                    _("There is no word {%(name)s} here. There are: %(known)s"), params={"name": name, "known": known}
                )


def filled(template: Template, rows: Sequence[Any], subject: Subject) -> list[str]:
    """The text for each record, in the language of whoever reads it."""
    return all_in_each([partial(written, template, row, subject) for row in rows])


def written(template: Template, row: Any, subject: Subject) -> str:
    """The text for a record, in the language that is active now."""

    def say(found: re.Match[str]) -> str:
        word = subject.words.get(found[1])
        return _say(word.read(row)) if word else found[0]

    return WORD.sub(say, shown(template))


def _say(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "utcoffset"):
        return formats.moment(value)
    return formats.day(value) if hasattr(value, "isoformat") else str(value)
