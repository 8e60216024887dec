"""When goods can be there: asked of stock and purchasing, shown while a paper is typed, kept with an order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.sales import ports
from crm.sales.models import Order, OrderLine, Quotation, QuotationLine
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO
from suite.desk import formats
from suite.masterdata.models import Product


def forget_promise(order: Order) -> None:
    """Other lines need another promise."""
    OrderLine.objects.filter(order=order).update(promised_date=None)
    Order.objects.filter(pk=order.pk).update(promised_date=None)
    order.promised_date = None


@service
def promise_order(*, order_id: int, actor: Actor, version: int | None = None, reason: str = "") -> Order:
    """Promise each line of a draft the earliest day on which all of its product is there, but not before it is wanted.

    The order is promised for its last line. Raises BusinessError when nobody knows a day for any line.
    """
    order = Order.objects.of(actor.company_id).lock([order_id]).get()
    order.demand_version(version)
    order.demand_status(Order.Status.DRAFT)
    lines = list(OrderLine.objects.filter(order=order).select_related("product"))
    wanted: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        if line.product.is_stocked:
            wanted[line.product_id] += line.base_quantity
    promises = ports.promise(actor, wanted) if wanted else {}
    for line in lines:
        known = promises.get(line.product_id)
        asked = line.requested_date or order.requested_date
        days = [day for day in (known.date if known else None, asked) if day]
        line.promised_date = max(days) if known and known.date else None
    dates = [line.promised_date for line in lines if line.promised_date]
    if not dates:
        raise BusinessError(Refusal("no_promise", _("Nobody knows yet when these goods can be there")))
    OrderLine.objects.bulk_update(lines, ["promised_date"])
    save_changes(order, {"promised_date": max(dates)}, action="promised")
    return order


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line of a paper asks for, in base units; what a supplier delivers straight is not ours to promise."""

    product: Product
    quantity: Decimal
    is_direct: bool = False


class Part(NamedTuple):
    """So much on that day, and where it comes from."""

    quantity: Decimal
    date: dt.date
    reason: str


@dataclass(frozen=True, slots=True)
class LinePromise:
    """The earliest day for a line and why: `missing` is what nobody can bring.

    `claims` other open quotations ask for `claimed` of the product; nothing is held back for them. `date` is None for
    services, for what goes straight to the customer, and while something is missing.
    """

    date: dt.date | None = None
    terms: tuple[Part, ...] = ()
    missing: Decimal = ZERO
    claims: int = 0
    claimed: Decimal = ZERO

    @property
    def text(self) -> str:
        return in_words(self)


def promise_lines(lines: Sequence[Wanted], *, actor: Actor, apart_from: Quotation | None = None) -> list[LinePromise]:
    """The promise for each line as it is typed, the first line served first; a fixed number of statements for all.

    What a product has is handed out once, however many lines ask for it. `apart_from` is the quotation that is being
    written: it does not compete with itself.
    """
    wanted: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        if _is_promised(line):
            wanted[line.product.pk] += line.quantity
    if not wanted:
        return [LinePromise() for _line in lines]
    promises, claims = ports.promise(actor, wanted), _claims(wanted, actor, apart_from)
    left = {pk: [*known.terms] for pk, known in promises.items()}
    return [
        _take(left.setdefault(line.product.pk, []), line.quantity, claims.get(line.product.pk, (0, ZERO)))
        if _is_promised(line)
        else LinePromise()
        for line in lines
    ]


def _is_promised(line: Wanted) -> bool:
    return line.product.is_stocked and not line.is_direct and line.quantity > 0


def _take(left: list[tuple[Decimal, dt.date, str]], quantity: Decimal, claims: tuple[int, Decimal]) -> LinePromise:
    """The next part of what a product has; what is taken is gone for the lines that follow."""
    terms, missing = [], quantity
    while left and missing > 0:
        there, day, reason = left.pop(0)
        part = min(there, missing)
        missing -= part
        terms.append(Part(part, day, reason))
        if there > part:
            left.insert(0, (there - part, day, reason))
    last = None if missing or not terms else max(each for _part, each, _reason in terms)
    return LinePromise(last, tuple(terms), missing, *claims)


def _claims(products: Collection[int], actor: Actor, apart_from: Quotation | None) -> dict[int, tuple[int, Decimal]]:
    """How many open quotations that still hold ask for products, and for how many; one statement."""
    today = clock.today(actor.company)
    rows = QuotationLine.objects.of(actor.company_id).filter(
        Q(quotation__valid_until=None) | Q(quotation__valid_until__gte=today),
        product__in=products, quotation__status=Quotation.Status.SENT, is_direct=False,
    )  # fmt: skip
    if apart_from is not None:
        rows = rows.exclude(quotation__number=apart_from.number)
    found = rows.order_by().values_list("product").annotate(Count("quotation", distinct=True), Sum("base_quantity"))
    return {pk: (count, quantity) for pk, count, quantity in found}


def in_words(promise: LinePromise) -> str:
    """A promise in one row: the day, what comes from where, what is missing, who else asks."""
    parts = [
        gettext("%(quantity)s %(reason)s on %(day)s")
        % {"quantity": formats.quantity(part), "reason": reason, "day": formats.day(day)}
        for part, day, reason in promise.terms
    ]
    if promise.missing:
        parts.append(gettext("%(quantity)s: no supplier is known") % {"quantity": formats.quantity(promise.missing)})
    text = ", ".join(parts)
    if promise.date:
        text = gettext("Earliest %(day)s: %(terms)s") % {"day": formats.day(promise.date), "terms": text}
    if promise.claims:
        asked = {"count": promise.claims, "quantity": formats.quantity(promise.claimed)}
        text = " · ".join(
            filter(None, (text, gettext("open quotations ask for %(quantity)s of it: %(count)s") % asked))
        )
    return text
