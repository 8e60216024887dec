"""Commitments: their list, their page, and what is done to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.customers import ports
from crm.customers.forms import CommitmentForm, units_of
from crm.customers.models import Commitment
from crm.customers.queries import COMMITMENT_COLOURS
from crm.customers.services import commitments
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.desk import formats
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    Create,
    DateFilter,
    ListSpec,
    OwnerFilter,
    PickFilter,
    View,
    list_view,
)
from suite.desk.pages import back, entry_page
from suite.desk.records import Fact, PageAct, RecordPage, edit_act, record_page

Status = Commitment.Status
CHANGE = "crm_customers.change_commitment"


def _open(row: Commitment) -> bool:
    return row.status == Status.OPEN


def _unsettled(row: Commitment) -> bool:
    return row.status in (Status.OPEN, Status.BROKEN)


def _late(actor: Actor) -> Q:
    return Q(status__in=(Status.OPEN, Status.BROKEN), due_on__lt=clock.today(actor.company))


def _by(row: Commitment) -> str:
    return _("Customer") if row.by_them else pgettext_lazy("who promises", "We")


def _said_against(row: Any) -> str:
    return " · ".join(str(refusal) for refusal in row.concerns)


class CommitmentList(ListSpec):
    """What was promised, by us and by customers."""

    model = Commitment
    page = "customers:commitments"
    title = gettext_lazy("Commitments")
    icon = "list-check"
    columns = (
        Column("what", gettext_lazy("Commitment"), value="what", card="title"),
        Column("party", gettext_lazy("Customer"), value="party__label"),
        Column("by", gettext_lazy("By"), value=_by),
        Column("due_on", gettext_lazy("Due"), "date", sort=True, card="side"),
        Column(
            "status", gettext_lazy("Status"), "badge", card="side", colours=lambda row: COMMITMENT_COLOURS[row.status]
        ),
        Column("concerns", gettext_lazy("What speaks against it"), value=_said_against),
        Column("owner", gettext_lazy("Owner")),
        Column("sentence", gettext_lazy("Sentence"), card="hide", shown=False),
        Column("product", gettext_lazy("Product"), value="product__label", shown=False),
        Column("quantity", gettext_lazy("Quantity"), "quantity", shown=False),
        Column("unit", gettext_lazy("Unit"), value="unit__label", shown=False),
        Column("price", gettext_lazy("Unit price"), "quantity", shown=False),
        Column("discount", gettext_lazy("Discount %"), "percent", shown=False),
        Column("amount", gettext_lazy("Amount"), "money", shown=False),
        Column("origin", gettext_lazy("Found by"), shown=False),
        Column("settled_at", gettext_lazy("Settled"), "datetime", shown=False),
        Column("created_at", gettext_lazy("Accepted"), "datetime", sort=True, shown=False),
    )
    filters = (
        ChoiceFilter("status", gettext_lazy("Status"), choices=Status),
        ChoiceFilter("kind", gettext_lazy("Kind"), field="deed", choices=Commitment.Deed),
        BoolFilter("by_them", gettext_lazy("By the customer")),
        OwnerFilter(),
        DateFilter("due", gettext_lazy("Due"), field="due_on"),
        BoolFilter("late", gettext_lazy("Late"), condition=_late),
        PickFilter("party", gettext_lazy("Customer"), kind="party", quick=False),
        PickFilter("product", gettext_lazy("Product"), kind="product", quick=False),
        ChoiceFilter("document", gettext_lazy("Paper"), choices=Commitment.Paper, quick=False),
    )
    views = (
        View("mine", gettext_lazy("Mine"), {"owner": "me", "status": "open"}),
        View("theirs", gettext_lazy("By customers"), {"by_them": "yes", "status": "open"}),
        View("broken", gettext_lazy("Broken"), {"status": "broken"}),
    )
    acts = (
        Act("keep", gettext_lazy("Kept"), CHANGE, commitments.keep, icon="check", when=_unsettled, in_row=True,
            undo="reopen", to="kept"),
        Act("break", gettext_lazy("Broken"), CHANGE, commitments.break_off, icon="x", when=_open, to="broken"),
        Act("withdraw", gettext_lazy("Withdraw"), CHANGE, commitments.withdraw, icon="arrow-back-up", when=_unsettled,
            undo="reopen", to="withdrawn"),
        Act("reopen", gettext_lazy("Open again"), CHANGE, commitments.reopen, icon="rotate",
            when=lambda row: not _unsettled(row), to="open"),
    )  # fmt: skip
    boards = ("status",)
    calendars = ("due",)
    order = "-created_at"
    related = ("company", "party__customer", "owner", "product", "unit")
    create = Create(gettext_lazy("From a text"), "customers:text", "crm_customers.add_commitment")
    empty = gettext_lazy("Nothing was promised yet. Paste a mail or a chat, and see what it promises.")

    def complete(self, rows: Sequence[Any], actor: Actor) -> None:
        for row, found in zip(rows, ports.concerns(actor, rows), strict=True):
            row.concerns = found


@door("crm_customers.view_commitment")
def commitment_list(request: HttpRequest) -> HttpResponseBase:
    """Commitments the reader may see."""
    return list_view(request, CommitmentList)


def _seen(request: HttpRequest, pk: int, code: str = "") -> Commitment:
    rows = Commitment.objects.visible_to(request.actor, code)  # type: ignore[attr-defined]
    return get_object_or_404(rows.select_related(*CommitmentList.related, "contact", "task"), pk=pk)


@door("crm_customers.view_commitment")
@require_GET
def commitment(request: HttpRequest, pk: int) -> HttpResponse:
    """What was promised, the sentence that says so, what speaks against it."""
    row = _seen(request, pk)
    (against,) = ports.concerns(request.actor, [row])  # type: ignore[attr-defined]
    customer = getattr(row.party, "customer", None)
    page = RecordPage(
        row.what,
        lead=row.sentence,
        crumbs=[(_("Commitments"), reverse("customers:commitments"))],
        badges=[(str(row.get_status_display()), COMMITMENT_COLOURS[row.status])],
        acts=_acts(row),
        facts=[
            Fact(_("Customer"), row.party.label, reverse("customers:customer", args=[customer.pk]) if customer else ""),
            Fact(_("Contact"), row.contact),
            Fact(_("By"), _by(row)),
            Fact(_("Due"), formats.day(row.due_on)),
            Fact(_("What speaks against it"), format_html_join("; ", "{}", ((str(each),) for each in against))),
            Fact(_("Owner"), row.owner),
            Fact(_("Task"), row.task, reverse("desk:task", args=[row.task_id]) if row.task_id else ""),
            Fact(_("Found by"), row.get_origin_display()),
            Fact(_("Settled"), formats.moment(row.settled_at) if row.settled_at else ""),
        ],
    )
    return record_page(request, page)


DOING: dict[str, Any] = {
    "keep": commitments.keep,
    "break": commitments.break_off,
    "withdraw": commitments.withdraw,
    "reopen": commitments.reopen,
}


def _acts(row: Commitment) -> list[PageAct]:
    def act(name: str, label: str, icon: str, **more: Any) -> PageAct:
        return PageAct(label, reverse("customers:commitment_act", args=[row.pk, name]), icon, CHANGE, **more)

    if not _unsettled(row):
        return [act("reopen", _("Open again"), "rotate")]
    broken = [act("break", _("Broken"), "x")] if _open(row) else []
    return [
        act("keep", _("Kept"), "check", primary=True),
        *broken,
        edit_act("customers:commitment_edit", row.pk, CHANGE),
        act("withdraw", _("Withdraw"), "arrow-back-up", reason=True, in_menu=True),
    ]


@door(CHANGE)
@require_POST
def commitment_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Settle a commitment, or open it again."""
    row = _seen(request, pk, CHANGE)
    if name not in DOING:
        raise Http404
    pks: Collection[int] = [row.pk]
    if DOING[name](pks=pks, actor=request.actor, reason=request.POST.get("reason", "")[:500]):  # type: ignore[attr-defined]
        messages.success(request, _("Saved"))
    return redirect(back(request, reverse("customers:commitment", args=[pk])))


@door(CHANGE)
def commitment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a commitment."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _seen(request, pk, CHANGE)
    shown = {name: getattr(row, name) for name in CommitmentForm.base_fields} | {"unit": row.unit_id}
    data = request.POST if request.method == "POST" else None
    form = CommitmentForm(data, actor=actor, initial=shown, record=row, units=units_of(actor))

    def save(typed: dict[str, Any], _lines: Any) -> str:
        if typed["owner"] is None:
            del typed["owner"]  # nobody else was named
        commitments.change_commitment(commitment=row, actor=actor, **typed)
        messages.success(request, _("Saved"))
        return reverse("customers:commitment", args=[pk])

    page = reverse("customers:commitment", args=[pk])
    return entry_page(request, form, save, heading=row.what, section=_("Commitments"), back=page)
