"""Own fields as an administrator makes them: checked, put in order, archived; never lost with values in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from suite.core import cached, clock
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal, Stale
from suite.core.texts import one_line
from suite.desk import own
from suite.desk.models import OwnField, OwnSection
from suite.desk.own import book, indexes
from suite.desk.own.book import Type
from suite.desk.own.judging import Values, demand_name, key_of, same, take

DEFINE = "core.define_ownfield"  # the permission to do any of this
FIELDS = 200  # of one kind, archived ones too
SECTIONS = 30

STALE = Refusal("stale", _("Somebody else changed this record meanwhile"))

# What a type may become although there are values, and what is done to them; what else would lose some.
CONVERSIONS: dict[tuple[str, str], str] = {
    (Type.TEXT, Type.LONG): "",
    (Type.MONEY, Type.NUMBER): "",
    (Type.CHOICE, Type.CHOICES): "jsonb_build_array(own -> %s)",
}


@service
def create(*, actor: Actor, kind: str, values: Values, reason: str = "") -> OwnField:
    """Add a field to a kind of record. Without a key it gets one out of its name.

    It is in forms, lists, sheets and the API at once; the index by which lists sort follows within the minute.
    Raises ValidationError naming everything that is wrong.
    """
    _demand_kind(kind)
    there = _locked(actor.company_id, kind)
    if len(there) >= FIELDS:
        raise BusinessError(Refusal("too_many", _("A kind of record has at most %(most)s fields"), {"most": FIELDS}))
    row = OwnField(company_id=actor.company_id, kind=kind, type=values.get("type") or Type.TEXT)
    row.key = str(values.get("key") or "").strip() or key_of(values, there, kind)
    row.position = max((each.position for each in there), default=0) + 1
    take(row, values, there, actor)
    row.index = indexes.wish(row)
    row.save()
    shown = {name: (None, getattr(row, name)) for name in ("kind", "name", "type", "required")}
    current_act().audit(row, "created", shown)
    _spread(row, actor)
    return row


@service
def change(*, actor: Actor, field: OwnField, values: Values, version: int | None = None, reason: str = "") -> OwnField:
    """Change a field. Its key is fixed; its type changes where no value is lost, its options as far as none is used.

    Raises ValidationError, BusinessError, and Stale when `version` is past.
    """
    there = _locked(actor.company_id, field.kind)
    row = next(each for each in there if each.pk == field.pk)
    if version is not None and version != row.version:
        raise Stale(STALE)
    before = {each.attname: getattr(row, each.attname) for each in OwnField._meta.concrete_fields}
    if values.get("key") not in (None, "", row.key):
        raise ValidationError({"key": _("The key is fixed: imports and other systems know the field by it")})
    take(row, values, [each for each in there if each.pk != row.pk], actor)
    if row.type != before["type"]:
        _convert(row, str(before["type"]))
        row.index = indexes.wish(row)
    _demand_unused_options(row, before["options"])
    after = {name: getattr(row, name) for name in before}
    for name, value in before.items():
        setattr(row, name, value)
    changes = {name: after[name] for name in before if after[name] != before[name]}
    names = {each.attname: each.name for each in OwnField._meta.concrete_fields}
    if changes:
        save_changes(row, {names[name]: _related(names[name], value) for name, value in changes.items()})
        _spread(row, actor)
    return row


@service
def archive(*, actor: Actor, pks: Collection[int], archived: bool = True, reason: str = "") -> int:
    """Take fields out of everything people see, values kept; or bring them back. Says how many."""
    rows = list(OwnField.objects.of(actor.company_id).lock(pks).exclude(is_archived=archived))
    for row in rows:
        there = [each for each in _locked(actor.company_id, row.kind) if each.pk != row.pk]
        if not archived:
            demand_name(row, there)
        row.is_archived, row.version, row.updated_at = archived, row.version + 1, clock.now()
        row.index = indexes.wish(row)
        row.save(update_fields=["is_archived", "version", "updated_at", "index"])
        current_act().audit(row, "archived" if archived else "restored")
    if rows:
        cached.forget(actor.company_id)
        indexes.order(actor)
    return len(rows)


@service
def remove(*, actor: Actor, pks: Collection[int], reason: str = "") -> int:
    """Delete fields in which nothing stands; one that has values is refused and may be archived."""
    rows = list(OwnField.objects.of(actor.company_id).lock(pks))
    for row in rows:
        if used := count_with(row):
            sentence = _("%(name)s holds values in %(count)s records: archive it instead")
            raise BusinessError(Refusal("in_use", sentence, {"name": row.label, "count": used}))
    for row in rows:
        current_act().audit(row, "deleted", {"name": (row.name, None)})
    OwnField.objects.filter(pk__in=[row.pk for row in rows]).delete()
    if rows:
        cached.forget(actor.company_id)
        indexes.order(actor)
    return len(rows)


@service
def arrange(*, actor: Actor, kind: str, layout: Sequence[tuple[int | None, Sequence[int]]], reason: str = "") -> None:
    """Put the fields of a kind in order: sections (None: before all) with the keys of their fields, top to bottom.

    What is not named keeps its place behind the others. Raises ValidationError for what is not there.
    """
    _demand_kind(kind)
    fields = {row.pk: row for row in _locked(actor.company_id, kind)}
    sections = {row.pk: row for row in OwnSection.objects.of(actor.company_id).filter(kind=kind).select_for_update()}
    named = [pk for _section, pks in layout for pk in pks]
    if set(named) - set(fields) or {pk for pk, _pks in layout} - {None, *sections} or len(named) != len(set(named)):
        raise ValidationError(_("The form has changed meanwhile: open the page again"))
    before = {pk: (row.section_id, row.position) for pk, row in fields.items()}  # type: ignore[attr-defined]
    position = 0
    for place, (section, pks) in enumerate(layout, start=1):
        if section is not None:
            sections[section].position = place
        for pk in pks:
            position += 1
            fields[pk].section_id, fields[pk].position = section, position  # type: ignore[attr-defined]
    for pk in fields.keys() - set(named):
        position += 1
        fields[pk].position = position
    moved = [row for pk, row in fields.items() if (row.section_id, row.position) != before[pk]]  # type: ignore[attr-defined]
    OwnField.objects.bulk_update(moved, ["section", "position"])
    OwnSection.objects.bulk_update(sections.values(), ["position"])
    for row in moved:
        current_act().audit(row, "changed", {"position": (before[row.pk][1], row.position)})
    cached.forget(actor.company_id)


@service
def save_section(
    *, actor: Actor, kind: str, name: str, name_en: str = "", section: OwnSection | None = None, reason: str = ""
) -> OwnSection:
    """Make a section, or call one otherwise."""
    _demand_kind(kind)
    name, name_en = one_line(name), one_line(name_en)
    if not name:
        raise ValidationError({"name": _("Give the section a name")})
    if len(name) > 200 or len(name_en) > 200:
        raise ValidationError({"name": _("The name is too long")})
    others = OwnSection.objects.of(actor.company_id).filter(kind=kind)
    others = others.exclude(pk=section.pk) if section else others
    known = list(others)
    if any(same(name, each.name) for each in known):
        raise ValidationError({"name": _("There is a section with this name already")})
    if not section and len(known) >= SECTIONS:
        raise BusinessError(Refusal("too_many", _("A form has at most %(most)s sections"), {"most": SECTIONS}))
    act = current_act()
    if section is None:
        place = max((each.position for each in known), default=0) + 1
        section = OwnSection(company_id=actor.company_id, kind=kind, name=name, name_en=name_en, position=place)
        section.save()
        act.audit(section, "created", {"name": (None, name)})
    else:
        save_changes(section, {"name": name, "name_en": name_en})
    cached.forget(actor.company_id)
    return section


@service
def remove_section(*, actor: Actor, section: OwnSection, reason: str = "") -> None:
    """Take a heading away; its fields stand before all sections then."""
    current_act().audit(section, "deleted", {"name": (section.name, None)})
    OwnSection.objects.of(actor.company_id).filter(pk=section.pk).delete()
    cached.forget(actor.company_id)


def _demand_kind(kind: str) -> None:
    if own.kind(kind) is None:
        raise ValidationError({"kind": _("Records of this kind take no own fields")})


def _locked(company_id: int, kind: str) -> list[OwnField]:
    """The fields of a kind; two administrators queue up, so that no name is given twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"own fields {company_id} {kind}"])
    return list(OwnField.objects.of(company_id).filter(kind=kind).order_by("position", "pk"))


