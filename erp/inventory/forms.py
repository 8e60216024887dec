"""Forms of the warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from erp.inventory.models import StockAdjustment, StockTransfer, Warehouse
from suite.core.errors import BusinessError
from suite.core.money import ZERO
from suite.desk import formats
from suite.desk.forms import ActorForm, PickerField, lines_formset


class Entry(NamedTuple):
    """A line of a paper, of which at most so much can be done; `facts` stand beside it, each under its label."""

    pk: int
    code: str
    name: str
    most: Decimal | None
    facts: Mapping[str, str] = MappingProxyType({})
    initial: Decimal | None = None


def figure(label: Any, *, required: bool = True, least: Decimal | None = None) -> forms.DecimalField:
    """A quantity or a cost: six places at most, typed with the number keys of a phone."""
    return laid_out(
        forms.DecimalField(
            label=label,
            required=required,
            max_digits=18,
            decimal_places=6,
            min_value=least,
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "size": 8}),
        ),
        right=True,
    )


def laid_out(field: Any, **layout: bool) -> Any:
    """Where the templates put a field: `wide` takes the whole row, `right` aligns figures, `on_refusal` shows it only
    after a refusal that can be agreed to."""
    for name, value in layout.items():
        setattr(field, name, value)
    return field


def release(*, on_refusal: bool = True) -> forms.BooleanField:
    """Agreeing that orders lose goods which are reserved for them."""
    field = forms.BooleanField(label=_("Orders that hold these goods may lose them"), required=False)
    return laid_out(field, wide=True, on_refusal=on_refusal)  # type: ignore[no-any-return]


class QuantitiesForm(ActorForm):
    """How much of each line of a paper, in base units; blank is nothing."""

    entries: Sequence[Entry] = ()

    def __init__(self, *args: Any, entries: Sequence[Entry], **kwargs: Any) -> None:
        self.entries = entries
        self.base_fields = {**type(self).base_fields, **{f"line_{entry.pk}": quantity(entry) for entry in entries}}
        super().__init__(*args, **kwargs)

    @property
    def head(self) -> list[Any]:
        """The fields above the lines."""
        return [bound for bound in self.visible_fields() if not bound.name.startswith("line_")]

    @property
    def rows(self) -> list[tuple[Entry, Any]]:
        return [(entry, self[f"line_{entry.pk}"]) for entry in self.entries]

    @property
    def quantities(self) -> dict[int, Decimal]:
        """What was typed, by line; lines left blank are missing."""
        typed = {entry.pk: self.cleaned_data.get(f"line_{entry.pk}") for entry in self.entries}
        return {pk: value for pk, value in typed.items() if value is not None}

    @property
    def values(self) -> dict[str, Any]:
        """What stands above the lines."""
        return {name: value for name, value in self.cleaned_data.items() if not name.startswith("line_")}

    @property
    def counted(self) -> Sequence[Entry]:
        """The lines as the service counts them in refusals."""
        return self.entries

    def refuse(self, error: BusinessError) -> None:
        """Put refusals of the service at the lines they speak of."""
        lines = self.counted
        for refusal in error.refusals:
            line = refusal.line
            at_line = line is not None and line < len(lines)
            field = refusal.field if refusal.field in self.fields else None
            self.add_error(f"line_{lines[line].pk}" if at_line else field, str(refusal))  # type: ignore[index]


def quantity(entry: Entry) -> forms.DecimalField:
    return forms.DecimalField(
        label=entry.name,
        required=False,
        min_value=ZERO,
        max_value=None if entry.most is None else Decimal(f"{entry.most.normalize():f}"),  # 3, not 3.000000
        max_digits=18,
        decimal_places=6,
        initial=None if entry.initial is None else formats.quantity(entry.initial).replace(",", ""),
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any", "class": "form-control right"}),
    )


class ShipForm(QuantitiesForm):
    posting_date = forms.DateField(label=_("Shipped on"), required=False, widget=forms.DateInput)
    backorder_date = forms.DateField(
        label=_("The rest is promised for"), required=False, widget=forms.DateInput,
        help_text=_("What is not shipped goes on in a backorder"),
    )  # fmt: skip
    carrier = forms.CharField(label=_("Carrier"), max_length=60, required=False)
    tracking_number = forms.CharField(label=_("Tracking number"), max_length=60, required=False)


class ReturnForm(QuantitiesForm):
    reason = forms.CharField(label=_("Reason"), max_length=200)
    posting_date = forms.DateField(label=_("Date"), required=False, widget=forms.DateInput)


class CountForm(QuantitiesForm):
    """What was counted; products left blank were not."""

    reason = forms.CharField(label=_("Reason"), max_length=200, initial=_("Stocktake"))
    date = forms.DateField(label=_("Date"), required=False, widget=forms.DateInput)
    release = release()

    @property
    def counted(self) -> Sequence[Entry]:
        typed = self.quantities
        return [entry for entry in self.entries if entry.pk in typed]


class InWarehouse(ActorForm):
    """Something that happens in a warehouse: the default one unless said otherwise."""

    warehouse = forms.ModelChoiceField(label=_("Warehouse"), queryset=Warehouse.objects.none(), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Warehouse.objects.visible_to(self.actor).usable().order_by("-is_default", "code")
        self.fields["warehouse"].queryset = rows  # type: ignore[attr-defined]


class CountedForm(InWarehouse):
    """Where is counted, and which products."""

    q = forms.CharField(label=_("Product or category"), max_length=80, required=False)


class AdjustForm(InWarehouse):
    model = StockAdjustment

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in (StockAdjustment.Kind.COUNT, StockAdjustment.Kind.OPENING)],
    )
    date = forms.DateField(label=_("Date"), required=False, widget=forms.DateInput)
    reason = forms.CharField(label=_("Reason"), max_length=200)
    release = release()


class ReverseForm(ActorForm):
    """Taking a paper back that was a mistake."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    release = release()


