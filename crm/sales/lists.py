"""The lists of selling: what stands in them, what they are narrowed by, what is done to many at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.db.models import Model, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.sales.models import Order, PriceList, Quotation
from crm.sales.queries.orders import WORTH, is_late
from crm.sales.services import approving, confirming, price_lists, quotations
from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.desk.forms import ActorForm
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    Create,
    DateFilter,
    ListSpec,
    Measure,
    NumberFilter,
    OwnerFilter,
    PickFilter,
    TextFilter,
    View,
)
from suite.desk.lists.acts import papers_of
from suite.desk.lists.filters import Params


class ReasonForm(ActorForm):
    """Why something is done to many papers."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


PROGRESS_COLOURS = {"none": "secondary", "part": "info", "done": "success"}


def is_draft(order: Order) -> bool:
    return order.status == Order.Status.DRAFT


def _confirm_many(*, actor: Actor, pks: Sequence[int]) -> confirming.Outcome:
    """Confirm what can be; for what lacks an approval it is asked."""
    outcome = confirming.confirm_orders(order_ids=pks, actor=actor, all_or_nothing=False)
    lacking = [pk for pk, refusal in outcome.refused.items() if refusal.code == "needs_approval"]
    if lacking and actor.may("crm_sales.change_order"):
        asked = approving.submit_orders(order_ids=lacking, actor=actor)
        outcome.refused.update(approving.ungranted(asked, actor))
    return outcome


def _cancel_many(*, actor: Actor, pks: Sequence[int], reason: str) -> confirming.Outcome:
    return confirming.cancel_orders(order_ids=pks, actor=actor, reason=reason, all_or_nothing=False)


def _progress(name: str, label: Any, *, shown: bool = True) -> Column:
    return Column(
        name, label, "badge", card="hide", shown=shown, colours=lambda order: PROGRESS_COLOURS[getattr(order, name)]
    )


class Among:
    """Mixed into a filter along a path that leads to several rows: records of which any is so, each of them once."""

    def read(self, params: Params, actor: Actor, model: type[Model]) -> tuple[Q, str]:
        condition, text = super().read(params, actor, model)  # type: ignore[misc]
        return Q(pk__in=model._default_manager.filter(condition).values("pk")), text


@dataclass(frozen=True)
class AmongFilter(Among, PickFilter):
    """One of the rows is among those picked."""


@dataclass(frozen=True)
class AmongText(Among, TextFilter):
    """One of the rows has the words."""


@dataclass(frozen=True)
class LineFilter(NumberFilter):
    """A figure of the lines: papers of which any line is within the range."""

    operators: ClassVar[tuple[str, ...]] = ()

    def understand(self, params: Params, actor: Actor, model: type[Model]) -> tuple[Q, str]:
        lines: Any = model._meta.get_field("lines")
        condition, text = super().understand(params, actor, lines.related_model)
        found = lines.related_model._default_manager.filter(condition).values(lines.field.name)
        return Q(pk__in=found), text


def line_columns(paper: str) -> tuple[Column, ...]:
    """What a line says, and of its paper what prices cannot be read without."""
    return (
        Column("product", _("Product")),
        Column("quantity", _("Quantity"), "quantity"),
        Column("unit", _("Unit"), value="unit_id"),
        Column("unit_price", _("Unit price"), "quantity"),
        Column("discount", _("Discount %"), "percent"),
        Column("prices_include_tax", _("Prices include tax"), "bool", value=f"{paper}__prices_include_tax"),
        Column("currency", _("Currency"), value=f"{paper}__currency_id"),
        Column("note", _("Note"), value=f"{paper}__note"),
    )


