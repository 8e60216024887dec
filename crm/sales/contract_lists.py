"""The lists of contracts, which are their board and their calendar, too, and of their templates."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.sales.lists import LineFilter, Outcome, ReasonForm, line_columns
from crm.sales.models import Contract, ContractTemplate, Milestone
from crm.sales.services import clauses, executing
from suite.core import clock
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    Create,
    DateFilter,
    ListSpec,
    NumberFilter,
    OwnerFilter,
    PickFilter,
    View,
)

CONTRACT_COLOURS = {
    "draft": "secondary", "awaiting": "warning", "active": "primary", "completed": "success", "terminated": "danger",
    "expired": "secondary",
}  # fmt: skip
CHANGE, END = "crm_sales.change_contract", "crm_sales.terminate_contract"
Status = Contract.Status


def is_draft(row: Contract) -> bool:
    return row.status == Status.DRAFT


def is_in_force(row: Contract) -> bool:
    return row.status in (Status.ACTIVE, Status.EXPIRED)


def is_late(actor: Actor) -> Q:
    """In force, with a milestone whose day passed and that is neither reached nor paid."""
    late = Milestone.objects.filter(executing.is_late(clock.today(actor.company)), contract=OuterRef("pk"))
    return Q(Exists(late), status__in=(Status.ACTIVE, Status.EXPIRED))


def _each(act: Callable[..., Any]) -> Callable[..., Outcome]:
    """An act on contracts as lists call it: each is an act of its own."""

    def run(*, actor: Actor, pks: Collection[int], **how: Any) -> Outcome:
        outcome = Outcome()
        for pk in sorted(pks):
            try:
                act(contract_ids=[pk], actor=actor, **how)
            except BusinessError as error:
                outcome.refused[pk] = error.refusals[0]
        return outcome

    return run


_submit = _each(executing.submit_contracts)
_complete = _each(executing.complete_contracts)
_terminate = _each(executing.terminate_contracts)


class ContractList(ListSpec):
    """Contracts."""

    model = Contract
    page = "sales:contracts"
    title = _("Contracts")
    icon = "contract"
    columns = (
        Column("number", _("Number"), value="number", card="meta"),
        Column("name", _("Name"), card="title"),
        Column("party", _("Customer"), value="party__label"),
        Column("date", _("Date"), "date", sort=True),
        Column("gross", _("Total with tax"), "money", currency="currency_id", sort=True, card="side"),
        Column("status", _("Status"), "badge", card="side", colours=lambda row: CONTRACT_COLOURS[row.status]),
        Column("starts_on", _("Begins"), "date", shown=False),
        Column("ends_on", _("Ends"), "date", sort=True),
        Column("signed_on", _("Signed"), "date", shown=False),
        Column("owner", _("Owner"), card="hide"),
        Column("currency", _("Currency"), value="currency_id", shown=False),
        Column("net", _("Net"), "money", currency="currency_id", shown=False),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=Status),
        PickFilter("party", _("Customer"), kind="buyer"),
        DateFilter("ends", _("Ends"), "ends_on"),
        OwnerFilter(),
        BoolFilter("late", _("Late"), condition=is_late),
        DateFilter("date", _("Date"), quick=False),
        NumberFilter("gross", _("Total with tax"), quick=False),
        LineFilter("discount", _("Discount of a line %"), quick=False),
    )
    views = (
        View("in_force", _("In force"), {"status": "active"}),
        View("mine", _("Mine"), {"owner": "me"}),
        View("awaiting", _("Waiting for approval"), {"status": "awaiting"}),
        View("late", _("Late"), {"late": "yes"}),
        View("ending", _("Ending soon"), {"status": "active", "ends": "next_30_days"}),
    )
    acts = (
        Act("submit", _("Submit for approval"), CHANGE, _submit, icon="send", when=is_draft, to="awaiting"),
        Act("complete", _("Complete"), END, _complete, icon="check", when=is_in_force, to="completed"),
        Act(
            "terminate", _("End before its time"), END, _terminate, icon="x", form=ReasonForm, danger=True,
            when=is_in_force, to="terminated",
        ),
    )  # fmt: skip
    boards = ("status",)
    total = "gross"
    calendars = ("ends", "date")
    order = "-date"
    related = ("party", "owner")
    create = Create(_("New contract"), "sales:contract_new", "crm_sales.add_contract")
    empty = _("No contracts yet. Write the first one, or make it of a quotation.")
    importer = "contracts"
    line_columns = (
        Column("name", _("Name"), value="contract__name"),
        *line_columns("contract"),
    )
    line_related = ("product", "contract")


def _archive(*, actor: Actor, pks: list[int]) -> int:
    return clauses.archive_templates(pks=pks, actor=actor)


def _bring_back(*, actor: Actor, pks: list[int]) -> int:
    return clauses.archive_templates(pks=pks, actor=actor, archived=False)


class TemplateList(ListSpec):
    """Templates of contracts."""

    model = ContractTemplate
    page = "sales:contract_templates"
    title = _("Contract templates")
    icon = "file-text"
    columns = (
        Column("name", _("Name"), value="label", card="title"),
        Column("is_archived", _("Archived"), "bool"),
    )
    filters = (BoolFilter("archived", _("Archived"), "is_archived"),)
    views = (View("in_use", _("In use"), {"archived": "no"}),)
    acts = (
        Act("archive", _("Archive"), "crm_sales.change_contracttemplate", _archive, icon="archive", undo="bring_back"),
        Act(
            "bring_back", _("Bring back"), "crm_sales.change_contracttemplate", _bring_back, icon="rotate",
            undo="archive",
        ),
    )  # fmt: skip
    search_fields = ("name", "name_en")
    create = Create(_("New template"), "sales:contract_template_new", "crm_sales.add_contracttemplate")
    empty = _("No templates: contracts are written by hand.")

    def url(self, row: ContractTemplate) -> str:
        return reverse("sales:contract_template", args=[row.pk])
