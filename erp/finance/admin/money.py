"""Receipts and payments, and the page on which they are allocated."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from erp.finance.admin.acts import one_by_one
from erp.finance.admin.items import link_to, linked
from erp.finance.forms import AllocationForm, MoneyForm, PaymentForm, ReasonForm, ReceiptForm
from erp.finance.models import MoneyMovement, OpenItem, Payable, Payment, Receipt, Receivable, Settlement
from erp.finance.services import MoneyInput, allocate, pay, receive, reverse_money
from erp.finance.services.allocation import suggest
from suite.core import clock
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.money import ZERO
from suite.desk import choices, documents
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
from suite.desk.pages import entry_page, render_page
from suite.desk.records import Acts, PageAct

Lines = dict[str, list[dict[str, Any]]]


def is_posted(row: MoneyMovement) -> bool:
    return row.status == MoneyMovement.Status.POSTED


def has_advance(row: MoneyMovement) -> bool:
    return is_posted(row) and row.unapplied > 0


def acts_of(kind: str) -> tuple[Act, ...]:
    return (
        Act(
            "allocate_oldest",
            _("Allocate to the oldest"),
            f"erp_finance.allocate_{kind}",
            one_by_one(allocate, "money_id"),
            icon="arrows-split",
            when=has_advance,
        ),
        Act(
            "reverse",
            _("Reverse"),
            f"erp_finance.reverse_{kind}",
            one_by_one(reverse_money, "money_id"),
            icon="arrow-back-up",
            form=ReasonForm,
            danger=True,
            when=is_posted,
        ),
    )


class MoneyList(ListSpec):
    columns = (
        Column("number", _("Number"), card="title"),
        Column("date", _("Date"), "date", sort=True),
        Column("party", _("Party"), value="party__label"),
        Column("amount", _("Amount"), "money", card="side"),
        Column("unapplied", _("Not allocated"), "money"),
        Column("method", _("Method"), shown=False),
        Column("account", _("Account"), value="account"),
        Column("reference", _("Bank reference")),
        Column("status", _("Status"), "badge"),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=MoneyMovement.Status),
        PickFilter("party", _("Party"), kind="party"),
        DateFilter("date", _("Date")),
        BoolFilter("advance", _("Not allocated"), condition=Q(unapplied__gt=0)),
        NumberFilter("amount", _("Amount"), quick=False),
        ChoiceFilter("method", _("Method"), choices=MoneyMovement.Method, quick=False),
    )
    views = (View("advance", _("Not allocated"), {"advance": "yes"}),)
    order = "-date"
    related = ("party", "account")
    search_fields = ("number", "reference", "note")
    search_related = {"party": "masterdata.party"}

    def footer(self, rows: QuerySet[MoneyMovement]) -> dict[str, Any]:
        return rows.aggregate(amount=Sum("amount"), unapplied=Sum("unapplied"))


class ReceiptList(MoneyList):
    model = Receipt
    icon = "cash"
    acts = acts_of("receipt")
    empty = _("Money that comes in is booked here")
    create = Create(_("Receipt"), "admin:erp_finance_receipt_add", "erp_finance.add_receipt")
    importer = "receipts"


class PaymentList(MoneyList):
    model = Payment
    icon = "cash"
    acts = acts_of("payment")
    empty = _("Money that goes out is booked here")
    create = Create(_("Payment"), "admin:erp_finance_payment_add", "erp_finance.add_payment")
    importer = "payments"


class MoneyInline(LinesInline):
    model = Settlement
    fk_name = "money"
    extra = 0
    fields = readonly_fields = ("settled", "amount", "posting_date")
    verbose_name_plural = _("settlements")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Settlement]:
        return super().get_queryset(request).select_related("item")

    @admin.display(description=_("open item"))
    def settled(self, row: Settlement) -> str:
        return link_to(row.item)


class MoneyAdmin(SuiteModelAdmin):
    """Read here, with what it settled; booked on a page of its own."""

    inlines = (MoneyInline,)
    fields = (("number", "party"), ("amount", "unapplied"), ("date", "method"), ("account", "reference"), "note")
    book: Any
    new_form: type[MoneyForm]
    item_model: type[OpenItem]
    heading: Any
    names_order = False  # whether money can be a deposit for a sales order

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def new_page(self, request: HttpRequest) -> HttpResponse:
        """Book money, and allocate it in the same act, or on the next page.

        `?item=` is settled by it first, the advance of `?refund=` is given back.
        """
        actor: Actor = request.actor  # type: ignore[attr-defined]
        label = f"admin:erp_finance_{self.opts.model_name}"
        item = item_asked_for(request, actor)
        advance = advance_asked_for(request, actor, self.model)

        def do(values: dict[str, Any], _lines: list[dict[str, Any]]) -> str:
            party, account, charges = values.pop("party"), values.pop("account"), values.pop("charges")
            gain = values.pop("exchange_gain", None)
            mine = item if item and item.party_id == party.pk else None
            money = MoneyInput(
                party_id=party.pk,
                account_id=account and account.pk,
                charges=charges or ZERO,
                exchange_gain=gain or ZERO,
                refunds_id=advance and advance.pk,
                allocations={mine.pk: min(abs(mine.open_amount), values["amount"])} if mine else {},
                **values,
            )
            row = form.keep(lambda: type(self).book([money], actor=actor)[0], new=True)
            messages.success(request, _("%(number)s was booked") % {"number": row.number})
            choosing = row.unapplied and not money.oldest_first and actor.may(f"erp_finance.allocate_{kind}")
            return reverse(f"{label}_allocate" if choosing else f"{label}_change", args=[row.pk])

        kind = self.opts.model_name
        initial = {"date": clock.today(actor.company), "party": request.GET.get("party"), "oldest_first": True}
        back = reverse(f"{label}_changelist")
        if item:
            initial |= {"party": item.party_id, "amount": abs(item.open_amount), "oldest_first": False}
            back = documents.url_of(item.kind(), item.pk) or back
        if advance:
            initial |= {"party": advance.party_id, "amount": advance.unapplied, "oldest_first": False}
            back = documents.url_of(advance.kind(), advance.pk) or back
        orders = choices.kind("order")
        may_name_order = bool(self.names_order and orders and documents.may_open(orders.model, actor))
        form = self.new_form(
            request.POST or None, request.FILES or None, actor=actor, initial=initial, may_name_order=may_name_order
        )
        if item:
            form.fields["amount"].help_text = _("Settles %(number)s first") % {"number": item.number}
        if advance:
            form.fields["amount"].help_text = _("Gives back what is left of %(number)s") % {"number": advance.number}
            for name in {"oldest_first", "exchange_gain", "order"} & form.fields.keys():
                del form.fields[name]
        section = capfirst(str(self.opts.verbose_name_plural))
        return entry_page(request, form, do, heading=self.heading, section=section, back=back)

    def get_urls(self) -> list[URLPattern]:
        name = f"erp_finance_{self.opts.model_name}_allocate"
        view = self.admin_site.admin_view(self.allocate_view)
        return [path("<int:pk>/allocate/", view, name=name), *super().get_urls()]

    def buttons(self, request: HttpRequest, row: Any) -> Acts:
        found = super().buttons(request, row)
        code = f"erp_finance.allocate_{self.opts.model_name}"
        if has_advance(row) and request.actor.may(code):  # type: ignore[attr-defined]
            url = reverse(f"admin:erp_finance_{self.opts.model_name}_allocate", args=[row.pk])
            found.insert(0, PageAct(_("Allocate"), url, "list-check", method="get", primary=True))
        other = (Payment if isinstance(row, Receipt) else Receipt)._meta.model_name
        if has_advance(row) and request.actor.may(f"erp_finance.add_{other}"):  # type: ignore[attr-defined]
            url = f"{reverse(f'admin:erp_finance_{other}_add')}?refund={row.pk}"
            found.insert(1, PageAct(_("Give back"), url, "cash", method="get"))
        return found

    def allocate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The money beside the open items of its party; the oldest first, after the credits, is suggested."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        code = f"erp_finance.allocate_{self.opts.model_name}"
        if not actor.may(code):
            raise Http404
        money = get_object_or_404(self.model._default_manager.visible_to(actor, code), pk=pk)  # type: ignore[attr-defined]
        items = list(
            self.item_model._default_manager.visible_to(actor)  # type: ignore[attr-defined]
            .filter(party=money.party_id, status=OpenItem.Status.OPEN)
            .order_by("due_date", "pk")[:200]
        )
        suggested = suggest(money, items, day=clock.today(actor.company))
        form = AllocationForm(request.POST or None, items=items, suggested=suggested)
        page = reverse(f"admin:erp_finance_{self.opts.model_name}_change", args=[pk])
        if request.method == "POST" and form.is_valid():
            try:
                allocate(money_id=pk, allocations=form.allocations, actor=actor)
            except BusinessError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The money was allocated"))
                return redirect(page)
        context = {"money": money, "form": form, "back": page, "heading": _("Allocate %(number)s")}
        context["heading"] = context["heading"] % {"number": money.number}
        return render_page(request, "erp/finance/allocate.html", context)


def item_asked_for(request: HttpRequest, actor: Actor) -> OpenItem | None:
    """The item that the address names, settled meanwhile or not; 404 for one that the actor does not see."""
    if "item" not in request.GET:
        return None
    return get_object_or_404(OpenItem.objects.visible_to(actor), pk=key_asked_for(request, "item"))


def advance_asked_for(request: HttpRequest, actor: Actor, model: type[MoneyMovement]) -> MoneyMovement | None:
    """The advance of the other direction that the address names; 404 for one that the actor does not see.

    Also one of which nothing is left: giving that back is refused, and not booked as money for something else.
    """
    if "refund" not in request.GET:
        return None
    other = Payment if model is Receipt else Receipt
    return get_object_or_404(other.objects.visible_to(actor), pk=key_asked_for(request, "refund"))


def key_asked_for(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@admin.register(Receipt)
class ReceiptAdmin(MoneyAdmin):
    list_spec = ReceiptList
    new_form = ReceiptForm
    item_model = Receivable
    heading = _("New receipt")
    names_order = True
    fields = (*MoneyAdmin.fields, "for_order")
    readonly_fields = ("for_order",)

    @admin.display(description=_("Sales order"))
    def for_order(self, row: Receipt) -> str:
        reader = documents.reader.get()
        order = documents.find(reader, row.order_kind, row.order_id) if reader and row.order_id else None
        return linked(documents.url_of(row.order_kind, row.order_id), str(order)) if order else ""

    book = staticmethod(receive)


@admin.register(Payment)
class PaymentAdmin(MoneyAdmin):
    list_spec = PaymentList
    new_form = PaymentForm
    item_model = Payable
    heading = _("New payment")
    book = staticmethod(pay)
