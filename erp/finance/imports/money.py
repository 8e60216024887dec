"""Receipts and payments from sheets, such as a bank's: one row is one movement of money."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from erp.finance import queries
from erp.finance.models import MoneyMovement
from erp.finance.services import money
from erp.finance.services.money import Direction, MoneyInput
from suite.core import clock
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.said import said
from suite.desk.imports import Batch, Field, Saved
from suite.desk.imports.papers import each

FIELDS = (
    Field(
        "party_id", gettext_lazy("Party"), "ref", ref="party", required=True,
        aliases=("往来单位", "客户", "供应商", "对方户名"),
    ),
    Field("amount", gettext_lazy("Amount"), "money", required=True, aliases=("金额",), example="1000"),
    Field("date", gettext_lazy("Date"), "date", aliases=("日期", "交易日期")),
    Field("method", gettext_lazy("Method"), "choice", choices=MoneyMovement.Method.choices, aliases=("方式",)),
    Field("account_id", gettext_lazy("Account"), "ref", ref="cash_account", aliases=("账户", "科目")),
    Field(
        "reference", gettext_lazy("Bank reference"), max_length=60,
        aliases=("流水号", "交易流水号", "reference"),
    ),
    Field("note", gettext_lazy("Note"), max_length=200, aliases=("备注", "摘要")),
    Field(
        "oldest_first", gettext_lazy("Settle the oldest first"), "bool", default=False, aliases=("自动核销",)
    ),
)  # fmt: skip
LEFT_OUT = tuple(gettext_lazy(name) for name in ("Number", "Not allocated", "Status"))


@dataclass(frozen=True)
class Moneys:
    """One direction of money."""

    direction: Any
    book: Callable[..., list[MoneyMovement]]

    def save(self, *, actor: Actor, batch: Batch, key: str = "", update: bool = True) -> Saved:
        """Book the good rows of a batch, all by the same statements; the others say what is wrong with them."""
        given = [
            MoneyInput(**{name: value for name, value in row.items() if value not in (None, "")})
            for row in batch.dicts()
        ]
        wrong = each(lambda one: self._judge(one, actor), given)
        saved = Saved(refused={place: str(refusals[0]) for place, refusals in wrong.items()})
        good = {place: one for place, one in enumerate(given) if place not in wrong}
        if good:
            saved.made = [row.pk for row in self.book(list(good.values()), actor=actor)]
            saved.placed = dict(zip(good, saved.made, strict=True))
        return saved

    def _judge(self, one: MoneyInput, actor: Actor) -> None:
        queries.period_on(actor.company_id, one.date or clock.today(actor.company))
        money.judge(one, self.direction, actor)


RECEIPTS = Moneys(Direction.IN, money.receive)
PAYMENTS = Moneys(Direction.OUT, money.pay)


def undo(*, actor: Actor, made: Collection[int], changed: Mapping[int, Any]) -> dict[int, str]:
    """Take the money back by red entries; what was given back since stays and is named."""
    kept: dict[int, str] = {}
    posted = MoneyMovement.objects.of(actor.company_id).filter(pk__in=made, status=MoneyMovement.Status.POSTED)
    for pk in posted.order_by("pk").values_list("pk", flat=True):
        try:
            money.reverse_money(money_id=pk, actor=actor, reason=said(gettext_lazy("Import undone")))
        except BusinessError as error:
            kept[pk] = str(error)
    return kept
