"""What people type of master data outside the admin pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.desk.forms import ActorForm, PickerField
from suite.masterdata import standards
from suite.masterdata.models import Contact


class PersonForm(ActorForm):
    """A person at a party."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=200)
    title = forms.CharField(label=_("Title"), max_length=60, required=False)
    phone = forms.CharField(
        label=_("Phone"),
        max_length=60,
        required=False,
        validators=[standards.phone],
        widget=forms.TextInput({"type": "tel"}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    wechat = forms.CharField(label=_("WeChat"), max_length=60, required=False)
    preferences = forms.CharField(label=_("Preferences"), max_length=300, required=False)
    is_decision_maker = forms.BooleanField(label=_("Decision maker"), required=False)
    is_primary = forms.BooleanField(label=_("Primary contact"), required=False)


class ContactForm(PersonForm):
    """A contact by itself, with the own fields of its kind."""

    model = Contact

    party = PickerField("party", label=_("Company"))
    name_en = forms.CharField(label=_("English name"), max_length=200, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    field_order = ("party", "name", "name_en")

    def __init__(self, *args: Any, contact: Contact | None = None, **kwargs: Any) -> None:
        super().__init__(*args, record=contact, **kwargs)
        if contact:
            del self.fields["party"]
