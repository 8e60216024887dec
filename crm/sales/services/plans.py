"""Plans of contracts: milestones and payments, their amounts to the cent, their days, and what of them came in."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import DateField, ExpressionWrapper, F, Value
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Contract, Milestone, Order
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import HUNDRED, ZERO, places_of, round_money
from suite.desk import formats

Event, Status = Milestone.Event, Contract.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneInput:
    """A milestone as somebody wants it: a payment by `share` of the total in percent or by `amount`, else neither."""

    name: str
    share: Decimal | None = None
    amount: Decimal | None = None
    event: str = Event.DAY
    days: int = 0
    due_on: dt.date | None = None


def amounts(plan: Sequence[MilestoneInput], total: Decimal, digits: int = 2) -> list[Decimal]:
    """What each milestone comes to; shares are rounded cumulatively, so that those of 100 % are the total."""
    found, reached, given = [], ZERO, ZERO
    for each in plan:
        if each.share is None:
            found.append(each.amount or ZERO)
            continue
        reached += each.share
        part = round_money(total * reached / HUNDRED, digits) - given
        given += part
        found.append(part)
    return found


def refusals(plan: Sequence[MilestoneInput], total: Decimal, currency: str) -> list[Refusal]:
    """What speaks against a plan, at its milestones (their fields begin with `plan_`) and as a whole."""
    found = [refusal for index, each in enumerate(plan) if (refusal := _refusal(each, index))]
    came_to = amounts(plan, total, places_of(currency))
    is_paid = any(each.share is not None or each.amount for each in plan)
    if not found and is_paid and (gap := total - sum(came_to, ZERO)):
        params = {
            "sum": formats.money(total - gap, currency), "total": formats.money(total, currency),
            "gap": formats.money(abs(gap), currency),
        }  # fmt: skip
        sentence = (
            _("The payments come to %(sum)s and the contract to %(total)s: %(gap)s are missing")
            if gap > 0
            else _("The payments come to %(sum)s and the contract to %(total)s: %(gap)s too much")
        )
        found.append(Refusal("plan_sum", sentence, params, field="milestones"))
    return found


def _refusal(each: MilestoneInput, index: int) -> Refusal | None:
    def at(field: str, code: str, sentence: object) -> Refusal:
        return Refusal(code, sentence, {}, index, f"plan_{field}")  # type: ignore[arg-type]

    if not each.name.strip():
        return at("name", "no_name", _("Say what is due"))
    if each.share is not None and each.amount:
        return at("amount", "share_or_amount", _("Either a share or an amount"))
    if each.share is not None and not 0 < each.share <= HUNDRED:
        return at("share", "share", _("A share is above 0 and at most 100 percent"))
    if (each.amount or ZERO) < 0:
        return at("amount", "amount", _("The amount must not be negative"))
    if each.event == Event.DAY and each.due_on is None:
        return at("due_on", "no_day", _("Say by which day, or after what it is due"))
    return None


def rows_of(contract: Contract, plan: Sequence[MilestoneInput]) -> list[Milestone]:
    """The milestones of a contract, not written yet."""
    parts = amounts(plan, contract.gross, places_of(str(contract.currency_id)))
    return [
        Milestone(
            company_id=contract.company_id, contract=contract, position=position, name=each.name.strip()[:200],
            share=each.share, amount=amount, event=each.event, days=each.days if each.event else 0,
            due_on=None if each.event else each.due_on,
        )
        for position, (each, amount) in enumerate(zip(plan, parts, strict=True))
    ]  # fmt: skip


def inputs_of(rows: Iterable[Milestone]) -> list[MilestoneInput]:
    """A plan as it was given: shares follow a new total, amounts do not."""
    return [
        MilestoneInput(
            name=row.name, share=row.share, amount=None if row.share is not None else row.amount, event=row.event,
            days=row.days, due_on=row.due_on,
        )
        for row in rows
    ]  # fmt: skip


def happened(contract_ids: Collection[int], event: str, day: dt.date) -> None:
    """Something that milestones waited for happened: they are due so many days later. Said first counts."""
    if contract_ids:
        waiting = Milestone.objects.filter(contract__in=contract_ids, event=event, due_on=None)
        first: Any = Value(day, output_field=DateField())
        waiting.update(due_on=ExpressionWrapper(first + F("days"), output_field=DateField()))


@service
def finish_milestones(*, milestone_ids: Collection[int], actor: Actor, reason: str = "") -> list[Milestone]:
    """Note that milestones were reached. Those with an amount are done when the money is there, and not by hand.

    Raises BusinessError for payments, and for contracts that are not in force.
    """
    rows = list(Milestone.objects.of(actor.company_id).lock(milestone_ids).select_related("contract"))
    for row in rows:
        row.contract.demand_status(Status.ACTIVE, Status.EXPIRED)
        if row.is_payment:
            sentence = _("%(name)s is a payment: finance says when it is there")
            raise BusinessError(Refusal("is_payment", sentence, {"name": row.name}))
    new = [row for row in rows if row.done_at is None]
    for row in new:
        row.done_at, row.done_by = clock.now(), actor.user
        current_act().audit(row.contract, "milestone reached", {"milestone": (None, row.name)})
    bulk.update(new, "done_at", "done_by")
    return rows


def note_paid(received: Mapping[int, Decimal]) -> None:
    """Money for orders (all that came in for each by now, in the company's currency): it pays the milestones of their
    contracts in their order. Called by finance through the corridor, inside its act; three statements."""
    orders = Order.objects.filter(pk__in=received, contract__isnull=False).select_related("contract")
    by_contract: dict[int, Decimal] = defaultdict(lambda: ZERO)
    contracts: dict[int, Contract] = {}
    for order in orders:
        assert order.contract is not None
        contracts[order.contract.pk] = order.contract
        by_contract[order.contract.pk] += received[order.pk] / order.exchange_rate
    if not contracts:
        return
    rows = Milestone.objects.filter(contract__in=contracts, amount__gt=0)
    changed = []
    left = {pk: round_money(amount) for pk, amount in by_contract.items()}
    for row in rows.order_by("contract_id", "position", "pk").select_for_update():
        part = min(max(left[row.contract_id], ZERO), row.amount)
        left[row.contract_id] -= part
        if part != row.paid:
            full = part >= row.amount
            row.paid, row.done_at = part, (row.done_at or clock.now()) if full else None
            changed.append(row)
            act = current_act()
            if full:
                payload = {"number": contracts[row.contract_id].number, "milestone": row.name}
                act.announce("crm.sales.contract.paid", contracts[row.contract_id], payload, key=f"paid:{row.pk}")
    bulk.update(changed, "paid", "done_at")


def state_of(row: Milestone, contract: Contract, today: dt.date) -> tuple[str, str]:
    """How a milestone stands, as text and colour of a badge."""
    if row.done_at:
        return (str(_("Paid")) if row.is_payment else str(_("Reached"))), "success"
    if contract.status in (Status.ACTIVE, Status.EXPIRED) and row.due_on and row.due_on < today:
        return str(_("Late")), "danger"
    if row.paid:
        return str(_("Partly paid")), "info"
    return str(_("Open")), "secondary"
