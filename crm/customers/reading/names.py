"""The company's own names of products, found in texts: whole names and codes, else what only one product is called."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm.customers.reading.sentences import HALF

WORD = re.compile(r"[a-z0-9]+(?:[-./][a-z0-9]+)*|[\u4e00-\u9fff]+")
SHARED = 8  # a piece of a name that more products have says nothing


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found in a text: of which record, and where."""

    pk: int
    start: int
    end: int


class Names:
    """Names of records, each under several; made once, asked for every sentence.

    A record comes with what it is called and with what else it is known by (codes, specifications), which counts only
    as a whole.
    """

    def __init__(self, names: Iterable[tuple[int, Sequence[str], Sequence[str]]]) -> None:
        self.whole: dict[str, set[int]] = defaultdict(set)  # every name as written
        self.begins: dict[str, set[int]] = defaultdict(set)  # first two characters -> lengths of names
        self.pieces: dict[str, set[int]] = defaultdict(set)  # words and pairs of characters
        self.heads: dict[int, set[str]] = defaultdict(set)  # the last piece of each name: what the thing is
        for pk, called, known in names:
            for name in filter(None, map(plain, (*called, *known))):
                if len(name) > 1 and not name.isdigit():
                    self.whole[name].add(pk)
                    self.begins[name[:2]].add(len(name))
            for name in filter(None, map(plain, called)):
                found = [piece for piece, _start in _pieces_at(name)]
                self.heads[pk].update(found[-1:])
                for piece in found:
                    self.pieces[piece].add(pk)

    def find(self, text: str) -> list[Hit]:
        """The records named in a cleaned text: the longest names first, then by what only one record is called."""
        text = plain(text, whole=True)
        found = self._named(text)
        return found or self._called(text)

    def _named(self, text: str) -> list[Hit]:
        found, at = [], 0
        while at < len(text) - 1:
            for length in sorted(self.begins.get(text[at : at + 2], ()), reverse=True):
                name = text[at : at + length]
                if len(self.whole.get(name, ())) == 1 and _stands_alone(text, at, at + length):
                    found.append(Hit(min(self.whole[name]), at, at + length))
                    at += length - 1
                    break
            at += 1
        return found

    def _called(self, text: str) -> list[Hit]:
        """The one record whose name shares most with the text, and what it is, if there is one."""
        score: dict[int, float] = defaultdict(float)
        headed: set[int] = set()
        where: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for piece, start in _pieces_at(text):
            owners = self.pieces.get(piece, set())
            if 0 < len(owners) <= SHARED:
                for pk in owners:
                    score[pk] += len(piece) / len(owners)
                    where[pk].append((start, start + len(piece)))
                    if piece in self.heads[pk]:
                        headed.add(pk)
        best = sorted(headed, key=lambda pk: -score[pk])[:2]
        if not best or (len(best) == 2 and score[best[0]] <= score[best[1]]):
            return []
        spans = where[best[0]]
        return [Hit(best[0], min(start for start, _end in spans), max(end for _start, end in spans))]


def plain(name: str, *, whole: bool = False) -> str:
    """A name as it is compared; of a text every character stays in its place."""
    text = name.translate(HALF)
    text = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)
    return text if whole else text.strip()


def _pieces_at(text: str) -> Iterable[tuple[str, int]]:
    for match in WORD.finditer(text):
        word = match[0]
        if "\u4e00" <= word[0] <= "\u9fff":
            for at in range(len(word) - 1):
                yield word[at : at + 2], match.start() + at
        elif len(word) > 2 and not word.isdigit():
            yield _singular(word), match.start()


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 4 and word.isalpha() else word


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a Latin name is no part of a longer word; a plural is none."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if text[start].isascii() and text[start].isalnum() and before.isascii() and before.isalnum():
        return False
    if text[end - 1].isascii() and text[end - 1].isalnum() and after.isascii() and after.isalnum():
        return after == "s" and not text[end + 1 : end + 2].isalnum()
    return True
