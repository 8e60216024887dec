"""The audit trail lies in one partition per month, made ahead of time by the owner of the tables."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import connections
from django.utils import timezone

log = logging.getLogger(__name__)

AHEAD = 3  # this month and the next two


def ensure(using: str = "owner") -> list[str]:
    """Make the partitions of this month and the next two where they are missing; returns the new ones.

    A month whose rows came before its partition keeps them in the rest, which every query reads too.
    """
    made = []
    with connections[using].cursor() as cursor:
        for first in _months():
            following = _next(first)
            name = f"core_audit_{first:%Y_%m}"
            cursor.execute("SELECT to_regclass(%s), to_regclass('core_audit')", [name])
            known, trail = cursor.fetchone()
            if known or not trail:
                continue
            cursor.execute("SELECT EXISTS (SELECT FROM core_audit_rest WHERE at >= %s AND at < %s)", [first, following])
            if cursor.fetchone()[0]:
                log.warning("Audit rows of %s stay in the rest: they came before the partition", f"{first:%Y-%m}")
                continue
            cursor.execute(
                f"CREATE TABLE {name} PARTITION OF core_audit FOR VALUES FROM (%s) TO (%s)",
                [first.isoformat(), following.isoformat()],
            )
            made.append(name)
    return made


def _months() -> list[dt.datetime]:
    months = [timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)]
    while len(months) < AHEAD:
        months.append(_next(months[-1]))
    return months


def _next(first: dt.datetime) -> dt.datetime:
    return (first + dt.timedelta(days=32)).replace(day=1)
