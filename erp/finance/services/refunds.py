"""Advances that are given back: money out for a customer's deposit, money in for a prepayment to a supplier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from erp.finance.models import MoneyMovement
from erp.finance.services import credit
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import current_act
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO
from suite.core.said import listed
from suite.desk import formats

Direction, Status = MoneyMovement.Direction, MoneyMovement.Status


def draw(moneys: Sequence[MoneyMovement], actor: Actor) -> None:
    """Take what movements give back off the advances they name, which they carry from now on; no more than is left.

    Two statements where there are such movements. Raises BusinessError at the movement.
    """
    refunds = [money for money in moneys if money.refunds_id]
    if not refunds:
        return
    rows = MoneyMovement.objects.of(actor.company_id).lock({money.refunds_id for money in refunds})
    advances, free = {row.pk: row for row in rows}, {row.pk: row.unapplied for row in rows}
    for index, money in enumerate(moneys):
        if not money.refunds_id:
            continue
        line = index if len(moneys) > 1 else None
        advance = advances.get(money.refunds_id)
        if advance is None or advance.party_id != money.party_id or advance.direction == money.direction:
            raise BusinessError(Refusal("not_found", _("This is no advance of the party"), line=line, field="refunds"))
        if money.amount > free[advance.pk]:
            sentence = _("Only %(left)s of %(number)s can be given back")
            names = {"left": formats.money(free[advance.pk]), "number": advance.number}
            raise BusinessError(Refusal("more_than_left", sentence, names, line=line, field="amount"))
        if money.date < advance.date:
            sentence = _("%(number)s is of %(day)s: it cannot be given back before")
            names = {"number": advance.number, "day": formats.day(advance.date)}
            raise BusinessError(Refusal("before_advance", sentence, names, line=line, field="date"))
        free[advance.pk] -= money.amount
        money.refunds, money.unapplied = advance, ZERO
    _move(list(advances.values()), free, actor)


def put_back(money: MoneyMovement, actor: Actor) -> None:
    """What a reversed movement gave back is an advance again."""
    if money.refunds_id:
        (advance,) = MoneyMovement.objects.of(actor.company_id).lock([money.refunds_id])
        _move([advance], {advance.pk: advance.unapplied + money.amount}, actor)


def demand_kept(money: MoneyMovement) -> None:
    """Refuse what would take away an advance of which something was given back."""
    given = MoneyMovement.objects.filter(refunds=money, status=Status.POSTED).order_by("pk")
    if numbers := listed(row.number for row in given):
        raise BusinessError(Refusal("refunded", _("Undo these first: %(numbers)s"), {"numbers": numbers}))


def _move(advances: Sequence[MoneyMovement], left: dict[int, Decimal], actor: Actor) -> None:
    """Write what is left of locked advances; a deposit that is gone covers none of what its customer owes."""
    owed: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for advance in advances:
        if advance.direction == Direction.IN:
            owed[advance.party_id] += advance.unapplied - left[advance.pk]
        current_act().audit(advance, "refunded", {"unapplied": (advance.unapplied, left[advance.pk])})
        advance.unapplied, advance.version, advance.updated_at = left[advance.pk], advance.version + 1, clock.now()
    bulk.update(list(advances), "unapplied", "version", "updated_at")
    credit.move_exposure(owed, actor=actor)
