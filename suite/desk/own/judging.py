"""What is asked of an own field before it is kept: key, name, options, default, roles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from suite.core.access import Actor
from suite.core.models import Role
from suite.core.pinyin import syllables
from suite.core.said import listed
from suite.core.texts import one_line
from suite.desk import own
from suite.desk.imports.checking import NO, YES
from suite.desk.models import OwnField
from suite.desk.own import book, types
from suite.desk.own.book import Type

KEY = re.compile(r"[a-z](_?[a-z0-9])*")
LONGEST_KEY = 40
OPTIONS = 200
RESERVED = frozenset({"own", "id", "pk", "blank", "min", "max"})
WITHOUT_DEFAULT = {Type.PARTY, Type.PRODUCT, Type.FILE}

Values = Mapping[str, Any]


def take(row: OwnField, values: Values, others: Sequence[OwnField], actor: Actor) -> None:
    """Put the values into a field and judge it as a whole."""
    wrong: dict[str, Any] = {}
    for name in ("name", "name_en", "help", "help_en"):
        if name in values:
            setattr(row, name, one_line(str(values[name] or "")))
    for name in ("type", "required", "listed", "section"):
        if name in values:
            setattr(row, name, values[name])
    for name in ("seen_by", "changed_by"):
        if name in values:
            setattr(row, name, sorted({str(code) for code in values[name] or ()}))
    if "options" in values:
        row.options = _options(values["options"] or (), wrong)
    for check in (_demand_key, demand_name, _demand_options, _demand_section):
        try:
            check(row, others)
        except ValidationError as error:
            wrong |= error.message_dict
    if row.type not in Type.values:
        wrong["type"] = _("There is no such type")
    if not wrong and ("default" in values or row.default is not None):
        row.default = _default(row, values.get("default", row.default), wrong)
    codes = {*row.seen_by, *row.changed_by}
    known = (
        set(Role.objects.of(actor.company_id).filter(code__in=codes).values_list("code", flat=True)) if codes else set()
    )
    for name in ("seen_by", "changed_by"):
        if unknown := set(getattr(row, name)) - known:
            wrong[name] = _("There is no role %(codes)s") % {"codes": listed(sorted(unknown))}
    if wrong:
        raise ValidationError(wrong)
    try:
        row.clean_fields(exclude=["company", "section", "kind", "default", "options", "key"])
    except ValidationError as error:
        raise ValidationError(error.message_dict) from None


def _demand_key(row: OwnField, others: Sequence[OwnField]) -> None:
    if not KEY.fullmatch(row.key) or len(row.key) > LONGEST_KEY:
        raise ValidationError({"key": _("Small letters, digits and single underscores, at most 40, a letter first")})
    if any(each.key == row.key for each in others):
        raise ValidationError({"key": _("There is a field with this key already")})
    if not row.pk and row.key in _taken_keys(row.kind):
        raise ValidationError({"key": _("A field of the house is called so already")})


def _taken_keys(kind: str) -> set[str]:
    """The names of the kind's own columns and relations, and the words that queries understand."""
    model = own.kind(kind).model  # type: ignore[union-attr]
    names = {field.name.lower() for field in model._meta.get_fields()}
    names |= {field.attname for field in model._meta.concrete_fields}
    json = model._meta.get_field("own")
    return names | {*json.get_lookups()} | RESERVED  # type: ignore[union-attr]


def key_of(values: Values, there: Sequence[OwnField], kind: str) -> str:
    """A key out of the English name, else of how the Chinese one is spoken."""
    english = unicodedata.normalize("NFKD", str(values.get("name_en") or "")).encode("ascii", "ignore").decode()
    text = english if english.strip() else " ".join(syllables(str(values.get("name") or "")[:LONGEST_KEY]))
    words = re.findall(r"[a-z0-9]+", unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower())
    key = "_".join(words)[: LONGEST_KEY - 4].strip("_") or "field"
    key = key if key[0].isalpha() else f"f_{key}"
    taken = {each.key for each in there} | _taken_keys(kind)
    return next(each for each in (key, *(f"{key}_{number}" for number in range(2, 999))) if each not in taken)