class CostedLine(ActorForm):
    """A line with a cost, for those who may see costs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.actor.may("masterdata.see_cost"):
            del self.fields["unit_cost"]


class AdjustLineForm(CostedLine):
    """More than the book says is there, or less when negative; without a cost the average counts."""

    product = laid_out(PickerField("product", label=_("Product")), wide=True)
    difference = figure(_("Difference"))
    unit_cost = figure(_("Unit cost"), required=False, least=ZERO)


class ReceiveForm(InWarehouse):
    party = PickerField("party", label=_("Supplier"), required=False, help_text=_("Blank: a gain of stock"))
    received_on = forms.DateField(label=_("Received on"), required=False, widget=forms.DateInput)
    reference = forms.CharField(label=_("Supplier's delivery note"), max_length=60, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class ReceiveLineForm(CostedLine):
    """What came in; without a cost the product's standard cost counts."""

    product = laid_out(PickerField("product", label=_("Product")), wide=True)
    quantity = figure(_("Quantity"), least=Decimal("0.000001"))
    unit_cost = figure(_("Unit cost"), required=False, least=ZERO)


class TransferForm(ActorForm):
    """From where to where; a blank day is whenever it comes."""

    model = StockTransfer

    source = forms.ModelChoiceField(label=_("From warehouse"), queryset=Warehouse.objects.none(), empty_label=None)
    target = forms.ModelChoiceField(label=_("To warehouse"), queryset=Warehouse.objects.none())
    expected_date = forms.DateField(label=_("Expected date"), required=False, widget=forms.DateInput)
    note = laid_out(forms.CharField(label=_("Note"), max_length=200, required=False), wide=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Warehouse.objects.visible_to(self.actor).usable().order_by("-is_default", "code")
        for name in ("source", "target"):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]


class TransferLineForm(ActorForm):
    product = laid_out(PickerField("product", label=_("Product")), wide=True)
    quantity = figure(_("Quantity"), least=Decimal("0.000001"))


class ReceiveTransferForm(QuantitiesForm):
    """How much of each line arrived."""

    posting_date = forms.DateField(label=_("Received on"), required=False, widget=forms.DateInput)
    rest_is_lost = laid_out(forms.BooleanField(label=_("The rest will not come"), required=False,
                                               help_text=_("It is booked as a shortage")), wide=True)  # fmt: skip


class RuleForm(InWarehouse):
    product = PickerField("product", label=_("Product"))
    reorder_point = figure(_("Reorder point"), least=ZERO)
    target = figure(_("Fill up to"), least=ZERO)
    safety_stock = figure(_("Safety stock"), least=ZERO, required=False)

    field_order = ("product", "warehouse", "reorder_point", "target", "safety_stock")


Adjusted = lines_formset(AdjustLineForm)
Received = lines_formset(ReceiveLineForm)
Transferred = lines_formset(TransferLineForm)
