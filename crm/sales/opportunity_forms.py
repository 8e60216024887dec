"""Forms of opportunities and of the pipelines they go through."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.sales.forms import SMALLEST, laid_out, plain, quantity_field
from crm.sales.models import Opportunity, Rival, Stage
from crm.sales.opportunity_lists import pipelines
from crm.sales.queries.pipelines import stages_of
from crm.sales.services import criteria, moving
from crm.sales.services.opportunities import Product
from crm.sales.services.pipelines import ActionInput, NameInput, StageInput
from suite.core import clock
from suite.core.access import Actor
from suite.desk.forms import ActorForm, PickerField, lines_formset
from suite.desk.lists.dates import months_on

HEADER = (
    "name", "party", "contact", "amount", "currency_id", "expected_close", "forecast", "source", "next_step",
    "next_step_on", "owner", "note",
)  # fmt: skip


def amount_field(label: Any, **more: Any) -> forms.DecimalField:
    """An amount with two places, never below zero."""
    return forms.DecimalField(
        label=label, required=False, max_digits=18, decimal_places=2, validators=[MinValueValidator(Decimal(0))],
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}), **more,
    )  # fmt: skip


class OpportunityForm(ActorForm):
    """What is said of a deal; where it stands is said by moving it."""

    model = Opportunity

    name = forms.CharField(label=_("Name"), max_length=200)
    party = PickerField("buyer", label=_("Customer"), required=False)
    contact = PickerField("contact", label=_("Decision maker"), required=False)
    stage = forms.ChoiceField(label=_("Begins in"), required=False)
    amount = amount_field(_("Amount"), help_text=_("Blank: what the products below come to"))
    currency_id = forms.RegexField(
        "^[A-Z]{3}$", label=_("Currency"), required=False, widget=forms.TextInput({"size": 4, "maxlength": 3})
    )
    expected_close = forms.DateField(label=_("Expected close"), required=False, widget=forms.DateInput)
    forecast = forms.ChoiceField(label=_("Forecast"), choices=Opportunity.Forecast.choices)
    source = forms.CharField(label=_("Source"), required=False, max_length=40)
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_on = forms.DateField(label=_("Next step on"), required=False, widget=forms.DateInput)
    rivals = forms.ModelMultipleChoiceField(
        Rival.objects.none(), label=_("Rivals"), required=False, widget=forms.CheckboxSelectMultiple
    )
    owner = PickerField("user", label=_("Owner"), required=False)
    note = laid_out(
        forms.CharField(label=_("Note"), required=False, max_length=5000, widget=forms.Textarea({"rows": 2})), wide=True
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, record: Opportunity | None = None, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, record=record, **kwargs)
        named = Q(pk__in=record.rivals.values("pk")) if record is not None else Q(pk=None)
        rivals: Any = self.fields["rivals"]
        rivals.queryset = Rival.objects.visible_to(actor).filter(Q(is_archived=False) | named)
        if record is not None:
            del self.fields["stage"]
        else:
            stages = [stage for stage in stages_of(actor.company_id) if stage.kind == Stage.Kind.OPEN]
            several = len(pipelines(actor)) > 1
            self.fields["stage"].choices = [  # type: ignore[attr-defined]
                (str(each.pk), f"{each.pipeline.label}: {each.label}" if several else each.label) for each in stages
            ]

    def values(self) -> dict[str, Any]:
        """The header as services change it."""
        return {name: value for name, value in self.cleaned_data.items() if name in (*HEADER, "rivals")}

    def draft(self) -> dict[str, Any]:
        """The header as a draft is made of it."""
        typed = self.cleaned_data
        kept = {name: typed[name] for name in HEADER if name not in ("party", "contact", "owner", "currency_id")}
        keys = {f"{name}_id": typed[name].pk for name in ("party", "contact", "owner") if typed.get(name)}
        stage = {"stage_id": int(typed["stage"])} if typed.get("stage") else {}
        return {**kept, **keys, **stage, "currency_id": typed["currency_id"] or None, "rivals": list(typed["rivals"])}


class ProductForm(ActorForm):
    """A product of a deal."""

    product = laid_out(PickerField("product", label=_("Product")), wide=True)
    quantity = quantity_field(_("Quantity"), least=SMALLEST)
    amount = laid_out(amount_field(_("Amount")), right=True)

    def line(self) -> Product:
        typed = self.cleaned_data
        return Product(typed["product"].pk, typed.get("quantity"), typed.get("amount"))


Products = lines_formset(ProductForm, at_least=0, extra=1)


def shown_products(deal: Opportunity) -> list[dict[str, Any]]:
    """The lines of a deal as the form shows them."""
    return [
        {"product": row.product_id, "quantity": plain(row.quantity), "amount": plain(row.amount)}
        for row in deal.lines.all()
    ]


class MoveForm(ActorForm):
    """To which stage a deal goes, why, and what was still missing for it."""

    stage = forms.ChoiceField(label=_("To stage"))
    lost_reason = PickerField("lost_reason", label=_("Reason for losing"), required=False)
    reason = laid_out(
        forms.CharField(
            label=_("Reason"), required=False, max_length=500,
            help_text=_("Needed for a step back, for opening again, and for going past exit criteria"),
        ),
        wide=True,
    )  # fmt: skip
    amount = amount_field(_("Amount"))
    contact = PickerField("contact", label=_("Decision maker"), required=False)
    expected_close = forms.DateField(label=_("Expected close"), required=False, widget=forms.DateInput)
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_on = forms.DateField(label=_("Next step on"), required=False, widget=forms.DateInput)
    override = forms.BooleanField(label=_("Go on past the exit criteria"), required=False)

    FILLED = ("amount", "contact", "expected_close", "next_step", "next_step_on")
    obeys = dict.fromkeys(FILLED, Opportunity)

    def __init__(self, *args: Any, actor: Actor, deal: Opportunity, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        stages = [each for each in stages_of(actor.company_id) if each.pipeline_id == deal.pipeline_id]
        self.fields["stage"].choices = [(str(each.pk), each.label) for each in stages if each.pk != deal.stage_id]  # type: ignore[attr-defined]
        if not actor.may(moving.OVERRIDE):
            del self.fields["override"]

    def filled(self) -> dict[str, Any]:
        """What was filled in along with the move."""
        return {name: self.cleaned_data[name] for name in self.FILLED if self.cleaned_data.get(name) not in (None, "")}


class FunnelForm(ActorForm):
    """Of which pipeline, from which day to which."""

    pipeline = forms.ChoiceField(label=_("Pipeline"))
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput)
    last = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.fields["pipeline"].choices = pipelines(actor)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("first") and typed.get("last") and typed["first"] > typed["last"]:
            self.add_error("last", _("This day is before the first one"))
        return typed


class DaysForm(ActorForm):
    """From which day to which."""

    first = forms.DateField(label=_("From"), widget=forms.DateInput)
    last = forms.DateField(label=_("Until"), widget=forms.DateInput)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("first") and typed.get("last") and typed["first"] > typed["last"]:
            self.add_error("last", _("This day is before the first one"))
        return typed


class CostForm(ActorForm):
    """What a source cost in a month."""

    source = forms.CharField(label=_("Source"), max_length=40)
    month = forms.DateField(label=_("Month"), widget=forms.DateInput, help_text=_("Any day of the month"))
    amount = amount_field(_("Cost"))

    def clean_amount(self) -> Decimal:
        amount = self.cleaned_data["amount"]
        if amount is None:
            raise forms.ValidationError(_("Please fill this in"))
        return amount

    def clean_month(self) -> dt.date:
        """A month is kept by its first day."""
        return self.cleaned_data["month"].replace(day=1)


class ForecastForm(ActorForm):
    """Of which month, laid out by what."""

    month = forms.ChoiceField(label=_("Month"))
    by = forms.ChoiceField(
        label=pgettext_lazy("report", "By"),
        choices=[("owner", _("Owner")), ("product", _("Product")), ("month", _("Month"))],
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        now = clock.today(actor.company).replace(day=1)
        months = [f"{months_on(now, number):%Y-%m}" for number in range(-12, 13)]
        self.fields["month"].choices = [(month, month) for month in months]  # type: ignore[attr-defined]

    @property
    def first(self) -> dt.date:
        """The first day of the month."""
        return dt.date.fromisoformat(f"{self.cleaned_data['month']}-01")


class PipelineForm(ActorForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), required=False, max_length=200)
    is_archived = forms.BooleanField(label=_("Archived"), required=False)


class StageLineForm(ActorForm):
    """A stage as a line of its pipeline; the lines stand in their order."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    position = forms.IntegerField(
        label=_("Order"), required=False, min_value=0, max_value=999, widget=forms.NumberInput({"size": 3})
    )
    name = laid_out(forms.CharField(label=_("Name"), max_length=200), wide=True)
    name_en = laid_out(forms.CharField(label=_("English name"), required=False, max_length=200), wide=True)
    kind = forms.ChoiceField(label=_("Kind"), choices=Stage.Kind.choices, initial=Stage.Kind.OPEN)
    probability = laid_out(
        forms.DecimalField(
            label=_("Probability %"), max_digits=7, decimal_places=4, initial=0,
            validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "size": 4}),
        ),
        right=True,
    )  # fmt: skip
    target_days = forms.IntegerField(
        label=_("Target days"), required=False, min_value=1, max_value=3650, widget=forms.NumberInput({"size": 4})
    )

    def stage(self) -> StageInput:
        typed = self.cleaned_data
        names = ("id", "name", "name_en", "kind", "probability", "target_days")
        return StageInput(**{name: typed[name] for name in names})


