"""The pages on which the books are read, checked and closed."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from erp.finance import queries
from erp.finance.models import Account, OpenItem
from erp.finance.services import closing, periods, reconciliation
from erp.finance.services import reports as services
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.core.said import listed
from suite.desk import documents
from suite.desk.lists import Column, export
from suite.desk.pages import render_page
from suite.masterdata.models import Party


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


@door("erp_finance.view_voucher")
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Balances of all accounts over a span of periods; each leads to its ledger."""
    actor = actor_of(request)
    asked = {name: request.GET.get(name, "") for name in ("from_period", "to_period")}
    try:
        sheet = services.trial_balance(actor, **asked)
    except LookupError:
        messages.warning(request, _("There is no such span of periods"))
        sheet = services.trial_balance(actor)
    depth = {"1": 0, "2": 1}.get(request.GET.get("depth", ""), 9)
    rows = [row for row in sheet.rows if row.level <= depth]
    if request.GET.get("export"):
        return _file(
            f"trial-balance-{sheet.from_period.code}-{sheet.to_period.code}",
            [
                (_("Code"), "text"),
                (_("Name"), "text"),
                *_money(
                    _("Opening debit"),
                    _("Opening credit"),
                    _("Debit"),
                    _("Credit"),
                    _("Closing debit"),
                    _("Closing credit"),
                ),
            ],
            [
                [
                    row.account.code,
                    row.account.label,
                    row.opening_debit,
                    row.opening_credit,
                    row.debit,
                    row.credit,
                    row.closing_debit,
                    row.closing_credit,
                ]
                for row in rows
            ],
        )
    context = {
        "sheet": sheet,
        "rows": rows,
        "depth": request.GET.get("depth", ""),
        "codes": [span.code for span in reversed(queries.periods(actor.company_id))],
        "starts": sheet.from_period.starts,
        "ends": sheet.to_period.ends,
    }
    return render_page(request, "erp/finance/trial_balance.html", context)


@door("erp_finance.view_voucher")
def ledger(request: HttpRequest) -> HttpResponse:
    """The lines of an account with a running balance; each leads to its voucher and its document."""
    actor = actor_of(request)
    today = clock.today(actor.company)
    starts, ends = _day(request, "since", today.replace(day=1)), _day(request, "until", today)
    accounts = sorted(queries.accounts(actor.company_id).values(), key=lambda account: account.code)
    account = next((each for each in accounts if str(each.pk) == request.GET.get("account")), None)
    party = _party(request, actor)
    context: dict[str, Any] = {"accounts": accounts, "account": account, "party": party, "starts": starts, "ends": ends}
    months = urlencode({"from_period": f"{starts:%Y-%m}", "to_period": f"{ends:%Y-%m}"})
    context["crumbs"] = [(_("Trial balance"), f"{reverse('admin:erp_finance_trial_balance')}?{months}")]
    if account:
        try:
            sheet = services.ledger(actor, account, starts, ends, party_id=party and party.pk, after=_after(request))
        except LookupError:
            raise Http404 from None
        if request.GET.get("export"):
            return _ledger_file(actor, account, starts, ends, party)
        rows = [(row, documents.url_of(row.line.voucher.source_kind, row.line.voucher.source_id)) for row in sheet.rows]
        context |= {"sheet": sheet, "rows": rows}
    return render_page(request, "erp/finance/ledger.html", context)


@door("erp_finance.view_openitem")
def ageing(request: HttpRequest) -> HttpResponse:
    """What is open by party and days past due, beside the control account."""
    actor = actor_of(request)
    side = request.GET.get("side", OpenItem.Side.RECEIVABLE)
    if side not in OpenItem.Side.values:
        raise Http404
    report = services.ageing(actor, side, _day(request, "as_of", clock.today(actor.company)))
    heads = _bucket_heads()
    if request.GET.get("export"):
        return _file(
            f"ageing-{side}-{report.as_of}",
            [(_("Party"), "text"), *_money(*heads, _("Not delivered yet"), _("Total"))],
            [[row.name, *row.buckets, row.undelivered, row.total] for row in report.rows],
        )
    model = "receivable" if side == OpenItem.Side.RECEIVABLE else "payable"
    context = {
        "report": report,
        "heads": heads,
        "rows": [(row, list(zip(heads, row.buckets, strict=True))) for row in report.rows],
        "totals": list(zip(heads, report.total.buckets, strict=True)),
        "sides": OpenItem.Side.choices,
        "list_url": reverse(f"admin:erp_finance_{model}_changelist"),
    }
    return render_page(request, "erp/finance/ageing.html", context)


