"""Customer profiles: made together with their party, changed, handed over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Customer, RuledTag, Tag
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import changes_between, current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Membership, User
from suite.masterdata.matching.parties import Known
from suite.masterdata.models import Party
from suite.masterdata.services import duplicates
from suite.masterdata.services import parties as masterdata
from suite.masterdata.services.parties import PartyDraft, Values
from suite.masterdata.services.records import announce, fresh, touch
from suite.masterdata.standards import check, standardised

PROFILE = frozenset({"owner", "grade", "tier", "source", "tags", "next_step", "next_step_at"})


@dataclass(frozen=True)
class CustomerDraft:
    """A customer to be: the party, and the values of the profile on it."""

    party: PartyDraft
    profile: Values = field(default_factory=dict)


@service
def create_customers(*, drafts: Sequence[CustomerDraft], actor: Actor, reason: str = "") -> list[Customer]:
    """Make parties and their customer profiles, in a fixed number of statements for any number of them.

    Whoever makes a customer looks after it unless `owner` says otherwise. Raises as `create_parties` does.
    """
    parties = masterdata.create_parties(drafts=[draft.party for draft in drafts], actor=actor, reason=reason)
    return make_profiles(zip(parties, [draft.profile for draft in drafts], strict=True), actor)


@service
def create_customer(
    *,
    actor: Actor,
    party: Party | None = None,
    contacts: Sequence[Values] = (),
    addresses: Sequence[Values] = (),
    allow_duplicate: bool = False,
    reason: str = "",
    **values: Any,
) -> Customer:
    """Make one customer: party, profile, contacts and addresses in one act; or the profile of a `party` that is here.

    Raises BusinessError `duplicate` when a phone, e-mail, credit code or the name of an organisation is here already,
    unless `allow_duplicate` (which no credit code can override: it is one per company).
    """
    profile = {name: values.pop(name) for name in PROFILE & set(values)}
    if party is not None:
        if Customer.objects.of(actor.company_id).filter(party=party).exists():
            raise BusinessError(Refusal("is_customer", _("%(name)s is a customer already"), {"name": party.label}))
        return make_profiles([(party, profile)], actor)[0]
    if not allow_duplicate:
        likeness = Known.of_values(values, contacts, addresses)
        duplicates.refuse_exact(duplicates.candidates(likeness, actor=actor))
    draft = CustomerDraft(PartyDraft(values, contacts, addresses), profile)
    return create_customers(drafts=[draft], actor=actor, reason=reason)[0]


def make_profiles(pairs: Iterable[tuple[Party, Values]], actor: Actor) -> list[Customer]:
    """Make customers of parties that are here, within the act that is open."""
    pairs = list(pairs)
    if not pairs:
        return []
    owners = {profile.get("owner", actor.user) for _party, profile in pairs}
    teams = teams_of(owners - {None}, actor)
    customers, tagged = [], []
    for party, profile in pairs:
        values = {"owner": actor.user, **standardised(Customer, profile)}
        tags, owner = values.pop("tags", ()), values["owner"]
        customer = Customer(
            company_id=actor.company_id, party=party, team_id=teams.get(owner.pk) if owner else None, **values
        )
        customers.append(check(customer))
        tagged.append(tags)
    Customer.objects.bulk_create(customers, batch_size=1000)
    through = Customer.tags.through
    through.objects.bulk_create(
        through(customer=customer, tag=tag) for customer, tags in zip(customers, tagged, strict=True) for tag in tags
    )
    for customer in customers:
        current_act().audit(customer, "created")
        announce(customer, "created")
    return customers


@service
def change_customer(
    *,
    customer: Customer,
    actor: Actor,
    version: int | None = None,
    contacts: Sequence[Values] | None = None,
    addresses: Sequence[Values] | None = None,
    reason: str = "",
    **values: Any,
) -> Customer:
    """Change a customer and its party in one act. `version` is the profile's; raises Stale when it is past.

    A change of `owner` hands the customer over (see `transfer_customers`).
    """
    customer = fresh(customer, actor=actor, version=version)
    profile = standardised(Customer, {name: values.pop(name) for name in PROFILE & set(values)})
    owner = profile.pop("owner", customer.owner)
    if (owner.pk if owner else None) != customer.owner_id:
        teams = teams_of({owner} - {None}, actor)
        profile |= {"owner": owner, "team_id": teams.get(owner.pk) if owner else None, "owner_since": clock.now()}
    tags = profile.pop("tags", None)
    check(_proposed(customer, profile))
    saved = save_changes(customer, profile)
    tagged = tags is not None and _set_tags(customer, tags)
    if tagged and not saved:
        touch(customer)
    before = customer.party.version
    party = masterdata.change_party(
        party=customer.party, contacts=contacts, addresses=addresses, actor=actor, reason=reason, **values
    )
    if party.version != before and not (saved or tagged):
        touch(customer)  # whoever has the customer open has read an older party
    if saved or tagged:
        announce(customer, "changed")
    customer.party.refresh_from_db()
    return customer


@service
def set_next_step(*, customer: Customer, what: str, at: dt.datetime | None, actor: Actor, reason: str = "") -> Customer:
    """Say what comes next with a customer and when; an empty `what` means it is done."""
    return change_customer(
        customer=customer, next_step=what, next_step_at=at if what else None, actor=actor, reason=reason
    )


@service
def transfer_customers(
    *, customers: Collection[int], owner: User | None, actor: Actor, reason: str = ""
) -> list[Customer]:
    """Hand customers over to somebody of the company, or to nobody; three statements for any number."""
    team_id = teams_of({owner} - {None}, actor).get(owner.pk) if owner else None
    rows = [
        row for row in Customer.objects.of(actor.company_id).lock(customers) if row.owner_id != (owner and owner.pk)
    ]
    Customer.objects.filter(pk__in=[row.pk for row in rows]).update(
        owner=owner, team_id=team_id, owner_since=clock.now(), version=F("version") + 1, updated_at=clock.now()
    )
    for row in rows:
        current_act().audit(row, "transferred", {"owner": (row.owner_id, owner)})
        row.owner, row.team_id, row.version = owner, team_id, row.version + 1
        announce(row, "changed")
    return rows


@service
def change_profiles(*, customers: Collection[int], actor: Actor, reason: str = "", **values: Any) -> int:
    """Change the same fields of many profiles (grade, tier, source); returns how many were different before.

    A fixed number of statements, whatever their number.
    """
    values, changed = standardised(Customer, values), []
    for row in Customer.objects.of(actor.company_id).lock(customers):
        changes = changes_between(row, values)
        if not changes:
            continue
        for name, value in values.items():
            setattr(row, name, value)
        row.version, row.updated_at = row.version + 1, clock.now()
        current_act().audit(row, "changed", changes)
        announce(row, "changed")
        changed.append(row)
    bulk.update(changed, *values, "version", "updated_at")
    return len(changed)


def teams_of(users: Collection[User], actor: Actor) -> dict[int, int | None]:
    """The team of each user in the actor's company; raises BusinessError for somebody who is not in it."""
    if not users:
        return {}
    members: dict[int, int | None] = dict(
        Membership.objects.filter(company=actor.company_id, user__in=users).values_list("user_id", "team_id")
    )
    if strangers := [user for user in users if user.pk not in members]:
        raise BusinessError(
            Refusal(
                "not_a_member", _("%(name)s does not work in this company"), {"name": strangers[0].label}, field="owner"
            )
        )
    return members