# What stands in the records


def _with(row: OwnField) -> models.QuerySet[Any]:
    rows: Any = own.kind(row.kind).model._default_manager  # type: ignore[union-attr]
    return rows.of(row.company_id).filter(own__has_key=row.key)


def count_with(row: OwnField) -> int:
    """How many records hold a value, counted to 1,001."""
    return _with(row).order_by().values("pk")[:1001].count() if own.kind(row.kind) else 0


def count_blank(rows: Sequence[OwnField]) -> dict[int, int]:
    """How many records hold no value in each of these fields, counted to 1,001; one statement."""
    parts: list[str] = []
    params: list[Any] = []
    for row in rows:
        known = own.kind(row.kind)
        if known:
            of_kind, given = _of_kind(known.model, row.company_id)
            some = f'FROM "{known.model._meta.db_table}" WHERE {of_kind} AND (own -> %s) IS NULL LIMIT 1001'
            parts.append(f"SELECT %s::bigint, (SELECT count(*) FROM (SELECT {some}) AS blank)")
            params += [row.pk, *given, row.key]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return dict(cursor.fetchall())


def _of_kind(model: Any, company_id: int) -> tuple[str, tuple[Any, ...]]:
    """The condition for the records of a kind in its table, which it may share with another one."""
    if not model._meta.proxy:
        return "company_id = %s", (company_id,)
    sql, params = model._default_manager.of(company_id).order_by().values("pk").query.sql_with_params()
    return f"id IN ({sql})", params


