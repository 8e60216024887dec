"""What the admin pages add to the forms of records."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.desk import refusals, stale


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


def refusing(form: type[forms.ModelForm], error: BusinessError | ValidationError) -> type[forms.ModelForm]:
    """A form that cannot be valid, and says why where the refusal belongs."""

    class Refused(form):  # type: ignore[misc, valid-type]
        def _post_clean(self) -> None:
            super()._post_clean()
            refusals.place(error, self)

    return Refused
