"""Invoices, and what could be invoiced."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.admin.acts import of_set, one_by_one
from erp.finance.forms import IssueForm, ReasonForm
from erp.finance.models import Deferral, Invoice, InvoiceLine
from erp.finance.services import invoices
from erp.finance.services.invoice_lines import next_worth
from suite.core.access import Actor
from suite.core.acts import acting
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO
from suite.desk import documents
from suite.desk.admin_base import LinesInline, SuiteModelAdmin
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, Column, DateFilter, ListSpec, NumberFilter, PickFilter, View

Lines = dict[str, list[dict[str, Any]]]


def is_draft(row: Invoice) -> bool:
    return row.status == Invoice.Status.DRAFT and row.direction == Invoice.Direction.SALES


def is_correctable(row: Invoice) -> bool:
    return row.status == Invoice.Status.ISSUED and row.direction == Invoice.Direction.SALES and not row.is_red


def taken_back(row: Invoice) -> str:
    back = row.corrections.exclude(status=Invoice.Status.VOID).aggregate(gross=Sum("gross"))["gross"] or 0
    return "" if row.gross + back > 0 else gettext("The whole invoice is taken back already")


def issue(*, actor: Actor, pks: Collection[int], tax_number: str = "") -> int:
    """Issue drafts, and note in the same act the number that the tax platform gave to the only one of them."""
    with acting(actor):
        if tax_number and len(pks) > 1:
            raise BusinessError(Refusal("one_number", _("The number of the tax invoice belongs to one invoice alone")))
        if tax_number:
            invoices.annotate(invoice_id=next(iter(pks)), tax_number=tax_number, actor=actor)
        invoices.issue(invoice_ids=pks, actor=actor)
    return len(pks)


def noted(actor: Actor, pk: int) -> dict[str, Any]:
    """The number that was noted on the draft before it is issued."""
    return Invoice.objects.visible_to(actor).filter(pk=pk).values("tax_number").get()


class InvoiceList(ListSpec):
    model = Invoice
    icon = "file-invoice"
    empty = _("Invoices are drafted from what was delivered")
    importer = "invoices"
    line_columns = (
        Column("product", _("Product")),
        Column("description", _("Description")),
        Column("quantity", _("Quantity"), "quantity"),
        Column("unit_price", _("Unit price"), "quantity"),
        Column("discount", _("Discount %"), "percent"),
        Column("tax", _("Tax rate"), value="tax__code"),
        Column("prices_include_tax", _("Prices include tax"), "bool", value="invoice__prices_include_tax"),
        Column("note", _("Note"), value="invoice__note"),
    )
    line_related = ("product", "tax", "invoice")
    columns = (
        Column("number", _("Number"), card="title"),
        Column("serial", _("Serial number"), "number"),
        Column("tax_number", _("Number of the tax invoice")),
        Column("direction", _("Direction")),
        Column("date", _("Date"), "date", sort=True),
        Column("party", _("Party"), value="party__label"),
        Column("order_number", _("Order")),
        Column("net", _("Net"), "money", card="hide"),
        Column("tax_amount", _("Tax"), "money", card="hide"),
        Column("gross", _("Total with tax"), "money", card="side"),
        Column("status", _("Status"), "badge"),
    )
    filters = (
        ChoiceFilter("direction", _("Direction"), choices=Invoice.Direction),
        ChoiceFilter("status", _("Status"), choices=Invoice.Status),
        PickFilter("party", _("Party"), kind="party"),
        DateFilter("date", _("Date")),
        BoolFilter("is_red", _("Red-letter"), quick=False),
        NumberFilter("gross", _("Total with tax"), quick=False),
    )
    views = (
        View("sales", pgettext_lazy("invoice", "Sales"), {"direction": "sales"}),
        View("drafts", _("Drafts"), {"direction": "sales", "status": "draft"}),
        View("purchase", pgettext_lazy("invoice", "Purchase"), {"direction": "purchase"}),
    )
    acts = (
        Act("issue", _("Issue"), "erp_finance.issue_invoice", issue, icon="send", form=IssueForm,
            when=is_draft, initial=noted),
        Act("void", pgettext_lazy("act", "Void"), "erp_finance.change_invoice", of_set(invoices.void, "invoice_ids"),
            icon="ban", danger=True, confirm=_("Give up this draft?"), when=is_draft),
        Act("red", _("Correct in red"), "erp_finance.reverse_invoice", one_by_one(invoices.red, "invoice_id"),
            icon="arrow-back-up", form=ReasonForm, danger=True, when=is_correctable, refused=taken_back),
    )  # fmt: skip
    order = "-date"
    related = ("party",)
    search_fields = ("number", "tax_number", "order_number")
    search_related = {"party": "masterdata.party"}

    def footer(self, rows: QuerySet[Invoice]) -> dict[str, Any]:
        return rows.aggregate(net=Sum("net"), tax_amount=Sum("tax_amount"), gross=Sum("gross"))


class InvoiceLineInline(LinesInline):
    model = InvoiceLine
    extra = 0
    fields = readonly_fields = (
        "product",
        "description",
        "quantity",
        "unit",
        "unit_price",
        "tax_rate",
        "net",
        "tax_amount",
        "gross",
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[InvoiceLine]:
        return super().get_queryset(request).select_related("product", "unit")


@admin.register(Invoice)
class InvoiceAdmin(SuiteModelAdmin):
    """The figures come from the order; what is noted is the number of the tax platform and a remark."""

    list_spec = InvoiceList
    inlines = (InvoiceLineInline,)
    open_states = ("draft", "issued")
    readonly_fields = (
        "number", "serial", "direction", "kind_of", "party", "date", "due_date", "order_number", "corrects", "net",
        "tax_amount", "gross",
    )  # fmt: skip
    fields = (
        ("number", "serial", "kind_of"),
        ("direction", "party"),
        ("date", "due_date", "order_number"),
        ("net", "tax_amount", "gross"),
        ("tax_number", "corrects"),
        "note",
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change(self, actor: Actor, row: Invoice, values: dict[str, Any], lines: Lines) -> Invoice:
        return invoices.annotate(invoice_id=row.pk, actor=actor, **values)


def still_worth(row: Any) -> Decimal:
    """With tax, what an invoice of what was delivered would say of an order line."""
    left = row.delivered - row.invoiced - row.drafted
    return sum(next_worth(row, left, drafted=(row.drafted, row.drafted_net, row.drafted_tax)), ZERO)


TO_INVOICE = Q(delivered__gt=F("invoiced") + F("drafted"))


class ToInvoiceList(ListSpec):
    """Order lines of which more was delivered than invoiced."""

    model = Deferral
    title = _("To invoice")
    icon = "file-invoice"
    permission = "erp_finance.view_deferral"
    empty = _("Everything that was delivered is invoiced")
    columns = (
        Column(
            "order_number",
            _("Order"),
            card="title",
            url=lambda row: documents.url_of(row.order_kind, row.order_id),
        ),
        Column("party", _("Party"), value="party__label"),
        Column("product", _("Product"), value="product__label"),
        Column("quantity", _("Ordered"), "quantity", card="hide"),
        Column("delivered", _("Delivered"), "quantity"),
        Column("invoiced", _("Invoiced"), "quantity"),
        Column("drafted", _("In drafts"), "quantity"),
        Column("draft_number", _("Draft"), url=lambda row: documents.url_of(Invoice.kind(), row.draft_id)),
        Column("gross", _("To invoice, with tax"), "money", value=still_worth, card="side"),
    )
    filters = (
        BoolFilter("to_invoice", _("To invoice"), condition=TO_INVOICE),
        PickFilter("party", _("Party"), kind="party"),
        PickFilter("product", _("Product"), kind="product"),
    )
    views = (View("due", _("To invoice"), {"to_invoice": "yes"}),)
    acts = (
        Act("invoice", _("Invoice what was delivered"), "erp_finance.add_invoice",
            of_set(invoices.draft_for_lines, "deferral_ids"), icon="file-invoice",
            when=lambda row: row.delivered > row.invoiced + row.drafted),
    )  # fmt: skip
    related = ("party", "product")
    search_fields = ("order_number",)
    search_related = {"party": "masterdata.party"}

    def rows(self, actor: Actor) -> QuerySet[Deferral]:
        newest = queries.in_drafts().order_by("-pk")
        return (
            super()
            .rows(actor)
            .annotate(
                drafted=queries.drafted(),
                drafted_net=queries.drafted("net"),
                drafted_tax=queries.drafted("tax_amount"),
                draft_id=Subquery(newest.values("invoice_id")[:1]),
                draft_number=Coalesce(Subquery(newest.values("invoice__number")[:1]), Value("")),
            )
        )

    def url(self, row: Deferral) -> str:
        return ""


@admin.register(Deferral)
class DeferralAdmin(SuiteModelAdmin):
    """Only a list: what it shows is kept by orders, deliveries and invoices."""

    list_spec = ToInvoiceList

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_view_permission(request, obj)
