"""Bringing a history in through the services: every order is confirmed, shipped, invoiced and collected.

Days are lived through many at once, each paper booked on its own day; every batch is one run of set-based acts.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

from django.db.models import Sum

from crm.customers.services.customers import CustomerDraft, create_customers
from crm.sales.models import Order
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import OrderDraft, create_orders
from crm.sales.services.pricing import LineInput
from erp.finance import services as finance
from erp.finance.models import AccountRole, MoneyMovement, Receivable, Voucher, VoucherLine
from erp.inventory import services as inventory
from erp.inventory.models import Delivery
from integration.loading.history import WALK_IN, History, LineRow, OrderRow, PartyRow, Skipped
from integration.loading.report import Report, Tally
from integration.loading.returns import Returns
from suite.core import clock, outbox
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import OutboxEvent
from suite.core.money import ZERO, round_money
from suite.masterdata.models import Party, Product, Tax
from suite.masterdata.services.parties import PartyDraft
from suite.masterdata.services.products import ProductDraft, create_products

T = TypeVar("T")
Refused = tuple[OrderRow, Refusal]
BATCH = 500
MEASURE = "measure"  # the unit of what was sold in parts
REVENUE = (AccountRole.Role.REVENUE, AccountRole.Role.SERVICE_REVENUE)
Say = Callable[[str], None]


class Loader:
    """One load of a history into the actor's company."""

    def __init__(self, history: History, actor: Actor, say: Say = lambda text: None) -> None:
        self.history, self.actor, self.say = history, actor, say
        self.report = Report(rows=history.rows, exact_net=history.exact_net, skipped=list(history.skipped))
        self.parties: dict[str, int] = {}
        self.products: dict[str, int] = {}

    def run(self) -> Report:
        """Do all of it. What an earlier load that was cut off has booked is not booked again, only counted."""
        began = time.monotonic()
        self._open_books()
        self._bring_in_parties()
        self._bring_in_products()
        self._bring_in_stock()
        self._sell()
        self._take_back()
        self._deliver_events()
        self._look_into_the_books()
        self.report.seconds = time.monotonic() - began
        return self.report

    def _open_books(self) -> None:
        """Open the periods of every year from the history to this one, the latest first: years have no gaps."""
        papers = [*self.history.orders, *self.history.returns]
        dates = [paper.date for paper in papers] + [paper.shipped for paper in papers if paper.shipped]
        latest = max(max(dates).year, clock.today(self.actor.company).year)
        for year in range(latest, min(dates).year - 1, -1):
            finance.periods.open_year(year=year, actor=self.actor)

    def _bring_in_parties(self) -> None:
        """Make customers of those the files tell of; who is here already, by the reference, is taken as it is."""
        known = dict(Party.objects.of(self.actor.company_id).exclude(external_ref="").values_list("external_ref", "pk"))
        new = [row for row in self.history.customers.values() if row.ref not in known]
        for rows in batched(new):
            made = create_customers(drafts=[CustomerDraft(party_draft(row)) for row in rows], actor=self.actor)
            known |= {row.ref: customer.party_id for row, customer in zip(rows, made, strict=True)}
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
                            **({"unit_id": MEASURE} if row.is_measured else {}),
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
        needed: dict[str, Decimal] = defaultdict(lambda: ZERO)
        there = self._loaded_orders()
        for order in self.history.orders:
            if order.ref not in there:
                for line in order.lines:
                    needed[line.product] += line.quantity
        if not there:
            for row in self.history.products.values():
                needed[row.ref] += row.stock
        goods = [row for row in self.history.products.values() if not row.is_service]
        with clock.at(moment(self.actor, min(order.date for order in self.history.orders))):
            for rows in batched([row for row in goods if needed[row.ref] > 0]):
                inventory.opening_stock(
                    [
                        inventory.Difference(self.products[row.ref], needed[row.ref], unit_cost=row.price)
                        for row in rows
                    ],
                    warehouse_id=inventory.default_warehouse_id(self.actor.company_id),
                    actor=self.actor,
                )
        self.say("opening stock")

    def _loaded_orders(self) -> set[str]:
        rows = Order.objects.of(self.actor.company_id).exclude(external_ref="").exclude(status=Order.Status.DRAFT)
        return set(rows.values_list("external_ref", flat=True))

    def _sell(self) -> None:
        """Batch by batch: draft, confirm, ship, invoice and collect, as sets."""
        orders = sorted(self.history.orders, key=lambda order: (order.date, order.ref))
        there = self._loaded_orders()
        self._count([order for order in orders if order.ref in there])
        for rows in batched([order for order in orders if order.ref not in there]):
            with clock.at(moment(self.actor, rows[-1].date), own_days=True):
                done, refused = self._sell_batch(rows, actor=self.actor)
            self._count(done)
            for row, refusal in refused:
                self._skip(row, refusal)
            self.say(f"{rows[-1].date} {self.report.sold.papers} orders")

    @service
    def _sell_batch(self, rows: Sequence[OrderRow], *, actor: Actor) -> tuple[list[OrderRow], list[Refused]]:
        """One act: a load that is cut off leaves no order half done."""
        row_of, refused = self._create(rows)
        outcome = confirm_orders(order_ids=list(row_of), actor=actor, all_or_nothing=False)
        refused += [(row_of[pk], refusal) for pk, refusal in outcome.refused.items()]
        done = {order.pk: row_of[order.pk] for order in outcome.done}
        if done:
            self._ship(done)
            self._invoice(done)
            self._collect(done)
        return list(done.values()), refused

    def _create(self, rows: Sequence[OrderRow]) -> tuple[dict[int, OrderRow], list[Refused]]:
        """Draft orders, by key, and those that cannot be drafted."""
        try:
            made = create_orders([self._draft(row) for row in rows], actor=self.actor)
        except BusinessError as error:
            by_index = error.by_key or {0: error.refusals[0]}
            good = [row for index, row in enumerate(rows) if index not in by_index]
            drafted, refused = self._create(good) if good else ({}, [])
            return drafted, [*refused, *((rows[index], refusal) for index, refusal in by_index.items())]
        return {order.pk: row for order, row in zip(made, rows, strict=True)}, []

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

    def _ship(self, done: dict[int, OrderRow]) -> None:
        """Each on the day it left, as far as the file knows; otherwise on the day of the order."""
        deliveries = Delivery.objects.of(self.actor.company_id).filter(
            order_kind=Order.kind(), order_id__in=done, status=Delivery.Status.OPEN
        )
        rows = {delivery: done[delivery.order_id or 0] for delivery in deliveries}
        days = {delivery.pk: row.shipped or row.date for delivery, row in rows.items()}
        inventory.ship(sorted(rows, key=lambda each: (days[each.pk], each.pk)), days=days, actor=self.actor)

    def _invoice(self, done: dict[int, OrderRow]) -> None:
        dates = {pk: row.date for pk, row in done.items()}
        drafts = finance.invoices.draft_for_orders(order_ids=list(done), dates=dates, actor=self.actor)
        finance.invoices.issue(invoice_ids=[draft.pk for draft in drafts], actor=self.actor)

    def _collect(self, done: dict[int, OrderRow]) -> None:
        """Who ordered on a day pays that day, for all that was ordered then; somebody unknown pays in cash."""
        owed = (
            Receivable.objects.of(self.actor.company_id)
            .filter(order_kind=Order.kind(), order_id__in=done)
            .exclude(open_amount=0)
            .values("party_id", "date")
            .annotate(total=Sum("open_amount"))
            .order_by("date", "party_id")
        )
        methods = {self.parties.get(WALK_IN): MoneyMovement.Method.CASH}
        moneys = [
            finance.MoneyInput(
                party_id=row["party_id"],
                amount=row["total"],
                date=row["date"],
                method=methods.get(row["party_id"], MoneyMovement.Method.BANK),
                oldest_first=True,
            )
            for row in owed
        ]
        if moneys:
            finance.receive(moneys, actor=self.actor)

    def _take_back(self) -> None:
        """Goods back, credit, and the money to the customer."""
        returns = Returns(self.actor, self.parties, self.products)
        rows = sorted(self.history.returns, key=lambda row: (row.date, row.ref))
        there = returns.loaded()
        self._count_returns([row for row in rows if row.ref in there])
        services = {row.ref for row in self.history.products.values() if row.is_service}
        for batch in batched([row for row in rows if row.ref not in there]):
            with clock.at(moment(self.actor, batch[-1].date), own_days=True):
                self.report.matched += returns.take_back(batch, services=services)
            self._count_returns(batch)
            self.say(f"{batch[-1].date} {self.report.returned.papers} returns")
        returns.refund()

    def _deliver_events(self) -> None:
        """Tell the house now: nobody waits for news of the past, and a worker may not be running."""
        outbox.relay(limit=1000)
        waiting = OutboxEvent.objects.of(self.actor.company_id).filter(done_at=None, dead_at=None)
        self.report.waiting_events = waiting.count()
        self.say("events delivered")

    def _look_into_the_books(self) -> None:
        company_id = self.actor.company_id
        self.report.open_receivables = (
            Receivable.objects.of(company_id).aggregate(open=Sum("open_amount"))["open"] or ZERO
        )
        revenue = AccountRole.objects.of(company_id).filter(role__in=REVENUE).values("account")
        sums = VoucherLine.objects.of(company_id).filter(account__in=revenue, voucher__status=Voucher.Status.POSTED)
        self.report.ledger_net = sums.aggregate(net=Sum("credit") - Sum("debit"))["net"] or ZERO

    def _count(self, rows: Sequence[OrderRow]) -> None:
        tally(self.report.sold, rows)
        tally(self.report.to_walk_ins, [row for row in rows if row.customer == WALK_IN])

    def _count_returns(self, rows: Sequence[OrderRow]) -> None:
        tally(self.report.returned, rows)

    def _skip(self, row: OrderRow, refusal: Refusal) -> None:
        self.report.skipped += [
            Skipped(line.row, f"{row.ref} {line.product}", str(refusal), line.exact_net) for line in row.lines
        ]


def tally(into: Tally, rows: Sequence[OrderRow]) -> None:
    into.papers += len(rows)
    for row in rows:
        into.lines += len(row.lines)
        into.booked += sum((booked(line) for line in row.lines), ZERO)
        into.exact += sum((line.exact_net for line in row.lines), ZERO)


def booked(line: LineRow) -> Decimal:
    """What the books have a line at: rounded to the cent."""
    return round_money(line.exact_net)


def party_draft(row: PartyRow) -> PartyDraft:
    """A party with its contact and address, as far as the file knows."""
    contacts = [{"name": row.contact, "title": row.contact_title, "is_primary": True}] if row.contact else []
    addresses = (
        [{"detail": row.address, "postcode": row.postcode, "country": row.country, "is_default": True}]
        if row.address
        else []
    )
    values = {
        "name": row.name,
        "name_en": row.name_en,
        "external_ref": row.ref,
        "phone": row.phone,
        "email": row.email,
    }
    return PartyDraft(values, contacts, addresses)


def moment(actor: Actor, day: dt.date) -> dt.datetime:
    """Noon of a business day."""
    return clock.day_starts(actor.company, day) + dt.timedelta(hours=12)


def batched(rows: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
