"""What is owed: receivables and payables, credit and terms."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from erp.finance import queries
from erp.finance.admin.acts import one_by_one
from erp.finance.forms import CreditForm, ReasonForm
from erp.finance.models import (
    CreditAccount,
    MoneyMovement,
    OpenItem,
    Payable,
    Payment,
    PaymentTerm,
    PaymentTermLine,
    Receipt,
    Receivable,
    Settlement,
)
from erp.finance.services import set_credit, set_off, settings, undo_write_off, write_off
from suite.core import clock
from suite.core.access import Actor
from suite.desk import documents
from suite.desk.admin_base import LinesInline, SuiteModelAdmin
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    Create,
    DateFilter,
    ListSpec,
    NumberFilter,
    PickFilter,
    View,
)
from suite.desk.pages import entry_page
from suite.desk.records import Acts, PageAct

Lines = dict[str, list[dict[str, Any]]]


def linked(url: str, text: str) -> str:
    return format_html('<a href="{}">{}</a>', url, text) if url else text


def link_to(paper: OpenItem | MoneyMovement | None) -> str:
    """A receivable, payable, receipt or payment by its number, for the tables of settlements."""
    return linked(documents.url_of(paper.kind(), paper.pk), paper.number) if paper else ""


def overdue(actor: Actor) -> Q:
    return queries.is_overdue(clock.today(actor.company))


class OpenItemList(ListSpec):
    columns = (
        Column("number", _("Number"), card="title"),
        Column("party", _("Party"), value="party__label"),
        Column("order_number", _("Order")),
        Column("date", _("Date"), "date", sort=True, card="hide"),
        Column("due_date", _("Due date"), "date", sort=True),
        Column("amount", _("Amount"), "money"),
        Column("open_amount", _("Open amount"), "money", card="side"),
        Column("late", _("Overdue amount"), "money", card="hide"),
        Column("written_off", _("Written off"), "money", shown=False),
        Column("status", _("Status"), "badge"),
        Column("summary", _("Summary"), shown=False),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=OpenItem.Status),
        PickFilter("party", _("Party"), kind="party"),
        DateFilter("due_date", _("Due date")),
        BoolFilter("overdue", _("Overdue"), condition=overdue),
        DateFilter("date", _("Date"), quick=False),
        NumberFilter("open_amount", _("Open amount"), quick=False),
    )
    views = (
        View("open", pgettext_lazy("open item", "Open"), {"status": "open"}),
        View("overdue", _("Overdue"), {"overdue": "yes"}),
    )
    order = "due_date"
    related = ("party",)
    search_fields = ("number", "order_number", "summary")
    search_related = {"party": "masterdata.party"}

    def rows(self, actor: Actor) -> QuerySet[OpenItem]:
        return super().rows(actor).annotate(late=queries.overdue_part(clock.today(actor.company)))

    def footer(self, rows: QuerySet[OpenItem]) -> dict[str, Any]:
        found = rows.aggregate(amount=Sum("amount"), open_amount=Sum("open_amount"), overdue=Sum("late"))
        return {**found, "late": found["overdue"]}


def set_off_act(kind: str) -> Act:
    """Use up a credit with what else its party has open; whoever allocates money may do it."""
    return Act(
        "set_off",
        _("Set off against the oldest"),
        f"erp_finance.allocate_{kind}",
        one_by_one(set_off, "item_id"),
        icon="arrows-split",
        when=lambda row: row.open_amount < 0,
    )


class ReceivableList(OpenItemList):
    model = Receivable
    icon = "file-dollar"
    empty = _("Confirmed orders open their receivables here")
    acts = (
        set_off_act("receipt"),
        Act(
            "write_off",
            _("Write off"),
            "erp_finance.write_off_receivable",
            one_by_one(write_off, "item_id"),
            icon="ban",
            form=ReasonForm,
            danger=True,
            when=lambda row: row.open_amount > 0,
        ),
        Act(
            "undo_write_off",
            _("Undo the write-off"),
            "erp_finance.write_off_receivable",
            one_by_one(undo_write_off, "item_id"),
            icon="arrow-back-up",
            form=ReasonForm,
            when=lambda row: row.written_off > 0,
        ),
    )


class PayableList(OpenItemList):
    model = Payable
    icon = "file-dollar"
    empty = _("Booked suppliers' invoices open their payables here")
    acts = (set_off_act("payment"),)


class SettlementInline(LinesInline):
    model = Settlement
    fk_name = "item"
    extra = 0
    fields = readonly_fields = ("settled_by", "amount", "posting_date")
    verbose_name_plural = _("settlements")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Settlement]:
        return super().get_queryset(request).select_related("money", "counter_item")

    @admin.display(description=_("set against"))
    def settled_by(self, row: Settlement) -> str:
        """The money or the other open item, as a link."""
        return link_to(row.money or row.counter_item)


class OpenItemAdmin(SuiteModelAdmin):
    inlines = (SettlementInline,)
    fields = (
        ("number", "party"),
        ("date", "due_date"),
        ("amount", "open_amount"),
        ("order", "invoice", "voucher"),
        "summary",
    )
    readonly_fields = (
        "number",
        "party",
        "date",
        "due_date",
        "amount",
        "open_amount",
        "order",
        "invoice",
        "voucher",
        "summary",
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("Order"))
    def order(self, row: OpenItem) -> str:
        """The order behind the item, as a link for who may open it."""
        return linked(documents.url_of(row.order_kind, row.order_id), row.order_number)

    def buttons(self, request: HttpRequest, row: Any) -> Acts:
        """What brings an open item to its end comes first: new money for it, or money that is there already."""
        found = super().buttons(request, row)
        if row.status == OpenItem.Status.OPEN:
            found[:0] = self._money_acts(request.actor, row)  # type: ignore[attr-defined]
        return found

    def _money_acts(self, actor: Actor, row: OpenItem) -> list[PageAct]:
        comes_in = (row.side == OpenItem.Side.RECEIVABLE) == (row.open_amount > 0)
        model: Any = Receipt if comes_in else Payment
        name, acts = model._meta.model_name, []
        if actor.may(f"erp_finance.add_{name}"):
            label = _("Register receipt") if comes_in else _("Register payment")
            url = f"{reverse(f'admin:erp_finance_{name}_add')}?{urlencode({'item': row.pk})}"
            acts.append(PageAct(label, url, "cash", method="get", primary=True))
        if actor.may(f"erp_finance.allocate_{name}"):
            advances = model.objects.visible_to(actor, f"erp_finance.allocate_{name}").filter(party=row.party_id)
            oldest = advances.filter(unapplied__gt=0).order_by("date", "pk").first()
            if oldest:
                label = _("Allocate %(number)s") % {"number": oldest.number}
                url = reverse(f"admin:erp_finance_{name}_allocate", args=[oldest.pk])
                acts.append(PageAct(label, url, "list-check", method="get"))
        return acts


@admin.register(Receivable)
class ReceivableAdmin(OpenItemAdmin):
    list_spec = ReceivableList
    readonly_fields = (*OpenItemAdmin.readonly_fields, "written_off")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What was given up is said where something was."""
        amounts = ("amount", "open_amount", "written_off")
        return [amounts if obj and obj.written_off and "amount" in row else row for row in self.fields]