def same(one: str, other: str) -> bool:
    """Whether people would take two names for the same: whatever the case, width and accents of their letters."""
    return bool(one) and _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def demand_name(row: OwnField, others: Sequence[OwnField]) -> None:
    if not row.name:
        raise ValidationError({"name": _("Give the field a name")})
    taken = {_folded(name) for each in others if not each.is_archived for name in (each.name, each.name_en) if name}
    was = OwnField.objects.filter(pk=row.pk).values_list("name", "name_en").first() or ()
    house = _house_names(row.kind) - {_folded(name) for name in was}
    wrong = {}
    for name in ("name", "name_en"):
        folded = _folded(getattr(row, name))
        if folded and folded in taken:
            wrong[name] = _("There is a field with this name already")
        elif folded and folded in house:
            wrong[name] = _("A field of the house is called so already")
    if wrong:
        raise ValidationError(wrong)


def _house_names(kind: str) -> set[str]:
    """What the fields of the record, the columns of its lists and of its sheets are called, in both languages."""
    from suite.desk.imports import importers  # these two know own fields
    from suite.desk.lists.spec import ListSpec

    model = own.kind(kind).model  # type: ignore[union-attr]
    fields = (field for field in model._meta.concrete_fields if field.editable or hasattr(field, "choices"))
    names: list[Any] = [field.verbose_name for field in fields if field.name not in ("id", "own")]
    names += [
        column.label
        for spec in ListSpec.known.values()
        if getattr(spec, "model", None) is model
        for column in spec.columns
    ]
    names += [each.label for sheet in importers() if sheet.model is model for each in sheet.fields]
    found = set()
    for language in ("en", "zh-hans"):
        with translation.override(language):
            found |= {_folded(str(name)) for name in names}
    return found


def _options(given: Sequence[Any], wrong: dict[str, Any]) -> list[dict[str, str]]:
    """Options as they are kept: each with a value that stays when it is renamed."""
    found: list[dict[str, str]] = []
    for number, each in enumerate(list(given)[: OPTIONS + 1]):
        entry = {"name": each} if isinstance(each, str) else each
        if not isinstance(entry, Mapping) or not all(isinstance(part, str) for part in entry.values() if part):
            wrong["options"] = _("An option has a name, and perhaps name_en and value")
            return []
        name = one_line(entry.get("name") or "")[:100]
        if not name or "\x00" in name:
            wrong["options"] = _("Option %(number)s has no name") % {"number": number + 1}
            return []
        value = one_line(entry.get("value") or "")[:40]
        found.append({"value": value, "name": name, "name_en": one_line(entry.get("name_en") or "")[:100]})
    taken = {each["value"] for each in found if each["value"]}
    for each in found:
        if not each["value"]:
            each["value"] = _value_of(each, taken)
            taken.add(each["value"])
    return found


def _value_of(option: Mapping[str, str], taken: Collection[str]) -> str:
    spoken = option["name_en"] or " ".join(syllables(option["name"]))
    words = re.findall(r"[a-z0-9]+", unicodedata.normalize("NFKD", spoken).encode("ascii", "ignore").decode().lower())
    value = "_".join(words)[:36] or "option"
    return next(each for each in (value, *(f"{value}_{number}" for number in range(2, 999))) if each not in taken)


def _demand_options(row: OwnField, others: Sequence[OwnField]) -> None:
    if row.type not in (Type.CHOICE, Type.CHOICES):
        row.options = []
        return
    if not row.options:
        raise ValidationError({"options": _("Name the options there are to choose from")})
    if len(row.options) > OPTIONS:
        raise ValidationError({"options": _("At most %(most)s options") % {"most": OPTIONS}})
    values = [each["value"] for each in row.options]
    if any("," in value for value in values):
        raise ValidationError({"options": _("The value of an option has no comma")})
    names = [_folded(name) for each in row.options for name in {each["name"], each.get("name_en") or each["name"]}]
    if len(set(values)) < len(values) or len(set(names)) < len(names):
        raise ValidationError({"options": _("Two options are called alike")})


def _demand_section(row: OwnField, others: Sequence[OwnField]) -> None:
    section = row.section
    if section is not None and (section.kind, section.company_id) != (row.kind, row.company_id):
        raise ValidationError({"section": _("This section belongs to another form")})


def _default(row: OwnField, value: Any, wrong: dict[str, Any]) -> Any:
    if value is None or value == "" or value == []:
        return None
    if row.type in WITHOUT_DEFAULT:
        wrong["default"] = _("A field of this type has no default")
        return None
    if row.type == Type.BOOL and isinstance(value, str):
        value = True if value.casefold() in YES else False if value.casefold() in NO else value
    try:
        return types.kept(book.definition(row), value)
    except ValidationError as error:
        wrong["default"] = error.messages
        return None
