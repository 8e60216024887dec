"""Texts of one line: names, codes, titles. What breaks a line or cannot be seen is folded wherever they come in.

Forms and the API take them by fields of Django and of the REST framework, which learn it here; sheets ask `one_line`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from django import forms
from rest_framework import serializers

LONGEST_LINE = 500  # characters; a field that takes more is for texts of several lines
BREAKS = re.compile(r"\s*[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]\s*")
# Control characters, and marks that turn the direction of what stands behind them. The null character is refused.
UNSEEN = re.compile(r"[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def one_line(text: str) -> str:
    """The text with blanks for its breaks and without what cannot be seen."""
    return text.strip() if text.isprintable() else UNSEEN.sub("", BREAKS.sub(" ", text)).strip()


def read_json(text: str | bytes) -> Any:
    """JSON that can be stored; ValueError for what is none, too deep, or holds half characters or endless numbers."""
    try:
        data = json.loads(text)
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
    except RecursionError as error:
        raise ValueError("too deep") from error
    return data


def _form_text(field: forms.CharField, value: Any) -> Any:
    text = _django(field, value)
    if not isinstance(text, str) or not field.strip or isinstance(field.widget, forms.Textarea):
        return text
    return one_line(text)


def _api_text(field: serializers.CharField, data: Any) -> str:
    text = _framework(field, data)
    if not field.trim_whitespace or "base_template" in field.style or (field.max_length or 0) > LONGEST_LINE:
        return text
    if not (text := one_line(text)) and not field.allow_blank:
        field.fail("blank")
    return text


_django, _framework = forms.CharField.to_python, serializers.CharField.to_internal_value


def install() -> None:
    """Have every field that takes one line fold it; called once, from apps.py."""
    forms.CharField.to_python = _form_text  # type: ignore[method-assign, assignment]
    serializers.CharField.to_internal_value = _api_text  # type: ignore[method-assign, assignment]