@admin.register(Payable)
class PayableAdmin(OpenItemAdmin):
    list_spec = PayableList


class CreditList(ListSpec):
    model = CreditAccount
    columns = (
        Column("party", _("Party"), value="party__label", card="title"),
        Column("limit", _("Credit limit"), "money"),
        Column("exposure", _("Exposure"), "money", card="side"),
        Column("term", _("Payment term"), value="term__label"),
        Column("is_blocked", _("Blocked"), "bool"),
    )
    filters = (
        PickFilter("party", _("Party"), kind="party"),
        BoolFilter("is_blocked", _("Blocked")),
        NumberFilter("exposure", _("Exposure")),
    )
    related = ("party", "term")
    search_fields = ("party__name", "party__name_en")
    search_related = {"party": "masterdata.party"}
    icon = "credit-card"
    empty = _("What a party may owe is set here")
    create = Create(_("Credit account"), "admin:erp_finance_creditaccount_add", "erp_finance.add_creditaccount")

    def url(self, row: CreditAccount) -> str:
        return reverse("admin:erp_finance_creditaccount_change", args=[row.pk])


@admin.register(CreditAccount)
class CreditAccountAdmin(SuiteModelAdmin):
    list_spec = CreditList
    fields = ("party", "limit", "term", "is_blocked", "exposure")
    readonly_fields = ("exposure",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("party", "exposure")

    def new_page(self, request: HttpRequest) -> HttpResponse:
        """Give a party its limit, term and stop."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        label = "admin:erp_finance_creditaccount"

        def do(values: dict[str, Any], _lines: list[dict[str, Any]]) -> str:
            row = set_credit(actor=actor, **values)
            messages.success(request, _("The credit of %(party)s was set") % {"party": row.party.label})
            return reverse(f"{label}_change", args=[row.pk])

        form = CreditForm(request.POST or None, actor=actor, initial={"party": request.GET.get("party")})
        section = capfirst(str(self.opts.verbose_name_plural))
        back = reverse(f"{label}_changelist")
        return entry_page(request, form, do, heading=_("New credit account"), section=section, back=back)

    def change(self, actor: Actor, row: CreditAccount, values: dict[str, Any], lines: Lines) -> CreditAccount:
        return set_credit(party=row.party, actor=actor, **values)


class InstalmentInline(LinesInline):
    model = PaymentTermLine
    extra = 1
    fields = ("percent", "days", "from_month_end")


@admin.register(PaymentTerm)
class PaymentTermAdmin(SuiteModelAdmin):
    inlines = (InstalmentInline,)
    list_display = ("code", "name", "name_en", "is_prepaid", "is_default")
    fields = ("code", ("name", "name_en"), ("is_prepaid", "is_default"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> PaymentTerm:
        return settings.create_term(actor=actor, lines=lines["lines"], **values)

    def change(self, actor: Actor, row: PaymentTerm, values: dict[str, Any], lines: Lines) -> PaymentTerm:
        return settings.change_term(term=row, actor=actor, lines=lines["lines"], **values)
