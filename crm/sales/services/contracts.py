"""Contracts as drafts: written from scratch, a template, a quotation or a deal; changed and thrown away.

`executing` brings them into force and through their life.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Contract, ContractLine, ContractTemplate, Milestone, Opportunity, Quotation
from crm.sales.services import lines as trade_lines
from crm.sales.services import plans, quotations
from crm.sales.services.documents import Basis, Draft
from crm.sales.services.drafts import Prepared, discard
from crm.sales.services.plans import MilestoneInput
from crm.sales.services.pricing import LineInput
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.said import cut
from suite.desk import search
from suite.masterdata.models import Party

Status = Contract.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDraft(Draft):
    """A contract as somebody wants it; without clauses of its own it has those of its template."""

    name: str = ""
    template_id: int | None = None
    quotation_id: int | None = None
    opportunity_id: int | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    signed_on: dt.date | None = None
    body: str = ""
    body_en: str = ""
    plan: Sequence[MilestoneInput] = ()
    own: Mapping[str, Any] = field(default_factory=dict)

    def contradiction(self, today: dt.date) -> Refusal | None:
        if not self.name.strip():
            return Refusal("no_name", _("Say what the contract is about"), field="name")
        return over_before_it_began(self.starts_on, self.ends_on)


def over_before_it_began(starts_on: dt.date | None, ends_on: dt.date | None) -> Refusal | None:
    if starts_on and ends_on and ends_on < starts_on:
        return Refusal("ends_on", _("The end is before the beginning"), field="ends_on")
    return None


@service
def create_contract(
    *, party: Party, lines: Sequence[LineInput], actor: Actor, reason: str = "", **fields: Any
) -> Contract:
    """Write a draft contract, priced; `fields` are those of ContractDraft. Raises BusinessError naming all that is
    wrong, at its line or milestone."""
    return create_contracts([ContractDraft(party_id=party.pk, lines=lines, **fields)], actor=actor, reason=reason)[0]


@service
def create_contracts(drafts: Sequence[ContractDraft], *, actor: Actor, reason: str = "") -> list[Contract]:
    """Write draft contracts by a fixed number of statements; all of them or none (see `orders.create_orders`)."""
    prepared = _prepared(drafts, actor)
    prepared.demand_all()
    contracts = prepared.write(ContractLine, "contract")
    rows = [plans.rows_of(contract, draft.plan) for contract, draft in zip(contracts, drafts, strict=True)]
    Milestone.objects.bulk_create([row for each in rows for row in each])
    return contracts


def check_contracts(drafts: Sequence[ContractDraft], *, actor: Actor) -> dict[int, list[Refusal]]:
    """What speaks against each draft, by its index; writes nothing."""
    return _prepared(drafts, actor).refusals


def _prepared(drafts: Sequence[ContractDraft], actor: Actor) -> Prepared[ContractDraft, Contract]:
    templates = _templates({draft.template_id for draft in drafts}, actor)

    def make(draft: ContractDraft, header: dict[str, Any]) -> Contract:
        template = templates.get(draft.template_id or 0)
        written = bool(draft.body or draft.body_en)
        return Contract(
            **header,
            name=cut(draft.name.strip(), 200),
            template=template,
            quotation_id=draft.quotation_id,
            opportunity_id=draft.opportunity_id,
            starts_on=draft.starts_on,
            ends_on=draft.ends_on,
            signed_on=draft.signed_on,
            body=draft.body if written or template is None else template.body,
            body_en=draft.body_en if written or template is None else template.body_en,
            own=dict(draft.own),
        )

    prepared = Prepared(drafts, actor=actor, make=make)
    for index, priced in zip(prepared.sound, prepared.priced, strict=True):
        draft = drafts[index]
        found = list(priced.refusals)
        if not found:
            currency = draft.currency_id or actor.company.currency
            found = plans.refusals(draft.plan, priced.totals()["gross"], currency)
        if draft.template_id and draft.template_id not in templates:
            found.insert(0, Refusal("unknown_template", _("There is no such template"), field="template"))
        if found:
            prepared.refusals[index] = found
    return prepared


def _templates(pks: Collection[int | None], actor: Actor) -> dict[int, ContractTemplate]:
    wanted = {pk for pk in pks if pk}
    rows = ContractTemplate.objects.of(actor.company_id).filter(is_archived=False)
    return rows.in_bulk(wanted) if wanted else {}


@service
def contract_from_quotation(
    *, quotation_id: int, actor: Actor, template_id: int | None = None, reason: str = "", **fields: Any
) -> Contract:
    """Write a draft contract with the very lines and prices that were quoted.

    Raises BusinessError for a quotation that is lost or replaced, is ordered already, or has a contract already.
    """
    quotation = quotations.locked(quotation_id, actor)
    quotation.demand_status(Quotation.Status.DRAFT, Quotation.Status.SENT, Quotation.Status.WON)
    quotations.refuse_taken(quotation)
    template = _template(template_id, actor)
    contract = Contract(
        **quotations.header_of(quotation),
        date=Basis(actor=actor, party_ids=[]).today,
        name=cut(str(_("Contract on %(number)s")) % {"number": quotation}, 200),
        quotation=quotation,
        opportunity_id=quotation.opportunity_id,
        template=template,
        body=template.body if template else "",
        body_en=template.body_en if template else "",
    )
    for name, value in fields.items():
        setattr(contract, name, value)
    contract.save()
    trade_lines.copy(quotation, ContractLine, contract=contract)
    _note_new(contract, quotation)
    return contract


@service
def contract_from_opportunity(
    *, opportunity_id: int, actor: Actor, template_id: int | None = None, reason: str = ""
) -> Contract:
    """Write a draft contract with the customer, contact and products of a deal, priced from the lists.

    Raises BusinessError when the deal is closed or has no customer yet.
    """
    deal = Opportunity.objects.of(actor.company_id).lock([opportunity_id]).select_related("party").get()
    deal.demand_status(Opportunity.Status.OPEN, Opportunity.Status.WON)
    quotations.demand_customer(deal)
    assert deal.party is not None
    template = _template(template_id, actor)
    contract = create_contract(
        party=deal.party, name=deal.name, lines=quotations.lines_of_deal(deal), contact_id=deal.contact_id,
        currency_id=str(deal.currency_id), owner_id=deal.owner_id, team_id=deal.team_id, opportunity_id=deal.pk,
        template_id=template.pk if template else None, actor=actor,
    )  # fmt: skip
    current_act().link(deal, contract)
    return contract


def _template(pk: int | None, actor: Actor) -> ContractTemplate | None:
    """The template that is named, else the first in use."""
    rows = ContractTemplate.objects.of(actor.company_id).filter(is_archived=False)
    if pk is None:
        return rows.order_by("pk").first()
    found = rows.filter(pk=pk).first()
    if found is None:
        raise BusinessError(Refusal("unknown_template", _("There is no such template"), field="template"))
    return found


def _note_new(contract: Contract, source: Quotation) -> None:
    act = current_act()
    act.link(source, contract)
    act.audit(contract, "created", {"quotation": (None, str(source)), "gross": (None, contract.gross)})
    act.announce("crm.sales.contract.created", contract, {"number": contract.number})
    search.index([contract])


@service
def change_contract(
    *,
    contract_id: int,
    actor: Actor,
    version: int | None = None,
    lines: Sequence[LineInput] | None = None,
    plan: Sequence[MilestoneInput] | None = None,
    reason: str = "",
    **fields: Any,
) -> Contract:
    """Change a draft contract as `orders.change_order` does; `plan`, where given, are its milestones altogether.

    Shares follow a new total; amounts must still come to it. Raises Stale when `version` is past, BusinessError when
    the contract is no draft, or at the line or milestone that cannot stand like this.
    """
    contract = locked([contract_id], actor)[0]
    contract.demand_version(version)
    contract.demand_status(Status.DRAFT)
    begins, ends = (fields.get(name, getattr(contract, name)) for name in ("starts_on", "ends_on"))
    if refusal := over_before_it_began(begins, ends):
        raise BusinessError(refusal)
    if not fields.get("name", contract.name).strip():
        raise BusinessError(Refusal("no_name", _("Say what the contract is about"), field="name"))
    before = list(contract.milestones.all())
    changed = trade_lines.change(ContractLine, "contract", contract, fields=fields, inputs=lines, actor=actor)
    wanted = plans.inputs_of(before) if plan is None else plan
    if refused := plans.refusals(wanted, contract.gross, str(contract.currency_id)):
        raise BusinessError(*refused)
    if _rewrite_plan(contract, before, wanted) or changed:
        current_act().announce("crm.sales.contract.changed", contract, {"number": contract.number})
    return contract


def _rewrite_plan(contract: Contract, before: Sequence[Milestone], plan: Sequence[MilestoneInput]) -> bool:
    """Replace the milestones of a draft where they differ; one audit row."""
    rows = plans.rows_of(contract, plan)
    if [_brief(row) for row in rows] == [_brief(row) for row in before]:
        return False
    Milestone.objects.filter(contract=contract).delete()
    Milestone.objects.bulk_create(rows)
    told = [", ".join(f"{row.name} {row.amount}" for row in each) for each in (before, rows)]
    current_act().audit(contract, "changed", {"milestones": (told[0], told[1])})
    return True


def _brief(row: Milestone) -> tuple[Any, ...]:
    return (row.name, row.share, row.amount, row.event, row.days, row.due_on)


@service
def delete_drafts(*, contract_ids: Collection[int], actor: Actor, reason: str = "") -> Refusals:
    """Throw drafts away and name those that are none; a few statements for any number."""
    contracts = locked(contract_ids, actor)
    gone = [row for row in contracts if row.status == Status.DRAFT]
    discard(gone)
    sentence = _("%(number)s is %(status)s: only drafts are deleted")
    return {
        row.pk: Refusal("wrong_state", sentence, {"number": row.number, "status": row.get_status_display()})
        for row in contracts
        if row.status != Status.DRAFT
    }


def locked(contract_ids: Collection[int], actor: Actor) -> list[Contract]:
    """The contracts, locked in key order, with their parties and milestones."""
    rows = Contract.objects.of(actor.company_id).lock(contract_ids)
    found = list(
        rows.select_related("company", "party", "contact", "quotation").prefetch_related(
            Prefetch("milestones", Milestone.objects.order_by("position", "pk"))
        )
    )
    if len(found) != len(set(contract_ids)):
        raise BusinessError(Refusal("not_found", _("The contract does not exist any more")))
    return found
