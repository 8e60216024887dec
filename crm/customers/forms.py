"""Customers as they are typed in: party, profile, contacts and addresses on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.customers import reading
from crm.customers.models import Activity, Commitment, Customer, Tag
from suite.core.access import Actor
from suite.desk.forms import ActorForm, LinesFormSet, MentionsWidget, PickerField, lines_formset
from suite.masterdata import standards
from suite.masterdata.forms import PersonForm
from suite.masterdata.models import Address, Party, Unit

BANK = ("bank_branch", "bank_account")
VERSION = {"required": False, "widget": forms.HiddenInput, "min_value": 0, "max_value": 2**31 - 1}
OBEYS = dict.fromkeys(("next_step", "next_step_at"), Customer)


class WithNextStep(ActorForm):
    """What comes next and when; a time alone would be kept for nothing."""

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("next_step_at") and "next_step" in typed and not typed["next_step"]:
            self.add_error("next_step", _("Say what is to be done then"))
        return typed


class CustomerForm(WithNextStep):
    """The party and the profile on it; nobody is asked for what they may not see."""

    model = Customer

    name = forms.CharField(label=_("Name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Party.Kind)
    phone = forms.CharField(
        label=_("Phone"),
        max_length=60,
        required=False,
        validators=[standards.phone],
        widget=forms.TextInput({"type": "tel"}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    credit_code = forms.CharField(
        label=_("Unified social credit code"), max_length=40, required=False, validators=[standards.credit_code]
    )
    owner = PickerField("user", label=_("Owner"), required=False)
    grade = forms.ChoiceField(label=_("Grade"), choices=[("", "–"), *Customer.Grade.choices], required=False)
    tier = forms.CharField(label=_("Price tier"), max_length=20, required=False)
    source = forms.CharField(label=_("Source"), max_length=40, required=False)
    tags = forms.ModelMultipleChoiceField(
        label=_("Tags"), queryset=Tag.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    next_step = forms.CharField(label=_("Next step"), max_length=200, required=False)
    next_step_at = forms.DateTimeField(label=_("Next follow-up time"), required=False, widget=forms.DateTimeInput)
    website = forms.URLField(label=_("Website"), required=False, max_length=200, assume_scheme="https")
    region = PickerField("region", label=_("Region"), required=False)
    industry = forms.CharField(label=_("Industry"), max_length=60, required=False)
    legal_representative = forms.CharField(label=_("Legal representative"), max_length=60, required=False)
    invoice_title = forms.CharField(label=_("Invoice title"), max_length=200, required=False)
    bank_branch = forms.CharField(label=_("Bank of deposit"), max_length=120, required=False)
    bank_account = forms.CharField(label=_("Bank account"), max_length=40, required=False)
    note = forms.CharField(label=_("Note"), max_length=5000, required=False, widget=forms.Textarea({"rows": 3}))
    allow_duplicate = forms.BooleanField(label=_("It is another one: save it all the same"), required=False)
    version = forms.IntegerField(**VERSION)

    note.wide = True  # type: ignore[attr-defined]
    tags.wide = True  # type: ignore[attr-defined]

    MAIN = ("name", "name_en", "kind", "phone", "email", "credit_code", "owner", "grade", "next_step", "next_step_at")
    MORE = (
        "tier", "source", "website", "region", "industry", "legal_representative", "invoice_title", *BANK, "tags",
        "note",
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, customer: Customer | None = None, **kwargs: Any) -> None:
        shown = self.shown(customer) if customer else {"owner": actor.user}
        super().__init__(*args, actor=actor, initial=shown, record=customer, **kwargs)
        self.fields["tags"].queryset = tags = Tag.objects.visible_to(actor)  # type: ignore[attr-defined]
        hidden = set() if actor.may("masterdata.see_bank") else set(BANK)
        hidden |= set() if actor.may("crm_customers.transfer_customer") else {"owner"}
        hidden |= set() if tags else {"tags"}
        for name in hidden:
            del self.fields[name]

    @classmethod
    def shown(cls, customer: Customer) -> dict[str, Any]:
        """What the form shows of a customer."""
        return {
            name: getattr(customer if hasattr(customer, name) else customer.party, name)
            for name in (*cls.MAIN, *cls.MORE, "version")
            if name != "tags"
        } | {"phone": customer.party.phone_raw or customer.party.phone, "tags": customer.tags.all()}

    @property
    def main(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MAIN if name in self.fields]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MORE if name in self.fields]

    @property
    def more_is_needed(self) -> bool:
        """Whether something in the folded part wants attention or has a value."""
        return any(bound.errors or bound.initial for bound in self.more if bound.name != "tags")


class ContactLine(PersonForm):
    """A person at the customer."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)


