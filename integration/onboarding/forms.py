"""What the steps of setting up ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _

from erp.finance.models import FinancePolicy, Period
from suite.core import clock
from suite.core.access import Actor
from suite.core.models import Company, Role
from suite.core.models.people import time_zones
from suite.desk.forms import ActorForm
from suite.masterdata import standards

NEAR = ("Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "UTC")


class FirstForm(forms.Form):
    """The first company and whoever sets it up."""

    error_css_class = "is-invalid"

    company = forms.CharField(label=_("Name of the company"), max_length=200)
    name = forms.CharField(label=_("Your name"), max_length=100)
    username = forms.CharField(
        label=_("User name"), max_length=150, initial="admin", validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput({"autocomplete": "username"}),
    )  # fmt: skip
    password = forms.CharField(
        label=_("Password"), strip=False, max_length=200,
        widget=forms.PasswordInput({"autocomplete": "new-password"}), help_text=_("At least 8 characters"),
    )  # fmt: skip


class LanguageForm(ActorForm):
    language = forms.ChoiceField(
        label=_("My language"), choices=settings.LANGUAGES, help_text=_("Everybody has their own")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone of the company"), help_text=_("Decides which day it is in the books")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = sorted(zone for zone in time_zones() if "/" in zone and zone not in NEAR)
        self.fields["time_zone"].choices = [(zone, zone) for zone in (*NEAR, *others)]  # type: ignore[attr-defined]


class CompanyForm(ActorForm):
    name = forms.CharField(label=_("Name of the company"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=200, required=False)
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=40,
        required=False,
        help_text=_("18 characters; it is checked"),
    )
    taxpayer = forms.ChoiceField(label=_("Taxpayer kind"), choices=FinancePolicy.Taxpayer.choices)
    first = forms.ModelChoiceField(
        label=_("First month of the books"), queryset=Period.objects.none(), required=False,
        empty_label=_("Leave as it is"), help_text=_("Months before it are closed: nothing is posted there by mistake"),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        rows = Period.objects.of(actor.company_id).filter(
            status=Period.Status.OPEN, starts__lte=clock.today(actor.company)
        )
        self.fields["first"].queryset = rows.order_by("-starts")  # type: ignore[attr-defined]

    def clean_credit_code(self) -> str:
        return standards.credit_code(self.cleaned_data["credit_code"])


class PeopleForm(ActorForm):
    people = forms.CharField(
        label=_("Names and mail addresses"), required=False,
        widget=forms.Textarea({"rows": 6, "placeholder": "王小明 wang@example.com\nLi Na <lina@example.com>"}),
        help_text=_("One person a line, pasted from anywhere"),
    )  # fmt: skip
    roles = forms.ModelMultipleChoiceField(
        label=_("Roles"), queryset=Role.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.fields["roles"].queryset = Role.objects.of(actor.company_id).order_by("pk")  # type: ignore[attr-defined]
        self.fields["people"].wide = self.fields["roles"].wide = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("people") and not cleaned.get("roles"):
            self.add_error("roles", _("Choose at least one role: without one they may do nothing"))
        return cleaned


def company_values(company: Company) -> dict[str, Any]:
    """What of the company stands in the second step."""
    return {"name": company.name, "name_en": company.name_en, "credit_code": company.credit_code}
