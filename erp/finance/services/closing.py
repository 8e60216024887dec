"""What stands between a period and its close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import Invoice, Voucher
from erp.finance.services import reconciliation
from suite.core.access import Actor


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist. `stops` says that the period cannot be closed while it is not done."""

    title: Any
    count: int
    url_name: str
    query: str = ""
    stops: bool = False

    @property
    def is_done(self) -> bool:
        return not self.count


def checklist(actor: Actor, span: queries.Span) -> list[Step]:
    """What is to be done before a period is closed, in the order of the work."""
    vouchers = Voucher.objects.of(actor.company_id).filter(period=span.id)
    waiting = vouchers.filter(status__in=[Voucher.Status.DRAFT, Voucher.Status.REVIEWED]).count()
    drafts = (
        Invoice.objects.of(actor.company_id)
        .filter(status=Invoice.Status.DRAFT, date__range=(span.starts, span.ends))
        .count()
    )
    earlier = sum(1 for each in queries.periods(actor.company_id) if each.is_open and each.ends < span.starts)
    apart = [section for section in reconciliation.reconcile(actor) if not section.agrees]
    return [
        Step(
            _("All vouchers of the period are posted"),
            waiting,
            "admin:erp_finance_voucher_changelist",
            f"?status=draft,reviewed&period={span.id}",
            stops=True,
        ),
        Step(
            _("All invoices of the period are issued"),
            drafts,
            "admin:erp_finance_invoice_changelist",
            f"?status=draft&date_min={span.starts}&date_max={span.ends}",
        ),
        Step(
            _("Voucher numbers have no gaps"),
            _gaps(span.id),
            "admin:erp_finance_voucher_changelist",
            f"?period={span.id}",
        ),
        Step(_("Sub-ledgers agree with the ledger"), len(apart), "admin:erp_finance_reconciliation"),
        Step(_("Earlier periods are closed"), earlier, "admin:erp_finance_period_changelist", "?status=open"),
    ]


def _gaps(period_id: int) -> int:
    """Numbers that are missing between the first and the last of each word."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(last - vouchers), 0) FROM (SELECT max(serial) AS last, count(serial) AS vouchers"
            " FROM erp_finance_voucher WHERE period_id = %s AND serial IS NOT NULL GROUP BY word) words",
            [period_id],
        )
        return int(cursor.fetchone()[0])