class OrderList(ListSpec):
    """Orders."""

    model = Order
    page = "sales:orders"
    title = _("Orders")
    icon = "shopping-cart"
    columns = (
        Column("number", _("Number"), card="meta"),
        Column("party", _("Customer"), value="party__label", card="title"),
        Column("date", _("Date"), "date", sort=True),
        Column("gross", _("Total with tax"), "money", currency="currency_id", sort=True, card="side"),
        Column("status", _("Status"), "badge", card="side"),
        _progress("delivery", pgettext_lazy("progress", "Delivery")),
        _progress("payment", pgettext_lazy("progress", "Payment")),
        Column(
            "promised_date", _("Promised date"), "date", value=lambda order: order.promised_date or order.requested_date
        ),
        Column("owner", _("Owner"), card="hide"),
        _progress("invoicing", pgettext_lazy("progress", "Invoicing"), shown=False),
        Column("requested_date", _("Requested date"), "date", shown=False),
        Column("customer_reference", _("Customer's reference"), shown=False),
        Column("external_ref", _("Reference elsewhere"), shown=False),
        Column("currency", _("Currency"), value="currency_id", shown=False),
        Column("net", _("Net"), "money", currency="currency_id", shown=False),
        Column("paid", _("Paid"), "money", shown=False),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=Order.Status),
        PickFilter("party", _("Customer"), kind="buyer"),
        DateFilter("date", _("Date")),
        OwnerFilter(),
        BoolFilter("late", _("Late"), condition=is_late),
        ChoiceFilter("delivery", pgettext_lazy("progress", "Delivery"), choices=Order.Progress, quick=False),
        ChoiceFilter("invoicing", pgettext_lazy("progress", "Invoicing"), choices=Order.Progress, quick=False),
        ChoiceFilter("payment", pgettext_lazy("progress", "Payment"), choices=Order.Progress, quick=False),
        NumberFilter("gross", _("Total with tax"), quick=False),
        LineFilter("discount", _("Discount of a line %"), quick=False),
        DateFilter("promised", _("Promised date"), "promised_date", quick=False, otherwise="requested_date"),
        PickFilter("region", _("Region"), "party__region", quick=False, kind="region"),
        TextFilter("industry", _("Industry"), "party__industry", quick=False),
        AmongFilter("tag", _("Tag"), "party__customer__tags", quick=False, kind="tag"),
        AmongFilter("product", _("Product"), "lines__product", quick=False, kind="product"),
        AmongText("product_type", _("Product type"), "lines__product__category", quick=False),
    )
    views = (
        View("mine", _("Mine"), {"owner": "me"}),
        View("to_confirm", _("To confirm"), {"status": "draft"}),
        View("to_deliver", _("To deliver"), {"status": "confirmed", "delivery": "none,part"}),
        View("late", _("Late"), {"late": "yes"}),
        View("unpaid", _("Delivered, not paid"), {"delivery": "part,done", "payment": "none,part"}),
    )
    acts = (
        Act("confirm", _("Confirm"), "crm_sales.confirm_order", _confirm_many,
            icon="check", when=is_draft, in_row=True, to="confirmed"),
        Act(
            "cancel", _("Cancel orders"), "crm_sales.cancel_order", _cancel_many,
            icon="x", form=ReasonForm, danger=True, when=lambda order: order.status != Order.Status.CANCELLED,
            to="cancelled",
        ),
    )  # fmt: skip
    boards = ("status", "delivery", "invoicing", "payment")
    total = "gross"
    calendars = ("promised", "date")
    pivots = True
    measures = (Measure("worth", _("Total with tax"), WORTH),)
    order = "-date"
    related = ("party", "owner")
    create = Create(_("New order"), "sales:order_new", "crm_sales.add_order")
    empty = _("No orders yet. Write the first one, or order what was quoted.")
    importer = "orders"
    line_columns = line_columns("order")
    line_related = ("product", "order")


QUOTATION_COLOURS = {"draft": "secondary", "sent": "info", "won": "success", "lost": "danger", "replaced": "secondary"}


def is_drafted(quotation: Quotation) -> bool:
    return quotation.status == Quotation.Status.DRAFT


def is_open(quotation: Quotation) -> bool:
    return quotation.status in (Quotation.Status.DRAFT, Quotation.Status.SENT)


@dataclass
class Outcome:
    """Which quotations were refused, and why; which papers came of the others."""

    refused: dict[int, Refusal] = field(default_factory=dict)
    made: list[Any] = field(default_factory=list)


def _each(act: Callable[..., Any]) -> Callable[..., Outcome]:
    """An act on one quotation as lists call it: each is an act of its own."""

    def run(*, actor: Actor, pks: Collection[int], **how: Any) -> Outcome:
        outcome = Outcome()
        for pk in sorted(pks):
            try:
                outcome.made += papers_of(act(quotation_id=pk, actor=actor, **how))
            except BusinessError as error:
                outcome.refused[pk] = error.refusals[0]
        return outcome

    return run


_send_many = _each(partial(quotations.send_quotation, by_mail=False))
_win_many = _each(quotations.win_quotation)
_lose_many = _each(quotations.lose_quotation)


