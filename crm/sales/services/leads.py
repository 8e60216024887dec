"""Leads: taken in, changed, followed up, moved; `distributing` finds who gets them, `converting` what they become."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Lead, LeadActivity
from crm.sales.services import distributing, lead_duplicates
from crm.sales.services.responding import answered, due_at
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import Act, current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.models import DocumentLink, Membership, User
from suite.core.said import said
from suite.desk import search
from suite.desk.own import values as own_values
from suite.desk.services import notifications
from suite.masterdata.standards import check, standardised

Status = Lead.Status
Values = Mapping[str, Any]
AS_TYPED = ("name", "organisation", "phone", "email", "text")  # what is kept as it came in
COMPARED = {"name", "organisation", "phone", "email"}
BY_HAND = _("Handed over by hand")
NAMED = 10  # leads that a notice names


@dataclass
class Outcome:
    """Which leads an act was done to, and why it was not done to others."""

    done: list[Lead] = field(default_factory=list)
    refused: Refusals = field(default_factory=dict)


@service
def receive_leads(*, leads: Sequence[Values], actor: Actor, is_news: bool = True, reason: str = "") -> list[Lead]:
    """Take leads in; a fixed number of statements for any number of them, and one for each rule of assignment.

    Each is a mapping of who it is (`name` or `organisation`) and what else is known: `phone`, `email`, `text`,
    `products`, `region`, `source`, `campaign`, `received_at`, `consent`, `raw`, own fields under `own`. Who is named
    as `owner` gets it, otherwise the rules of the company decide. The act ends with the check for duplicates, the
    owner and the clock of the answer on each lead, and its owner told, but for what is no news (`is_news` false).
    Raises ValidationError by field.
    """
    rows, own, products = [], {}, []
    for values in leads:
        given: dict[str, Any] = dict(values)
        extra, wanted = given.pop("own", None), list(given.pop("products", None) or ())
        row = _made(given, actor)
        rows.append(row)
        products.append(wanted)
        if extra:
            own[len(rows) - 1] = extra
    Lead.objects.bulk_create(rows, batch_size=1000)
    through = Lead.products.through
    through.objects.bulk_create(
        [through(lead=row, product=product) for row, wanted in zip(rows, products, strict=True) for product in wanted],
        batch_size=5000,
    )
    if own:
        given_of = {rows[place]: given for place, given in own.items()}
        own_values.write(actor=actor, values=given_of, new=True, whole=False)
    act = current_act()
    for row in rows:
        act.audit(row, "created", {"source": (None, row.source)} if row.source else None)
        act.announce("crm.sales.lead.created", row, {"number": row.number})
    act.collect(_arrived if is_news else _settle, *rows)
    return rows


@service
def create_lead(*, actor: Actor, reason: str = "", **values: Any) -> Lead:
    """Take one lead in; see `receive_leads`."""
    return receive_leads(leads=[values], actor=actor, reason=reason)[0]


def _made(values: dict[str, Any], actor: Actor) -> Lead:
    raw = values.pop("raw", None) or {name: values[name] for name in AS_TYPED if values.get(name)}
    values = standardised(Lead, values)
    if values.get("consent") and not values.get("consent_at"):
        values["consent_at"] = clock.now()
    row = Lead(company=actor.company, **values, raw=_storable(raw))
    _demand_somebody(row)
    row.keys = lead_duplicates.keys(check(row))
    return row


def _storable(raw: Any) -> Any:
    """What came in, without what no database keeps."""
    if isinstance(raw, Mapping):
        return {str(name)[:100]: _storable(value) for name, value in raw.items()}
    return raw.replace("\x00", "")[:20_000] if isinstance(raw, str) else raw


def _demand_somebody(row: Lead) -> None:
    if not (row.name or row.organisation):
        raise ValidationError({"name": _("Say who it is: a person or an organisation")})


def _arrived(act: Act, leads: list[Lead]) -> None:
    _settle(act, leads)
    tell_owners(leads, act.actor)


def _settle(act: Act, leads: list[Lead]) -> None:
    """The end of an arrival, when own fields are written too: who it may be, who gets it, by when it is answered."""
    lead_duplicates.note(leads, act.actor)
    distributing.distribute([lead for lead in leads if lead.owner_id is None], act.actor)
    _give_teams([lead for lead in leads if lead.owner_id], act.actor)
    for lead in leads:
        if lead.is_open and lead.responded_at is None:
            lead.due_at = due_at(act.actor.company, lead.received_at)
    bulk.update(leads, "alike", "owner", "team", "rule", "chosen_why", "due_at")
    search.index(leads)


def _give_teams(leads: Sequence[Lead], actor: Actor) -> None:
    """The team of each owner. Raises BusinessError for who does not work here."""
    owners = {lead.owner_id for lead in leads if lead.owner_id}
    teams = teams_of(owners, actor)
    for lead in leads:
        lead.team_id = teams[lead.owner_id or 0]


def teams_of(owners: Collection[int], actor: Actor) -> dict[int, int | None]:
    """The team of each of these users; raises BusinessError for one who does not work in the company."""
    if not owners:
        return {}
    rows = Membership.objects.filter(company=actor.company_id, user__in=owners, user__is_active=True)
    teams: dict[int, int | None] = dict(rows.values_list("user_id", "team_id"))
    if strangers := owners - teams.keys():
        name = User.objects.filter(pk__in=strangers).first()
        sentence = _("%(name)s does not work in this company")
        raise BusinessError(Refusal("not_a_member", sentence, {"name": name or ""}, field="owner"))
    return teams


def tell_owners(leads: Sequence[Lead], actor: Actor) -> None:
    """Tell each owner what came to them, in one notice; who gave it to themselves knows."""
    theirs: dict[int, list[Lead]] = {}
    for lead in leads:
        if lead.owner_id and lead.owner_id != actor.user_id:
            theirs.setdefault(lead.owner_id, []).append(lead)
    for owner_id, mine in theirs.items():
        one = mine[0]
        several = len(mine) > 1
        notifications.notify(
            [owner_id],
            "assigned",
            _("%(count)s leads are yours to answer") if several else _("This lead is yours to answer: %(lead)s"),
            params={"count": len(mine), "lead": one.title},
            body="\n".join(lead.title for lead in mine[:NAMED]) if several else "",
            key=f"lead:{one.pk}:{owner_id}:{one.version}",
            url=reverse("sales:leads") + "?view=mine" if several else "",
            subject=None if several else one,
        )


@service
def change_lead(*, lead_id: int, actor: Actor, version: int | None = None, reason: str = "", **values: Any) -> Lead:
    """Change what is known of a lead. An `owner` hands it over, for who may; what it may be is looked for anew.

    Raises Stale when `version` is past, ValidationError by field, BusinessError for one that is closed.
    """
    lead = _locked([lead_id], actor)[0]
    lead.demand_version(version)
    lead.demand_status(*Lead.OPEN)
    products = values.pop("products", None)
    values = standardised(Lead, values)
    proposed = Lead(company_id=lead.company_id, **{name: values.get(name, getattr(lead, name)) for name in AS_TYPED})
    _demand_somebody(proposed)
    for name in values.keys() - set(AS_TYPED):
        setattr(proposed, name, values[name])
    check(proposed)
    owner_before = lead.owner_id
    if "owner" in values:
        owner = values["owner"]
        values["team_id"] = teams_of({owner.pk}, actor)[owner.pk] if owner else None
        if (owner.pk if owner else None) != owner_before:
            values["chosen_why"] = said(BY_HAND)
    changed = save_changes(lead, values)
    tagged = products is not None and _set_products(lead, products)
    if COMPARED & changed.keys():
        lead.keys = lead_duplicates.keys(lead)
        lead_duplicates.note([lead], actor)
        lead.save(update_fields=["keys", "alike"])
    if changed or tagged:
        search.index([lead])
        current_act().announce("crm.sales.lead.changed", lead, {"number": lead.number})
    if lead.owner_id != owner_before:
        tell_owners([lead], actor)
    return lead


def _set_products(lead: Lead, products: Sequence[Any]) -> bool:
    before, after = set(lead.products.values_list("code", flat=True)), {product.code for product in products}
    if before == after:
        return False
    lead.products.set(products)
    current_act().audit(lead, "changed", {"products": (sorted(before), sorted(after))})
    return True


def _locked(pks: Collection[int], actor: Actor) -> list[Lead]:
    return list(Lead.objects.of(actor.company_id).select_related("company").lock(pks))


def _split(leads: Sequence[Lead], *allowed: str) -> Outcome:
    """Which leads the state lets through."""
    outcome = Outcome()
    for lead in leads:
        refusal = lead.wrong_state(*allowed)
        if refusal:
            outcome.refused[lead.pk] = refusal
        else:
            outcome.done.append(lead)
    return outcome


def _end(outcome: Outcome, what: str, before: Mapping[int, str], all_or_nothing: bool) -> Outcome:
    if outcome.refused and all_or_nothing:
        raise BusinessError(*outcome.refused.values())
    act = current_act()
    for lead in outcome.done:
        act.audit(lead, what, {"status": (before[lead.pk], lead.status)})
        act.announce(f"crm.sales.lead.{what}", lead, {"number": lead.number})
    search.index(outcome.done)
    return outcome


def _move(
    pks: Collection[int], to: str, what: str, actor: Actor, *allowed: str, all_or_nothing: bool, **fields: Any
) -> Outcome:
    """Bring leads to a state; whoever moves a lead has looked at it, which stops its clock."""
    outcome = _split(_locked(pks, actor), *allowed)
    if outcome.refused and all_or_nothing:
        raise BusinessError(*outcome.refused.values())
    before = {lead.pk: lead.status for lead in outcome.done}
    Lead.move_to(outcome.done, to, **fields)
    bulk.update(answered(outcome.done), "responded_at")
    return _end(outcome, what, before, all_or_nothing)


@service
def contact_leads(*, lead_ids: Collection[int], actor: Actor, reason: str = "", all_or_nothing: bool = True) -> Outcome:
    """Say that somebody has spoken with them."""
    return _move(
        lead_ids, Status.CONTACTED, "contacted", actor, Status.NEW, Status.QUALIFIED, all_or_nothing=all_or_nothing
    )


@service
def qualify_leads(*, lead_ids: Collection[int], actor: Actor, reason: str = "", all_or_nothing: bool = True) -> Outcome:
    """Say that they are worth an offer."""
    return _move(
        lead_ids, Status.QUALIFIED, "qualified", actor, Status.NEW, Status.CONTACTED, all_or_nothing=all_or_nothing
    )


@service
def disqualify_leads(*, lead_ids: Collection[int], reason: str, actor: Actor, all_or_nothing: bool = True) -> Outcome:
    """Close leads that lead nowhere; the reason stays with them. Raises BusinessError without one."""
    if not reason.strip():
        raise BusinessError(Refusal("needs_reason", _("Say why"), field="reason"))
    return _move(
        lead_ids, Status.DISQUALIFIED, "disqualified", actor, *Lead.OPEN, all_or_nothing=all_or_nothing,
        reason=reason.strip()[:500], closed_at=clock.now(),
    )  # fmt: skip


@service
def reopen_leads(*, lead_ids: Collection[int], actor: Actor, reason: str = "", all_or_nothing: bool = True) -> Outcome:
    """Take up leads again that were closed as leading nowhere; those that became customers stay."""
    return _move(
        lead_ids, Status.NEW, "reopened", actor, Status.DISQUALIFIED, all_or_nothing=all_or_nothing, closed_at=None,
        reason="",
    )  # fmt: skip


@service
def assign_leads(*, lead_ids: Collection[int], owner: User, actor: Actor, reason: str = "") -> Outcome:
    """Hand leads to somebody of the company, who is told in one notice."""
    team_id = teams_of({owner.pk}, actor)[owner.pk]
    outcome = _split(_locked(lead_ids, actor), *Lead.OPEN)
    moved = [lead for lead in outcome.done if lead.owner_id != owner.pk]
    _give(moved, owner.pk, team_id, said(BY_HAND), "transferred")
    tell_owners(moved, actor)
    return outcome


@service
def claim_leads(*, lead_ids: Collection[int], actor: Actor, reason: str = "", all_or_nothing: bool = False) -> Outcome:
    """Take leads of nobody. Who was quicker is named (BusinessError where `all_or_nothing`)."""
    owner_id = actor.user_id or 0
    team_id = teams_of({owner_id}, actor)[owner_id]
    leads = list(Lead.objects.of(actor.company_id).select_related("owner").lock(lead_ids))
    outcome = _split(leads, *Lead.OPEN)
    for lead in list(outcome.done):
        if lead.owner_id and lead.owner_id != owner_id:
            sentence = _("%(name)s was quicker: %(lead)s is taken")
            outcome.refused[lead.pk] = Refusal("taken", sentence, {"name": lead.owner, "lead": lead.title})
            outcome.done.remove(lead)
    if outcome.refused and all_or_nothing:
        raise BusinessError(*outcome.refused.values())
    _give([lead for lead in outcome.done if lead.owner_id is None], owner_id, team_id, said(_("Claimed")), "claimed")
    return outcome


@service
def release_leads(*, lead_ids: Collection[int], actor: Actor, reason: str = "") -> Outcome:
    """Put open leads back into the pool, for whoever takes them."""
    outcome = _split(_locked(lead_ids, actor), *Lead.OPEN)
    _give([lead for lead in outcome.done if lead.owner_id], None, None, said(_("Back in the pool")), "released")
    return outcome


def _give(leads: Sequence[Lead], owner_id: int | None, team_id: int | None, why: Any, what: str) -> None:
    act, moment = current_act(), clock.now()
    for lead in leads:
        act.audit(lead, what, {"owner": (lead.owner_id, owner_id)})
        lead.owner_id, lead.team_id, lead.rule_id, lead.chosen_why = owner_id, team_id, None, why
        lead.version, lead.updated_at = lead.version + 1, moment
        act.announce("crm.sales.lead.changed", lead, {"number": lead.number})
    bulk.update(leads, "owner", "team", "rule", "chosen_why", "version", "updated_at")
    search.index(leads)


@service
def log_activity(
    *, lead_id: int, kind: str, actor: Actor, text: str = "", happened_at: dt.datetime | None = None
) -> LeadActivity:
    """Log what was done about a lead. A call, visit, message or mail is the first answer: it stops the clock and makes
    a new lead one that was contacted. Raises ValidationError for a note that says nothing."""
    lead = _locked([lead_id], actor)[0]
    values = standardised(LeadActivity, {"kind": kind, "text": text})
    if not values["text"] and kind == LeadActivity.Kind.NOTE:
        raise ValidationError({"text": _("Say in a few words what came of it")})
    moment = happened_at or clock.now()
    row = LeadActivity(company_id=lead.company_id, lead=lead, by=actor.user, happened_at=moment, **values)
    if moment > row.created_at + dt.timedelta(minutes=5):
        raise ValidationError({"happened_at": _("This has not happened yet")})
    check(row).save()
    current_act().audit(row, "created")
    current_act().announce("crm.sales.lead.changed", lead, {"number": lead.number}, key=f"activity:{row.pk}")
    notifications.mention(row.text, actor=actor, key=f"lead-activity:{row.pk}", subject=lead)
    lead.updated_at = clock.now()  # whoever writes something down is at work on it
    bulk.update([lead], "updated_at")
    if kind in LeadActivity.ANSWERS:
        bulk.update(answered([lead], moment), "responded_at")
        if lead.status == Status.NEW:
            contact_leads(lead_ids=[lead.pk], actor=actor)
    return row


@service
def delete_leads(*, lead_ids: Collection[int], actor: Actor, reason: str = "") -> Refusals:
    """Throw leads away that came by mistake; those that became customers stay. Names those."""
    rows = _locked(lead_ids, actor)
    outcome = _split(rows, *Lead.OPEN, Status.DISQUALIFIED)
    pks = [lead.pk for lead in outcome.done]
    for lead in outcome.done:
        current_act().audit(lead, "deleted", {"number": (lead.number, None), "name": (lead.title, None)})
    ends = Q(from_kind=Lead.kind(), from_id__in=pks) | Q(to_kind=Lead.kind(), to_id__in=pks)
    DocumentLink.objects.of(actor.company_id).filter(ends).delete()
    search.forget(Lead, pks)
    Lead.objects.filter(pk__in=pks).delete()
    return outcome.refused
