"""Opportunities: made, changed, handed on and thrown away; `moving` brings them through their pipeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.sales.models import LostReason, Opportunity, OpportunityLine, Quotation, Rival, Stage, StageVisit
from crm.sales.queries.pipelines import stages_of
from crm.sales.services import moving
from crm.sales.services.documents import Basis
from suite.automation.services import approvals
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.models import DocumentLink, Membership, User
from suite.core.money import ZERO
from suite.core.said import cut
from suite.desk import search
from suite.desk.services import notifications

Kind, Status = Stage.Kind, Opportunity.Status


@dataclass(frozen=True, slots=True)
class Product:
    """What a deal is about: a product, with quantity and amount where they are known."""

    product_id: int
    quantity: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A stage that a deal came to, and when."""

    stage_id: int
    at: dt.datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityDraft:
    """A deal as somebody wants it; what is None is filled from customer, company and pipeline.

    Without `amount` the amounts of its lines are it. One whose past is known says its `path`, first to last: it is
    made as it stands now, and nobody is asked to do what was to be done on the way.
    """

    name: str
    party_id: int | None = None
    contact_id: int | None = None
    pipeline_id: int | None = None
    stage_id: int | None = None
    amount: Decimal | None = None
    currency_id: str | None = None
    exchange_rate: Decimal | None = None
    lines: Sequence[Product] = ()
    expected_close: dt.date | None = None
    forecast: str = Opportunity.Forecast.PIPELINE
    source: str = ""
    next_step: str = ""
    next_step_on: dt.date | None = None
    owner_id: int | None = None
    note: str = ""
    rivals: Sequence[Rival] = ()
    own: Mapping[str, Any] = field(default_factory=dict)
    path: Sequence[Passage] = ()
    lost_reason: LostReason | None = None


class Places:
    """The stages of a company, as deals begin in them."""

    def __init__(self, company_id: int) -> None:
        self.stages = {stage.pk: stage for stage in stages_of(company_id)}

    def begin(self, pipeline_id: int | None, stage_id: int | None) -> Stage | None:
        """Where a deal begins: in the stage that is named, else the first of the pipeline, else of the first."""
        if stage_id is not None:
            stage = self.stages.get(stage_id)
            fits = stage and stage.kind == Kind.OPEN and pipeline_id in (None, stage.pipeline_id)
            return stage if fits else None
        for stage in self.stages.values():
            if pipeline_id == stage.pipeline_id or (pipeline_id is None and not stage.pipeline.is_archived):
                return stage
        return None


@service
def create_opportunity(*, name: str, actor: Actor, reason: str = "", **fields: Any) -> Opportunity:
    """Write one opportunity; `fields` are those of OpportunityDraft. Raises as `create_opportunities`."""
    return create_opportunities([OpportunityDraft(name=name, **fields)], actor=actor, reason=reason)[0]


@service
def create_opportunities(drafts: Sequence[OpportunityDraft], *, actor: Actor, reason: str = "") -> list[Opportunity]:
    """Write opportunities by a fixed number of statements; all of them or none.

    Whoever looks after the customer looks after the deal, unless `owner_id` says otherwise. Raises BusinessError: of
    one draft what is wrong with it, of many the first refusal of each under its index.
    """
    places, basis = Places(actor.company_id), _basis(drafts, actor)
    refused = {index: refusal for index, draft in enumerate(drafts) if (refusal := _refusal(draft, places, basis))}
    if refused:
        raise BusinessError(*refused.values()) if len(drafts) == 1 else BusinessError(by_key=refused)
    deals = [_made(draft, places, basis) for draft in drafts]
    Opportunity.objects.bulk_create(deals, batch_size=2000)
    _write_lines([(deal, draft.lines) for deal, draft in zip(deals, drafts, strict=True)])
    through = Opportunity.rivals.through
    through.objects.bulk_create(
        through(opportunity=deal, rival=rival)
        for deal, draft in zip(deals, drafts, strict=True)
        for rival in draft.rivals
    )
    visits = _write_visits(deals, drafts, places, actor)
    act = current_act()
    for deal in deals:
        act.audit(deal, "created", {"stage": (None, deal.stage.name), "entered_at": (None, deal.entered_at)})
        act.announce("crm.sales.opportunity.created", deal, {"number": deal.number, "party": deal.party_id})
    search.index(deals)
    new = [pair for pair, draft in zip(zip(deals, visits, strict=True), drafts, strict=True) if not draft.path]
    _tell_owners([deal for deal, _visit in new], actor)
    moving.plan_actions([deal for deal, _visit in new], [visit for _deal, visit in new], actor)
    return deals


