"""Sales invoices of no order from sheets: the rows with one number are the lines of one invoice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from erp.finance.models import Invoice
from erp.finance.services import invoices
from erp.finance.services.invoice_lines import InvoiceLineInput
from erp.finance.services.invoices import InvoiceDraft
from suite.core.access import Actor
from suite.core.money import ZERO
from suite.desk.imports import Batch, Field, Saved
from suite.desk.imports.papers import Papers, Wrong, each
from suite.masterdata import trade_sheets
from suite.masterdata.models import Product, Tax
from suite.masterdata.trade_sheets import called

FIELDS = (
    Field(
        "reference", gettext_lazy("Number"), required=True, max_length=60, aliases=("发票号", "invoice number"),
        example="1",
    ),
    Field(
        "party", gettext_lazy("Party"), "ref", ref="party", required=True,
        aliases=(gettext_lazy("Customer"), "客户", "购买方"),
    ),
    called(trade_sheets.DATE, "开票日期", "invoice date"),
    Field("kind", gettext_lazy("Kind"), "choice", choices=Invoice.Kind.choices, aliases=("发票类型",)),
    trade_sheets.INCLUDES_TAX,
    trade_sheets.PRODUCT,
    trade_sheets.QUANTITY,
    replace(trade_sheets.UNIT_PRICE, required=True, example="100"),
    trade_sheets.DISCOUNT,
    Field("tax_id", gettext_lazy("Tax rate"), "ref", ref="tax", aliases=("税率",)),
    Field("description", gettext_lazy("Description"), max_length=300, aliases=("说明", "规格型号")),
    trade_sheets.NOTE,
)  # fmt: skip
LEFT_OUT = tuple(
    gettext_lazy(name)
    for name in (
        "Serial number", "Number of the tax invoice", "Direction", "Order", "Net", "Tax", "Total with tax", "Status",
    )
)  # fmt: skip


def save(*, actor: Actor, batch: Batch, **how: Any) -> Saved:
    """Write the invoices of a batch as drafts; what is issued gets its serial then."""
    products = Product.objects.of(actor.company_id).select_related("tax", "unit").in_bulk(set(batch.column("product")))
    taxes = Tax.objects.of(actor.company_id).in_bulk({pk for pk in batch.column("tax_id") if pk})
    return Papers(
        group="reference",
        header=("party", "date", "kind", "prices_include_tax"),
        remarks=("note",),
        draft=_drafted(products, taxes),
        check=_check,
        create=invoices.create_many,
        known=_given,
    ).save(actor=actor, batch=batch, **how)


def _drafted(products: Mapping[int, Product], taxes: Mapping[int, Tax]) -> Callable[..., InvoiceDraft]:
    def draft(reference: str, header: dict[str, Any], rows: list[dict[str, Any]]) -> InvoiceDraft:
        lines = [
            InvoiceLineInput(
                products[row["product"]], row["quantity"], row["unit_price"], row.get("discount") or ZERO,
                taxes.get(row.get("tax_id") or 0), row.get("description", ""),
            )
            for row in rows
        ]  # fmt: skip
        return InvoiceDraft(header.pop("party"), lines, **header)

    return draft


def _check(drafts: list[InvoiceDraft], *, actor: Actor) -> Wrong:
    return each(lambda draft: invoices.judged(draft, actor), drafts)


def _given(references: Collection[str], actor: Actor) -> Iterable[str]:
    return Invoice.objects.of(actor.company_id).filter(number__in=references).values_list("number", flat=True)


def undo(*, actor: Actor, made: Collection[int], changed: Mapping[int, Any]) -> dict[int, str]:
    """Void the drafts; what was issued since stays and is named."""
    rows = list(Invoice.objects.of(actor.company_id).lock(made))
    drafts = [row.pk for row in rows if row.status == Invoice.Status.DRAFT]
    if drafts:
        invoices.void(invoice_ids=drafts, actor=actor)
    return {row.pk: _("%(number)s is issued already") % {"number": row} for row in rows if row.status == "issued"}
