"""What speaks against a commitment: stock that is not there, a price below the floor, credit that is used up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from crm.customers.models import Commitment
from crm.sales import ports
from crm.sales.services import allowance
from crm.sales.services.policy import policy_of
from crm.sales.services.pricing import LineInput, PriceBook, PricedLine, Terms
from suite.core import clock
from suite.core.access import Actor
from suite.core.errors import Refusal
from suite.core.money import ZERO
from suite.desk import formats

Deed = Commitment.Deed
PRICE = {
    "discount": _("%(discount)s%% discount is above the %(most)s%% that may be given without an approval"),
    "unit_price": _("%(price)s is below the floor price of %(floor)s"),
    "untold": _("%(price)s is below the floor price"),
}


def concerns(actor: Actor, commitments: Sequence[Commitment]) -> list[list[Refusal]]:
    """What speaks against what we promise, one list for each; a fixed number of statements for any number of them.

    What the customer is to do, and what is settled, is not weighed.
    """
    found: list[list[Refusal]] = [[] for _each in commitments]
    ours = {
        place: row
        for place, row in enumerate(commitments)
        if not row.by_them and row.status == Commitment.Status.OPEN and row.deed in (Deed.DELIVER, Deed.PRICE)
    }
    if not ours:
        return found
    lines = _priced(ours, actor, found)
    for weigh in (_stock, _floor, _credit):
        weigh(ours, lines, actor, found)
    return found


def _priced(
    ours: dict[int, Commitment], actor: Actor, found: list[list[Refusal]]
) -> dict[int, tuple[PricedLine, Terms]]:
    """What is promised as lines of a paper of today; what cannot be one says why."""
    today = clock.today(actor.company)
    inputs = {
        place: LineInput(row.product_id, row.quantity or Decimal(1), row.price, row.discount, row.unit_id)
        for place, row in ours.items()
        if row.product_id
    }
    terms = {
        place: Terms(row.party_id or 0, _tier(row), today, actor.company.currency, True) for place, row in ours.items()
    }
    if not inputs:
        return {}
    book = PriceBook(actor=actor, terms=terms.values(), lines=inputs.values())
    priced = {}
    for place, line in inputs.items():
        refusals = book.refusals(terms[place], line)
        found[place] += refusals
        if not refusals:
            priced[place] = book.price(terms[place], line), terms[place]
    return priced


def _tier(row: Commitment) -> str:
    return str(getattr(getattr(row.party, "customer", None), "tier", "")) if row.party_id else ""


Lines = dict[int, tuple[PricedLine, Terms]]


def _stock(ours: dict[int, Commitment], lines: Lines, actor: Actor, found: list[list[Refusal]]) -> None:
    """Whether what is promised can be there on its day; what was promised before it in the same text counts first."""
    goods = {
        place: line
        for place, (line, _terms) in lines.items()
        if ours[place].deed == Deed.DELIVER and ours[place].quantity and line.product.is_stocked
    }
    wanted: dict[int, Decimal] = {}
    for line in goods.values():
        wanted[line.product.pk] = wanted.get(line.product.pk, ZERO) + line.base_quantity
    stock = ports.availability(actor, list(wanted)) if wanted else {}
    promises = ports.promise(actor, wanted) if wanted else {}
    for place, line in goods.items():
        known, promise, due = stock.get(line.product.pk), promises.get(line.product.pk), ours[place].due_on
        if known is None or known.free is None or known.free >= wanted[line.product.pk]:
            continue
        if due and promise and promise.date and promise.date <= due:
            continue
        day = promise.date if promise else None
        params = {
            "quantity": formats.quantity(line.base_quantity), "product": line.product, "due": due, "day": day,
            "free": formats.quantity(max(known.free, ZERO)),
        }  # fmt: skip
        if due and day:
            sentence = _("%(quantity)s of %(product)s by %(due)s: %(free)s are free, all can be there on %(day)s")
        elif due:
            sentence = _("%(quantity)s of %(product)s by %(due)s: %(free)s are free, and nobody knows when more come")
        elif day:
            sentence = _("%(quantity)s of %(product)s: %(free)s are free, all can be there on %(day)s")
        else:
            sentence = _("%(quantity)s of %(product)s: %(free)s are free, and nobody knows when more come")
        found[place].append(Refusal("short", sentence, params, field="quantity"))


def _floor(ours: dict[int, Commitment], lines: Lines, actor: Actor, found: list[list[Refusal]]) -> None:
    """Whether the price may be given, whoever says so: who may exceed the limit ought to know that it is exceeded."""
    for place, row in ours.items():
        if place in lines and (row.price is not None or row.discount):
            line, _terms = lines[place]
            found[place] += allowance.excesses([line], rate=Decimal(1), includes_tax=True, actor=actor, words=PRICE)
        elif row.discount and row.discount > (most := policy_of(actor.company_id).max_discount):
            params = {"discount": formats.quantity(row.discount), "most": formats.quantity(most)}
            found[place].append(Refusal(allowance.CODES["discount"], PRICE["discount"], params, field="discount"))


def _credit(ours: dict[int, Commitment], lines: Lines, actor: Actor, found: list[list[Refusal]]) -> None:
    """Whether the customer's credit bears what is to be delivered."""
    worth: dict[int, Decimal] = {}
    for place, (line, _terms) in lines.items():
        row = ours[place]
        if row.deed == Deed.DELIVER and row.quantity and row.party_id:
            worth[row.party_id] = worth.get(row.party_id, ZERO) + line.amounts.gross
    free = ports.credit(actor, list(worth)) if worth else {}
    for place, row in ours.items():
        if row.party_id in free and row.deed == Deed.DELIVER and worth[row.party_id] > free[row.party_id]:
            params = {
                "party": row.party, "worth": formats.money(worth[row.party_id]),
                "free": formats.money(max(free[row.party_id], ZERO)),
            }  # fmt: skip
            sentence = _("These goods are worth %(worth)s, and %(party)s has %(free)s of credit left")
            found[place].append(Refusal("credit", sentence, params, field="quantity"))
