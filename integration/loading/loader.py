"""Bringing a history in through the services: every order is confirmed, shipped, invoiced and collected."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from django.db.models import Sum

from crm.customers.services.customers import CustomerDraft, create_customers
from crm.sales.models import Order, OrderLine
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import OrderDraft, check_orders, create_orders
from crm.sales.services.pricing import LineInput
from erp.finance import services as finance
from erp.finance.models import Receivable
from erp.inventory import services as inventory
from erp.inventory.models import Delivery, DeliveryLine
from integration.loading.history import History, OrderRow, PartyRow, Skipped
from suite.core import clock
from suite.core.access import Actor
from suite.core.money import ZERO, round_money
from suite.masterdata.models import Party, Product, Tax
from suite.masterdata.services.parties import PartyDraft
from suite.masterdata.services.products import ProductDraft, create_products

T = TypeVar("T")
BATCH = 500
Say = Callable[[str], None]


@dataclass
class Report:
    """What came in, what did not and why, and whether the sums agree."""

    customers: int = 0
    products: int = 0
    orders: int = 0
    lines: int = 0
    returns: int = 0
    booked_net: Decimal = ZERO
    exact_net: Decimal = ZERO
    returned_net: Decimal = ZERO
    open_receivables: Decimal = ZERO
    seconds: float = 0.0
    rows: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def rounding(self) -> Decimal:
        """What rounding each line to the cent added to the unrounded sum, which is itself shown to the cent."""
        return self.booked_net - round_money(self.exact_net)

    @property
    def rate(self) -> float:
        """Lines per second, from file to collected money."""
        return self.rows / self.seconds if self.seconds else 0.0


class Loader:
    """One load of a history into the actor's company."""

    def __init__(self, history: History, actor: Actor, say: Say = lambda text: None) -> None:
        self.history, self.actor, self.say = history, actor, say
        self.report = Report(rows=history.rows, skipped=list(history.skipped))
        self.parties: dict[str, int] = {}
        self.products: dict[str, int] = {}

    def run(self) -> Report:
        """Do all of it; every batch is one act, so a load that is cut off goes on where it stopped."""
        began = time.monotonic()
        self._open_books()
        self._bring_in_parties()
        self._bring_in_products()
        self._bring_in_stock()
        self._sell()
        self._take_back()
        self._sum_up()
        self.report.seconds = time.monotonic() - began
        return self.report

    def _open_books(self) -> None:
        """Open the periods of every year that the history touches."""
        dates = [order.date for order in self.history.orders] + [order.date for order in self.history.returns]
        dates += [order.shipped for order in self.history.orders if order.shipped]
        for year in range(min(dates).year, max(dates).year + 1):
            finance.periods.open_year(year=year, actor=self.actor)

    def _bring_in_parties(self) -> None:
        """Make customers of those the files tell of; who is here already, by the reference, is taken as it is."""
        known = dict(Party.objects.of(self.actor.company_id).exclude(external_ref="").values_list("external_ref", "pk"))
        new = [row for row in self.history.customers.values() if row.ref not in known]
        for rows in batched(new):
            made = create_customers(
                drafts=[CustomerDraft(party_draft(row), {"source": "import"}) for row in rows], actor=self.actor
            )
            known |= {customer.party.external_ref: customer.party_id for customer in made}
        self.parties = known
        self.report.customers = len(self.history.customers)
        self.say(f"{self.report.customers} customers")

    def _bring_in_products(self) -> None:
        known = dict(Product.objects.of(self.actor.company_id).values_list("code", "pk"))
        tax = Tax.objects.of(self.actor.company_id).get(code="VAT0")
        new = [row for row in self.history.products.values() if row.ref not in known]
        for rows in batched(new):
            made = create_products(
                drafts=[
                    ProductDraft(
                        {
                            "code": row.ref,
                            "name": row.name[:200],
                            "category": row.category,
                            "specification": row.specification,
                            "kind": Product.Kind.SERVICE if row.is_service else Product.Kind.STOCKED,
                            "tax": tax,
                            "sale_price": row.price,
                            "sale_price_includes_tax": False,
                            "standard_cost": ZERO,
                        }
                    )
                    for row in rows
                ],
                actor=self.actor,
            )
            known |= {product.code: product.pk for product in made}
        self.products = known
        self.report.products = len(self.history.products)
        self.say(f"{self.report.products} products")

    def _bring_in_stock(self) -> None:
        """What will be sold must have been there: what the file says is on hand, and what was sold before.

        The files know no cost, so goods come in at their list price.
        """
        sold: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for order in self.history.orders:
            for line in order.lines:
                sold[line.product] += line.quantity
        first = min(order.date for order in self.history.orders)
        goods = [row for row in self.history.products.values() if not row.is_service]
        with clock.at(moment(self.actor, first)):
            for rows in batched([row for row in goods if sold[row.ref] + row.stock > 0]):
                inventory.opening_stock(
                    [
                        inventory.Difference(self.products[row.ref], sold[row.ref] + row.stock, unit_cost=row.price)
                        for row in rows
                    ],
                    warehouse_id=inventory.default_warehouse_id(self.actor.company_id),
                    actor=self.actor,
                )
        self.say("opening stock")

    def _sell(self) -> None:
        """Day by day: draft, confirm, ship, invoice and collect what was ordered that day, as sets."""
        orders = sorted(self.history.orders, key=lambda order: (order.date, order.ref))
        there = set(
            Order.objects.of(self.actor.company_id).exclude(external_ref="").values_list("external_ref", flat=True)
        )
        for date, of_day in itertools.groupby((order for order in orders if order.ref not in there), lambda o: o.date):
            for rows in batched(list(of_day)):
                with clock.at(moment(self.actor, date)):
                    self._sell_batch(rows)
            self.say(f"{date} {self.report.orders} orders")

    def _sell_batch(self, rows: Sequence[OrderRow]) -> None:
        drafts = [self._draft(row) for row in rows]
        wrong = check_orders(drafts, actor=self.actor)
        for index, refusals in wrong.items():
            self._skip(rows[index], "; ".join(str(refusal) for refusal in refusals))
        good = [(row, draft) for index, (row, draft) in enumerate(zip(rows, drafts, strict=True)) if index not in wrong]
        made = create_orders([draft for _row, draft in good], actor=self.actor)
        outcome = confirm_orders(order_ids=[order.pk for order in made], actor=self.actor, all_or_nothing=False)
        row_of = {order.pk: row for order, (row, _draft) in zip(made, good, strict=True)}
        for pk, refusal in outcome.refused.items():
            self._skip(row_of[pk], str(refusal))
        ids = [order.pk for order in outcome.done]
        self.report.orders += len(ids)
        self.report.lines += sum(len(row_of[pk].lines) for pk in ids)
        self.report.exact_net += sum((line.exact_net for pk in ids for line in row_of[pk].lines), ZERO)
        self._ship(ids, {pk: row_of[pk].shipped for pk in ids})
        self._invoice(ids)
        self._collect(ids)

    def _draft(self, row: OrderRow) -> OrderDraft:
        return OrderDraft(
            party_id=self.parties[row.customer],
            date=row.date,
            prices_include_tax=False,
            external_ref=row.ref,
            requested_date=row.required,
            shipping_address=row.address[:400],
            lines=[
                LineInput(
                    product_id=self.products[line.product],
                    quantity=line.quantity,
                    unit_price=line.price,
                    discount=line.discount,
                )
                for line in row.lines
            ],
        )

    def _ship(self, order_ids: Sequence[int], shipped: dict[int, dt.date | None]) -> None:
        """Each on the day it left, as far as the file knows; otherwise on the day of the order."""
        deliveries = Delivery.objects.of(self.actor.company_id).filter(
            order_kind=Order.kind(), order_id__in=order_ids, status=Delivery.Status.OPEN
        )
        by_day: dict[dt.date | None, list[Delivery]] = defaultdict(list)
        for delivery in deliveries:
            by_day[shipped.get(delivery.order_id or 0)].append(delivery)
        for day, left in sorted(by_day.items(), key=lambda pair: pair[0] or dt.date.min):
            inventory.ship(left, posting_date=day, actor=self.actor)

    def _invoice(self, order_ids: Sequence[int]) -> None:
        drafts = finance.invoices.draft_for_orders(order_ids=order_ids, actor=self.actor)
        finance.invoices.issue(invoice_ids=[draft.pk for draft in drafts], actor=self.actor)

    def _collect(self, order_ids: Sequence[int]) -> None:
        owed = (
            Receivable.objects.of(self.actor.company_id)
            .filter(order_kind=Order.kind(), order_id__in=order_ids)
            .exclude(open_amount=0)
            .values("party_id")
            .annotate(total=Sum("open_amount"))
        )
        finance.receive(
            [finance.MoneyInput(party_id=row["party_id"], amount=row["total"], oldest_first=True) for row in owed],
            actor=self.actor,
        )

    def _take_back(self) -> None:
        """A return takes back what the same customer got of the same product, the latest delivery first."""
        for row in sorted(self.history.returns, key=lambda order: (order.date, order.ref)):
            wanted: dict[int, Decimal] = {}
            for line in row.lines:
                left = self._match(row, line.product, -line.quantity, wanted)
                if left:
                    self.report.skipped.append(
                        Skipped("lines", line.row, f"{row.ref} {line.product}", f"{left:f} more than was delivered")
                    )
            if wanted:
                with clock.at(moment(self.actor, row.date)):
                    inventory.return_goods(wanted, actor=self.actor, reason=row.ref)
                self.report.returns += 1

    def _match(self, row: OrderRow, product: str, quantity: Decimal, wanted: dict[int, Decimal]) -> Decimal:
        """Add to `wanted` what delivery lines can take back; returns what is left over."""
        lines = DeliveryLine.objects.of(self.actor.company_id).filter(
            delivery__party=self.parties[row.customer],
            delivery__status=Delivery.Status.SHIPPED,
            delivery__shipped_on__lte=row.date,
            product=self.products[product],
        )
        for line in lines.order_by("-delivery__shipped_on", "-pk"):
            part = min(quantity, line.quantity - line.returned - wanted.get(line.pk, ZERO))
            if part > 0:
                wanted[line.pk] = wanted.get(line.pk, ZERO) + part
                quantity -= part
        return quantity

    def _sum_up(self) -> None:
        company = self.actor.company_id
        self.report.booked_net = (
            OrderLine.objects.of(company).filter(order__status=Order.Status.CONFIRMED).aggregate(net=Sum("net"))["net"]
            or ZERO
        )
        self.report.open_receivables = Receivable.objects.of(company).aggregate(open=Sum("open_amount"))["open"] or ZERO

    def _skip(self, row: OrderRow, reason: str) -> None:
        self.report.skipped += [Skipped("lines", line.row, f"{row.ref} {line.product}", reason) for line in row.lines]


def party_draft(row: PartyRow) -> PartyDraft:
    """A party with its contact and address, as far as the file knows."""
    contacts = [{"name": row.contact, "title": row.contact_title, "is_primary": True}] if row.contact else []
    addresses = (
        [{"detail": row.address, "postcode": row.postcode, "country": row.country, "is_default": True}]
        if row.address
        else []
    )
    values = {"name": row.name, "external_ref": row.ref, "phone": row.phone, "email": row.email}
    return PartyDraft(values, contacts, addresses)


def moment(actor: Actor, day: dt.date) -> dt.datetime:
    """Noon of a business day."""
    return clock.day_starts(actor.company, day) + dt.timedelta(hours=12)


def batched(rows: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def lines_of(skipped: Iterable[Skipped]) -> Iterator[tuple[str, int, str, str]]:
    return ((each.table, each.row, each.key, each.reason) for each in skipped)
