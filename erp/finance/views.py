"""Receivables, receipts and invoices to read; who keeps the books is led on to the admin page, which has the acts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _

from erp.finance.models import Invoice, Receipt, Receivable, Settlement
from suite.core.access import Actor
from suite.core.doors import door
from suite.desk import documents, formats
from suite.desk.chain import chain_of
from suite.desk.records import Fact, RecordPage, record_page


@door("erp_finance.view_receivable")
def receivable(request: HttpRequest, pk: int) -> HttpResponse:
    """What a customer owes, and how it was settled."""
    row = _row(Receivable.objects.visible_to(request.actor), pk)  # type: ignore[attr-defined]
    facts = [
        Fact(_("Party"), row.party.label, _url(row.party)),
        Fact(_("Order"), row.order_number, documents.url_of(row.order_kind, row.order_id)),
        Fact(_("Date"), formats.day(row.date)),
        Fact(_("Due date"), formats.day(row.due_date)),
        Fact(_("Amount"), formats.money(row.amount)),
        Fact(_("Open amount"), formats.money(row.open_amount)),
        Fact(_("Written off"), formats.money(row.written_off) if row.written_off else ""),
        Fact(_("Summary"), row.summary),
    ]
    settlements = row.settlements.select_related("money", "counter_item").order_by("pk")
    return _page(request, row, facts, _settled((each, each.money or each.counter_item) for each in settlements))


@door("erp_finance.view_receipt")
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Money that came in, and what it settled."""
    row = _row(Receipt.objects.visible_to(request.actor), pk)  # type: ignore[attr-defined]
    facts = [
        Fact(_("Party"), row.party.label, _url(row.party)),
        Fact(_("Date"), formats.day(row.date)),
        Fact(_("Method"), row.get_method_display()),
        Fact(_("Amount"), formats.money(row.amount)),
        Fact(_("Not allocated"), formats.money(row.unapplied)),
        Fact(_("Bank reference"), row.reference),
        Fact(_("Note"), row.note),
    ]
    settlements = Settlement.objects.of(row.company_id).filter(money=row).select_related("item").order_by("pk")
    return _page(request, row, facts, _settled((each, each.item) for each in settlements))


@door("erp_finance.view_invoice")
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """A tax invoice with its lines."""
    row = _row(Invoice.objects.visible_to(request.actor), pk)  # type: ignore[attr-defined]
    facts = [
        Fact(_("Party"), row.party.label, _url(row.party)),
        Fact(_("Order"), row.order_number, documents.url_of(row.order_kind, row.order_id)),
        Fact(_("Kind"), row.get_kind_of_display()),
        Fact(_("Serial number"), f"{row.year}-{row.serial:06d}" if row.serial else ""),
        Fact(_("Number of the tax invoice"), row.tax_number),
        Fact(_("Date"), formats.day(row.date)),
        Fact(_("Net"), formats.money(row.net)),
        Fact(_("Tax"), formats.money(row.tax_amount)),
        Fact(_("Total with tax"), formats.money(row.gross)),
        Fact(_("Note"), row.note),
    ]
    return _page(request, row, facts, {"lines": list(row.lines.select_related("product", "unit"))})


def _settled(pairs: Iterable[tuple[Settlement, Any]]) -> dict[str, Any]:
    """Settlements, each with the paper on its other side and where that is read."""
    return {"settlements": [(settlement, paper, _url(paper)) for settlement, paper in pairs]}


def _row(rows: QuerySet[Any], pk: int) -> Any:
    return get_object_or_404(rows.select_related("party"), pk=pk)


def _page(request: HttpRequest, row: Any, facts: list[Fact], context: dict[str, Any]) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.may("core.use_admin"):
        return redirect(f"admin:erp_finance_{row._meta.model_name}_change", row.pk)
    state = documents.state_of(row)
    page = RecordPage(
        row.number,
        lead=str(row._meta.verbose_name),
        badges=[state] if state else [],
        facts=facts,
        chain=chain_of(actor, row),
        record=row,
    )
    return record_page(request, page, {"row": row, **context}, template="erp/finance/paper.html")


def _url(row: Any) -> str:
    return documents.url_of(row._meta.label_lower, row.pk)
