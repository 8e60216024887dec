"""Forms of promotions: what they give, and for what and whom."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.sales.forms import laid_out, plain, quantity_field
from crm.sales.models import Promotion
from crm.sales.services.promotions import Scope, Step
from suite.core.access import Actor
from suite.desk.forms import ActorForm, PickerField, lines_formset


class PromotionForm(ActorForm):
    """What is said of a promotion; its steps and whom it is for stand below."""

    model = Promotion

    name = forms.CharField(label=_("Name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), required=False, max_length=200)
    code = forms.CharField(label=_("Code"), max_length=40)
    kind = forms.ChoiceField(label=_("Kind"), choices=Promotion.Kind)
    valid_from = forms.DateField(label=_("Valid from"), required=False, widget=forms.DateInput)
    valid_to = forms.DateField(label=_("Valid to"), required=False, widget=forms.DateInput)
    priority = forms.IntegerField(
        label=_("Priority"), required=False, min_value=0, max_value=30_000,
        help_text=_("The highest decides; among equals the lowest price"),
    )  # fmt: skip
    currency_id = forms.RegexField(
        "^[A-Z]{3}$", label=_("Currency"), widget=forms.TextInput({"size": 4, "maxlength": 3}),
        help_text=_("Of amounts and fixed prices"),
    )  # fmt: skip
    includes_tax = forms.BooleanField(label=_("Prices include tax"), required=False, initial=True)
    is_stackable = forms.BooleanField(
        label=_("With other promotions"), required=False,
        help_text=_("Those that may be combined are applied one after the other"),
    )  # fmt: skip
    together = forms.BooleanField(
        label=_("Quantities count together"), required=False,
        help_text=_("The quantity is that of all lines with products of this promotion"),
    )  # fmt: skip
    note = laid_out(
        forms.CharField(label=_("Note"), required=False, max_length=5000, widget=forms.Textarea({"rows": 2})), wide=True
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.fields["currency_id"].initial = actor.company.currency

    def values(self) -> dict[str, Any]:
        """The fields as services take them."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return typed | {"priority": typed["priority"] or 0} if "priority" in typed else typed


class StepForm(ActorForm):
    """What is given from a quantity on."""

    min_quantity = quantity_field(_("From quantity"))
    value = quantity_field(_("Percent, amount, price, or how many are free"), required=True)

    def step(self) -> Step:
        return Step(self.cleaned_data["value"], self.cleaned_data.get("min_quantity") or Decimal(0))


class ScopeForm(ActorForm):
    """One of what a promotion is for."""

    product = PickerField("product", label=_("Product"), required=False)
    category = forms.CharField(label=_("Category"), required=False, max_length=80)
    party = PickerField("buyer", label=_("Customer"), required=False)
    tag = PickerField("tag", label=_("Tag"), required=False)
    region = PickerField("region", label=_("Region"), required=False)

    def scopes(self) -> list[Scope]:
        """Each thing in the row by itself."""
        typed = self.cleaned_data
        named = {name: typed[name] for name in ("product", "party", "tag", "region") if typed.get(name)}
        found = [Scope(**{f"{name}_id": row.pk}) for name, row in named.items()]
        return found + ([Scope(category=typed["category"])] if typed.get("category") else [])


Steps = lines_formset(StepForm, extra=1)
Scopes = lines_formset(ScopeForm, at_least=0, extra=1)


def shown_steps(row: Promotion) -> list[dict[str, str]]:
    return [{"min_quantity": plain(each.min_quantity) or "0", "value": plain(each.value)} for each in row.steps.all()]


def shown_scopes(row: Promotion) -> list[dict[str, Any]]:
    return [
        {
            "product": each.product_id, "category": each.category, "party": each.party_id, "tag": each.tag_id,
            "region": each.region_id,
        }
        for each in row.scopes.all()
    ]  # fmt: skip
