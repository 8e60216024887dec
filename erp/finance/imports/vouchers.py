"""Vouchers from sheets: the rows with one number in one month are the lines of one voucher."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from erp.finance.models import Voucher
from erp.finance.services import vouchers
from erp.finance.services.vouchers import LineInput, NewVoucher
from suite.core.access import Actor
from suite.core.money import ZERO
from suite.desk.imports import Field
from suite.desk.imports.papers import Papers, Row, Wrong, each

FIELDS = (
    Field(
        "reference", gettext_lazy("Number"), required=True, max_length=40,
        aliases=("凭证号", "凭证字号", "voucher number"), example="记-1",
    ),
    Field("posting_date", gettext_lazy("Date"), "date", aliases=("日期", "凭证日期"), example="2026-12-01"),
    Field("word", gettext_lazy("Word"), "choice", choices=Voucher.Word.choices, aliases=("凭证字",)),
    Field("summary", gettext_lazy("Summary"), max_length=200, aliases=("摘要",)),
    Field(
        "account", gettext_lazy("Account"), "ref", ref="account", required=True, aliases=("科目", "科目编码"),
        example="1002",
    ),
    Field("debit", gettext_lazy("Debit"), "money", aliases=("借方", "借方金额"), example="100"),
    Field("credit", gettext_lazy("Credit"), "money", aliases=("贷方", "贷方金额")),
    Field("party", gettext_lazy("Party"), "ref", ref="party", aliases=("往来单位",)),
    Field("attachment_count", gettext_lazy("Attachments"), "integer", aliases=("附单据数",)),
    Field("is_red", gettext_lazy("Red-letter"), "bool", default=False, aliases=("红字",)),
)  # fmt: skip
LEFT_OUT = tuple(gettext_lazy(name) for name in ("Period", "Total", "Document", "Prepared by", "Status"))


def _voucher(reference: str, header: dict[str, Any], rows: list[dict[str, Any]]) -> NewVoucher:
    """The word stands before the number, where no column says it."""
    word = reference[:1] if reference[:1] in Voucher.Word.values else Voucher.Word.GENERAL
    lines = [
        LineInput(
            row["account"], row.get("debit") or ZERO, row.get("credit") or ZERO, row.get("summary", ""),
            row.get("party"),
        )
        for row in rows
    ]  # fmt: skip
    return NewVoucher(lines, **{"word": word, **header})


def _check(drafts: list[NewVoucher], *, actor: Actor) -> Wrong:
    return each(lambda draft: vouchers.judged(draft, actor), drafts)


def _month(row: Row) -> Any:
    """Numbers begin anew with every period."""
    day = row.get("posting_date")
    return day and (day.year, day.month)


VOUCHERS = Papers(
    group="reference",
    header=("posting_date", "word", "attachment_count", "is_red"),
    draft=_voucher,
    check=_check,
    create=vouchers.create_many,
    part=_month,
)


def undo(*, actor: Actor, made: Collection[int], changed: Mapping[int, Any]) -> dict[int, str]:
    """Give the drafts up; what was posted since stays and is named."""
    rows = list(Voucher.objects.of(actor.company_id).lock(made))
    waiting = [row.pk for row in rows if row.status in (Voucher.Status.DRAFT, Voucher.Status.REVIEWED)]
    if waiting:
        vouchers.void(voucher_ids=waiting, actor=actor)
    posted = [row for row in rows if row.status == Voucher.Status.POSTED]
    return {row.pk: _("%(number)s is posted already") % {"number": row} for row in posted}