LIVELIEST = (Customer.Stage.ACTIVE, Customer.Stage.PROSPECT, Customer.Stage.DORMANT, Customer.Stage.LOST)


def kept_of_several(customer: Customer, others: Sequence[Customer]) -> dict[str, Any]:
    """What holds of a customer when others turn out to be the same: the last contact and order, the liveliest stage."""
    rows = [customer, *others]
    latest = {
        name: max((value for row in rows if (value := getattr(row, name))), default=None)
        for name in ("last_touch_at", "last_order_on")
    }
    stage = min((row.stage for row in rows), key=lambda stage: LIVELIEST.index(Customer.Stage(stage)))
    own: dict[str, Any] = {}
    for row in reversed(rows):
        own |= row.own
    return {**latest, "stage": stage, "own": own}


def _proposed(customer: Customer, profile: Mapping[str, Any]) -> Customer:
    proposed = Customer(company_id=customer.company_id, party_id=customer.party_id)
    for name, value in profile.items():
        setattr(proposed, name, value)
    return proposed


def _set_tags(customer: Customer, tags: Sequence[Tag]) -> bool:
    """What a rule put on and a person takes off is put on anew as long as its cause lasts."""
    before, after = set(customer.tags.values_list("name", flat=True)), {tag.name for tag in tags}
    if before == after:
        return False
    customer.tags.set(tags)
    RuledTag.objects.filter(customer=customer).exclude(tag__in=tags).delete()
    current_act().audit(customer, "changed", {"tags": (sorted(before), sorted(after))})
    return True
