"""Accounting periods: opened by the year, closed with a seal, reopened with a reason."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable

from django.db import connection
from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _

from erp.finance.models import Period, Voucher
from suite.core import cached, clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Company

# I8: what a closed period was when it was closed.
SEAL = """
SELECT coalesce(md5(string_agg(concat_ws('|', v.id, v.serial, l.id, l.account_id, l.debit, l.credit), ','
                               ORDER BY v.id, l.id)), '')
FROM erp_finance_voucher v JOIN erp_finance_voucherline l ON l.voucher_id = v.id
WHERE v.period_id = {period} AND v.status = 'posted'
"""


@service
def open_year(*, year: int, actor: Actor) -> list[Period]:
    """Open the twelve months of a year where they are missing; refuses to leave years between closed to the books."""
    span = Period.objects.of(actor.company_id).aggregate(first=Min("starts"), last=Max("starts"))
    if span["first"] and not span["first"].year - 1 <= year <= span["last"].year + 1:
        nearest = span["first"].year - 1 if year < span["first"].year else span["last"].year + 1
        sentence = _("Open %(year)s first: the years of the books follow one another")
        raise BusinessError(Refusal("gap_of_years", sentence, {"year": nearest}, field="year"))
    return _open_months(actor.company, ((year, month) for month in range(1, 13)))


def open_around(company: Company, day: dt.date) -> list[Period]:
    """Open last year and this one: what a new company needs to bring in its history and to go on."""
    return _open_months(company, ((year, month) for year in (day.year - 1, day.year) for month in range(1, 13)))


def _open_months(company: Company, months: Iterable[tuple[int, int]]) -> list[Period]:
    known = set(Period.objects.of(company.pk).values_list("code", flat=True))
    opened = Period.objects.bulk_create(
        Period(
            company=company,
            code=f"{year:04d}-{month:02d}",
            starts=dt.date(year, month, 1),
            ends=dt.date(year, month, calendar.monthrange(year, month)[1]),
        )
        for year, month in months
        if f"{year:04d}-{month:02d}" not in known
    )
    cached.forget(company.pk)
    return opened


@service
def close(*, period_id: int, actor: Actor, reason: str = "") -> Period:
    """Close a period: it takes no posting any more, by any path, and its lines are sealed.

    Waits for postings under way. Raises BusinessError while vouchers of the period are not posted.
    """
    period = _locked(period_id, actor)
    if period.status == Period.Status.CLOSED:
        raise BusinessError(Refusal("wrong_state", _("Period %(period)s is closed already"), {"period": period.code}))
    waiting = Voucher.objects.filter(period=period, status__in=[Voucher.Status.DRAFT, Voucher.Status.REVIEWED]).count()
    if waiting:
        raise BusinessError(
            Refusal(
                "unposted_vouchers",
                _("%(count)s vouchers of %(period)s are not posted yet"),
                {"count": waiting, "period": period.code},
            )
        )
    _move(period, Period.Status.CLOSED, seal_of(period.pk), "closed")
    return period


@service
def reopen(*, period_id: int, actor: Actor, reason: str) -> Period:
    """Open a closed period again; the reason goes to the audit trail. Raises BusinessError without one."""
    period = _locked(period_id, actor)
    if period.status == Period.Status.OPEN:
        raise BusinessError(Refusal("wrong_state", _("Period %(period)s is open already"), {"period": period.code}))
    if not reason.strip():
        raise BusinessError(Refusal("reason_needed", _("Say why the period is opened again"), field="reason"))
    _move(period, Period.Status.OPEN, "", "reopened")
    return period


def seal_of(period_id: int) -> str:
    """Hash over the posted lines of a period."""
    with connection.cursor() as cursor:
        cursor.execute(SEAL.format(period="%s"), [period_id])
        return str(cursor.fetchone()[0])


def _locked(period_id: int, actor: Actor) -> Period:
    """The lock that a posting's FOR SHARE waits for, and that waits for it; drafts may go on being written."""
    return Period.objects.of(actor.company_id).select_for_update(no_key=True).get(pk=period_id)


def _move(period: Period, status: Period.Status, seal: str, action: str) -> None:
    before, period.status, period.seal = period.status, status, seal
    period.closed_at = clock.now() if status == Period.Status.CLOSED else None
    period.save(update_fields=["status", "seal", "closed_at"])
    current_act().audit(period, action, {"status": (before, status)})
    cached.forget(period.company_id)
