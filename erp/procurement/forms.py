"""Forms of purchasing; they turn what was typed into what services take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from erp.finance.models import PaymentTerm
from erp.inventory.models import Warehouse
from erp.procurement.models import (
    LandedCost,
    PurchaseOrder,
    PurchaseOrderLine,
    Requisition,
    RequisitionLine,
    Supplier,
)
from erp.procurement.services import Bill, LineInput, Wish
from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.desk import formats
from suite.desk.forms import ActorForm, ConsentInput, PickerField, lines_formset
from suite.masterdata import standards
from suite.masterdata.models import Currency, Tax, Unit

ZERO, SMALLEST = Decimal(0), Decimal("0.000001")
Choices = list[tuple[str, str]]
VERSION = {"required": False, "widget": forms.HiddenInput, "min_value": 0, "max_value": 2**31 - 1}


def laid_out(field: Any, **layout: bool) -> Any:
    """Where the templates put a field: `wide` takes the whole row, `right` aligns figures."""
    for name, value in layout.items():
        setattr(field, name, value)
    return field


def figure(label: Any, *, least: Decimal | None = ZERO, required: bool = False, places: int = 6) -> forms.DecimalField:
    """A quantity, a price or an amount, typed with the number keys of a phone."""
    field = forms.DecimalField(
        label=label,
        required=required,
        max_digits=18,
        decimal_places=places,
        validators=[] if least is None else [MinValueValidator(least)],
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "size": 8}),
    )
    return laid_out(field, right=True)


def plain(value: Decimal | None) -> str:
    """A figure as one types it: 12.5 and not 12.500000."""
    return "" if value is None else f"{value.normalize():f}"


class WarehouseField(forms.ModelChoiceField):
    """One of the actor's warehouses; the default one is chosen."""

    def __init__(self) -> None:
        super().__init__(Warehouse.objects.none(), label=_("Warehouse"), required=False, empty_label=_("Default"))

    def bind(self, actor: Actor) -> None:
        self.queryset = Warehouse.objects.visible_to(actor).usable()


class PaperForm(ActorForm):
    """The header of a requisition."""

    model = Requisition

    warehouse = WarehouseField()
    note = laid_out(forms.CharField(label=_("Note"), required=False, max_length=200), wide=True)
    version = forms.IntegerField(**VERSION)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["warehouse"].bind(self.actor)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """The header fields as services take them; what was left blank keeps its default."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return {name: value for name, value in typed.items() if value is not None}


class WishForm(ActorForm):
    """A line of a requisition, in the product's own unit."""

    product = laid_out(PickerField("product", label=_("Product")), wide=True)
    quantity = figure(_("Quantity"), least=SMALLEST, required=True)
    supplier = PickerField("supplier", label=_("Supplier"), required=False)
    price = figure(_("Price without tax"))
    needed_by = forms.DateField(label=_("Needed by"), required=False, widget=forms.DateInput)

    def line(self) -> Wish:
        typed = self.cleaned_data
        return Wish(
            product_id=typed["product"].pk,
            quantity=typed["quantity"],
            supplier_id=typed["supplier"].pk if typed.get("supplier") else None,
            price=typed.get("price"),
            needed_by=typed.get("needed_by"),
        )


Wishes = lines_formset(WishForm, extra=1)


def wishes_of(actor: Actor, data: Any = None, lines: Iterable[RequisitionLine] = ()) -> Any:
    """The grid of a requisition: what was typed, or its lines."""
    shown = None if data is not None else [
        {
            "product": line.product_id, "quantity": plain(line.wanted), "supplier": line.supplier_id,
            "price": plain(line.price), "needed_by": line.needed_by,
        }
        for line in lines
        if line.wanted
    ]  # fmt: skip
    return Wishes(data, actor=actor, prefix="lines", initial=shown)


class OrderForm(PaperForm):
    """The header of a purchase order."""

    model = PurchaseOrder

    supplier = PickerField("supplier", label=_("Supplier"))
    date = forms.DateField(label=_("Date"), widget=forms.DateInput)
    expected_date = forms.DateField(label=_("Expected date"), required=False, widget=forms.DateInput)
    supplier_reference = forms.CharField(label=_("Supplier's reference"), required=False, max_length=60)
    prices_include_tax = forms.BooleanField(label=_("Prices include tax"), required=False)
    note = laid_out(
        forms.CharField(label=_("Note"), required=False, max_length=5000, widget=forms.Textarea({"rows": 2})), wide=True
    )

    field_order = (
        "supplier", "date", "expected_date", "warehouse", "supplier_reference", "prices_include_tax", "note",
    )  # fmt: skip


