"""What sales invoices are made of: what an order line is worth, lines by hand, what is taken back of an issued one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from decimal import Decimal

from django.db.models.base import ModelState
from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import Deferral, Invoice, InvoiceLine
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import current_act
from suite.core.errors import BusinessError, Refusal
from suite.core.money import HUNDRED, ZERO, line_amounts, next_part, part_of, round_quantity
from suite.masterdata.models import Product, Tax


@dataclass(frozen=True, slots=True)
class InvoiceLineInput:
    """A line as somebody writes it; quantity in the product's unit (credited below zero), discount in percent."""

    product: Product
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = ZERO
    tax: Tax | None = None
    description: str = ""


def next_worth(
    row: Deferral, quantity: Decimal, *, drafted: tuple[Decimal, Decimal, Decimal] = (ZERO, ZERO, ZERO)
) -> tuple[Decimal, Decimal]:
    """Net and tax of the next quantity of an order line, cumulatively, so that parts add up to the line.

    `drafted` are quantity, net and tax of what stands in drafts, counted with what is invoiced.
    """
    before, net, tax = row.invoiced + drafted[0], row.invoiced_net + drafted[1], row.invoiced_tax + drafted[2]
    if quantity <= 0 or row.quantity <= before:
        return ZERO, ZERO
    parts = (row.net, net), (row.tax, tax)
    worth = [next_part(whole, done, before, before + quantity, row.quantity) for whole, done in parts]
    return worth[0], worth[1]


def line_of(row: Deferral, quantity: Decimal, position: int) -> InvoiceLine:
    """What a quantity of an order line is worth, cumulatively."""
    net, tax = next_worth(row, quantity)
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
    if not each.quantity or each.unit_price < 0:
        sentence = _("A line has a quantity, and a price that is not below zero")
        raise BusinessError(Refusal("quantity", sentence, line=index, field="quantity"))
    if not 0 <= each.discount <= HUNDRED:
        sentence = _("A discount is between 0 and 100 percent")
        raise BusinessError(Refusal("discount", sentence, line=index, field="discount"))
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


def red_of(original: Invoice, date: dt.date, note: str) -> Invoice:
    """The head of a red invoice that corrects this one, not written yet."""
    return Invoice(
        company_id=original.company_id,
        direction=original.direction,
        party_id=original.party_id,
        date=date,
        due_date=date,
        kind_of=original.kind_of,
        prices_include_tax=original.prices_include_tax,
        is_red=True,
        corrects=original,
        order_kind=original.order_kind,
        order_id=original.order_id,
        order_number=original.order_number,
        owner_id=original.owner_id,
        team_id=original.team_id,
        note=note,
    )


class TakenBack:
    """What red invoices, issued or drafted, take back of the lines they correct, which they match by position."""

    def __init__(self, reds: Iterable[InvoiceLine]) -> None:
        self.parts: dict[tuple[int | None, int], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
        for red in reds:
            self._add(red, red.invoice.corrects_id)

    def left(self, line: InvoiceLine) -> Decimal:
        """How much of a line of an original could still be taken back."""
        return line.quantity - self.parts[line.invoice_id, line.position][0]

    def take(self, line: InvoiceLine, quantity: Decimal) -> InvoiceLine:
        """A line in red for so much of the original's line; in parts the amounts add up to those of the original."""
        done, net, tax = self.parts[line.invoice_id, line.position]
        spread = {"done": done + quantity, "ordered": line.quantity}
        red = copy(line)
        red.pk, red.id, red._state = None, None, ModelState()
        red.quantity, red.base_quantity = -quantity, -quantity * line.base_quantity / line.quantity
        red.net = -part_of(line.net, already=net, **spread)  # type: ignore[arg-type]
        red.tax_amount = -part_of(line.tax_amount, already=tax, **spread)  # type: ignore[arg-type]
        red.gross = red.net + red.tax_amount
        self._add(red, line.invoice_id)
        return red

    def _add(self, red: InvoiceLine, corrected: int | None) -> None:
        for index, amount in enumerate((red.quantity, red.net, red.tax_amount)):
            self.parts[corrected, red.position][index] -= amount


def red_lines(original: Invoice, quantities: Mapping[int, Decimal] | None) -> list[InvoiceLine]:
    """The lines in red, in whole or so much of each, less what other red invoices and drafts of such take back."""
    reds = InvoiceLine.objects.filter(invoice__corrects=original).exclude(invoice__status=Invoice.Status.VOID)
    taken, lines = TakenBack(reds.select_related("invoice")), []
    for line in original.lines.order_by("position", "pk"):
        left = taken.left(line)
        back = left if quantities is None else quantities.get(line.pk, ZERO)
        if not min(left, ZERO) <= back <= max(left, ZERO):
            raise BusinessError(
                Refusal("more_than_left", _("More would be taken back than is left of the invoice"), line=line.position)
            )
        if back:
            lines.append(taken.take(line, back))
    if not lines:
        raise BusinessError(Refusal("nothing_left", _("The whole invoice is taken back already")))
    return lines


def date_anew(invoices: Iterable[Invoice], actor: Actor) -> None:
    """Give drafts of a period that was closed meanwhile, or of a day still to come, the date of today."""
    today = clock.today(actor.company)
    closed = [span for span in queries.periods(actor.company_id) if not span.is_open]
    wrong = [
        each
        for each in invoices
        if each.date > clock.booking_day(actor.company, each.date)
        or any(span.starts <= each.date <= span.ends for span in closed)
    ]
    for invoice in wrong:
        current_act().audit(invoice, "changed", {"date": (invoice.date, today)})
        if invoice.due_date:
            invoice.due_date += today - invoice.date
        invoice.date = today
    bulk.update(wrong, "date", "due_date")
