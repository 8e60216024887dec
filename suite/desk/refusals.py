"""Where a form says what the service behind it refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from suite.core.errors import BusinessError, Stale
from suite.desk import stale


def place(error: BusinessError | ValidationError, form: Any, lines: Any = None, *, now: Iterable[Any] = ()) -> None:
    """Put each refusal where it belongs: at its line and field, else at the field of the header, else on top.

    A save over an older copy says what stands there meanwhile; `now` are the lines of the record as it stands, where
    they are replaced as a whole.
    """
    if isinstance(error, ValidationError):
        for name, sentences in getattr(error, "message_dict", {None: error.messages}).items():
            form.add_error(name if name in form.fields else None, sentences)
        return
    for refusal in error.refusals:
        if refusal.line is None:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        elif lines is not None:
            lines.refuse(refusal.line, refusal.field, str(refusal))
        else:
            form.add_error(None, f"{_('Line %(number)s: ') % {'number': refusal.line + 1}}{refusal}")
    if isinstance(error, Stale) and hasattr(form, "actor"):  # pages of the administration compare by themselves
        stale.compare(form, form.actor, now)