class OrderLineForm(ActorForm):
    """A line of a purchase order: without a price the supplier's terms decide, without unit and tax the product."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    product = laid_out(PickerField("product", label=_("Product")), wide=True)
    quantity = figure(_("Quantity"), least=None, required=True)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    unit_price = figure(_("Unit price"))
    discount = laid_out(
        forms.DecimalField(
            label=_("Discount %"), required=False, max_digits=7, decimal_places=4,
            validators=[MinValueValidator(ZERO), MaxValueValidator(Decimal(100))],
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "size": 4}),
        ),
        right=True,
    )  # fmt: skip
    tax = forms.ChoiceField(label=_("Tax"), required=False)
    promised_date = forms.DateField(label=_("Promised date"), required=False, widget=forms.DateInput)

    def __init__(self, *args: Any, units: Choices, taxes: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]
        self.fields["tax"].choices = taxes  # type: ignore[attr-defined]

    def line(self) -> LineInput:
        typed = self.cleaned_data
        return LineInput(
            id=typed.get("id"),
            product_id=typed["product"].pk,
            quantity=typed["quantity"],
            unit_id=typed.get("unit") or None,
            unit_price=typed.get("unit_price"),
            discount=typed.get("discount") or ZERO,
            tax_id=int(typed["tax"]) if typed.get("tax") else None,
            description=self.initial.get("description", ""),
            requested_date=self.initial.get("requested_date"),
            promised_date=typed.get("promised_date"),
        )


OrderLines = lines_formset(OrderLineForm, extra=1)


def order_lines_of(actor: Actor, data: Any = None, lines: Iterable[PurchaseOrderLine] = ()) -> Any:
    """The grid of an order: what was typed, or its lines; two statements for its choices."""
    taxes = Tax.objects.visible_to(actor).order_by("-rate")
    choices: dict[str, Choices] = {
        "units": [("", "–"), *((unit.pk, unit.label) for unit in Unit.objects.visible_to(actor))],
        "taxes": [("", "–"), *((str(tax.pk), formats.percent(tax.rate)) for tax in taxes)],
    }
    shown = None if data is not None else [
        {
            "id": line.pk, "product": line.product_id, "quantity": plain(line.quantity), "unit": line.unit_id,
            "unit_price": plain(line.unit_price), "discount": plain(line.discount) if line.discount else "",
            "tax": str(line.tax_id), "promised_date": line.promised_date, "requested_date": line.requested_date,
            "description": line.description,
        }
        for line in lines
    ]  # fmt: skip
    return OrderLines(data, actor=actor, prefix="lines", initial=shown, form_kwargs=choices)


class OnLinesForm(ActorForm):
    """Figures beside the lines of an order: the fields `<name>_<line>`, one row a line."""

    def __init__(self, *args: Any, lines: Iterable[PurchaseOrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {line.pk: line for line in lines}
        self.header = list(self.fields)
        for line in self.lines.values():
            for name, field in self.fields_of(line).items():
                self.fields[f"{name}_{line.pk}"] = field

    def fields_of(self, line: PurchaseOrderLine) -> dict[str, forms.Field]:
        raise NotImplementedError

    def head(self) -> list[Any]:
        """The fields above the lines."""
        return [self[name] for name in self.header]

    def rows(self) -> list[dict[str, Any]]:
        """Each line with its fields, by name."""
        return [
            {"line": line, **{name: self[f"{name}_{line.pk}"] for name in self.fields_of(line)}}
            for line in self.lines.values()
        ]

    def typed(self, name: str) -> dict[int, Decimal]:
        """What was typed into a column, by line; blanks are left out."""
        found = {pk: self.cleaned_data.get(f"{name}_{pk}") for pk in self.lines}
        return {pk: value for pk, value in found.items() if value is not None}

    def refuse(self, error: BusinessError) -> None:
        """Put refusals at the line they speak of."""
        for pk, refusal in error.by_key.items():
            self._at(f"{refusal.field}_{pk}", refusal)
        for refusal in error.refusals[: len(error.refusals) - len(error.by_key)]:
            self._at(refusal.field, refusal)

    def _at(self, name: str | None, refusal: Refusal) -> None:
        self.add_error(name if name in self.fields else None, str(refusal))


class ReceiveForm(OnLinesForm):
    """What came."""

    received_on = forms.DateField(label=_("Received on"), widget=forms.DateInput)
    reference = forms.CharField(label=_("Supplier's delivery note"), required=False, max_length=60)

    def fields_of(self, line: PurchaseOrderLine) -> dict[str, forms.Field]:
        field = figure(_("Came"), least=None)
        field.initial = plain(line.outstanding)
        return {"quantity": field}


class ReturnForm(OnLinesForm):
    """What goes back."""

    reason = forms.CharField(label=_("Reason"), max_length=200)

    def fields_of(self, line: PurchaseOrderLine) -> dict[str, forms.Field]:
        return {"quantity": figure(_("Goes back"))}


class MatchForm(OnLinesForm):
    """The supplier's invoice beside order and receipts."""

    tax_number = forms.CharField(label=_("Number of the tax invoice"), required=False, max_length=40)
    date = forms.DateField(label=_("Date of the invoice"), widget=forms.DateInput)
    hold = forms.BooleanField(label=_("Hold: write it down, book it later"), required=False)
    accept_difference = forms.BooleanField(
        label=_("Accept the difference in price"), required=False, widget=ConsentInput
    )
    reason = laid_out(forms.CharField(label=_("Note"), required=False, max_length=500), wide=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.actor.may("erp_procurement.accept_difference"):
            del self.fields["accept_difference"]
            self.header.remove("accept_difference")

    def fields_of(self, line: PurchaseOrderLine) -> dict[str, forms.Field]:
        quantity, price = figure(_("Billed"), least=None), figure(_("Unit price"))
        quantity.initial = plain(line.unbilled * line.quantity / line.base_quantity)
        price.initial = plain(line.unit_price)
        return {"quantity": quantity, "unit_price": price, "tax_amount": figure(_("Tax"), least=None, places=2)}

    def bills(self) -> list[Bill]:
        prices, taxes = self.typed("unit_price"), self.typed("tax_amount")
        return [Bill(pk, quantity, prices.get(pk), taxes.get(pk)) for pk, quantity in self.typed("quantity").items()]


class ChooseSupplierForm(ActorForm):
    supplier = PickerField("supplier", label=_("Supplier"))


class SendForm(ActorForm):
    """How an order goes to the supplier."""

    to = forms.EmailField(label=_("To"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    message = laid_out(
        forms.CharField(label=_("Message"), required=False, max_length=5000, widget=forms.Textarea({"rows": 5})),
        wide=True,
    )


class SupplierForm(ActorForm):
    """The party and the profile on it."""

    model = Supplier

    name = forms.CharField(label=_("Name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=200, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=60, required=False, validators=[standards.phone])
    email = forms.EmailField(label=_("E-mail"), required=False)
    credit_code = forms.CharField(
        label=_("Unified social credit code"), max_length=40, required=False, validators=[standards.credit_code]
    )
    term = forms.ModelChoiceField(PaymentTerm.objects.none(), label=_("Payment term"), required=False)
    currency = forms.ModelChoiceField(Currency.objects.none(), label=_("Currency"), empty_label=None)
    lead_days = forms.IntegerField(label=_("Lead time (days)"), min_value=0, max_value=3650, initial=7)
    is_blocked = forms.BooleanField(label=_("Blocked: nothing new is ordered"), required=False)
    bank_branch = forms.CharField(label=_("Bank of deposit"), max_length=120, required=False)
    bank_account = forms.CharField(label=_("Bank account"), max_length=40, required=False)
    note = laid_out(
        forms.CharField(label=_("Note"), max_length=5000, required=False, widget=forms.Textarea({"rows": 3})), wide=True
    )
    version = forms.IntegerField(**VERSION)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["term"].queryset = PaymentTerm.objects.visible_to(self.actor)  # type: ignore[attr-defined]
        self.fields["currency"].queryset = Currency.objects.visible_to(self.actor)  # type: ignore[attr-defined]
        if not self.actor.may("masterdata.see_bank"):
            del self.fields["bank_branch"], self.fields["bank_account"]


class ItemForm(ActorForm):
    """Terms of a supplier for a product; quantities in the product's own unit."""

    supplier = PickerField("supplier", label=_("Supplier"))
    product = PickerField("product", label=_("Product"))
    supplier_code = forms.CharField(label=_("Supplier's code"), required=False, max_length=60)
    price = figure(_("Price without tax"), required=True)
    minimum = figure(_("Minimum quantity"))
    pack = figure(_("Pack of"), least=SMALLEST)
    lead_days = forms.IntegerField(label=_("Lead time (days)"), required=False, min_value=0, max_value=3650)
    priority = forms.IntegerField(label=_("Priority"), min_value=0, max_value=32767, initial=10)

    def values(self) -> Mapping[str, Any]:
        """The terms as services take them; what was left blank keeps its default."""
        typed = {name: value for name, value in self.cleaned_data.items() if name not in ("supplier", "product")}
        return {name: value for name, value in typed.items() if value is not None or name == "lead_days"}


class LandedCostForm(ActorForm):
    """What was paid to get goods here, and how it is spread over them."""

    amount = figure(_("Amount without tax"), least=Decimal("0.01"), required=True, places=2)
    basis = forms.ChoiceField(label=_("Spread"), choices=LandedCost.Basis)
    note = forms.CharField(label=_("What for"), max_length=200, help_text=_("Freight, duty, insurance"))
    product = PickerField(
        "product", label=_("Only this product"), required=False, help_text=_("Blank: all goods of the receipts")
    )
    date = forms.DateField(label=_("Date"), required=False, widget=forms.DateInput)


class ChargedReceiptForm(ActorForm):
    receipt = laid_out(PickerField("goods-receipt", label=_("Goods receipt")), wide=True)


ChargedReceipts = lines_formset(ChargedReceiptForm)
