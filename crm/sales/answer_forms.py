"""What customers fill in to answer a quotation."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAME, TEXT = 100, 2000


def _name(*, required: bool) -> forms.CharField:
    widget = forms.TextInput({"autocomplete": "name"})
    return forms.CharField(
        label=pgettext_lazy("of the customer", "Your name"), required=required, max_length=NAME, widget=widget
    )


def _text(label: object, *, required: bool) -> forms.CharField:
    widget = forms.Textarea({"rows": 3})
    return forms.CharField(label=label, required=required, max_length=TEXT, widget=widget)  # type: ignore[arg-type]


class AcceptForm(forms.Form):
    """Who accepts."""

    name = _name(required=True)
    text = _text(_("Note (not necessary)"), required=False)


class RefuseForm(forms.Form):
    """Why it is refused."""

    text = _text(_("Why not?"), required=True)
    name = _name(required=False)


FORMS: dict[str, type[forms.Form]] = {"accepted": AcceptForm, "refused": RefuseForm}
