"""Sentences of the house, kept as message and parameters and read in the reader's language.

    title = SaidField(_("title"))
    Task(title=said(gettext_lazy("Thank %(party)s"), {"party": party}))

What a person wrote is an ordinary string and stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.functional import Promise

MARK = "\x1e"  # before what is kept of a sentence; nobody types it, and it is taken out of what people write

CATALOGUE = (translation.gettext, translation.pgettext)

Text = str | Promise


class Said(str):
    """A text in the language that was active when it was read, which remembers how others read it.

    `kept` is a text, {language: text}, or [message, parameters]; a message is [id], [context, id], or a text again.
    """

    kept: Any

    def __new__(cls, kept: Any) -> Said:
        text = super().__new__(cls, _read(kept))
        text.kept = kept
        return text


def said(text: Text, params: Mapping[str, Any] | None = None) -> Said:
    """A sentence that everybody reads in their own language; lazy texts and records among the parameters too."""
    return Said([_message(text), {name: _keep(value) for name, value in (params or {}).items()}])


def in_each(write: Callable[[], str]) -> str:
    """A text that each language writes in its own way; an ordinary string where all write it alike."""
    return all_in_each([write])[0]


def all_in_each(writes: Sequence[Callable[[], str]]) -> list[str]:
    """Like `in_each`, for many texts at once: turning to another language takes longer than writing one."""
    texts = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts[language] = [str(again(write())) for write in writes]
    return [
        Said(dict(zip(texts, alike, strict=True))) if len(set(alike)) > 1 else alike[0]
        for alike in zip(*texts.values(), strict=True)
    ]


def name_of(row: models.Model | None) -> str:
    """What a record is called, in the language of whoever reads it."""
    return in_each(lambda: str(row)) if row else ""


def again(text: str) -> str:
    """The text in the language that is active now."""
    return Said(text.kept) if isinstance(text, Said) else text


def in_all(text: Text) -> list[str]:
    """The text in every language, for those who look for it."""
    return all_in_all([text])[0]


def all_in_all(texts: Sequence[Text]) -> list[list[str]]:
    """Like `in_all`, for many texts at once; a text that all read alike stands there once."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.append([again(text) if isinstance(text, Said) else str(text) for text in texts])
    return [list(dict.fromkeys(alike)) for alike in zip(*found, strict=True)]


def listed(words: Iterable[Any]) -> str:
    """The words in a row, as the reader's language sets them apart."""
    return translation.pgettext("between names", ", ").join(str(word) for word in words)


def cut(text: str, longest: int) -> str:
    """No more than so many characters of what a person wrote; sentences of the house stay whole."""
    return text if isinstance(text, Said) else text[:longest]


class SaidField(models.CharField):
    """A text that a person wrote or the house said; `max_length` holds for what people write."""

    def db_type(self, connection: Any) -> str:
        return "text"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if isinstance(value, Said):
            return MARK + json.dumps(value.kept, ensure_ascii=False)
        return value and value.replace(MARK, "")

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return Said(json.loads(value[1:])) if value and value[0] == MARK else value


def _keep(value: Any) -> Any:
    if isinstance(value, Promise):
        return said(value).kept
    if isinstance(value, models.Model):
        value = name_of(value)
    return value.kept if isinstance(value, Said) else str(value)


def _message(text: Text) -> Any:
    """What a lazy text was made of; only that is looked up in the catalogue, not what somebody typed."""
    if not isinstance(text, Promise):
        return _keep(text)
    made_by, arguments = text.__reduce__()[1][:2]
    return list(arguments) if made_by in CATALOGUE else _keep(in_each(lambda: str(text)))


def _read(kept: Any) -> str:
    if isinstance(kept, str):
        return kept
    if isinstance(kept, dict):
        return kept.get(translation.get_language() or "") or next(iter(kept.values()))
    message, params = kept
    if isinstance(message, list):
        text = translation.pgettext(*message) if len(message) > 1 else translation.gettext(*message)
    else:
        text = _read(message)
    return text % {name: _read(value) for name, value in params.items()} if params else text
