"""What people fill in to keep the books."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from erp.finance import ports
from erp.finance.models import CreditAccount, MoneyMovement, OpenItem, Payment, PaymentTerm, Receipt, Voucher
from suite.core.money import ZERO
from suite.desk import formats
from suite.desk.forms import ActorForm, PickerField
from suite.masterdata.models import Party


class AmountInput(forms.DecimalField):
    """An amount, typed with or without thousands separators, full-width or not."""

    right = True

    def __init__(self, **kwargs: Any) -> None:
        options = {
            "max_digits": 18,
            "decimal_places": 2,
            "required": False,
            "widget": forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 24}),
        }
        super().__init__(**(options | kwargs))

    def to_python(self, value: Any) -> Decimal | None:
        plain = normalize("NFKC", value).replace(",", "") if isinstance(value, str) else value
        return super().to_python(plain)


class MoneyForm(ActorForm):
    """Money to be booked; what it settles is said here or on the next page."""

    party = PickerField("party", label=_("Party"))
    amount = AmountInput(label=_("Amount"), required=True, min_value=Decimal("0.01"))
    date = forms.DateField(label=_("Date"), widget=forms.DateInput())
    method = forms.ChoiceField(label=_("Method"), choices=MoneyMovement.Method.choices)
    account = PickerField(
        "cash_account",
        label=_("Cash or bank account"),
        required=False,
        help_text=_("Blank: the usual one for the method"),
    )
    reference = forms.CharField(label=_("Bank reference"), max_length=100, required=False)
    order = PickerField(
        "order", label=_("Sales order"), required=False, help_text=_("The order that a deposit is paid for")
    )
    charges = AmountInput(label=_("Bank charges"), min_value=ZERO)
    exchange_gain = AmountInput(label=_("Exchange gain"), help_text=_("Of foreign money; a loss below zero"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    oldest_first = forms.BooleanField(
        label=_("Allocate to the oldest open items"),
        required=False,
        help_text=_("Open credits of the party are used up first"),
    )

    def __init__(self, *args: Any, may_name_order: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_name_order:
            del self.fields["order"]

    def clean(self) -> dict[str, Any]:
        """The order as finance knows it; it must be one of the party."""
        party, order = self.cleaned_data.get("party"), self.cleaned_data.pop("order", None)
        source = ports.sales_order(self.actor, party.pk, order.pk) if party and order else None
        if party and order and source is None:
            self.add_error("order", _("This is no order of %(party)s") % {"party": party.label})
        return {**self.cleaned_data, "order": source}


class ReceiptForm(MoneyForm):
    model = Receipt


class PaymentForm(MoneyForm):
    model = Payment


class CreditForm(ActorForm):
    """What a party may owe; a party that has a credit account already is changed there."""

    party = PickerField("party", label=_("Party"))
    limit = AmountInput(label=_("Credit limit"), min_value=ZERO, help_text=_("Blank: no limit"))
    term = forms.ModelChoiceField(PaymentTerm.objects.none(), label=_("Payment term"), required=False)
    is_blocked = forms.BooleanField(label=_("Blocked"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["term"].queryset = PaymentTerm.objects.of(self.actor.company_id)  # type: ignore[attr-defined]

    def clean_party(self) -> Party:
        party: Party = self.cleaned_data["party"]
        if CreditAccount.objects.of(self.actor.company_id).filter(party=party).exists():
            raise ValidationError(_("%(party)s has a credit account already") % {"party": party.label})
        return party


class VoucherForm(ActorForm):
    """The head of a voucher."""

    model = Voucher

    word = forms.ChoiceField(label=_("Word"), choices=Voucher.Word.choices)
    posting_date = forms.DateField(label=_("Date"), widget=forms.DateInput())
    attachment_count = forms.IntegerField(label=_("Attachments"), min_value=0, max_value=999, initial=0)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class VoucherLineForm(ActorForm):
    """A line: summary, account, party where the account wants one, and one of the two amounts."""

    summary = forms.CharField(label=_("Summary"), max_length=200, required=False)
    account = PickerField("account", label=_("Account"))
    party = PickerField("party", label=_("Party"), required=False)
    debit = AmountInput(label=_("Debit"))
    credit = AmountInput(label=_("Credit"))

    summary.wide = True


class ReasonForm(forms.Form):
    """An act that says why."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class IssueForm(forms.Form):
    """Issuing an invoice; the number may be noted later as well."""

    tax_number = forms.CharField(
        label=_("Number of the tax invoice"),
        required=False,
        validators=[RegexValidator(r"^[0-9]{20}\Z", _("20 digits for a fully digital invoice"))],
        help_text=_("20 digits for a fully digital invoice"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 20}),
    )


class AllocationForm(forms.Form):
    """An amount for each open item of a party; what does not fit is refused at the item."""

    def __init__(self, *args: Any, items: Sequence[OpenItem], suggested: dict[int, Decimal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            field = AmountInput(label=item.number, initial=suggested.get(item.pk))
            field.widget.attrs["aria-label"] = _("Allocate to %(number)s") % {"number": item.number}
            self.fields[f"item_{item.pk}"] = field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for item in self.items:
            name = f"item_{item.pk}"
            amount = cleaned.get(name)
            if amount is not None and not 0 <= amount <= abs(item.open_amount):
                self.add_error(name, _("Between 0 and %(open)s") % {"open": formats.money(abs(item.open_amount))})
        if not self.errors and not self.allocations:
            self.add_error(None, _("Fill in an amount"))
        return cleaned

    @property
    def allocations(self) -> dict[int, Decimal]:
        """Amount by item, without the blank ones."""
        amounts = {item.pk: self.cleaned_data.get(f"item_{item.pk}") or ZERO for item in self.items}
        return {pk: amount for pk, amount in amounts.items() if amount}

    @property
    def rows(self) -> list[tuple[OpenItem, forms.BoundField]]:
        return [(item, self[f"item_{item.pk}"]) for item in self.items]