@door("erp_finance.view_voucher")
def check(request: HttpRequest) -> HttpResponse:
    """Sub-ledgers beside the ledger; what does not agree names its document."""
    sections = [
        (
            section,
            [(row, documents.label_of(row.kind), documents.url_of(row.kind, row.id)) for row in section.differences],
        )
        for section in reconciliation.reconcile(actor_of(request))
    ]
    return render_page(request, "erp/finance/check.html", {"sections": sections})


@door("erp_finance.close_period")
def close(request: HttpRequest) -> HttpResponse:
    """What stands between a period and its close, and the close itself."""
    actor = actor_of(request)
    spans = queries.periods(actor.company_id)
    today = clock.today(actor.company)
    wanted = request.POST.get("period") or request.GET.get("period")
    usual = next((span for span in spans if span.is_open and span.ends < today), None)
    span = next((each for each in spans if each.code == wanted), None) or usual or (spans[-1] if spans else None)
    if span is None:
        raise Http404
    page = f"{reverse('admin:erp_finance_close')}?period={span.code}"
    if request.method == "POST":
        _do_close(request, actor, span)
        return redirect(page)
    steps = closing.checklist(actor, span)
    context = {
        "span": span,
        "spans": list(reversed(spans)),
        "steps": steps,
        "open_steps": listed(f"{step.title} ({step.count})" for step in steps if not step.is_done),
        "running": periods.still_running(span.code, span.ends) if today < span.ends else None,
        "may_reopen": actor.may("erp_finance.reopen_period"),
    }
    return render_page(request, "erp/finance/close.html", context)


def _do_close(request: HttpRequest, actor: Actor, span: queries.Span) -> None:
    reason = request.POST.get("reason", "")[:500]
    try:
        if span.is_open:
            periods.close(period_ids=[span.id], actor=actor, reason=reason)
            messages.success(request, _("Period %(period)s is closed") % {"period": span.code})
        elif actor.may("erp_finance.reopen_period"):
            periods.reopen(period_id=span.id, actor=actor, reason=reason)
            messages.success(request, _("Period %(period)s is open again") % {"period": span.code})
    except BusinessError as error:
        for refusal in error.refusals:
            messages.error(request, str(refusal))


def _bucket_heads() -> list[str]:
    limits = services.BUCKETS
    middle = [_("%(first)s–%(last)s days") % {"first": first + 1, "last": last} for first, last in pairwise(limits)]
    return [_("Not due"), *middle, _("Over %(days)s days") % {"days": limits[-1]}]


def _day(request: HttpRequest, name: str, default: dt.date) -> dt.date:
    try:
        day = parse_date(request.GET.get(name, ""))
    except ValueError:
        day = None
    return day if day and 1900 <= day.year <= 2200 else default


def _after(request: HttpRequest) -> int | None:
    text = request.GET.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _party(request: HttpRequest, actor: Actor) -> Party | None:
    text = request.GET.get("party", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return Party.objects.visible_to(actor).filter(pk=int(text)).first()


def _ledger_file(actor: Actor, account: Account, starts: dt.date, ends: dt.date, party: Party | None) -> HttpResponse:
    sheet = services.ledger(actor, account, starts, ends, party_id=party and party.pk, size=50_000)
    return _file(
        f"ledger-{account.code}-{starts}-{ends}",
        [
            (_("Date"), "date"),
            *((label, "text") for label in (_("Voucher"), _("Summary"), _("Party"))),
            *_money(_("Debit"), _("Credit"), _("Balance")),
        ],
        [
            [
                row.line.posting_date,
                row.line.voucher.number,
                row.line.summary,
                row.line.party.label if row.line.party else "",
                row.line.debit,
                row.line.credit,
                row.balance,
            ]
            for row in sheet.rows
        ],
    )


def _money(*labels: str) -> list[tuple[str, str]]:
    return [(label, "money") for label in labels]


def _file(name: str, heads: list[tuple[str, str]], rows: Iterable[list[Any]]) -> HttpResponse:
    """A report as a sheet with real figures; `heads` are (label, kind) of its columns."""
    sheet = io.BytesIO()
    export.write_xlsx([Column(label, label, kind) for label, kind in heads], iter(rows), sheet)
    response = HttpResponse(
        sheet.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
