"""Forms of contracts: the paper, its plan, what is said of it once it is in force, and its templates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.sales.forms import PaperForm, laid_out, plain
from crm.sales.models import Contract, Milestone
from crm.sales.opportunity_forms import amount_field
from crm.sales.services import clauses
from crm.sales.services.plans import MilestoneInput
from suite.desk.forms import ActorForm, PickerField, lines_formset

BODY = 20_000
PLACEHOLDERS = " ".join(f"{{{name}}}" for name in clauses.KNOWN)


def clauses_field(label: Any, **more: Any) -> Any:
    """Clauses with placeholders, over the whole width."""
    widget = forms.Textarea({"rows": 8})
    return laid_out(forms.CharField(label=label, max_length=BODY, widget=widget, **more), wide=True)


class ContractForm(PaperForm):
    """The header of a contract; without clauses of its own it takes those of its template."""

    model = Contract

    name = laid_out(forms.CharField(label=_("Name"), max_length=200), wide=True)
    template = PickerField("contract_template", label=_("Template"), required=False)
    starts_on = forms.DateField(label=_("Begins"), required=False, widget=forms.DateInput)
    ends_on = forms.DateField(label=_("Ends"), required=False, widget=forms.DateInput)
    signed_on = forms.DateField(label=_("Signed"), required=False, widget=forms.DateInput)
    body = clauses_field(_("Clauses"), required=False, help_text=_("Blank: those of the template"))
    body_en = clauses_field(_("Clauses in English"), required=False)

    field_order = (
        "name", "party", "contact", "template", "date", "starts_on", "ends_on", "signed_on", "prices_include_tax",
        "note", "body", "body_en",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        return demand_known(self, ("body", "body_en"))


def demand_known(form: forms.Form, names: tuple[str, ...]) -> dict[str, Any]:
    """Placeholders that nothing would fill are refused at their field."""
    for name in names:
        try:
            clauses.demand_known(form.cleaned_data.get(name) or "", name)
        except ValidationError as error:
            form.add_error(None, error)
    return form.cleaned_data


class MilestoneForm(ActorForm):
    """A milestone: a payment where it has a share or an amount."""

    plan_name = laid_out(forms.CharField(label=_("What is due"), max_length=200), wide=True)
    plan_share = laid_out(
        forms.DecimalField(
            label=_("Share %"), required=False, max_digits=7, decimal_places=4,
            validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(Decimal(100))],
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "size": 5}),
        ),
        right=True,
    )  # fmt: skip
    plan_amount = laid_out(amount_field(_("Amount")), right=True)
    plan_event = forms.ChoiceField(label=_("Due"), required=False, choices=Milestone.Event.choices)
    plan_days = forms.IntegerField(
        label=_("Days after it"), required=False, min_value=0, max_value=3650,
        widget=forms.TextInput({"inputmode": "numeric", "size": 4}),
    )  # fmt: skip
    plan_due_on = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput)

    def milestone(self) -> MilestoneInput:
        typed = {name.removeprefix("plan_"): value for name, value in self.cleaned_data.items() if name != "DELETE"}
        return MilestoneInput(
            name=typed["name"], share=typed.get("share"), amount=typed.get("amount"), event=typed.get("event") or "",
            days=typed.get("days") or 0, due_on=typed.get("due_on"),
        )  # fmt: skip


Plan = lines_formset(MilestoneForm, at_least=0, extra=1, at_most=100)


def shown_plan(contract: Contract) -> list[dict[str, Any]]:
    """The milestones of a contract as the form shows them."""
    return [
        {
            "plan_name": row.name, "plan_share": plain(row.share),
            "plan_amount": "" if row.share is not None or not row.amount else f"{row.amount:f}",
            "plan_event": row.event, "plan_days": row.days or "", "plan_due_on": None if row.event else row.due_on,
        }
        for row in contract.milestones.all()
    ]  # fmt: skip


class SignForm(ActorForm):
    """On which day both sides had signed."""

    signed_on = forms.DateField(label=_("Signed"), widget=forms.DateInput)


class TemplateForm(ActorForm):
    """A template of contracts."""

    name = forms.CharField(label=_("Name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), required=False, max_length=200)
    body = clauses_field(
        _("Clauses"), help_text=format_lazy("{}: {}", _("In braces, filled in by each contract"), PLACEHOLDERS)
    )
    body_en = clauses_field(_("Clauses in English"), required=False)

    def clean(self) -> dict[str, Any]:
        return demand_known(self, ("body", "body_en"))