def check_opportunities(drafts: Sequence[OpportunityDraft], *, actor: Actor) -> dict[int, list[Refusal]]:
    """What speaks against each draft, by its index; writes nothing."""
    places, basis = Places(actor.company_id), _basis(drafts, actor)
    return {index: [refusal] for index, draft in enumerate(drafts) if (refusal := _refusal(draft, places, basis))}


def _basis(drafts: Sequence[OpportunityDraft], actor: Actor) -> Basis:
    return Basis(
        actor=actor,
        party_ids=[draft.party_id for draft in drafts if draft.party_id],
        currencies=[draft.currency_id for draft in drafts],
        contact_ids=[draft.contact_id for draft in drafts],
    )


def _refusal(draft: OpportunityDraft, places: Places, basis: Basis) -> Refusal | None:
    if not draft.name.strip():
        return Refusal("no_name", _("Say what the opportunity is about"), field="name")
    if draft.party_id and (refusal := basis.unsellable(draft.party_id, draft.contact_id)):
        return refusal
    if draft.contact_id and not draft.party_id:
        return Refusal("foreign_contact", _("A contact belongs to a customer: name the customer"), field="contact")
    ways = [places.stages.get(each.stage_id) for each in draft.path]
    if None in ways or (not ways and places.begin(draft.pipeline_id, draft.stage_id) is None):
        return Refusal("unknown_stage", _("There is no such stage in this pipeline"), field="stage")
    if (draft.amount or ZERO) < 0:
        return Refusal("amount", _("The amount must not be negative"), field="amount")
    return _unpriced(basis, draft.currency_id, draft.exchange_rate)


def _unpriced(basis: Basis, currency_id: str | None, rate: Decimal | None) -> Refusal | None:
    if currency_id not in {None, basis.actor.company.currency, *basis.foreign}:
        sentence = _("There is no currency %(currency)s")
        return Refusal("unknown_currency", sentence, {"currency": currency_id}, field="currency")
    return basis.unrated(currency_id, None) if rate is None else basis.misrated(currency_id, None, rate)


def _made(draft: OpportunityDraft, places: Places, basis: Basis) -> Opportunity:
    stage = places.stages[draft.path[-1].stage_id] if draft.path else places.begin(draft.pipeline_id, draft.stage_id)
    assert stage is not None
    begun = draft.path[0].at if draft.path else clock.now()
    entered = draft.path[-1].at if draft.path else begun
    company, party = basis.actor.company, basis.parties.get(draft.party_id or 0)
    customer = getattr(party, "customer", None)
    owner = draft.owner_id or (customer.owner_id if customer else None) or basis.actor.user_id
    return Opportunity(
        company=company,
        name=cut(draft.name.strip(), 200),
        status=stage.kind,
        pipeline=stage.pipeline,
        stage=stage,
        party=party,
        contact_id=draft.contact_id,
        amount=_worth(draft.amount, draft.lines),
        currency_id=draft.currency_id or company.currency,
        exchange_rate=draft.exchange_rate or basis.exchange_rate(draft.currency_id, None) or Decimal(1),
        expected_close=draft.expected_close,
        forecast=draft.forecast,
        source=draft.source,
        next_step=draft.next_step,
        next_step_on=draft.next_step_on,
        owner_id=owner,
        team_id=customer.team_id if customer and owner == customer.owner_id else basis.teams.get(owner or 0),
        note=draft.note,
        own=dict(draft.own),
        entered_at=entered,
        closed_at=None if stage.kind == Kind.OPEN else entered,
        lost_reason=draft.lost_reason if stage.kind == Kind.LOST else None,
        created_at=begun,
        updated_at=entered,
    )


