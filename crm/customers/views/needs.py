"""Needs of customers: their list, their page, and what is done to them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from crm.customers.forms import NeedForm
from crm.customers.models import Customer, Need
from crm.customers.needs import COLOURS, CONFLICTING, with_conflicts
from crm.customers.services import needs
from suite.core.access import Actor
from suite.core.doors import door
from suite.desk import formats
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    DateFilter,
    ListSpec,
    OwnerFilter,
    PickFilter,
    View,
    list_view,
)
from suite.desk.pages import back, entry_page
from suite.desk.records import Fact, PageAct, RecordPage, edit_act, record_page

CHANGE = "crm_customers.change_need"
Status = Need.Status


def _open(row: Need) -> bool:
    return row.status == Status.OPEN


class NeedList(ListSpec):
    """What customers want, as those who spoke with them heard it."""

    model = Need
    page = "customers:needs"
    title = gettext_lazy("Needs")
    icon = "bulb"
    columns = (
        Column("what", gettext_lazy("Need"), value="what", card="title"),
        Column("party", gettext_lazy("Customer"), value="party__label"),
        Column("owner", gettext_lazy("Heard by")),
        Column("heard_on", gettext_lazy("Heard on"), "date", sort=True, card="side"),
        Column("status", gettext_lazy("Status"), "badge", card="side", colours=lambda row: COLOURS[row.status]),
        Column("conflicts", gettext_lazy("Others heard otherwise"), "bool", value="conflicts"),
        Column("product", gettext_lazy("Product"), value="product__label", shown=False),
        Column("text", gettext_lazy("What they want"), shown=False),
        Column("settled_at", gettext_lazy("Settled"), "datetime", shown=False),
        Column("created_at", gettext_lazy("Written down"), "datetime", sort=True, shown=False),
    )
    filters = (
        ChoiceFilter("status", gettext_lazy("Status"), choices=Status),
        OwnerFilter(),
        BoolFilter("conflict", gettext_lazy("Others heard otherwise"), condition=CONFLICTING),
        DateFilter("heard", gettext_lazy("Heard on"), field="heard_on"),
        PickFilter("party", gettext_lazy("Customer"), kind="party", quick=False),
        PickFilter("product", gettext_lazy("Product"), kind="product", quick=False),
    )
    views = (
        View("open", gettext_lazy("Open needs"), {"status": "open"}),
        View("conflicts", gettext_lazy("Contradicting"), {"conflict": "yes"}),
    )
    acts = (
        Act("meet", gettext_lazy("Met"), CHANGE, needs.meet, icon="check", when=_open, in_row=True, undo="reopen",
            to="met"),
        Act("drop", gettext_lazy("Drop"), CHANGE, needs.drop, icon="x", when=_open, undo="reopen", to="dropped"),
        Act("reopen", gettext_lazy("Open again"), CHANGE, needs.reopen, icon="rotate",
            when=lambda row: not _open(row), to="open"),
    )  # fmt: skip
    boards = ("status",)
    order = "-created_at"
    related = ("company", "party", "owner", "product")
    empty = gettext_lazy("No needs yet. Write them down on the page of a customer.")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return with_conflicts(super().rows(actor))


@door("crm_customers.view_need")
def need_list(request: HttpRequest) -> HttpResponseBase:
    """Needs the reader may see."""
    return list_view(request, NeedList)


def _seen(request: HttpRequest, pk: int, code: str = "") -> Need:
    rows = with_conflicts(Need.objects.visible_to(request.actor, code))  # type: ignore[attr-defined]
    return get_object_or_404(rows.select_related("party__customer", "owner", "product"), pk=pk)


@door("crm_customers.view_need")
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wanted, who heard it when, and whether others heard otherwise."""
    row = _seen(request, pk)
    customer = getattr(row.party, "customer", None)
    badges = [(str(row.get_status_display()), COLOURS[row.status])]
    if row.conflicts:  # type: ignore[attr-defined]
        badges.append((_("Others heard otherwise"), "warning"))
    page = RecordPage(
        row.what,
        crumbs=[(_("Needs"), reverse("customers:needs"))],
        badges=badges,
        acts=_acts(row),
        facts=[
            Fact(_("Customer"), row.party.label, reverse("customers:customer", args=[customer.pk]) if customer else ""),
            Fact(_("Product"), row.product.label if row.product else ""),
            Fact(_("What they want"), row.text),
            Fact(_("Heard by"), row.owner),
            Fact(_("Heard on"), formats.day(row.heard_on)),
            Fact(_("Settled"), formats.moment(row.settled_at) if row.settled_at else ""),
        ],
        record=row,
    )
    return record_page(request, page)


DOING: dict[str, Any] = {"meet": needs.meet, "drop": needs.drop, "reopen": needs.reopen}


def _acts(row: Need) -> list[PageAct]:
    def act(name: str, label: str, icon: str, **more: Any) -> PageAct:
        return PageAct(label, reverse("customers:need_act", args=[row.pk, name]), icon, CHANGE, **more)

    if not _open(row):
        return [act("reopen", _("Open again"), "rotate")]
    return [
        act("meet", _("Met"), "check", primary=True),
        edit_act("customers:need_edit", row.pk, CHANGE),
        act("drop", _("Drop"), "x", reason=True),
    ]


@door(CHANGE)
@require_POST
def need_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Settle a need, or open it again."""
    row = _seen(request, pk, CHANGE)
    if name not in DOING:
        raise Http404
    if DOING[name](pks=[row.pk], actor=request.actor, reason=request.POST.get("reason", "")[:500]):  # type: ignore[attr-defined]
        messages.success(request, _("Saved"))
    return redirect(back(request, reverse("customers:need", args=[pk])))


@door(CHANGE)
def need_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a need."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _seen(request, pk, CHANGE)
    shown = {name: getattr(row, name) for name in NeedForm.base_fields}
    form = NeedForm(request.POST if request.method == "POST" else None, actor=actor, initial=shown, record=row)

    def save(typed: dict[str, Any], _lines: Any) -> str:
        needs.change_need(need=row, actor=actor, **typed)
        messages.success(request, _("Saved"))
        return reverse("customers:need", args=[pk])

    page = reverse("customers:need", args=[pk])
    return entry_page(request, form, save, heading=row.what, section=_("Needs"), back=page)


@door("crm_customers.add_need")
def need_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what a customer wants; `pk` is the customer's."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    customer = get_object_or_404(Customer.objects.visible_to(actor).select_related("party"), pk=pk)
    form = NeedForm(request.POST if request.method == "POST" else None, actor=actor)
    page = reverse("customers:customer", args=[pk])

    def save(typed: dict[str, Any], _lines: Any) -> str:
        needs.tell(needs=[{"party": customer.party, **typed}], actor=actor)
        messages.success(request, _("Saved"))
        return page

    return entry_page(request, form, save, heading=_("New need"), section=customer.party.label, back=page)