def _convert(row: OwnField, before: str) -> None:
    """Bring the values there are into the new type; refused where any of them would be lost."""
    used = count_with(row)
    if not used:
        return
    change = CONVERSIONS.get((before, row.type))
    if change is None:
        sentence = _("There are values already: %(old)s cannot become %(new)s. Archive this field and add another")
        names = {"old": Type(before).label, "new": Type(row.type).label}
        raise ValidationError({"type": sentence % names})
    if change:
        model: Any = own.kind(row.kind).model  # type: ignore[union-attr]
        of_kind, given = _of_kind(model, row.company_id)
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{model._meta.db_table}" SET own = jsonb_set(own, ARRAY[%s], {change})'
                f" WHERE {of_kind} AND own ? %s",
                [row.key, *[row.key] * change.count("%s"), *given, row.key],
            )


def _demand_unused_options(row: OwnField, before: Sequence[Mapping[str, str]]) -> None:
    gone = {each["value"] for each in before} - {each["value"] for each in row.options}
    for value in sorted(gone):
        wanted = [value] if row.type == Type.CHOICES else value
        condition = {f"own__{row.key}__contains": wanted} if row.type == Type.CHOICES else {f"own__{row.key}": value}
        if _with(row).filter(**condition).exists():
            label = next(each["name"] for each in before if each["value"] == value)
            raise ValidationError({"options": _("“%(name)s” is in use: it must stay") % {"name": label}})


def _related(name: str, value: Any) -> Any:
    return OwnSection(pk=value) if name == "section" and value else value


def _spread(row: OwnField, actor: Actor) -> None:
    """Let every process know, and have the indexes follow."""
    cached.forget(actor.company_id)
    if row.index == OwnField.Index.WAITING:
        indexes.order(actor)


def without(kind: str, actor: Actor) -> list[tuple[book.Definition, int]]:
    """The required fields of a kind that records of the actor lack, with how many do; counted to 1,001."""
    every: Any = own.kind(kind).model._default_manager  # type: ignore[union-attr]
    found = []
    for field in book.writable(kind, actor):
        if field.required:
            rows = every.visible_to(actor).filter(**{f"{field.path}__isnull": True})
            if count := rows.order_by().values("pk")[:1001].count():
                found.append((field, count))
    return found
