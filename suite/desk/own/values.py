"""The values of own fields: judged and written here, whoever brings them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import Act, acting, current_act, retrying, service
from suite.core.errors import BusinessError, Refusal
from suite.desk import choices, own, search
from suite.desk.models import Attachment
from suite.desk.own import book, rules, types
from suite.desk.own.book import PREFIX, Definition, Type
from suite.desk.services import attachments

R = TypeVar("R", bound=models.Model)

UNKNOWN = _("There is no such field here")
UNWRITTEN = _("This field cannot be set")
NEEDED = forms.Field.default_error_messages["required"]
NOWHERE = _("There is no such record")

Given = Mapping[str, Any]


@service
def write(
    *,
    actor: Actor,
    values: Mapping[Any, Given],
    new: bool = False,
    whole: bool = True,
    alone: bool = True,
    reason: str = "",
) -> None:
    """Write own fields of records of one kind, by key; what is not named stays. Three statements, and one for each
    kind of record pointed to.

    `new` records take the defaults of what is not named; with `alone` off they are part of another change, which counts
    the version and tells of it. Unless `whole` is off, required fields that the actor may
    fill in must have a value then. Raises ValidationError at `own.<key>`, and BusinessError where a record is shut.
    """
    rows = list(values)
    known = own.kind_of(rows[0]) if rows else None
    if known is None or not book.of(known.name, actor.company_id):
        if any(values.values()):
            raise ValidationError({f"{PREFIX}{key}": UNKNOWN for given in values.values() for key in given})
        return
    fields = {each.key: each for each in book.of(known.name, actor.company_id)}
    locked = {row.pk: row for row in known.model._default_manager.of(actor.company_id).lock([row.pk for row in rows])}  # type: ignore[attr-defined]
    wanted = {row.pk: dict(given) for row, given in values.items()}
    for row in rows:
        _upload(locked[row.pk], wanted[row.pk], fields, actor)
    changed: dict[int, dict[str, Any]] = {}
    for pk, given in wanted.items():
        judged = judge(known.name, given, actor, before=locked[pk].own, new=new, whole=whole)
        changes = {key: value for key, value in judged.items() if locked[pk].own.get(key) != value}
        if changes and not known.is_open(locked[pk]):
            raise BusinessError(Refusal("wrong_state", _("%(record)s is final"), {"record": str(locked[pk])}))
        changed |= {pk: changes} if changes else {}
    _demand_targets({pk: locked[pk] for pk in changed}, changed, fields, actor)
    _store({pk: locked[pk] for pk in changed}, changed, alone=alone and not new)
    for row in rows:
        row.own, row.version = locked[row.pk].own, locked[row.pk].version


def judge(
    kind: str, given: Given, actor: Actor, *, before: Given | None = None, new: bool = False, whole: bool = True
) -> dict[str, Any]:
    """What JSON keeps of the values named, None for those that are to go; all that is wrong at once, at its field."""
    before = before or {}
    fields = {each.key: each for each in book.of(kind, actor.company_id)}
    judged: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for key, value in given.items():
        field = fields.get(key)
        if field is None or not field.seen(actor):
            wrong[PREFIX + str(key)[:60]] = UNKNOWN
            continue
        try:
            judged[key] = types.kept(field, value)
        except ValidationError as error:
            wrong[field.name] = error.messages
            continue
        if not field.writable(actor) and judged[key] != before.get(key):
            wrong[field.name] = UNWRITTEN
    if new:
        usual = {key: each.default for key, each in fields.items() if each.default is not None and key not in given}
        judged = {**usual, **judged}
    if whole:
        after = {**before, **judged}
        for key, field in fields.items():
            if field.required and field.writable(actor) and after.get(key) is None and field.name not in wrong:
                wrong[field.name] = NEEDED
    if wrong:
        raise ValidationError(wrong)
    return judged


def _upload(row: Any, given: dict[str, Any], fields: Mapping[str, Definition], actor: Actor) -> None:
    """Files come as they are sent: each is kept at the record, and the field names it."""
    for key, value in given.items():
        field = fields.get(key)
        if isinstance(value, UploadedFile) and field and field.type == Type.FILE and field.writable(actor):
            try:
                given[key] = attachments.attach(actor=actor, subject=row, upload=value).pk
            except ValidationError as error:
                raise ValidationError({field.name: error.messages}) from None


def _demand_targets(
    rows: Mapping[int, Any], changed: Mapping[int, Given], fields: Mapping[str, Definition], actor: Actor
) -> None:
    """Refuse keys of records that do not exist for the actor; a file must lie at the record itself."""
    wanted: dict[str, set[int]] = {}
    for changes in changed.values():
        for key, value in changes.items():
            if value is not None and (ref := types.REFS.get(fields[key].type)):
                wanted.setdefault(ref, set()).add(value)
    there = {ref: targets(ref, keys, actor) for ref, keys in wanted.items()}
    for pk, changes in changed.items():
        for key, value in changes.items():
            field = fields[key]
            ref = types.REFS.get(field.type)
            if ref and value is not None:
                found = there[ref].get(value)
                here = ref != "file" or (found and (found.subject_kind, found.subject_id) == (field.kind, pk))
                if not found or not here:
                    raise ValidationError({field.name: NOWHERE})


def targets(ref: str, keys: Collection[int], actor: Actor) -> dict[int, Any]:
    """The records with these keys that may be picked; one statement."""
    kind = choices.kind(ref)
    rows = Attachment.objects.of(actor.company_id) if kind is None else kind.rows(actor)
    return rows.in_bulk(keys) if keys else {}


def _store(rows: Mapping[int, Any], changed: Mapping[int, Given], *, alone: bool) -> None:
    if not rows:
        return
    act, moment = current_act(), clock.now()
    told_of = {(event.kind, event.object_id) for event in act.events if event.event.endswith(".changed")}
    for pk, changes in changed.items():
        row = rows[pk]
        told = {PREFIX + key: (row.own.get(key), value) for key, value in changes.items()}
        row.own = {key: value for key, value in {**row.own, **changes}.items() if value is not None}
        row.updated_at = moment
        row.version += alone
        _tell(act, row, told)
        if alone:
            kind = row._meta.label_lower
            beside = {"beside": True} if (kind, pk) in told_of else {}  # a change of the record tells of these, too
            act.announce("desk.own.changed", row, {"kind": kind, **beside}, key=f"{kind}:{row.version}")
    bulk.update(list(rows.values()), "own", "version", "updated_at")
    _find_by(rows, changed)


def _find_by(rows: Mapping[int, Any], changed: Mapping[int, Given]) -> None:
    """Put the words of changed texts into the search table, with the record by which these are found."""
    first = next(iter(rows.values()))
    known = own.kind_of(first)
    keys = {field.key for field in _searched(first._meta.label_lower, first.company_id)}
    shown = [rows[pk] for pk, changes in changed.items() if keys & changes.keys()]
    if known and known.found_as:
        models.prefetch_related_objects(shown, known.found_as)
        shown = [getattr(row, known.found_as) for row in shown]
    if shown and search.has(shown[0]._meta.label_lower):
        search.index(shown)


def _tell(act: Act, row: Any, changes: Mapping[str, tuple[Any, Any]]) -> None:
    """One row of the trail for a record and act: beside what the act has written of it already."""
    for audit in reversed(act.audits):
        told = (audit.kind, audit.object_id) == (row._meta.label_lower, row.pk)
        if told and audit.action in ("created", "changed"):
            audit.changes |= {name: list(pair) for name, pair in changes.items()}
            return
    act.audit(row, "changed", changes)


def kept(actor: Actor, save: Callable[[], R], given: Given | None, *, new: bool) -> R:
    """What `save` wrote, with own fields beside it: one act, or none of it. For doors, which bring both together.

    `given` is None where nobody was asked for own fields. Whatever door the record comes by, it must hold then what the
    rules for fields demand of the actor (`rules.demand`): ValidationError at the field.
    """

    def attempt() -> R:
        with acting(actor):
            row = save()
            if given is not None:
                write(actor=actor, values={row: given}, new=new)
            rules.demand([row], actor)
            return row

    return retrying(attempt)


def key_in(name: str) -> str | None:
    """The key of an own field in its name (`own.<key>`); None for other names."""
    return name.removeprefix(PREFIX) if name.startswith(PREFIX) else None


def keyed(named: Mapping[str, Any]) -> dict[str, Any]:
    """Values by key out of values by name; a file that was left alone is not among them."""
    found = {key: value for name, value in named.items() if (key := key_in(name)) is not None}
    return {key: value for key, value in found.items() if not hasattr(value, "url")}


def words(row: Any) -> list[str]:
    """What own fields add to the words by which a record is found.

    Only what everybody may see: the search table knows no roles.
    """
    found = []
    for each in (row, *_profiles(row)):
        fields = _searched(each._meta.label_lower, each.company_id) if getattr(each, "own", None) else ()
        found += [str(each.own[field.key]) for field in fields if each.own.get(field.key)]
    return found


def related(model: type[models.Model], companies: Iterable[int]) -> list[str]:
    """The relations that `words` reads of records of a model, as far as there is anything to read."""
    name = model._meta.label_lower
    return [
        reverse for reverse, kind in _found_here(name) if any(_searched(kind, company_id) for company_id in companies)
    ]


def _searched(kind: str, company_id: int) -> Sequence[Definition]:
    fields = book.of(kind, company_id)
    return [each for each in fields if each.type in (Type.TEXT, Type.LONG) and not each.seen_by]


def _found_here(name: str) -> list[tuple[str, str]]:
    """The reverse relations by which profiles on a kind of record are reached, and their kinds."""
    found = []
    for kind in own.kinds():
        if kind.found_as:
            field: Any = kind.model._meta.get_field(kind.found_as)
            if field.related_model._meta.label_lower == name:
                found.append((field.remote_field.get_accessor_name(), kind.name))
    return found


def _profiles(row: Any) -> list[Any]:
    reverse = related(type(row), [row.company_id])
    return [profile for name in reverse if (profile := getattr(row, name, None)) is not None]