StageLines = lines_formset(StageLineForm, extra=1, at_most=50)


class StageForm(ActorForm):
    """What is asked and told in a stage."""

    guidance = laid_out(
        forms.CharField(
            label=_("Guidance"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3}),
            help_text=_("What sellers read while a deal is in this stage"),
        ),
        wide=True,
    )  # fmt: skip
    guidance_en = laid_out(
        forms.CharField(
            label=_("Guidance in English"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3})
        ),
        wide=True,
    )
    criteria = laid_out(
        forms.MultipleChoiceField(
            label=_("Exit criteria"), required=False, widget=forms.CheckboxSelectMultiple,
            help_text=_("What must be so before a deal goes on from here"),
        ),
        wide=True,
    )  # fmt: skip
    needs_approval = forms.BooleanField(
        label=_("Only with approval"), required=False,
        help_text=_("Deals come here only approved, where an approval rule for opportunities asks for it"),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.fields["criteria"].choices = criteria.choices(actor.company_id)  # type: ignore[attr-defined]


class ActionForm(ActorForm):
    """A key action of a stage."""

    name = laid_out(forms.CharField(label=_("Key action"), max_length=200), wide=True)
    name_en = laid_out(forms.CharField(label=_("In English"), required=False, max_length=200), wide=True)
    days = forms.IntegerField(label=_("Due after (days)"), min_value=0, max_value=365, initial=1)

    def action(self) -> ActionInput:
        typed = self.cleaned_data
        return ActionInput(typed["name"], typed["name_en"], typed["days"])


Actions = lines_formset(ActionForm, at_least=0, extra=1, at_most=30)


class DropForm(ActorForm):
    """Where the deals of a stage go when it is taken out."""

    into = forms.ChoiceField(label=_("Its opportunities go to"), required=False)

    def __init__(self, *args: Any, actor: Actor, stage: Stage, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        others = [
            each
            for each in stages_of(actor.company_id)
            if each.pipeline_id == stage.pipeline_id and each.pk != stage.pk and each.kind == Stage.Kind.OPEN
        ]
        self.fields["into"].choices = [("", "–"), *((str(each.pk), each.label) for each in others)]  # type: ignore[attr-defined]


class NameForm(ActorForm):
    """A row of a short list of names."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = laid_out(forms.CharField(label=_("Name"), max_length=200), wide=True)
    name_en = laid_out(forms.CharField(label=_("English name"), required=False, max_length=200), wide=True)
    is_archived = forms.BooleanField(label=pgettext_lazy("list", "Not in use"), required=False)

    def row(self) -> NameInput:
        typed = self.cleaned_data
        return NameInput(typed["name"], typed["name_en"], typed["is_archived"], typed["id"])


Names = lines_formset(NameForm, at_least=0, extra=1, at_most=200)