def _worth(amount: Decimal | None, lines: Sequence[Product]) -> Decimal:
    return sum((line.amount or ZERO for line in lines), ZERO) if amount is None else amount


def _write_lines(pairs: Sequence[tuple[Opportunity, Sequence[Product]]]) -> None:
    OpportunityLine.objects.bulk_create(
        [
            OpportunityLine(
                company_id=deal.company_id, opportunity=deal, position=position, product_id=line.product_id,
                quantity=line.quantity, amount=line.amount,
            )
            for deal, lines in pairs
            for position, line in enumerate(lines)
        ],
        batch_size=5000,
    )  # fmt: skip


def _write_visits(
    deals: Sequence[Opportunity], drafts: Sequence[OpportunityDraft], places: Places, actor: Actor
) -> list[StageVisit]:
    """The way each deal has gone; the last of its visits is answered."""
    rows: list[StageVisit] = []
    last: list[StageVisit] = []
    for deal, draft in zip(deals, drafts, strict=True):
        path = draft.path or [Passage(deal.stage_id, deal.entered_at)]
        before: Stage | None = None
        for number, passage in enumerate(path):
            stage = places.stages[passage.stage_id]
            kind = StageVisit.Kind.FORWARD if before else StageVisit.Kind.START
            if before and stage.kind == Kind.OPEN and (before.kind != Kind.OPEN or stage.position < before.position):
                kind = StageVisit.Kind.BACK
            if before:
                rows[-1].left_for = kind if stage.kind == Kind.OPEN else stage.kind
            rows.append(
                StageVisit(
                    company_id=deal.company_id, opportunity=deal, stage=stage, from_stage=before, kind=kind,
                    entered_at=passage.at, left_at=path[number + 1].at if number + 1 < len(path) else None,
                    moved_by=actor.user, reason=cut(passage.reason, 500),
                )
            )  # fmt: skip
            before = stage
        last.append(rows[-1])
    StageVisit.objects.bulk_create(rows, batch_size=5000)
    return last


@service
def change_opportunity(
    *,
    opportunity_id: int,
    actor: Actor,
    version: int | None = None,
    lines: Sequence[Product] | None = None,
    rivals: Sequence[Rival] | None = None,
    reason: str = "",
    **fields: Any,
) -> Opportunity:
    """Change what is said of a deal; `lines`, where given, are its lines altogether. Its stage `moving` changes.

    An `amount` of None is what the lines come to. Raises Stale when `version` is past, BusinessError for nonsense.
    """
    deal = Opportunity.objects.of(actor.company_id).lock([opportunity_id]).select_related("company", "party").get()
    deal.demand_version(version)
    if "amount" in fields and fields["amount"] is None:
        fields["amount"] = _worth(None, lines if lines is not None else _lines_of(deal))
    if "owner" in fields:
        fields["team_id"] = _team_of(fields["owner"], actor)
    party = fields.get("party", deal.party)
    contact = fields.get("contact", deal.contact)
    if contact and contact.party_id != (party.pk if party else None):
        if "contact" in fields:
            raise BusinessError(Refusal("foreign_contact", _("This person belongs to somebody else"), field="contact"))
        fields["contact"] = None
    if fields.keys() & {"currency_id", "exchange_rate"}:
        _reprice(deal, fields, actor)
    handed_over = "owner" in fields and (fields["owner"].pk if fields["owner"] else None) != deal.owner_id
    changed = bool(save_changes(deal, fields))
    changed |= lines is not None and _set_lines(deal, lines)
    changed |= rivals is not None and _set_rivals(deal, rivals)
    if changed:
        deal.refresh_from_db(fields=["value"])
        search.index([deal])
        current_act().announce("crm.sales.opportunity.changed", deal, {"number": deal.number})
        approvals.ask_again(documents=[deal], actor=actor)
    if handed_over:
        _tell_owners([deal], actor)
    return deal


def _reprice(deal: Opportunity, fields: dict[str, Any], actor: Actor) -> None:
    currency, rate = str(fields.get("currency_id", deal.currency_id)), fields.get("exchange_rate")
    if (currency, rate) == (deal.currency_id, deal.exchange_rate):
        return
    basis = Basis(actor=actor, party_ids=[], currencies=[currency])
    if refusal := _unpriced(basis, currency, rate):
        raise BusinessError(refusal)
    fields.setdefault("exchange_rate", basis.exchange_rate(currency, None))