class AddressLine(ActorForm):
    """Where to ship or to bill."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    kind = forms.ChoiceField(label=_("Kind"), choices=Address.Kind, initial=Address.Kind.SHIPPING)
    region = PickerField("region", label=_("Region"), required=False)
    detail = forms.CharField(label=_("Address"), max_length=300)
    detail_en = forms.CharField(label=_("Address in English"), max_length=300, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=12, required=False)
    contact_name = forms.CharField(label=_("Contact"), max_length=100, required=False)
    contact_phone = forms.CharField(
        label=_("Phone"),
        max_length=60,
        required=False,
        validators=[standards.phone],
        widget=forms.TextInput({"type": "tel"}),
    )
    is_default = forms.BooleanField(label=_("Default"), required=False)

    detail.wide = detail_en.wide = True  # type: ignore[attr-defined]


Contacts = lines_formset(ContactLine, at_least=0, extra=1, at_most=100)
Addresses = lines_formset(AddressLine, at_least=0, extra=1, at_most=100)


def contacts_of(actor: Actor, data: Any = None, party: Party | None = None) -> LinesFormSet:
    """The grid of contacts: what was typed, or those of a party."""
    rows = party.contacts.filter(is_archived=False) if party and data is None else ()
    shown = [{name: getattr(row, name) for name in ContactLine.base_fields} for row in rows]
    return Contacts(data, actor=actor, prefix="contacts", initial=shown)


def addresses_of(actor: Actor, data: Any = None, party: Party | None = None) -> LinesFormSet:
    """The grid of addresses: what was typed, or those of a party."""
    rows = party.addresses.order_by("id") if party and data is None else ()
    shown = [{name: getattr(row, name) for name in AddressLine.base_fields} for row in rows]
    return Addresses(data, actor=actor, prefix="addresses", initial=shown)


def values_of(line: Mapping[str, Any]) -> dict[str, Any]:
    """A typed line as the services take it: without the key where it is new, without the mark of the grid."""
    return {name: value for name, value in line.items() if name != "DELETE" and not (name == "id" and value is None)}


class ActivityForm(WithNextStep):
    """Something done with a customer, and what comes next."""

    obeys = OBEYS

    kind = forms.ChoiceField(label=_("Kind"), choices=Activity.Kind, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What happened"), max_length=20000, required=False, widget=MentionsWidget({"rows": 2})
    )
    contact = forms.ModelChoiceField(label=_("With"), queryset=None, required=False, empty_label="–")
    product = PickerField("product", label=_("About the product"), required=False)
    happened_at = forms.DateTimeField(label=_("When"), required=False, widget=forms.DateTimeInput)
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    next_step = forms.CharField(label=_("Next step"), max_length=200, required=False)
    next_step_at = forms.DateTimeField(label=_("Next follow-up time"), required=False, widget=forms.DateTimeInput)

    text.wide = True  # type: ignore[attr-defined]

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = customer.party.contacts.filter(is_archived=False)  # type: ignore[attr-defined]


class NextStepForm(WithNextStep):
    """What comes next, and when."""

    obeys = OBEYS

    next_step = forms.CharField(label=_("Next step"), max_length=200, required=False)
    next_step_at = forms.DateTimeField(label=_("Next follow-up time"), required=False, widget=forms.DateTimeInput)


class TransferForm(ActorForm):
    """Who gets the customers."""

    owner = PickerField("user", label=_("New owner"))
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


class ProfileForm(ActorForm):
    """The same fields of many customers; what stays blank stays as it is."""

    obeys = dict.fromkeys(("grade", "tier", "source"), Customer)

    grade = forms.ChoiceField(label=_("Grade"), choices=[("", "—"), *Customer.Grade.choices], required=False)
    tier = forms.CharField(label=_("Price tier"), max_length=20, required=False)
    source = forms.CharField(label=_("Source"), max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not any(typed.values()):
            raise forms.ValidationError(_("Say what is to be changed"))
        return typed


class TagForm(ActorForm):
    """Which tags to put on."""

    tags = forms.ModelMultipleChoiceField(
        label=_("Tags"), queryset=Tag.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"].queryset = Tag.objects.visible_to(self.actor)  # type: ignore[attr-defined]


class TextForm(ActorForm):
    """A text to be looked through for tasks and promises, and what is known of it."""

    party = PickerField("party", label=_("Customer"), required=False)
    day = forms.DateField(label=_("Written on"), required=False, widget=forms.DateInput)
    speaker = forms.ChoiceField(
        label=_("Who writes"),
        required=False,
        choices=[("", _("Nobody knows")), ("them", _("The customer")), ("us", pgettext_lazy("who writes", "We"))],
    )
    activity = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    text = forms.CharField(label=_("Text"), max_length=reading.LONGEST, strip=False, widget=forms.Textarea({"rows": 6}))

    text.wide = True  # type: ignore[attr-defined]


class CommitmentForm(ActorForm):
    """A commitment as it is accepted or corrected."""

    deed = forms.ChoiceField(label=_("Kind"), choices=Commitment.Deed)
    document = forms.ChoiceField(label=_("Paper"), choices=[("", "–"), *Commitment.Paper.choices], required=False)
    product = PickerField("product", label=_("Product"), required=False)
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=18, decimal_places=6, required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    price = forms.DecimalField(label=_("Unit price"), max_digits=18, decimal_places=6, required=False, min_value=0)
    discount = forms.DecimalField(label=_("Discount %"), max_digits=7, decimal_places=4, required=False)
    amount = forms.DecimalField(label=_("Amount"), max_digits=18, decimal_places=2, required=False, min_value=0)
    due_on = forms.DateField(label=_("Due"), required=False, widget=forms.DateInput)
    owner = PickerField("user", label=_("Owner"), required=False)
    by_them = forms.BooleanField(label=_("The customer is to do it"), required=False)

    def __init__(self, *args: Any, units: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", "–"), *units]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        typed["unit_id"] = typed.pop("unit", "") or None
        if typed.get("deed") == Commitment.Deed.DOCUMENT and not typed.get("document"):
            self.add_error("document", _("Say which paper"))
        if typed.get("quantity") is not None and typed["quantity"] <= 0:
            self.add_error("quantity", _("The quantity is zero or beyond what can be counted"))
        if typed.get("discount") is not None and not 0 < typed["discount"] < 100:
            self.add_error("discount", _("A discount is between 0 and 100 percent"))
        return typed


class ProposalLine(CommitmentForm):
    """A commitment that a text proposes, with the sentence it comes from."""

    sentence = forms.CharField(required=False, max_length=600, widget=forms.HiddenInput)
    start = forms.IntegerField(required=False, min_value=0, max_value=reading.LONGEST, widget=forms.HiddenInput)

    concerns: Sequence[Any] = ()


class NeedForm(ActorForm):
    """What a customer wants: a product, words or both."""

    product = PickerField("product", label=_("Product"), required=False)
    text = forms.CharField(label=_("What they want"), max_length=300, required=False)
    heard_on = forms.DateField(label=_("Heard on"), required=False, widget=forms.DateInput)

    text.wide = True  # type: ignore[attr-defined]


def units_of(actor: Actor) -> list[tuple[str, str]]:
    """The units to choose from."""
    return [(unit.pk, unit.label) for unit in Unit.objects.visible_to(actor)]


Proposals = lines_formset(ProposalLine, at_least=0, extra=0, at_most=200)
