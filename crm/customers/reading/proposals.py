"""Proposals from a text: each verb that is promised or asked for, with the figures, days and papers of its clause."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from crm.customers.reading import figures, mood
from crm.customers.reading.dates import days
from crm.customers.reading.found import Clause, Found, Reader
from crm.customers.reading.joining import once, share
from crm.customers.reading.meaning import meant, priced
from crm.customers.reading.names import Names
from crm.customers.reading.sentences import Span, clauses, cleaned, sentences
from crm.customers.reading.verbs import CALL, DELIVER, DOCUMENT, NEED, PAY, VISIT, Verb, can_stand, papers, verbs

WORTH = re.compile(r"\d|折|价|百分")  # a sentence without a verb of ours may still name a price
MOST_SENTENCES, MOST_CLAUSES, MOST_VERBS = 1000, 24, 8  # of a text, a sentence, a clause: more is no letter
LONGEST = 100_000  # characters of a text
MOST = 200  # proposals of one text
WRITTEN_ON = re.compile(r"^\s*(?:date|sent|发送时间|日期|时间|发件时间|on)\s*[:：]\s*(.{6,60})$", re.IGNORECASE)


def read(text: str, *, day: dt.date, names: Names | None = None, from_them: bool | None = None) -> list[Found]:
    """The proposals of a text of at most `LONGEST` characters, written on `day` unless it names its own date.

    `from_them` says who speaks: the customer, we, or unknown.
    """
    clean = cleaned(text[:LONGEST])
    reader, found, paper, worth = Reader(day, names or Names(()), from_them), [], "", 0
    for sentence in sentences(clean):
        if dated := _written_on(sentence.text, reader.base):
            reader = replace(reader, base=dated)
            continue
        if _is_worth_reading(sentence):
            worth += 1
            original = text[sentence.start : sentence.end].replace("\x00", " ")
            rows = _read_sentence(sentence, reader, paper)
            found += [replace(row, sentence=original, start=sentence.start, end=sentence.end) for row in rows]
        if len(found) >= MOST or worth >= MOST_SENTENCES:
            break
        paper = next((kind for kind, _start, _end in reversed(papers(sentence.text))), paper)
    return found[:MOST]


def _is_worth_reading(sentence: Span) -> bool:
    """Whether a sentence has a verb of ours, or a figure that may be a price."""
    return bool(WORTH.search(sentence.text)) or any(True for _verb in verbs(sentence.text))


def _written_on(line: str, base: dt.date) -> dt.date | None:
    match = WRITTEN_ON.match(line)
    named = days(match[1], base) if match else []
    return named[0].date if named else None


def _read_sentence(sentence: Span, reader: Reader, paper: str) -> list[Found]:
    """The proposals of a sentence; `paper` is what was spoken of before, which it may call it."""
    if mood.supposed(sentence.text):
        return []
    parts = [_clause(piece.text, reader) for piece in islice(_pieces(sentence), MOST_CLAUSES)]
    named = [*([paper] if paper else []), *(kind for part in parts for kind, _start, _end in part.papers)]
    for part in parts:
        part.found = list(_of_clause(part, sentence.text, reader, named, parts))
    share(parts)
    rows = once(row for part in parts for row in part.found)
    if AFTER_EVENT.search(sentence.text):
        rows = [replace(row, due=None) if _is_relative(row, parts) else row for row in rows]
    return rows


AFTER_EVENT = re.compile(
    r"(?:收到|到账|到款|签[订署完好]?|付[完清]?|审批|通过|下单|确认)[^，。,]{0,10}(?:后|之后|"
    r"以后)|\b(?:after|once|upon|from|"
    r"following|of)\s+(?:we\s+|the\s+|you\s+|your\s+|our\s+)?(?:receive|receiving|receipt|payment|"
    r"approval|signing|signature|order|deposit|confirm\w*|sign)",
    re.IGNORECASE,
)


def _is_relative(row: Found, parts: list[Clause]) -> bool:
    return any(day.relative and day.date == row.due for part in parts for day in part.days)


JOINT = re.compile(
    r"\s+(?:and|then|but|so|as well as)\s+|并且?|而且|然后|同时|再(?=[给把打发寄])|但是?|不过|"
    r"另外|和(?=[发寄打给付拜回])",
    re.IGNORECASE,
)


def _pieces(sentence: Span) -> Iterator[Span]:
    """The clauses, each cut once more where two verbs are joined."""
    for clause in clauses(sentence):
        start = 0
        for joint in JOINT.finditer(clause.text):
            before, after = clause.text[start : joint.start()], clause.text[joint.end() :]
            if any(can_stand(verb) for verb in verbs(before)) and any(
                verb.start < 30 and can_stand(verb) for verb in verbs(after)
            ):
                yield clause.part(start, joint.start())
                start = joint.end()
        yield clause.part(start, len(clause.text))


def _clause(text: str, reader: Reader) -> Clause:
    found = Clause(text)
    # 这个月的对账单: such a day says which one, not when.
    found.days = [day for day in days(text, reader.base) if not text.startswith("的", day.end)]
    masked = _mask(text, found.days)
    found.papers = papers(text)
    found.discounts = list(figures.discounts(masked))[:1]
    masked = _mask(masked, found.discounts)
    hits = reader.names.find(text)
    found.products = list(dict.fromkeys(hit.pk for hit in hits))
    found.prices = list(figures.prices(masked))[:1]
    found.amounts = list(figures.amounts(masked))[:1]
    masked = _mask(masked, [*found.prices, *found.amounts])
    latin = [hit for hit in hits if any(sign.isdigit() for sign in text[hit.start : hit.end])]
    found.quantities = list(figures.quantities(_mask(masked, latin)))[:2]
    found.bare = list(figures.bare_numbers(_mask(masked, [*latin, *found.quantities])))
    return found


def _mask(text: str, spans: Iterable[Any]) -> str:
    for span in spans:
        text = text[: span.start] + "＿" * (span.end - span.start) + text[span.end :]
    return text


def _of_clause(part: Clause, sentence: str, reader: Reader, named: list[str], parts: list[Clause]) -> Iterator[Found]:
    text = part.text
    if mood.DOUBTED.search(text) or mood.USUAL.search(text) or mood.OTHERS.search(text) or mood.COURTESY.search(text):
        return
    if mood.empty_question(sentence, text):
        return
    masked = _mask(text, part.days)
    ahead = [day for day in part.days if day.date >= reader.base]
    behind = [day for day in part.days if day.date < reader.base]
    seen = False
    for verb in islice(verbs(masked), MOST_VERBS):
        before, after = masked[: verb.start], masked[verb.end :]
        if mood.denied(before, after):
            seen = True
            continue
        has_day = bool(ahead) or _day_elsewhere(part, parts, reader.base)
        if not _is_ahead(verb, before, after, has_day, bool(behind), reader):
            continue
        rows = list(meant(part, verb, before, after, named, sentence, reader))
        seen = seen or bool(rows)
        yield from rows
    if not seen:
        yield from priced(part, masked, sentence, reader)


def _day_elsewhere(part: Clause, parts: list[Clause], base: dt.date) -> bool:
    """Whether a clause without a verb before this one says when: 周五前，我们发货."""
    place = parts.index(part)
    return any(day.date >= base for other in parts[:place] if not other.found for day in other.days)


def _is_ahead(verb: Verb, before: str, after: str, has_day: bool, in_past: bool, reader: Reader) -> bool:
    if verb.form == "zh":
        if mood.done_zh(before, after, has_day):
            return False
    elif not mood.form_fits(verb.form, before, has_day):
        told = verb.form == "past" and verb.kind in (NEED, DELIVER, VISIT, CALL, PAY, DOCUMENT)
        arranged = verb.word in (
            "scheduled",
            "booked",
            "promised",
            "offered",
            "arranged",
            "confirmed",
            "guaranteed",
            "needed",
            "wanted",
            "requested",
            "asked",
            "ordered",
            "required",
            "set",
        )
        return told and arranged and (has_day or verb.kind == NEED) and not in_past
    if in_past and not has_day and not mood.SPEECH.search(before):
        return False
    return mood.looks_ahead(before, after, verb.form, has_day) or (verb.kind == NEED and verb.form != "past")
