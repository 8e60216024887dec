"""Forms of quotations, orders and price lists; they turn what was typed into what services take."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.sales import ports
from crm.sales.models import Order, OrderLine, Quotation, QuotationLine
from crm.sales.queries import papers
from crm.sales.services.price_lists import Price
from crm.sales.services.pricing import LineInput
from suite.core.access import Actor
from suite.desk import formats
from suite.desk.forms import ActorForm, PickerField, lines_formset

SMALLEST = Decimal("0.000001")
Choices = list[tuple[str, str]]


class Output(forms.Widget):
    """A cell that the page fills in while people type."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html('<output class="reckoned" id="{}">{}</output>', (attrs or {}).get("id", ""), value or "")


class OutputField(forms.Field):
    """Shown, never sent."""

    widget = Output

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, disabled=True, **kwargs)


def quantity_field(label: Any, *, least: Decimal = Decimal(0), required: bool = False) -> forms.DecimalField:
    """A quantity or a unit price: six places at most, typed with the number keys of a phone."""
    return laid_out(
        forms.DecimalField(
            label=label,
            required=required,
            max_digits=18,
            decimal_places=6,
            validators=[MinValueValidator(least)],
            error_messages={"min_value": _("More than zero, please")} if least == SMALLEST else None,
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "size": 8}),
        ),
        right=True,
    )


def laid_out(field: Any, **layout: bool) -> Any:
    """Where the templates put a field: `wide` takes the whole row, `right` aligns figures."""
    for name, value in layout.items():
        setattr(field, name, value)
    return field


def plain(value: Decimal | None) -> str:
    """A figure as one types it: 12.5 and not 12.500000."""
    return "" if value is None else f"{value.normalize():f}"


class LineForm(ActorForm):
    """One line: without a price the price lists decide, without unit and tax the product."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    product = laid_out(PickerField("product", label=_("Product")), wide=True)
    quantity = quantity_field(_("Quantity"), least=SMALLEST, required=True)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    available = OutputField(label=_("Available"))
    unit_price = quantity_field(_("Unit price"))
    discount = laid_out(
        forms.DecimalField(
            label=_("Discount %"),
            required=False,
            max_digits=7,
            decimal_places=4,
            validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "size": 4}),
        ),
        right=True,
    )
    tax = forms.ChoiceField(label=_("Tax"), required=False)
    requested_date = forms.DateField(label=_("Requested date"), required=False, widget=forms.DateInput)
    is_direct = forms.BooleanField(label=pgettext_lazy("delivery", "Direct"), required=False)
    amount = laid_out(OutputField(label=_("Total with tax")), right=True)

    def __init__(self, *args: Any, units: Choices, taxes: Choices, direct: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not direct:
            del self.fields["is_direct"]
        self.fields["unit"].choices = units  # type: ignore[attr-defined]
        self.fields["tax"].choices = taxes  # type: ignore[attr-defined]
        for name in ("unit_price", "product"):
            self.fields[name].help_text = " "  # the page says below what the price lists say, and what is short

    def line(self, quantity: Decimal | None = None) -> LineInput:
        """The line as services take it; `quantity` stands in for one that is not typed yet."""
        typed = self.cleaned_data
        return LineInput(
            id=typed.get("id"),
            product_id=typed["product"].pk,
            quantity=quantity or typed["quantity"],
            unit_id=typed.get("unit") or None,
            unit_price=typed.get("unit_price"),
            discount=typed.get("discount"),
            tax_id=int(typed["tax"]) if typed.get("tax") else None,
            requested_date=typed.get("requested_date"),
            is_direct=typed.get("is_direct", False),
            description=self.initial.get("description", ""),
        )


Lines = lines_formset(LineForm, extra=1)


def lines_of(actor: Actor, data: Any = None, lines: Iterable[OrderLine | QuotationLine] = ()) -> Any:
    """The grid: what was typed, or the lines of a document; two statements for its choices."""
    choices: dict[str, Any] = {
        "units": [("", "–"), *((unit.pk, unit.label) for unit in papers.units())],
        "taxes": [("", "–"), *((str(tax.pk), formats.percent(tax.rate)) for tax in papers.taxes(actor))],
    }
    is_direct = any(name.endswith("-is_direct") for name in data or ()) or any(line.is_direct for line in lines)
    choices["direct"] = is_direct or ports.buys(actor)
    shown = None if data is not None else [_shown(line) for line in lines]
    return Lines(data, actor=actor, prefix="lines", initial=shown, form_kwargs=choices)


def _shown(line: OrderLine | QuotationLine) -> dict[str, Any]:
    return {
        "id": line.pk,
        "product": line.product_id,
        "quantity": plain(line.quantity),
        "unit": line.unit_id,
        "unit_price": "" if line.promotion_id else plain(line.unit_price),  # a promoted one follows its promotion
        "discount": plain(line.discount) if line.discount else "",
        "tax": str(line.tax_id),
        "requested_date": line.requested_date,
        "is_direct": line.is_direct,
    }


class PaperForm(ActorForm):
    """The header of a quotation or an order."""

    party = PickerField("buyer", label=_("Customer"))
    contact = PickerField("contact", label=_("Contact"), required=False)
    date = forms.DateField(label=_("Date"), widget=forms.DateInput)
    prices_include_tax = forms.BooleanField(label=_("Prices include tax"), required=False)
    note = laid_out(
        forms.CharField(label=_("Note"), required=False, max_length=5000, widget=forms.Textarea({"rows": 2})), wide=True
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    once = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput, initial=secrets.token_hex)

    def values(self) -> dict[str, Any]:
        """The header fields as services take them."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "once")}