class QuotationList(ListSpec):
    """Quotations."""

    model = Quotation
    page = "sales:quotations"
    title = _("Quotations")
    icon = "file-text"
    columns = (
        Column("number", _("Number"), value=str, card="meta"),
        Column("party", _("Customer"), value="party__label", card="title"),
        Column("date", _("Date"), "date", sort=True),
        Column("status", _("Status"), "badge", card="side", colours=lambda row: QUOTATION_COLOURS[row.status]),
        Column("valid_until", _("Valid until"), "date"),
        Column("gross", _("Total with tax"), "money", currency="currency_id", card="side"),
        Column("owner", _("Owner"), card="hide"),
        Column("sent_at", _("Sent"), "datetime", shown=False),
        Column("currency", _("Currency"), value="currency_id", shown=False),
        Column("net", _("Net"), "money", currency="currency_id", shown=False),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=Quotation.Status),
        PickFilter("party", _("Customer"), kind="buyer"),
        DateFilter("date", _("Date")),
        OwnerFilter(),
        DateFilter("valid", _("Valid until"), "valid_until", quick=False),
        NumberFilter("gross", _("Total with tax"), quick=False),
        LineFilter("discount", _("Discount of a line %"), quick=False),
    )
    views = (
        View("open", pgettext_lazy("quotation", "Open"), {"status": "draft,sent"}),
        View("mine", _("Mine"), {"owner": "me", "status": "draft,sent"}),
        View("won", _("Won"), {"status": "won"}),
        View("lost", _("Lost"), {"status": "lost"}),
    )
    acts = (
        Act("send", _("Mark as sent"), "crm_sales.send_quotation", _send_many, icon="send", when=is_drafted, to="sent"),
        Act("win", _("Won"), "crm_sales.change_quotation", _win_many, icon="trophy", when=is_open, to="won"),
        Act(
            "lose", _("Lost"), "crm_sales.change_quotation", _lose_many,
            icon="x", form=ReasonForm, danger=True, when=is_open, to="lost",
        ),
    )  # fmt: skip
    boards = ("status",)
    total = "gross"
    calendars = ("valid", "date")
    order = "-date"
    related = ("party", "owner")
    create = Create(_("New quotation"), "sales:quotation_new", "crm_sales.add_quotation")
    empty = _("No quotations yet. Write the first one.")
    importer = "quotations"
    line_columns = (*line_columns("quotation"), Column("requested_date", _("Requested date"), "date"))
    line_related = ("product", "quotation")


def _archive(*, actor: Actor, pks: list[int]) -> int:
    return price_lists.archive_price_lists(pks=pks, actor=actor)


def _bring_back(*, actor: Actor, pks: list[int]) -> int:
    return price_lists.archive_price_lists(pks=pks, actor=actor, archived=False)


class PriceListList(ListSpec):
    """Price lists."""

    model = PriceList
    page = "sales:price_lists"
    title = _("Price lists")
    icon = "tags"
    columns = (
        Column("name", _("Name"), value="label", card="title"),
        Column("party", _("Customer"), value="party__label"),
        Column("tier", _("Price tier")),
        Column("valid_from", _("Valid from"), "date"),
        Column("valid_to", _("Valid to"), "date"),
        Column("includes_tax", _("Prices include tax"), "bool"),
        Column("is_archived", _("Archived"), "bool", shown=False),
    )
    filters = (
        PickFilter("party", _("Customer"), kind="buyer"),
        BoolFilter("archived", _("Archived"), "is_archived"),
    )
    views = (View("in_use", _("In use"), {"archived": "no"}),)
    acts = (
        Act("archive", _("Archive"), "crm_sales.change_pricelist", _archive, icon="archive", undo="bring_back"),
        Act("bring_back", _("Bring back"), "crm_sales.change_pricelist", _bring_back, icon="rotate", undo="archive"),
    )
    related = ("party",)
    search_fields = ("name", "name_en")
    create = Create(_("New price list"), "sales:price_list_new", "crm_sales.add_pricelist")
    empty = _("No price lists: everything costs what its product says.")
    importer = "price-lists"
    lines = "items"
    line_columns = (
        Column("product", _("Product")),
        Column("min_quantity", _("From quantity"), "quantity"),
        Column("price", _("Price"), "quantity"),
        Column("currency", _("Currency"), value="price_list__currency_id"),
    )
    line_related = ("product", "price_list")

    def url(self, row: PriceList) -> str:
        return reverse("sales:price_list", args=[row.pk])
