"""From cells to values: each column has one converter; what cannot be understood refuses its row and says why."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.said import in_all, in_each, listed
from suite.core.texts import LONGEST_LINE, one_line
from suite.desk import choices
from suite.desk.imports import Batch, Field, Importer
from suite.desk.imports.reading import CELL, Row, heading, is_blank, shown
from suite.desk.lists.export import as_written

YES = {"1", "y", "yes", "true", "是", "√", "对"}
NO = {"", "0", "n", "no", "false", "否", "×", "x"}
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
HUGE = Decimal(10) ** 12

Convert = Callable[[Any], Any]


class Unreadable(ValueError):
    """A cell that cannot be understood; its text is the reason."""


class Reader:
    """Turns rows of cells into batches of values; remembers what lines before held."""

    def __init__(self, importer: Importer, mapping: dict[str, int], actor: Actor, *, key: str = "") -> None:
        self.importer, self.mapping, self.actor, self.key = importer, mapping, actor, key
        self.fields = [each for each in importer.fields if each.name in mapping]
        self.places = [mapping[each.name] for each in self.fields]
        self.converters = [converter(each, actor) for each in self.fields]
        self.refs = [number for number, each in enumerate(self.fields) if each.kind == "ref"]
        self.known: dict[tuple[str, str], int | None] = {}
        self.seen: dict[Any, int] = {}

    def read(self, rows: Iterable[tuple[int, Row]]) -> tuple[Batch, dict[int, str]]:
        """The good rows as a batch, and of the others all that is wrong with them, by line."""
        values, lines, wrong = [], [], {}
        for line, row in rows:
            if is_blank(row):
                continue
            converted, reasons = self._convert(row, line)
            values.append(converted)
            lines.append(line)
            if reasons:
                wrong[line] = reasons
        self._resolve(values, lines, wrong)
        if wrong:
            good = [place for place, line in enumerate(lines) if line not in wrong]
            values, lines = [values[place] for place in good], [lines[place] for place in good]
        bad = {line: _("; ").join(reasons) for line, reasons in wrong.items()}
        return Batch([each.name for each in self.fields], values, lines), bad

    def _convert(self, row: Row, line: int) -> tuple[Row, list[str]]:
        values: Row = []
        reasons: list[str] = []
        width = len(row)
        for each, place, convert in zip(self.fields, self.places, self.converters, strict=True):
            cell = row[place] if place < width else None
            if isinstance(cell, str):
                cell = one_line(cell) if each.max_length <= LONGEST_LINE else cell.strip()
            if cell is None or cell == "":
                if each.required:
                    reasons.append(_("%(field)s is missing") % {"field": each.label})
                values.append(each.default if each.default is not None or each.kind != "text" else "")
                continue
            value = None
            try:
                if isinstance(cell, str):
                    cell = _cell(cell)
                value = convert(cell)
                if each.name == self.key and not self.importer.group:
                    self._note(value, line)
            except Unreadable as error:
                reasons.append(_("%(field)s: %(reason)s") % {"field": each.label, "reason": error})
            values.append(value)
        if reasons:
            reasons += self._judged(values)
        return values, reasons

    def _judged(self, values: Row) -> list[str]:
        """What the area would say against a row that it does not get to see."""
        found = []
        for each, value in zip(self.fields, values, strict=True):
            if each.judge and value:
                try:
                    each.judge(value)
                except ValidationError as error:
                    found.append(_("%(field)s: %(reason)s") % {"field": each.label, "reason": error.messages[0]})
        return found

    def _note(self, value: Any, line: int) -> None:
        before = self.seen.setdefault(value, line)
        if before != line:
            raise Unreadable(_("line %(line)s has the same key") % {"line": before})

    def _resolve(self, rows: list[Row], lines: list[int], wrong: dict[int, list[str]]) -> None:
        """Replace codes and names by keys: one statement per referring column and batch."""
        for number in self.refs:
            field = self.fields[number]
            self._learn(field.ref, {row[number] for row in rows if row[number] not in (None, "")})
            for row, line in zip(rows, lines, strict=True):
                text = row[number]
                row[number] = None if text in (None, "") else self.known[field.ref, text]
                if row[number] is None and text not in (None, ""):
                    reason = _("%(field)s: there is no “%(text)s”") % {"field": field.label, "text": text}
                    wrong.setdefault(line, []).append(reason)

    def _learn(self, ref: str, texts: set[str]) -> None:
        wanted = [text for text in texts if (ref, text) not in self.known]
        kind = choices.kind(ref)
        if not wanted or kind is None:
            return
        either = Q()
        for path in kind.exact:
            either |= Q(**{f"{path}__in": wanted})
        found: dict[str, set[int]] = {}
        paths = [*kind.exact]
        for pk, *values in kind.rows(self.actor).filter(either).values_list("pk", *paths):
            for value in values:
                if value:
                    found.setdefault(str(value), set()).add(pk)
        for text in wanted:
            pks = found.get(text, set())
            self.known[ref, text] = next(iter(pks)) if len(pks) == 1 else None
        self._learn_as_shown(kind, [text for text in wanted if self.known[ref, text] is None])

    def _learn_as_shown(self, kind: choices.ChoiceKind, texts: Collection[str]) -> None:
        """Our own exports write a record as pickers show it: its code, then its name."""
        codes = {text.partition(" ")[0] for text in texts if " " in text}
        if not codes or not kind.exact:
            return
        for row in kind.rows(self.actor).filter(**{f"{kind.exact[0]}__in": codes}):
            for text in in_all(in_each(lambda row=row: kind.text(row))):  # type: ignore[misc]
                if text in texts:
                    self.known[kind.name, text] = row.pk


def converter(each: Field, actor: Actor) -> Convert:
    """The function that reads cells of a field."""
    read, settle = _converter(each, actor), each.settle
    if settle is None:
        return read

    def settled(cell: Any) -> Any:
        try:
            return settle(read(cell))
        except ValidationError as error:
            raise Unreadable(" ".join(error.messages)) from None

    return settled


def _converter(each: Field, actor: Actor) -> Convert:
    if each.kind == "choice":
        return _choice(each)
    if each.kind == "datetime":
        zone = ZoneInfo(actor.company.time_zone)
        return lambda cell: _moment(cell, zone)
    if each.kind in ("text", "ref"):
        longest = each.max_length
        return lambda cell: _text(cell, longest)
    return {"integer": _integer, "number": _number, "money": _number, "date": _date, "bool": _bool}[each.kind]


def _text(cell: Any, longest: int) -> str:
    text = cell if isinstance(cell, str) else shown(cell)
    if "\ufffd" in text:
        raise Unreadable(_("characters were lost on the way: save the sheet as UTF-8 or XLSX"))
    if len(text) > longest:
        if len(text) > CELL:
            raise Unreadable(_("the cell is too long"))
        raise Unreadable(_("longer than %(longest)s characters") % {"longest": longest})
    return text


def _cell(text: str) -> str:
    """What was written before it was made harmless; a formula is not taken for its text."""
    if text[0] == "=":
        raise Unreadable(_("formulas are not taken"))
    return as_written(text)


def _digits(cell: Any) -> str:
    """Full-width to half-width, no thousands marks, no currency signs."""
    return unicodedata.normalize("NFKC", str(cell)).replace(",", "").replace(" ", "").lstrip("¥$€")


def _number(cell: Any) -> Decimal:
    if isinstance(cell, bool):
        raise Unreadable(_("this is no number"))
    try:
        number = Decimal(repr(cell) if isinstance(cell, float) else _digits(cell))
    except InvalidOperation:
        raise Unreadable(_("“%(text)s” is no number") % {"text": shown(cell)[:40]}) from None
    if not number.is_finite() or abs(number) >= HUGE:
        raise Unreadable(_("the number is too large"))
    return number


def _integer(cell: Any) -> int:
    number = _number(cell)
    if number != number.to_integral_value() or abs(number) > 2**31 - 1:
        raise Unreadable(_("“%(text)s” is no whole number") % {"text": shown(cell)[:40]})
    return int(number)


def _date(cell: Any) -> dt.date:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    match = DATE.fullmatch(unicodedata.normalize("NFKC", str(cell)).strip())
    try:
        if match is None:
            raise ValueError
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise Unreadable(_("“%(text)s” is no date") % {"text": shown(cell)[:40]}) from None


def _moment(cell: Any, zone: ZoneInfo) -> dt.datetime:
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=zone) if cell.tzinfo is None else cell
    day = _date(cell)
    match = DATE.fullmatch(unicodedata.normalize("NFKC", str(cell)).strip())
    hour, minute, second = (int(part or 0) for part in match.groups()[3:]) if match else (0, 0, 0)
    try:
        return dt.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
    except ValueError:
        raise Unreadable(_("“%(text)s” is no time") % {"text": shown(cell)[:40]}) from None


def _bool(cell: Any) -> bool:
    text = heading(shown(cell)) if not isinstance(cell, bool) else str(int(cell))
    if text in YES:
        return True
    if text in NO:
        return False
    raise Unreadable(_("write yes or no"))


def _choice(each: Field) -> Convert:
    from django.utils import translation

    known: dict[str, Any] = {}
    for value, label in each.choices:
        known[heading(value)] = value
        for language in ("en", "zh-hans"):
            with translation.override(language):
                known[heading(label)] = value

    def convert(cell: Any) -> Any:
        text = heading(shown(cell))
        if text not in known:
            allowed = listed(str(label) for _value, label in each.choices)
            raise Unreadable(_("“%(text)s” is none of: %(allowed)s") % {"text": shown(cell)[:40], "allowed": allowed})
        return known[text]

    return convert