class QuotationForm(PaperForm):
    model = Quotation
    valid_until = forms.DateField(label=_("Valid until"), required=False, widget=forms.DateInput)

    field_order = ("party", "contact", "date", "valid_until", "prices_include_tax", "note")


class OrderForm(PaperForm):
    model = Order
    requested_date = forms.DateField(label=_("Requested date"), required=False, widget=forms.DateInput)
    customer_reference = forms.CharField(label=_("Customer's reference"), required=False, max_length=60)
    shortage = forms.ChoiceField(label=_("When short"), required=False, choices=Order.Shortage.choices)
    shipping_address = laid_out(
        forms.CharField(
            label=_("Shipping address"),
            required=False,
            max_length=400,
            help_text=_("Blank on a new order: the customer's default address"),
        ),
        wide=True,
    )

    field_order = (
        "party", "contact", "date", "requested_date", "customer_reference", "shortage", "prices_include_tax",
        "shipping_address", "note",
    )  # fmt: skip


class AmendForm(ActorForm):
    """Why a confirmed order is changed."""

    reason = laid_out(forms.CharField(label=_("Reason"), max_length=500), wide=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SendForm(ActorForm):
    """How a quotation goes to the customer."""

    to = forms.EmailField(label=_("To"), required=False, help_text=_("Blank: not by mail, only marked as sent"))
    language = forms.ChoiceField(label=_("Language"))
    message = laid_out(
        forms.CharField(label=_("Message"), required=False, max_length=5000, widget=forms.Textarea({"rows": 5})),
        wide=True,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from django.conf import settings

        super().__init__(*args, **kwargs)
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]


class PriceForm(ActorForm):
    """The price of a product from a quantity on."""

    product = laid_out(PickerField("product", label=_("Product")), wide=True)
    min_quantity = quantity_field(_("From quantity"))
    price = quantity_field(_("Price"), required=True)

    def typed_price(self) -> Price:
        typed = self.cleaned_data
        return Price(typed["product"].pk, typed["price"], typed.get("min_quantity") or Decimal(0))


Prices = lines_formset(PriceForm, extra=1)


class PriceListForm(ActorForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), required=False, max_length=200)
    party = PickerField("buyer", label=_("Only for the customer"), required=False)
    tier = forms.CharField(label=_("Only for the price tier"), required=False, max_length=20)
    valid_from = forms.DateField(label=_("Valid from"), required=False, widget=forms.DateInput)
    valid_to = forms.DateField(label=_("Valid to"), required=False, widget=forms.DateInput)
    includes_tax = forms.BooleanField(label=_("Prices include tax"), required=False, initial=True)


class PolicyForm(ActorForm):
    """The company's sales settings."""

    max_discount = forms.DecimalField(
        label=_("Largest discount of a rep %"), min_value=0, max_value=100, max_digits=7, decimal_places=4
    )
    quotation_days = forms.IntegerField(label=_("Quotations are valid for (days)"), min_value=1, max_value=3650)
    response_hours = forms.DecimalField(
        label=_("Leads are answered within (working hours)"), min_value=Decimal("0.25"), max_value=500, max_digits=5,
        decimal_places=2,
    )  # fmt: skip
    renewal_days = forms.IntegerField(
        label=_("Task: renew contracts (days before they end)"), min_value=1, max_value=730
    )
    thank_after_payment = forms.BooleanField(label=_("Task: thank and ask after payment"), required=False)
