"""The lines of sales invoices: from what an order line is worth, by hand, or taken back from an issued invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from erp.finance.models import Deferral, Invoice, InvoiceLine
from erp.finance.services.deliveries import next_part
from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO, line_amounts, part_of, round_quantity
from suite.masterdata.models import Product, Tax


@dataclass(frozen=True, slots=True)
class InvoiceLineInput:
    """A line as somebody writes it; quantity in the product's unit, discount in percent."""

    product: Product
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = ZERO
    tax: Tax | None = None
    description: str = ""


def line_of(row: Deferral, quantity: Decimal, position: int) -> InvoiceLine:
    """What a quantity of an order line is worth, cumulatively."""
    done = row.invoiced + quantity
    net = (
        next_part(row.net, row.invoiced_net, row.invoiced, done, row.quantity) if row.quantity > row.invoiced else ZERO
    )
    tax = (
        next_part(row.tax, row.invoiced_tax, row.invoiced, done, row.quantity) if row.quantity > row.invoiced else ZERO
    )
    charged = row.charged_tax or row.product.tax
    return InvoiceLine(
        company_id=row.company_id,
        position=position,
        product_id=row.product_id,
        description=row.product.label,
        unit_id=row.product.unit_id,
        quantity=quantity,
        base_quantity=quantity,
        unit_price=round_quantity(net / quantity),
        discount=ZERO,
        tax=charged,
        tax_rate=charged.rate,
        net=net,
        tax_amount=tax,
        gross=net + tax,
        source_line_id=row.line_id,
    )


def line_by_hand(each: InvoiceLineInput, index: int, included: bool, actor: Actor) -> InvoiceLine:
    if each.quantity <= 0 or each.unit_price < 0:
        raise BusinessError(
            Refusal("quantity", _("Quantities are above zero, prices not below"), line=index, field="quantity")
        )
    tax = each.tax or each.product.tax
    amounts = line_amounts(
        quantity=each.quantity, unit_price=each.unit_price, discount=each.discount, rate=tax.rate, included=included
    )
    return InvoiceLine(
        company_id=actor.company_id,
        position=index,
        product=each.product,
        description=each.description or each.product.label,
        unit_id=each.product.unit_id,
        quantity=each.quantity,
        base_quantity=each.quantity,
        unit_price=each.unit_price,
        discount=each.discount,
        tax=tax,
        tax_rate=tax.rate,
        net=amounts.net,
        tax_amount=amounts.tax,
        gross=amounts.gross,
    )


def red_lines(original: Invoice, quantities: Mapping[int, Decimal] | None) -> list[InvoiceLine]:
    """The lines in red, less what earlier red invoices took back; matched by position."""
    taken: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for earlier in InvoiceLine.objects.filter(invoice__corrects=original, invoice__status=Invoice.Status.ISSUED):
        for index, amount in enumerate((earlier.quantity, earlier.net, earlier.tax_amount)):
            taken[earlier.position][index] -= amount
    lines = []
    for line in original.lines.order_by("position", "pk"):
        done, net, tax = taken[line.position]
        back = line.quantity - done if quantities is None else quantities.get(line.pk, ZERO)
        if not 0 <= back <= line.quantity - done:
            raise BusinessError(
                Refusal("more_than_left", _("More would be taken back than is left of the invoice"), line=line.position)
            )
        if back:
            spread = {"done": done + back, "ordered": line.quantity}
            net = part_of(line.net, already=net, **spread)  # type: ignore[arg-type]
            tax = part_of(line.tax_amount, already=tax, **spread)  # type: ignore[arg-type]
            line.pk, line.id = None, None
            line.base_quantity = -back * line.base_quantity / line.quantity
            line.quantity, line.net, line.tax_amount, line.gross = -back, -net, -tax, -net - tax
            lines.append(line)
    if not lines:
        raise BusinessError(Refusal("nothing_left", _("The whole invoice is taken back already")))
    return lines
