"""Accounting periods: opened by the year, closed with a seal, reopened with a reason."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import connection
from django.db.models import Count, Max, Min
from django.utils.translation import gettext_lazy as _

from erp.finance.models import Period, Voucher
from suite.core import bulk, cached, clock
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
def close(*, period_ids: Collection[int], actor: Actor, reason: str = "") -> list[Period]:
    """Close periods, all of them or none: they take no posting any more, by any path, and their lines are sealed.

    Waits for postings under way. Five statements, whatever their number. Raises BusinessError, by period, where one is
    closed already, its last day is still to come, or vouchers of it are not posted.
    """
    found = _locked(period_ids, actor)
    today = clock.today(actor.company)
    unposted = Voucher.objects.filter(
        period__in=found, status__in=[Voucher.Status.DRAFT, Voucher.Status.REVIEWED]
    ).order_by()
    waiting = dict(unposted.values_list("period").annotate(Count("pk")))
    refused = {
        period.pk: refusal for period in found if (refusal := _unclosable(period, waiting.get(period.pk, 0), today))
    }
    if refused:
        raise BusinessError(by_key=refused)
    _move(found, Period.Status.CLOSED, seals_of(period_ids), "closed")
    return found


def _unclosable(period: Period, waiting: int, today: dt.date) -> Refusal | None:
    if period.status == Period.Status.CLOSED:
        return Refusal("wrong_state", _("Period %(period)s is closed already"), {"period": period.code})
    if today < period.ends:
        return still_running(period.code, period.ends)
    if waiting:
        sentence = _("%(count)s vouchers of %(period)s are not posted yet")
        return Refusal("unposted_vouchers", sentence, {"count": waiting, "period": period.code})
    return None


def still_running(code: str, ends: dt.date) -> Refusal:
    """A period is closed on its last day at the earliest."""
    sentence = _("Period %(period)s is still running: it can be closed from %(day)s on")
    return Refusal("period_running", sentence, {"period": code, "day": ends})


@service
def reopen(*, period_id: int, actor: Actor, reason: str) -> Period:
    """Open a closed period again; the reason goes to the audit trail. Raises BusinessError without one."""
    (period,) = _locked([period_id], actor)
    if period.status == Period.Status.OPEN:
        raise BusinessError(Refusal("wrong_state", _("Period %(period)s is open already"), {"period": period.code}))
    if not reason.strip():
        raise BusinessError(Refusal("reason_needed", _("Say why the period is opened again"), field="reason"))
    _move([period], Period.Status.OPEN, {}, "reopened")
    return period


def seals_of(period_ids: Collection[int]) -> dict[int, str]:
    """Hash over the posted lines of each period."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id, ({SEAL.format(period='p.id')}) FROM erp_finance_period p WHERE p.id = ANY(%s)",
            [list(period_ids)],
        )
        return dict(cursor.fetchall())


def _locked(period_ids: Collection[int], actor: Actor) -> list[Period]:
    """The lock that a posting's FOR SHARE waits for, and that waits for it; drafts may go on being written."""
    rows = Period.objects.of(actor.company_id).filter(pk__in=period_ids).order_by("pk")
    return list(rows.select_for_update(no_key=True))


def _move(periods: Sequence[Period], status: Period.Status, seals: Mapping[int, str], action: str) -> None:
    moment = clock.now() if status == Period.Status.CLOSED else None
    for period in periods:
        current_act().audit(period, action, {"status": (period.status, status)})
        period.status, period.seal, period.closed_at = status, seals.get(period.pk, ""), moment
    bulk.update(periods, "status", "seal", "closed_at")
    for company_id in {period.company_id for period in periods}:
        cached.forget(company_id)
