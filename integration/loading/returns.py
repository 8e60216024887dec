"""What came back: through the delivery it left with where that is known, else as goods from before the books began."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from crm.sales.models import OrderLine
from erp.finance import services as finance
from erp.finance.models import Invoice, Receivable
from erp.finance.services.invoice_lines import InvoiceLineInput
from erp.inventory import services as inventory
from erp.inventory.models import Delivery, DeliveryLine, GoodsReceipt
from integration.loading.history import LineRow, OrderRow
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.money import ZERO
from suite.masterdata.models import Product

Terms = tuple[int, int, Decimal, Decimal]  # party, product, price, discount: what a return must agree with


@dataclass(slots=True)
class Sold:
    """What of a delivered line can still come back."""

    line_id: int
    day: dt.date
    left: Decimal


class Returns:
    """The returns of one load."""

    def __init__(self, actor: Actor, parties: dict[str, int], products: dict[str, int]) -> None:
        self.actor, self.parties = actor, parties
        self.codes = products
        self.products = Product.objects.of(actor.company_id).select_related("tax", "unit").in_bulk(products.values())
        self.sold = self._sold()

    def _sold(self) -> dict[Terms, list[Sold]]:
        """What was delivered, by customer, product and terms, the latest first; two statements."""
        terms = {
            pk: (price, discount)
            for pk, price, discount in OrderLine.objects.of(self.actor.company_id).values_list(
                "pk", "unit_price", "discount"
            )
        }
        lines = (
            DeliveryLine.objects.of(self.actor.company_id)
            .filter(delivery__status=Delivery.Status.SHIPPED, quantity__gt=F("returned"))
            .order_by("-delivery__shipped_on", "-pk")
            .values_list(
                "pk",
                "order_line_id",
                "delivery__party_id",
                "product_id",
                "delivery__shipped_on",
                "quantity",
                "returned",
            )
        )
        sold: dict[Terms, list[Sold]] = defaultdict(list)
        for pk, order_line, party, product, day, quantity, returned in lines.iterator():
            if day and order_line in terms:
                sold[party, product, *terms[order_line]].append(Sold(pk, day, quantity - returned))
        return sold

    def loaded(self) -> set[str]:
        """The returns that are in the books already, by the number they have in the files."""
        receipts = GoodsReceipt.objects.of(self.actor.company_id).filter(kind_of=GoodsReceipt.Kind.CUSTOMER_RETURN)
        notes = Invoice.objects.of(self.actor.company_id).filter(is_red=True, corrects=None)
        return {*receipts.values_list("reason", flat=True), *notes.values_list("note", flat=True)}

    def take_back(self, rows: Sequence[OrderRow], *, services: Collection[str]) -> int:
        """Book returns, all of them in one act; says how many lines found their delivery."""
        found, rest = [], []
        for row in rows:
            wanted: dict[int, Decimal] = defaultdict(lambda: ZERO)
            left = [line for line in row.lines if not self._match(row, line, wanted)]
            found.append((row, wanted, len(row.lines) - len(left)))
            rest.append((row, left))
        self._book(
            [(row, wanted) for row, wanted, _count in found if wanted],
            [(row, left) for row, left in rest if left],
            services,
            actor=self.actor,
        )
        return sum(count for _row, _wanted, count in found)

    def _match(self, row: OrderRow, line: LineRow, wanted: dict[int, Decimal]) -> bool:
        """Add to `wanted` the delivery lines that take the whole line back, if there are such."""
        sold = self.sold.get((self.parties[row.customer], self.codes[line.product], line.price, line.discount), [])
        before = [each for each in sold if each.left and each.day <= row.date]
        if sum((each.left for each in before), ZERO) < line.quantity:
            return False
        quantity = line.quantity
        for each in before:
            part = min(quantity, each.left)
            if part:
                wanted[each.line_id] += part
                each.left -= part
                quantity -= part
        return True

    @service
    def _book(
        self,
        found: Sequence[tuple[OrderRow, dict[int, Decimal]]],
        rest: Sequence[tuple[OrderRow, list[LineRow]]],
        services: Collection[str],
        *,
        actor: Actor,
    ) -> None:
        orders: set[int | None] = set()
        for row, wanted in found:
            receipts = inventory.return_goods(wanted, reason=row.ref, posting_date=row.date, actor=actor)
            orders |= {receipt.order_id for receipt in receipts}
        # The red invoices of history were issued in their time.
        drafts = Invoice.objects.of(actor.company_id).filter(
            is_red=True, status=Invoice.Status.DRAFT, order_id__in=orders
        )
        if pks := list(drafts.values_list("pk", flat=True)):
            finance.invoices.issue(invoice_ids=pks, actor=actor)
        goods = [
            inventory.Unsold(self.parties[row.customer], quantities, row.ref, row.date)
            for row, lines in rest
            if (quantities := self._quantities(lines, services))
        ]
        if goods:
            inventory.take_in(goods, actor=actor)
        if rest:
            finance.give_credit([self._note(row, lines) for row, lines in rest], actor=actor)

    def _quantities(self, lines: Sequence[LineRow], services: Collection[str]) -> dict[int, Decimal]:
        quantities: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for line in lines:
            if line.product not in services:
                quantities[self.codes[line.product]] += line.quantity
        return quantities

    def _note(self, row: OrderRow, lines: Sequence[LineRow]) -> finance.CreditNote:
        return finance.CreditNote(
            party_id=self.parties[row.customer],
            date=row.date,
            note=row.ref,
            lines=[
                InvoiceLineInput(self.products[self.codes[line.product]], line.quantity, line.price, line.discount)
                for line in lines
            ],
        )

    def refund(self) -> None:
        """Pay out what customers have to their credit, each on the day of the latest of it."""
        credits: dict[int, list[Receivable]] = defaultdict(list)
        for item in Receivable.objects.of(self.actor.company_id).filter(open_amount__lt=0).order_by("date", "pk"):
            credits[item.party_id].append(item)
        if credits:
            finance.pay(
                [
                    finance.MoneyInput(
                        party_id=party_id,
                        amount=-sum((item.open_amount for item in items), ZERO),
                        date=items[-1].date,
                        allocations={item.pk: -item.open_amount for item in items},
                    )
                    for party_id, items in credits.items()
                ],
                actor=self.actor,
            )
