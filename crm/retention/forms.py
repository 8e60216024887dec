"""Forms of retention: asking for a customer, and handing a portfolio over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.retention.services import handing
from suite.desk.forms import ActorForm, PickerField


class AskForm(ActorForm):
    """Why somebody asks for a customer."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 2}))


class HandOverForm(ActorForm):
    """Who hands over what to whom."""

    giver = PickerField("user", label=_("From"))
    taker = PickerField("user", label=_("To"))
    kinds = forms.MultipleChoiceField(
        label=_("What"), choices=list(handing.KINDS.items()), widget=forms.CheckboxSelectMultiple,
        initial=list(handing.KINDS),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("giver") and typed.get("giver") == typed.get("taker"):
            self.add_error("taker", _("Choose somebody else"))
        return typed
