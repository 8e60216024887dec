"""Invoices that are planned with a contract: drafts for the order to come, one for each payment agreed on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from erp.finance.models import Invoice, InvoiceLine
from erp.finance.services.invoices import taxpayers_among, usual_kind, void, write_drafts
from erp.inputs import DemandLine, DemandOrder, Source
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.money import ZERO, round_money, round_quantity, spread
from suite.masterdata.models import Product, Tax


@dataclass(frozen=True, slots=True)
class InvoicePlan:
    """An order as it was agreed, and the payments it is invoiced by: (day or None, amount in the books' currency).

    The payments come to the total of the order; without any it is one invoice. `note` stands on each.
    """

    order: DemandOrder
    payments: Sequence[tuple[dt.date | None, Decimal]] = ()
    note: str = ""


@service
def plan_invoices(plans: Sequence[InvoicePlan], *, actor: Actor) -> list[Invoice]:
    """Draft the invoices of orders that are drafts themselves; a fixed number of statements for any number.

    Each comes to its payment to the cent, and together they are the order's lines. They bill its lines: issued they
    are when the order is confirmed, and until then refused. Nothing is posted.
    """
    lines = [line for plan in plans for line in plan.order.lines]
    products = {
        row.pk: row
        for row in Product.objects.of(actor.company_id).filter(pk__in={line.product_id for line in lines})
        .select_related("tax", "unit")
    }  # fmt: skip
    taxes = Tax.objects.in_bulk({line.tax_id for line in lines if line.tax_id})
    today, taxpayers = clock.today(actor.company), taxpayers_among({plan.order.party_id for plan in plans}, actor)
    invoices: list[Invoice] = []
    rows: list[list[InvoiceLine]] = []
    for plan in plans:
        order = plan.order
        for (day, _amount), parts in zip(plan.payments or [(None, order.gross)], _parts(plan), strict=True):
            billed = [
                _line(each, quantity, net, tax, products, taxes, position)
                for position, (each, quantity, net, tax) in enumerate(parts)
            ]
            if not billed:
                continue
            date = day or today
            invoices.append(
                Invoice(
                    company=actor.company, direction=Invoice.Direction.SALES, party_id=order.party_id, date=date,
                    kind_of=usual_kind(order.party_id, taxpayers),
                    due_date=date, prices_include_tax=False, order_kind=order.source.kind, order_id=order.source.id,
                    order_number=order.source.number, owner_id=order.owner_id, team_id=order.team_id, note=plan.note,
                )
            )  # fmt: skip
            rows.append(billed)
    return write_drafts(invoices, rows, actor)


@service
def drop_invoices(orders: Collection[Source], *, actor: Actor, reason: str = "") -> list[Invoice]:
    """Void the drafts for orders that will not come."""
    if not orders:
        return []
    drafts = Invoice.objects.of(actor.company_id).filter(
        order_kind__in={order.kind for order in orders}, order_id__in=[order.id for order in orders],
        status=Invoice.Status.DRAFT,
    )  # fmt: skip
    pks = list(drafts.values_list("pk", flat=True))
    return void(invoice_ids=pks, actor=actor) if pks else []


Part = tuple[DemandLine, Decimal, Decimal, Decimal]


def _parts(plan: InvoicePlan) -> list[list[Part]]:
    """For each payment the lines with their quantity, net and tax; a cent of rounding goes to the largest line."""
    lines, weights = plan.order.lines, [amount for _day, amount in plan.payments] or [plan.order.gross]
    whole = sum(weights, ZERO)
    by_line = []
    for line in lines:
        quantities, reached, given = [], ZERO, ZERO
        for weight in weights:
            reached += weight
            part = round_quantity(line.quantity * reached / whole) - given if whole else line.quantity
            given += part
            quantities.append(part)
        by_line.append((quantities, spread(line.net, weights), spread(line.tax, weights)))
    found: list[list[Part]] = []
    owed = [ZERO] * len(lines)  # what earlier payments took of each line beyond its share, given back by the last
    for number, weight in enumerate(weights):
        parts = [
            (line, quantities[number], nets[number], taxes[number])
            for line, (quantities, nets, taxes) in zip(lines, by_line, strict=True)
        ]
        largest = max(range(len(lines)), key=lambda place: abs(lines[place].gross), default=0)
        if number < len(weights) - 1:
            gap = round_money(weight) - sum((net + tax for _line, _quantity, net, tax in parts), ZERO)
            owed[largest] += gap
        else:
            gap = -owed[largest] if owed else ZERO
        if gap and parts:
            line, quantity, net, tax = parts[largest]
            parts[largest] = (line, quantity, net + gap, tax)
        found.append([part for part in parts if part[1]])
    return found


def _line(
    each: DemandLine,
    quantity: Decimal,
    net: Decimal,
    tax: Decimal,
    products: dict[int, Product],
    taxes: dict[int, Tax],
    position: int,
) -> InvoiceLine:
    product = products[each.product_id]
    charged = taxes.get(each.tax_id or 0) or product.tax
    return InvoiceLine(
        company_id=product.company_id, position=position, product=product, description=product.label,
        unit_id=product.unit_id, quantity=quantity, base_quantity=quantity,
        unit_price=round_quantity(max(net, ZERO) / quantity), discount=ZERO, tax=charged, tax_rate=charged.rate,
        net=net, tax_amount=tax, gross=net + tax, source_line_id=each.line_id,
    )  # fmt: skip