def _lines_of(deal: Opportunity) -> list[Product]:
    return [Product(row.product_id, row.quantity, row.amount) for row in deal.lines.all()]


def _set_lines(deal: Opportunity, lines: Sequence[Product]) -> bool:
    before = _lines_of(deal)
    if before == list(lines):
        return False
    deal.lines.all().delete()
    _write_lines([(deal, lines)])
    current_act().audit(deal, "changed", {"lines": (len(before), len(lines))})
    return True


def _set_rivals(deal: Opportunity, rivals: Sequence[Rival]) -> bool:
    before, after = set(deal.rivals.values_list("name", flat=True)), {rival.name for rival in rivals}
    if before == after:
        return False
    deal.rivals.set(rivals)
    current_act().audit(deal, "changed", {"rivals": (sorted(before), sorted(after))})
    return True


def _team_of(owner: User | None, actor: Actor) -> int | None:
    if owner is None:
        return None
    member = Membership.objects.filter(company=actor.company_id, user=owner).first()
    if member is None:
        sentence = _("%(name)s does not work in this company")
        raise BusinessError(Refusal("not_a_member", sentence, {"name": owner.label}, field="owner"))
    return member.team_id


@service
def assign_opportunities(
    *, opportunity_ids: Collection[int], owner: User, actor: Actor, reason: str = ""
) -> list[Opportunity]:
    """Hand deals on to somebody of the company, who is told; a fixed number of statements."""
    team_id = _team_of(owner, actor)
    rows = list(Opportunity.objects.of(actor.company_id).lock(opportunity_ids))
    deals = [deal for deal in rows if deal.owner_id != owner.pk]
    Opportunity.objects.filter(pk__in=[deal.pk for deal in deals]).update(
        owner=owner, team_id=team_id, version=F("version") + 1, updated_at=clock.now()
    )
    for deal in deals:
        current_act().audit(deal, "transferred", {"owner": (deal.owner_id, owner)})
        deal.owner, deal.team_id, deal.version = owner, team_id, deal.version + 1
        current_act().announce("crm.sales.opportunity.changed", deal, {"number": deal.number})
    search.index(deals)
    _tell_owners(deals, actor)
    return deals


def _tell_owners(deals: Sequence[Opportunity], actor: Actor) -> None:
    for deal in deals:
        if deal.owner_id and deal.owner_id != actor.user_id:
            notifications.notify(
                [deal.owner_id],
                "assigned",
                _("You look after this opportunity: %(deal)s"),
                params={"deal": str(deal)},
                key=f"opportunity:{deal.pk}:{deal.owner_id}:{deal.version}",
                subject=deal,
            )


@service
def delete_opportunities(*, opportunity_ids: Collection[int], actor: Actor, reason: str = "") -> Refusals:
    """Throw deals away that were entered by mistake: open ones of which no quotation came. Names those that stay."""
    rows = list(Opportunity.objects.of(actor.company_id).lock(opportunity_ids))
    quoted = set(Quotation.objects.filter(opportunity__in=rows).values_list("opportunity_id", flat=True))
    refused: Refusals = {}
    for deal in rows:
        if deal.pk in quoted:
            refused[deal.pk] = Refusal("quoted", _("%(number)s was quoted: it stays"), {"number": deal.number})
        elif refusal := deal.wrong_state(Status.OPEN):
            refused[deal.pk] = refusal
    gone = [deal for deal in rows if deal.pk not in refused]
    pks = [deal.pk for deal in gone]
    approvals.withdraw(documents=gone, actor=actor)
    for deal in gone:
        current_act().audit(deal, "deleted", {"number": (deal.number, None), "name": (deal.name, None)})
    ends = Q(from_kind=Opportunity.kind(), from_id__in=pks) | Q(to_kind=Opportunity.kind(), to_id__in=pks)
    DocumentLink.objects.of(actor.company_id).filter(ends).delete()
    search.forget(Opportunity, pks)
    Opportunity.objects.filter(pk__in=pks).delete()
    return refused
