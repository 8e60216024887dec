"""What a column holds decides how its values are compared, where likeness is looked for, and what likeness is worth.

Every kind answers three questions: the `form` of a value (what two spellings of one thing have in common), its `keys`
(two records that share one are worth a look), and the `level` of two forms: 0 the same, then less and less alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from suite.masterdata.matching.organisations import organisation_keys, organisation_level, organisation_of
from suite.masterdata.matching.text import folded, spoken, words
from suite.masterdata.standards import phone, tried

FREE_MAIL = re.compile(r"(?:qq|163|126|139|sina|sohu|foxmail|aliyun|gmail|hotmail|outlook|yahoo|icloud)\.com(?:\.cn)?")
LITTLE = re.compile("an?|and|as|at|by|for|from|in|into|of|on|or|over|the|to|towards?|using|via|with")
PEOPLE = re.compile(r"[;,，；、&]|\band\b")
CLOSE, ALIKE = 0.92, 0.8


@dataclass(frozen=True)
class Kind:
    """How values of a kind are compared. `m`, `u`: how often a level is met among the same and among others."""

    name: str
    form: Callable[[Any], Any]
    keys: Callable[[Any], Iterable[str]]
    level: Callable[[Any, Any], int]
    m: tuple[float, ...]
    u: tuple[float, ...]
    mixes: bool = False  # columns of this kind are mistaken for each other: first and last name, two lines of address


@dataclass(frozen=True, slots=True)
class Line:
    """A text in one spelling, with its words in their order and sorted."""

    words: tuple[str, ...]
    text: str
    sorted: str
    joined: str


def line_of(raw: str) -> Line | None:
    """A line of text; None where there is no word in it."""
    found = tuple(words(raw))
    return Line(found, " ".join(found), " ".join(sorted(found)), "".join(found)) if found else None


def name_keys(name: Line) -> Iterator[str]:
    yield spoken(name.joined)[:40]
    yield from (word for word in name.words if len(word) > 2)
    yield f"{name.joined[:5]}_"
    yield f"_{name.joined[-5:]}"


def name_level(one: Line, other: Line) -> int:
    if one.joined == other.joined:
        return 0
    if spoken(one.joined) == spoken(other.joined):
        return 1
    return _nearness(one, other)


def address_keys(line: Line) -> Iterator[str]:
    if len(line.joined) > 3:
        yield line.joined[:30]


def address_level(one: Line, other: Line) -> int:
    return 0 if one.text == other.text else _nearness(one, other)


def _nearness(one: Line, other: Line) -> int:
    score = JaroWinkler.similarity(one.joined, other.joined)
    if score < CLOSE and len(one.words) + len(other.words) > 2:
        score = max(score, fuzz.ratio(one.sorted, other.sorted) / 100)
    return 1 if score >= CLOSE else 2 if score >= ALIKE else 3


def title_keys(line: Line) -> Iterator[str]:
    telling = [word for word in line.words if not LITTLE.fullmatch(word)]
    yield from telling
    yield from (f"{first} {second}" for first, second in pairwise(telling))
    yield line.joined[:12]


def title_level(one: Line, other: Line) -> int:
    if one.sorted == other.sorted:
        return 0
    score = max(fuzz.ratio(one.text, other.text), fuzz.ratio(one.sorted, other.sorted))
    return 1 if score >= 90 else 2 if score >= 75 else 3 if score >= 55 else 4


def people_of(raw: str) -> frozenset[tuple[str, str]]:
    """Family name and first letter of each person on a list."""
    return frozenset((each[-1], each[0][0]) for each in map(words, PEOPLE.split(raw)) if each)


def people_keys(people: frozenset[tuple[str, str]]) -> Iterator[str]:
    yield from (f"{family} {first}" for family, first in people)


def people_level(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> int:
    if one == other:
        return 0
    fewer, more = sorted((one, other), key=len)
    shared, rest = len(fewer & more), more - fewer
    for family, _first in fewer - more:
        shared += any(JaroWinkler.similarity(family, each) >= CLOSE for each, _letter in rest)
    return 1 if shared >= 0.6 * len(fewer) else 2 if shared else 3


def code_of(raw: str) -> str:
    """Letters and digits; 1999.0 is what tables make of 1999."""
    return "".join(words(re.sub(r"^(\d+)\.0+$", r"\1", raw.strip())))


def code_level(one: str, other: str) -> int:
    if one == other:
        return 0
    return 1 if min(len(one), len(other)) > 3 and OSA.distance(one, other, score_cutoff=1) <= 1 else 2


def itself(value: str) -> Iterator[str]:
    if len(value) > 2:
        yield value


def date_of(raw: str) -> str:
    """Year, month and day in eight digits where they can be told; otherwise the digits."""
    parts = re.findall(r"\d+", unicodedata.normalize("NFKC", raw))
    if len(parts) >= 3 and len(parts[2]) == 4:
        parts[0], parts[2] = parts[2], parts[0]
    return "".join(f"{part:0>2}" for part in parts[:3])


def date_level(one: str, other: str) -> int:
    if one == other:
        return 0
    turned = one[:4] == other[:4] and one[4:6] == other[6:] and one[6:] == other[4:6]
    return 1 if turned or OSA.distance(one, other, score_cutoff=1) <= 1 else 2


def number_of(raw: str) -> str:
    found = re.search(r"-?\d+(?:\.\d+)?", unicodedata.normalize("NFKC", raw).replace(",", ""))
    return f"{float(found[0]):.10g}" if found else ""


def number_level(one: str, other: str) -> int:
    apart = abs(float(one) - float(other))
    return 0 if not apart else 1 if apart <= 1 else 2


def mail_level(one: str, other: str) -> int:
    house, theirs = one.rpartition("@")[2], other.rpartition("@")[2]
    return 0 if one == other else 1 if house == theirs and not FREE_MAIL.fullmatch(house) else 2


def word_level(one: str, other: str) -> int:
    return 0 if one == other else 1 if JaroWinkler.similarity(one, other) >= 0.85 else 2


def no_keys(_value: str) -> tuple[str, ...]:
    return ()


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "organisation", organisation_of, organisation_keys, organisation_level,
            (0.75, 0.14, 0.05, 0.06), (0.0003, 0.0015, 0.0035, 0.9947), mixes=True,
        ),
        Kind("name", line_of, name_keys, name_level, (0.8, 0.1, 0.04, 0.06), (0.01, 0.005, 0.01, 0.975), mixes=True),
        Kind(
            "title", line_of, title_keys, title_level,
            (0.75, 0.12, 0.06, 0.04, 0.03), (0.0005, 0.0005, 0.002, 0.02, 0.977),
        ),
        Kind("people", people_of, people_keys, people_level, (0.7, 0.2, 0.05, 0.05), (0.002, 0.003, 0.02, 0.975)),
        Kind(
            "address", line_of, address_keys, address_level,
            (0.7, 0.15, 0.05, 0.1), (0.002, 0.003, 0.01, 0.985), mixes=True,
        ),
        Kind("credit", code_of, itself, code_level, (0.985, 0.013, 0.002), (0.0001, 0.0002, 0.9997)),
        Kind("code", code_of, itself, code_level, (0.88, 0.07, 0.05), (0.0005, 0.0005, 0.999)),
        Kind("phone", lambda raw: tried(phone, raw), itself, code_level, (0.8, 0.02, 0.18), (0.0005, 0.0005, 0.999)),
        Kind("mail", lambda raw: folded(raw).strip(), itself, mail_level, (0.7, 0.15, 0.15), (0.0005, 0.03, 0.9695)),
        Kind("date", date_of, itself, date_level, (0.85, 0.1, 0.05), (0.001, 0.004, 0.995)),
        Kind("number", number_of, no_keys, number_level, (0.85, 0.08, 0.07), (0.08, 0.12, 0.8)),
        Kind("category", code_of, no_keys, word_level, (0.85, 0.05, 0.1), (0.2, 0.05, 0.75)),
    )
}  # fmt: skip
