"""Forms about forms: how a company draws one up, and the one that strangers see."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.sales.forms import laid_out
from crm.sales.models import WebForm
from crm.sales.services.web_forms import own_fields
from suite.core.access import Actor
from suite.desk.forms import ActorForm, PickerField, lines_formset
from suite.desk.own.forms import control
from suite.masterdata import standards


def _words(label: Any, *, rows: int = 2, most: int = 2000) -> Any:
    return laid_out(
        forms.CharField(label=label, required=False, max_length=most, widget=forms.Textarea({"rows": rows})), wide=True
    )


class WebFormForm(ActorForm):
    """What a form says, and what it writes on the leads that come of it."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("For the company alone"))
    is_active = forms.BooleanField(label=_("Open"), required=False, initial=True)
    title = forms.CharField(label=_("Title"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    source = forms.CharField(label=_("Source"), max_length=40, required=False)
    campaign = forms.CharField(label=_("Campaign"), max_length=60, required=False)
    product = PickerField("product", label=_("Product"), required=False)
    intro = _words(_("Words above the form"))
    intro_en = _words(_("Words above the form in English"))
    consent = _words(_("What is agreed to"), most=4000)
    consent_en = _words(_("What is agreed to in English"), most=4000)
    thanks = _words(_("Thanks"))
    thanks_en = _words(_("Thanks in English"))


class FieldForm(ActorForm):
    """A field of the form."""

    position = forms.IntegerField(
        label=_("Order"), required=False, min_value=0, max_value=10_000, widget=forms.NumberInput({"size": 4})
    )
    name = laid_out(forms.ChoiceField(label=_("Field")), wide=True)
    required = forms.BooleanField(label=_("Must be filled in"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        own = [(name, each.label) for name, each in own_fields(actor.company_id).items()]
        self.fields["name"].choices = [("", "–"), *WebForm.FIELDS.items(), *own]  # type: ignore[attr-defined]


FormFields = lines_formset(FieldForm, at_least=1, extra=1, at_most=30)


class StrangersForm(forms.Form):
    """The form as strangers see it. `homepage` is a trap: people do not see it, robots fill it in."""

    homepage = forms.CharField(required=False, max_length=500)
    stamp = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def __init__(self, web_form: WebForm, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = own_fields(web_form.company_id)
        self.asked: list[str] = []
        for each in web_form.fields:
            name, required = each["name"], each["required"]
            field = _plain(name, required) if name in WebForm.FIELDS else None
            if name in own:
                field = control(own[name], required=required)
            if field is not None:
                self.fields[name] = field
                self.asked.append(name)
        self.agreed = web_form.read("consent")
        if self.agreed:
            self.fields["agree"] = forms.BooleanField(label=self.agreed, required=True)

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields in their order."""
        return [self[name] for name in self.asked]

    def typed(self) -> dict[str, Any]:
        """What was filled in."""
        return {name: self.cleaned_data[name] for name in self.asked}

    def raw(self) -> dict[str, str]:
        """What was filled in, as it was written."""
        found = {name: self.data.get(name, "") for name in self.asked}
        return {name: value[:20_000] for name, value in found.items() if value}


def _plain(name: str, required: bool) -> forms.Field:
    label = WebForm.FIELDS[name]
    match name:
        case "phone":
            return forms.CharField(
                label=label, required=required, max_length=60, validators=[standards.phone],  # type: ignore[list-item]
                widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
            )  # fmt: skip
        case "email":
            return forms.EmailField(label=label, required=required, widget=forms.EmailInput({"autocomplete": "email"}))
        case "text":
            return forms.CharField(label=label, required=required, max_length=4000, widget=forms.Textarea({"rows": 4}))
    autocomplete = "name" if name == "name" else "organization"
    return forms.CharField(
        label=label, required=required, max_length=100 if name == "name" else 200,
        widget=forms.TextInput({"autocomplete": autocomplete}),
    )  # fmt: skip
