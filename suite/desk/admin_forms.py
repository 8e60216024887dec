"""What the admin pages add to the forms of records."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.desk import stale


def carrying(form: type[forms.ModelForm], actor: Actor) -> type[forms.ModelForm]:
    """A form of a record that tells a save over an older copy (`stale`)."""

    class Carrying(form):  # type: ignore[misc, valid-type]
        @property
        def seen(self) -> str:
            return str(self.data.get(stale.NAME, "")) if self.is_bound else stale.digests(self)

        def _post_clean(self) -> None:
            late = stale.judge(self, str(self.data.get(stale.NAME, ""))[: stale.LONGEST], actor)
            if not late:
                super()._post_clean()

    return Carrying


def refusing(form: type[forms.Form], error: BusinessError | ValidationError) -> type[forms.Form]:
    """A form that cannot be valid, and says why where the refusal belongs."""

    class Refused(form):  # type: ignore[misc, valid-type]
        def _post_clean(self) -> None:
            super()._post_clean()
            if isinstance(error, ValidationError):
                told = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
                for name, sentences in told.items():
                    self.add_error(name if name in self.fields else None, sentences)
                return
            for refusal in error.refusals:
                where = refusal.field if refusal.line is None and refusal.field in self.fields else None
                place = _("Line %(number)s: ") % {"number": refusal.line + 1} if refusal.line is not None else ""
                self.add_error(where, f"{place}{refusal}")

    return Refused
