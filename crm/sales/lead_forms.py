"""Forms of leads, of what they become, and of the rules that find their owners."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.sales import cards
from crm.sales.forms import laid_out
from crm.sales.models import Lead, LeadActivity, LeadRule, Stage
from crm.sales.opportunity_forms import amount_field
from crm.sales.queries.pipelines import stages_of
from crm.sales.services.lead_rules import Seat
from suite.core.access import Actor
from suite.desk.forms import ActorForm, MentionsWidget, PickerField, lines_formset
from suite.masterdata import standards
from suite.masterdata.models import Product

PLAIN = ("name", "organisation", "phone", "email", "region", "source", "campaign", "owner", "text")


class LeadForm(ActorForm):
    """What is known of a lead."""

    model = Lead

    name = forms.CharField(label=pgettext_lazy("lead", "Person"), max_length=100, required=False)
    organisation = forms.CharField(label=_("Organisation"), max_length=200, required=False)
    phone = forms.CharField(
        label=_("Phone"), max_length=60, required=False, validators=[standards.phone],  # type: ignore[list-item]
        widget=forms.TextInput({"type": "tel"}),
    )  # fmt: skip
    email = forms.EmailField(label=_("E-mail"), required=False)
    product_1 = PickerField("product", label=_("Interested in"), required=False)
    product_2 = PickerField("product", label=_("And in"), required=False)
    region = PickerField("region", label=_("Region"), required=False)
    source = forms.CharField(label=_("Source"), max_length=40, required=False)
    campaign = forms.CharField(label=_("Campaign"), max_length=60, required=False)
    owner = PickerField(
        "user", label=_("Owner"), required=False, help_text=_("Blank: the rules of the company find somebody")
    )
    text = laid_out(
        forms.CharField(
            label=pgettext_lazy("lead", "Enquiry"),
            max_length=20_000,
            required=False,
            widget=forms.Textarea({"rows": 4}),
        ),
        wide=True,
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, record: Lead | None = None, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, record=record, **kwargs)
        self.more = list(record.products.order_by("pk"))[len(PRODUCTS) :] if record is not None else []
        if record is not None and not actor.may("crm_sales.assign_lead"):
            del self.fields["owner"]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not self.errors and not (typed.get("name") or typed.get("organisation")):
            self.add_error("name", _("Say who it is: a person or an organisation"))
        return typed

    def values(self) -> dict[str, Any]:
        """What was typed, as services take it."""
        typed = self.cleaned_data
        values = {name: typed[name] for name in PLAIN if name in typed}
        picked = [*(each for name in PRODUCTS if (each := typed.get(name))), *self.more]
        values["products"] = list({each.pk: each for each in picked}.values())
        return values

    @classmethod
    def shown(cls, lead: Lead) -> dict[str, Any]:
        """What the form shows of a lead."""
        products = list(lead.products.order_by("pk"))
        picked = dict(zip(PRODUCTS, products, strict=False))
        return {name: getattr(lead, name) for name in (*PLAIN, "version")} | {
            "phone": lead.phone_raw or lead.phone, **picked,
        }  # fmt: skip


PRODUCTS = ("product_1", "product_2")


class CardForm(ActorForm):
    """A text that says who asks: a business card, a message, a mail."""

    text = laid_out(
        forms.CharField(
            label=_("Text"), max_length=cards.LONGEST, widget=forms.Textarea({"rows": 8}),
            help_text=_("A business card, a message, a mail: what it says is filled in, and you look it over"),
        ),
        wide=True,
    )  # fmt: skip


def from_card(found: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """What a text says, as the form of leads shows it."""
    products = Product.objects.visible_to(actor).filter(pk__in=found.pop("products", []))[: len(PRODUCTS)]
    mine = {"owner": actor.user} if actor.may("crm_sales.convert_lead") else {}
    return {**found, **dict(zip(PRODUCTS, products, strict=False)), **mine}


class LeadActivityForm(ActorForm):
    """Something done about a lead."""

    kind = forms.ChoiceField(label=_("Kind"), choices=LeadActivity.Kind, widget=forms.RadioSelect)
    text = laid_out(
        forms.CharField(
            label=_("What came of it"), max_length=20_000, required=False, widget=MentionsWidget({"rows": 2})
        ),
        wide=True,
    )
    happened_at = forms.DateTimeField(label=_("When"), required=False, widget=forms.DateTimeInput)


class ConvertForm(ActorForm):
    """What a lead becomes."""

    party = PickerField(
        "buyer", label=_("Customer"), required=False, help_text=_("Blank: a new customer is made of the lead")
    )
    with_opportunity = forms.BooleanField(label=_("With an opportunity"), required=False, initial=True)
    name = forms.CharField(label=_("Name of the opportunity"), max_length=200, required=False)
    amount = amount_field(_("Amount"))
    stage = forms.ChoiceField(label=_("Begins in"), required=False)
    allow_duplicate = forms.BooleanField(label=_("It is another one: save it all the same"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        stages = [stage for stage in stages_of(actor.company_id) if stage.kind == Stage.Kind.OPEN]
        self.fields["stage"].choices = [(str(each.pk), each.label) for each in stages]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        typed = dict(self.cleaned_data)
        stage = typed.pop("stage")
        amount: Decimal | None = typed["amount"]
        return {**typed, "amount": amount, "stage_id": int(stage) if stage else None}


class RuleForm(ActorForm):
    """A rule that finds owners for leads; its conditions stand beside."""

    name = forms.CharField(label=_("Name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=200, required=False)
    position = forms.IntegerField(
        label=_("Order"), min_value=0, max_value=30_000, required=False,
        help_text=_("The first rule that fits decides; blank: behind the others"),
    )  # fmt: skip
    way = forms.ChoiceField(label=_("How"), choices=LeadRule.Way)
    team = PickerField(
        "team", label=_("Else to the team"), required=False,
        help_text=_("Where nobody is free the lead waits here, and the manager is told"),
    )  # fmt: skip
    is_active = forms.BooleanField(label=_("Switched on"), required=False, initial=True)


class SeatForm(ActorForm):
    """Somebody in the pool of a rule."""

    user = laid_out(PickerField("user", label=pgettext_lazy("lead", "Person")), wide=True)
    quota = forms.IntegerField(
        label=_("Open leads at most"), required=False, min_value=1, max_value=100_000,
        widget=forms.NumberInput({"size": 6}),
    )  # fmt: skip

    def seat(self) -> Seat:
        return Seat(self.cleaned_data["user"], self.cleaned_data.get("quota"))


Seats = lines_formset(SeatForm, at_least=0, extra=2, at_most=200)


class SampleForm(ActorForm):
    """A lead that is not kept, to see who would get it."""

    organisation = forms.CharField(label=_("Organisation"), max_length=200, required=False)
    region = PickerField("region", label=_("Region"), required=False)
    product = PickerField("product", label=_("Interested in"), required=False)
    source = forms.CharField(label=_("Source"), max_length=40, required=False)
    campaign = forms.CharField(label=_("Campaign"), max_length=60, required=False)
    text = forms.CharField(label=pgettext_lazy("lead", "Enquiry"), max_length=2000, required=False)

    def values(self) -> dict[str, Any]:
        typed = dict(self.cleaned_data)
        product = typed.pop("product")
        typed["organisation"] = typed["organisation"] or str(_("Sample"))
        return {**typed, "products": [product] if product else []}


class RangeForm(ActorForm):
    """From which day to which, both included."""

    first = forms.DateField(label=_("From"), widget=forms.DateInput)
    last = forms.DateField(label=_("To"), widget=forms.DateInput)
