"""Making one party of several: what is kept, what moves, what stands against it; and undoing it within 30 days."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import Model, Q
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from suite.automation.models import Approval
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import changes_between, plain, save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Document
from suite.core.said import listed
from suite.desk import search
from suite.masterdata.models import Address, Contact, Duplicate, Merging, Party
from suite.masterdata.references import Moved, Reference, move_back, profiles, references
from suite.masterdata.services.parties import refuse_taken
from suite.masterdata.services.records import announce

AT_MOST = 5
BANK = ("bank_branch", "bank_account")
FIELDS = (
    "name", "name_en", "kind", "credit_code", "phone", "email", "website", "region", "industry",
    "legal_representative", "invoice_title", *BANK, "external_ref", "note",
)  # fmt: skip
ONCE = ("credit_code", "external_ref")  # of one party of a company only: who is merged gives them up
Text = str | Promise
# What follows for a profile that is kept: values that nobody chooses, out of its own row and those of the others.
Derive = Callable[[Any, Sequence[Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class Profile:
    """What people choose of a profile on a party, and what follows by itself."""

    fields: Sequence[str]
    derive: Derive


_profiles: dict[type[Model], Profile] = {}
_after: list[Callable[[Actor, Collection[int]], None]] = []


def register_profile(model: type[Model], *, fields: Sequence[str], derive: Derive = lambda row, others: {}) -> None:
    """Say what is chosen where two parties have this profile. Called from apps.py."""
    _profiles[model] = Profile(fields, derive)


def after(follow: Callable[[Actor, Collection[int]], None]) -> None:
    """Have something counted anew for parties that rows came to or left. Called from apps.py."""
    _after.append(follow)


@dataclass(frozen=True)
class Choice:
    """A field of which some of the parties say something; `kept` is the party whose value stays."""

    name: str
    label: Text
    values: Sequence[tuple[int, Any, str]]
    kept: int

    @property
    def value(self) -> Any:
        """What is kept."""
        return next(value for pk, value, _text in self.values if pk == self.kept)


@dataclass
class Group:
    """The records of one kind that become one: the parties themselves, or their profiles."""

    model: type[Model]
    key: str  # the column that holds the party
    target: Any
    sources: list[Any]
    fields: Sequence[str]

    def choices(self, kept: Mapping[str, int]) -> Iterator[Choice]:
        rows = [self.target, *self.sources]
        for name in self.fields:
            column: Any = self.model._meta.get_field(name)
            full, path = [row for row in rows if getattr(row, column.attname) not in (None, "")], f"{self._name}.{name}"
            values: dict[Any, tuple[int, Any, str]] = {}
            for row in full:
                value = getattr(row, column.attname)
                shown = getattr(row, f"get_{name}_display", None)
                text = str(shown() if shown else getattr(row, name))
                values.setdefault(value, (getattr(row, self.key), value, text))
            holders = {pk for pk, _value, _text in values.values()}
            if values:
                usual = next(iter(values.values()))[0]
                wanted = kept.get(path, usual)
                label = capfirst(str(column.verbose_name))
                yield Choice(path, label, list(values.values()), wanted if wanted in holders else usual)

    @property
    def _name(self) -> str:
        return str(self.model._meta.model_name)


@dataclass
class Plan:
    """What merging would do; `refused` forbids it, `collisions` want to be seen and confirmed."""

    survivor: Party
    others: list[Party]
    groups: list[Group]
    choices: list[Choice]
    moving: list[tuple[Text, int]] = field(default_factory=list)
    staying: list[tuple[Text, int]] = field(default_factory=list)
    collisions: list[Refusal] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    @property
    def open_choices(self) -> list[Choice]:
        """Fields of which they say different things."""
        return [each for each in self.choices if len(each.values) > 1]


def plan(*, survivor: int, others: Sequence[int], kept: Mapping[str, int], actor: Actor) -> Plan:
    """What merging `others` into `survivor` would do: the value of each field, rows by kind, what is in the way.

    `kept` names for fields (`party.name`) the party whose value stays. Raises BusinessError where the choice of parties
    itself makes no sense. A fixed number of statements, whatever the number of rows.
    """
    parties = _parties(survivor, others, Party.objects.of(actor.company_id).filter(pk__in=[survivor, *others]))
    proposed = _plan(parties, kept, lock=False)
    if not actor.may("masterdata.see_bank"):
        hidden = {f"party.{name}" for name in BANK}
        proposed.choices = [each for each in proposed.choices if each.name not in hidden]
    for group in proposed.groups:
        for reference in references(group.model, besides=(Duplicate, Merging)):
            moving, staying = reference.count(group.target.pk, [row.pk for row in group.sources])
            _add(proposed.moving, reference.label, moving)
            _add(proposed.staying, reference.label, staying)
    return proposed


def _add(counts: list[tuple[Text, int]], label: Text, count: int) -> None:
    if not count:
        return
    for place, (known, before) in enumerate(counts):
        if known == label:
            counts[place] = (label, before + count)
            return
    counts.append((label, count))


@service
def merge(
    *,
    survivor: int,
    others: Sequence[int],
    actor: Actor,
    kept: Mapping[str, int] | None = None,
    confirmed: bool = False,
    reason: str = "",
) -> Merging:
    """Make one party of two to five: everything that points at the others points at the survivor from now on.

    The others stay, archived, and lead to the survivor; what the ledgers posted keeps its party. All or nothing, in a
    number of statements that is the same for any number of rows. Raises BusinessError for a party with itself, one that
    was merged already, an open approval (it says which), and `collision` unless `confirmed`.
    """
    locked = Party.objects.of(actor.company_id).lock([survivor, *others])
    proposed = _plan(_parties(survivor, others, locked), kept or {}, lock=True)
    if proposed.refused:
        raise BusinessError(*proposed.refused)
    if proposed.collisions and not confirmed:
        raise BusinessError(*proposed.collisions)
    before: list[Any] = _one_flag_each(proposed)
    chosen = {
        choice.name: next(v for pk, v, _text in choice.values if pk == choice.kept) for choice in proposed.choices
    }
    for row in proposed.others:
        given = {name: "" for name in ONCE if chosen.get(f"party.{name}") == getattr(row, name)}
        _write(row, {**given, "is_archived": True, "merged_into_id": proposed.survivor.pk}, "merged", before)
    moved: list[Moved] = []
    for group in proposed.groups:
        moved += _move(group, proposed.survivor.pk)
        values = {
            group.model._meta.get_field(each).attname: chosen[name]  # type: ignore[union-attr]
            for each in group.fields
            if (name := f"{group.model._meta.model_name}.{each}") in chosen
        }
        profile = _profiles.get(group.model)
        _write(
            group.target,
            values | dict(profile.derive(group.target, group.sources) if profile else {}),
            "merged",
            before,
        )
    merging = Merging.objects.create(
        company_id=actor.company_id, survivor=proposed.survivor, merged=[row.pk for row in proposed.others],
        moved=[each for each in moved if each.rows], before=before, created_by=actor.user,
    )  # fmt: skip
    pks = [survivor, *others]
    pairs = Duplicate.objects.of(actor.company_id).filter(one__in=pks, other__in=pks)
    pairs.update(status=Duplicate.Status.MERGED, decided_by=actor.user)
    _settle(proposed, actor)
    return merging


@service
def undo(*, merging: Merging, actor: Actor, reason: str = "") -> Party:
    """Take a merging back: parties, values and links are as before; what is new since stays with the survivor.

    Values that somebody changed since stay as they are. Raises BusinessError after 30 days, when it was undone already,
    or where the survivor was itself merged into another since.
    """
    merging = Merging.objects.of(actor.company_id).lock([merging.pk]).get()
    if not merging.may_be_undone:
        raise BusinessError(Refusal("too_late", _("A merging can be undone once, within 30 days")))
    parties = {row.pk: row for row in Party.objects.of(actor.company_id).lock([merging.survivor_id, *merging.merged])}
    survivor, others = parties[merging.survivor_id], [parties[pk] for pk in merging.merged if pk in parties]
    if survivor.merged_into_id or any(row.merged_into_id != survivor.pk for row in others):
        raise BusinessError(Refusal("merged_since", _("Undo the merging that followed first")))
    for each in reversed(merging.moved):
        move_back(Moved(*each))
    for label, pk, changes in reversed(merging.before):
        model: Any = apps.get_model(label)
        row = parties.get(pk) if model is Party else model._default_manager.filter(pk=pk).select_for_update().first()
        if row is None:
            continue
        back = {
            name: _typed(model, name, old) for name, (old, new) in changes.items() if plain(getattr(row, name)) == new
        }
        if model is Party:
            codes = Party(pk=row.pk, company_id=row.company_id, **{name: back.get(name, "") for name in ONCE})
            refuse_taken([codes], actor.company_id)
        _write(row, back, "unmerged", [])
    merging.undone_at = clock.now()
    merging.save(update_fields=["undone_at"])
    pairs = Duplicate.objects.of(actor.company_id).filter(one__in=parties, other__in=parties)
    pairs.update(status=Duplicate.Status.OPEN, decided_by=None)
    _settle(Plan(survivor, others, [], []), actor)
    return survivor


def _typed(model: Any, name: str, value: Any) -> Any:
    column = next(each for each in model._meta.concrete_fields if name in (each.name, each.attname))
    return value if column.is_relation else column.to_python(value)


def _parties(survivor: int, others: Sequence[int], rows: Any) -> list[Party]:
    """The parties in the order asked for, the survivor first; BusinessError where they cannot become one."""
    wanted = [survivor, *others]
    if len(set(wanted)) != len(wanted):
        raise BusinessError(Refusal("itself", _("A party cannot be merged with itself"), field="others"))
    if not 2 <= len(wanted) <= AT_MOST:
        raise BusinessError(Refusal("how_many", _("Merge two to five parties at once"), field="others"))
    found = {row.pk: row for row in rows}
    if len(found) != len(wanted):
        raise BusinessError(Refusal("unknown", _("One of these parties is not here"), field="others"))
    if merged := [row for row in found.values() if row.merged_into_id]:
        sentence = _("%(name)s was merged into another already")
        raise BusinessError(Refusal("merged", sentence, {"name": merged[0].label}, field="others"))
    return [found[pk] for pk in wanted]


def _plan(parties: list[Party], kept: Mapping[str, int], *, lock: bool) -> Plan:
    survivor, *others = parties
    groups = [Group(Party, "pk", survivor, others, FIELDS)]
    for relation in profiles(Party):
        model, key = relation.related_model, relation.field.attname
        rows = model._default_manager.filter(**{f"{key}__in": [row.pk for row in parties]}).order_by("pk")
        of_party = {getattr(row, key): row for row in (rows.select_for_update() if lock else rows)}
        found = [of_party[row.pk] for row in parties if row.pk in of_party]
        if found:
            profile = _profiles.get(model)
            groups.append(Group(model, key, found[0], found[1:], profile.fields if profile else ()))
    proposed = Plan(survivor, others, groups, [each for group in groups for each in group.choices(kept)])
    codes = {row.credit_code for row in parties} - {""}
    if len(codes) > 1:
        sentence = _("Their credit codes differ: %(codes)s")
        proposed.collisions.append(Refusal("collision", sentence, {"codes": listed(sorted(codes))}, field="confirmed"))
    if len({row.kind for row in parties}) > 1:
        sentence = _("One is a person, another an organisation")
        proposed.collisions.append(Refusal("collision", sentence, field="confirmed"))
    proposed.refused = [
        Refusal("open_approval", _("%(paper)s waits for approval: let it be decided first"), {"paper": str(approval)})
        for approval in _open_approvals(others)
    ]
    return proposed


def _open_approvals(others: Sequence[Party]) -> list[Approval]:
    """Approvals that somebody is asked for, of papers of these parties; one statement."""
    papers = [
        Q(
            kind=each.model._meta.label_lower,
            object_id__in=each.model._default_manager.filter(party__in=others).values("pk"),
        )
        for each in references(Party)
        if issubclass(each.model, Document) and each.column == "party_id"
    ]
    open_ones = Approval.objects.of(others[0].company_id).filter(status__in=Approval.OPEN)
    return list(open_ones.filter(reduce(or_, papers)).order_by("pk")[:AT_MOST])


def _one_flag_each(proposed: Plan) -> list[Any]:
    """Of the first contact and the usual addresses of several parties only those that come first stay so."""
    before: list[Any] = []
    order = {row.pk: place for place, row in enumerate([proposed.survivor, *proposed.others])}
    for model, flag in ((Contact, "is_primary"), (Address, "is_default")):
        rows = model.objects.filter(party__in=order, **{flag: True}).order_by("pk")
        seen: set[str] = set()
        losers = []
        for row in sorted(rows, key=lambda row: order[row.party_id]):
            kind = getattr(row, "kind", "")
            if kind in seen:
                losers.append(row.pk)
            seen.add(kind)
        model.objects.filter(pk__in=losers).update(**{flag: False})
        before += [[model._meta.label_lower, pk, {flag: [True, False]}] for pk in losers]
    return before


def _move(group: Group, survivor: int) -> list[Moved]:
    """Point at the target what points at the others; a profile that the survivor lacks comes over itself."""
    moved = []
    if group.model is not Party and getattr(group.target, group.key) != survivor:
        moved.append(Reference(group.model, group.key).move(survivor, [getattr(group.target, group.key)]))
        setattr(group.target, group.key, survivor)
    if group.sources:
        pks = [row.pk for row in group.sources]
        for reference in references(group.model, besides=(Duplicate, Merging)):
            moved.append(reference.move(group.target.pk, pks))
    return moved


def _write(row: Any, values: Mapping[str, Any], action: str, before: list[Any]) -> None:
    """Write the changed values of a record with their audit row, and note what stood there."""
    if not (changes := changes_between(row, values)):
        return
    before.append(
        [row._meta.label_lower, row.pk, {name: [plain(old), plain(new)] for name, (old, new) in changes.items()}]
    )
    save_changes(row, values, action=action)


def _settle(proposed: Plan, actor: Actor) -> None:
    """What follows for all of them: sums counted anew, words of the search table, events."""
    rows = [proposed.survivor, *proposed.others]
    for follow in _after:
        follow(actor, [row.pk for row in rows])
    for row in rows:
        announce(row, "changed")
    for group in proposed.groups[1:]:
        if search.has(group.model._meta.label_lower):
            search.index([group.target])
