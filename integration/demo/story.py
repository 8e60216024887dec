"""A year of business, lived through day by day by the services of the house: same seed, same story, ending today."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum
from django.utils import translation

from crm.customers.services.activities import log_activities
from crm.sales.models import Order
from crm.sales.services.confirming import cancel_orders, confirm_orders
from crm.sales.services.orders import OrderDraft, create_orders
from crm.sales.services.pricing import LineInput
from crm.sales.services.quotations import QuotationDraft, create_quotations, lose_quotation, order_from_quotation
from erp.finance import services as finance
from erp.finance.models import Deferral, Payable, Period, Receivable
from erp.inventory import services as inventory
from erp.inventory.models import Delivery, DeliveryLine, Demand
from erp.procurement import services as procurement
from erp.procurement.models import PurchaseOrder, Requisition
from integration.demo import catalogue
from integration.demo.cast import Cast, gather
from integration.demo.contracts import agree
from integration.demo.deals import pursue
from integration.demo.leads import attract, neglect
from integration.demo.promotions import promote
from suite.core import clock
from suite.core.access import Actor
from suite.core.money import ZERO
from suite.core.said import Said, name_of
from suite.desk.services import todos
from suite.masterdata.models import Party

SEED = 20260101
DAYS = 364
BILLS = 4  # invoices of suppliers in one turn
STEP = 14  # days that pass between two turns of the story; its papers lie on any of them
ORDER = Order.kind()
Say = Callable[[str], None]


class Story:
    """Tells the year; every turn is a handful of acts over sets."""

    def __init__(self, cast: Cast, rng: random.Random, orders: int, say: Say) -> None:
        self.cast, self.rng, self.say = cast, rng, say
        self.house, self.company_id = cast.house, cast.company.pk
        self.days = list(range(STEP - DAYS, 1, STEP))
        self.left = orders
        self.today = clock.today(cast.company)

    def tell(self) -> None:
        for year in {(self.today + dt.timedelta(days=offset)).year for offset in self.days}:
            finance.periods.open_year(year=year, actor=self.house)
        for turn, offset in enumerate(self.days):
            day = self.today + dt.timedelta(days=offset)
            with clock.at(clock.day_starts(self.cast.company, day) + dt.timedelta(hours=10), own_days=True):
                rep = self.cast.reps[turn % len(self.cast.reps)]
                self._talk(rep)
                self._sell(rep, turn, is_last=offset > -STEP)
                self._ship(day)  # on days before this one, so before its goods come in
                self._buy(day)
                self._bill()
                self._collect(day)
                self._settle(day)
                if turn % 2 == 1:
                    self._mishaps()
            if turn % 5 == 0:
                self.say(f"{day}")
        self._close()
        self._plan()
        pursue(self.cast, self.rng)
        agree(self.cast, self.rng)
        promote(self.cast)
        attract(self.cast, self.rng)
        neglect(self.cast)

    def _talk(self, rep: Actor) -> None:
        """Calls, visits and notes with some customers."""
        parties = self.rng.sample(self.cast.customers[rep.user_id or 0], 10)
        talks = [self.rng.choice(catalogue.TALKS) for _party in parties]
        log_activities(
            activities=[
                {"party": party, "kind": kind, "title": title, "text": text}
                for party, (kind, title, _title_en, text) in zip(parties, talks, strict=True)
            ],
            actor=rep,
        )

    def _sell(self, rep: Actor, turn: int, *, is_last: bool) -> None:
        """Quotations and orders of the turn, all confirmed but the last ones, which wait for the rep."""
        count = round(self.left / (len(self.days) - turn))
        self.left -= count
        parties = self._buyers(rep, count)
        offers = [QuotationDraft(party_id=party.pk, lines=self._lines()) for party in parties[:3]]
        orders = []
        for place, offer in enumerate(create_quotations(offers, actor=rep)):  # one is won, one lost, one stays open
            if place == 0:
                orders.append(order_from_quotation(quotation_id=offer.pk, actor=rep))
            elif place == 1:
                lose_quotation(quotation_id=offer.pk, actor=rep, reason="价格偏高 / too dear")
        orders += create_orders([self._draft(party) for party in parties[len(orders) :]], actor=rep)
        confirmed = orders[: len(orders) // 2] if is_last else orders
        confirm_orders(order_ids=[order.pk for order in confirmed], actor=rep, all_or_nothing=False)

    def _buyers(self, rep: Actor, count: int) -> list[Party]:
        """Some customers buy often, some stopped half a year ago."""
        parties = self.cast.customers[rep.user_id or 0]
        asleep = clock.today(self.cast.company) > self.today - dt.timedelta(days=DAYS // 2)
        awake = parties[len(parties) // 5 :] if asleep else parties
        return self.rng.choices(awake, weights=[1 + 6 / (1 + n) for n in range(len(awake))], k=count)

    def _lines(self) -> list[LineInput]:
        products = self.rng.sample(self.cast.products, self.rng.choice([1, 2, 2, 3, 4]))
        return [
            LineInput(
                product_id=product.pk,
                quantity=Decimal(self.rng.choice([1, 2, 3, 5, 8, 10, 12]) if product.is_stocked else 1),
                discount=Decimal(self.rng.choice([0, 0, 0, 5, 8, 10])),
            )
            for product in products
        ]

    def _draft(self, party: Party) -> OrderDraft:
        date = self._lately()
        requested = date + dt.timedelta(days=self.rng.randint(3, 14))
        return OrderDraft(party_id=party.pk, lines=self._lines(), date=date, requested_date=requested)

    def _lately(self) -> dt.date:
        """A day since the last turn."""
        return clock.today(self.cast.company) - dt.timedelta(days=self.rng.randrange(STEP))

    def _buy(self, day: dt.date) -> None:
        """What is short is approved, ordered and, when its day has come, received."""
        procurement.reorder(actor=self.house)
        waiting = Requisition.objects.of(self.company_id).filter(status=Requisition.Status.SUBMITTED)
        for approver in (self.cast.buyer, self.cast.boss):
            turn = list(approvals_of(approver, waiting))
            if turn:
                procurement.approve_requisitions(requisition_ids=turn, actor=approver)
        approved = Requisition.objects.of(self.company_id).filter(
            status=Requisition.Status.APPROVED, origin__isnull=False
        )
        ready = list(approved.exclude(lines__supplier=None).values_list("pk", flat=True).distinct())
        if ready:
            orders = procurement.order_requisitions(requisition_ids=ready, actor=self.cast.buyer)
            procurement.place_orders(order_ids=[order.pk for order in orders], actor=self.cast.buyer)
        due = PurchaseOrder.objects.of(self.company_id).filter(
            status=PurchaseOrder.Status.ORDERED, expected_date__lte=day - dt.timedelta(days=self.rng.choice([0, 0, 3]))
        )
        arrived = list(due.values_list("pk", flat=True))
        if arrived:
            procurement.receive(order_ids=arrived, actor=self.cast.buyer)

    def _ship(self, day: dt.date) -> None:
        """Deliveries whose goods are all reserved leave after two days; the latest stay for the warehouse."""
        lacking = Demand.objects.of(self.company_id).filter(order_kind=ORDER, is_waiting=True)
        ready = (
            Delivery.objects.of(self.company_id)
            .filter(
                status=Delivery.Status.OPEN, waits_for_payment=False, created_at__lte=clock.now() - dt.timedelta(days=2)
            )
            .exclude(order_id__in=lacking.values("order_id"))
        )
        deliveries = list(ready.order_by("pk"))
        if day >= self.today - dt.timedelta(days=STEP):
            overdue = day - dt.timedelta(days=2)
            deliveries = [
                each for each in deliveries if each.pk % 2 or (each.promised_date and each.promised_date < overdue)
            ]
        if deliveries:
            days = {delivery.pk: self._lately() for delivery in deliveries}
            inventory.ship(sorted(deliveries, key=lambda each: days[each.pk]), days=days, actor=self.house)

    def _bill(self) -> None:
        orders = (
            Deferral.objects.of(self.company_id)
            .filter(order_kind=ORDER, delivered__gt=F("invoiced"))
            .values_list("order_id", flat=True)
            .distinct()
        )
        if ids := sorted(set(orders)):
            drafts = finance.invoices.draft_for_orders(order_ids=ids, actor=self.house)
            finance.invoices.issue(invoice_ids=[draft.pk for draft in drafts], actor=self.house)

    def _collect(self, day: dt.date) -> None:
        """Most pay when it is due, some late, a few not yet."""
        due = Receivable.objects.of(self.company_id).filter(
            status=Receivable.Status.OPEN, due_date__lte=day, open_amount__gt=0, invoice__isnull=True
        )
        per_party: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for party_id, amount, key in due.values_list("party_id", "open_amount", "pk"):
            if (key * 7919) % 10 < 7 or day < self.today - dt.timedelta(days=60):
                per_party[party_id] += amount
        if per_party:
            finance.receive(
                [
                    finance.MoneyInput(
                        party_id=party_id, amount=amount, oldest_first=True, reference=f"HK{day:%m%d}{party_id}"
                    )
                    for party_id, amount in per_party.items()
                ],
                actor=self.house,
            )

    def _settle(self, day: dt.date) -> None:
        """Suppliers send their invoices a turn after the goods and are paid when those are due."""
        billable = PurchaseOrder.objects.of(self.company_id).filter(
            status=PurchaseOrder.Status.RECEIVED, lines__invoiced=0, expected_date__lte=day - dt.timedelta(days=STEP)
        )
        came = [
            procurement.SupplierInvoice(
                order.pk,
                [procurement.Bill(line.pk, line.quantity) for line in order.lines.all()],
                tax_number=f"{SEED}{order.pk:012}",
            )
            for order in billable.distinct().order_by("pk").prefetch_related("lines")[:BILLS]
        ]
        if came:
            procurement.book_invoices(came, actor=self.house)
        due = Payable.objects.of(self.company_id).filter(status=Payable.Status.OPEN, due_date__lte=day)
        owed = due.values("party_id").annotate(amount=Sum("open_amount"))
        payments = [
            finance.MoneyInput(party_id=row["party_id"], amount=row["amount"], oldest_first=True)
            for row in owed.order_by("party_id")
            if row["amount"] > 0
        ]
        if payments:
            finance.pay(payments, actor=self.house)

    def _mishaps(self) -> None:
        """A return, a cancellation, a deposit: what every business knows."""
        line = (
            DeliveryLine.objects.of(self.company_id)
            .filter(delivery__status=Delivery.Status.SHIPPED, returned=0, quantity__gte=2, product__kind="stocked")
            .order_by("-pk")
            .first()
        )
        if line:
            inventory.return_goods({line.pk: Decimal(1)}, actor=self.house, reason="外观破损 / damaged")
        order = (
            Order.objects.of(self.company_id)
            .filter(status=Order.Status.CONFIRMED, delivery=Order.Progress.NONE)
            .order_by("-pk")
            .first()
        )
        if order:
            cancel_orders(order_ids=[order.pk], actor=self.cast.reps[0], reason="客户取消 / cancelled by the customer")
        party = self.rng.choice(self.cast.customers[self.cast.reps[0].user_id or 0])
        finance.receive([finance.MoneyInput(party_id=party.pk, amount=Decimal(5000))], actor=self.house)

    def _close(self) -> None:
        """The accountant has closed the months before the last."""
        past = Period.objects.of(self.company_id).filter(ends__lt=self.today - dt.timedelta(days=40))
        finance.periods.close(period_ids=[period.pk for period in past], actor=self.house)

    def _plan(self) -> None:
        """What the reps have before them: overdue, today and later; the last two they are told by the boss."""
        moment = clock.now()
        for rep in self.cast.reps:
            parties = self.rng.sample(self.cast.customers[rep.user_id or 0], 6)
            tasks = [
                todos.NewTask(
                    title=Said({"zh-hans": f"{what} {party.name}", "en": f"{what_en} {party.name_en}"}),
                    owner_id=rep.user_id,
                    due_at=moment + dt.timedelta(days=offset, hours=2),
                    subject=party,
                    subject_label=name_of(party),
                )
                for party, (offset, what, what_en) in zip(parties, catalogue.PLANS, strict=True)
            ]
            todos.create(tasks=tasks[:4], actor=rep)
            todos.create(tasks=tasks[4:], actor=self.cast.boss)


def approvals_of(approver: Actor, requisitions: Iterable[Requisition]) -> list[int]:
    """The requisitions that wait for this person."""
    from suite.automation import queries

    pks = {row.pk for row in requisitions}
    return [approval.object_id for approval in queries.my_approvals(approver) if approval.object_id in pks]


@dataclass(frozen=True)
class Size:
    """A demo company by its code, and how much there is of it; products come in so many versions."""

    code: str
    customers: int
    orders: int
    versions: int = 1


SIZES = {"small": Size("demo", 300, 1000), "large": Size("demo-large", 2000, 8000, versions=5)}


def tell(size: Size, say: Say = lambda text: None) -> Cast:
    """Found the demo company and live through its year; returns who is in it. All of it is one transaction."""
    rng = random.Random(SEED)
    with transaction.atomic(), translation.override("zh-hans"):  # the books of a Chinese company speak Chinese
        with clock.at(clock.now() - dt.timedelta(days=DAYS + 1)):
            cast = gather(rng, customers=size.customers, code=size.code, versions=size.versions)
        Story(cast, rng, size.orders, say).tell()
    return cast
