"""Texts as they are read: cleaned without moving a character, cut into sentences and clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 400  # characters of a sentence; what nobody ended is cut

# What is written with full-width letters means the same; punctuation stays, for it ends sentences.
HALF = {
    0xFF01 + place: 0x21 + place
    for place in range(94)
    if chr(0x21 + place).isalnum() or chr(0x21 + place) in "%$*+-./#@"
}
HALF |= {0: 32, 0xA0: 32, 0x3000: 32, 0x2019: 0x27, 0x2018: 0x27, 0x2013: 0x2D, 0xFE64: 32}
MARKUP = re.compile(r"</?[A-Za-z!][^<>]{0,500}>|&(?:nbsp|amp|quot|lt|gt);")
BREAKS = re.compile(r"</?(?:br|p|div|li|tr|h\d)\b", re.IGNORECASE)
SHORT = re.compile(
    r"\b(?:mr|mrs|ms|dr|no|nr|co|ltd|inc|corp|approx|e\.g|i\.e|pcs?|etc|st|vs|tel|dept|a\.m|p\.m|qty|min|max"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tues?|wed|thurs?|fri|sat|sun)\.$",
    re.IGNORECASE,
)
END = re.compile(r"[。！？!?；;\n…]+|\.(?=\s|$|[\u4e00-\u9fff])")
BULLET = re.compile(r"\s*(?:[-*•·>●▪]+|\(?\d{1,2}[.)、）](?!\d)|（\d{1,2}）|[一二三四五六七八九十]、)\s*")
CLAUSE = re.compile(r"[,，:：、](?!\d{3}\b)|\s[-—–]+\s|[()（）]|——")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text: what it says and where it stands."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def part(self, start: int, end: int) -> Span:
        """A piece of this piece, without the blanks around it."""
        inner = self.text[start:end]
        return Span(inner.strip(), self.start + start + len(inner) - len(inner.lstrip()))


def cleaned(text: str) -> str:
    """The text without markup, NUL and full-width letters, every character where it was."""
    text = text.translate(HALF)
    return MARKUP.sub(_blank, text) if "<" in text or "&" in text else text


def _blank(found: re.Match[str]) -> str:
    size = len(found[0])
    return "\n" + " " * (size - 1) if BREAKS.match(found[0]) else " " * size


def sentences(text: str) -> Iterator[Span]:
    """The sentences of a cleaned text, each at most `LONGEST` characters."""
    start = 0
    for mark in END.finditer(text):
        if _goes_on(text, start, mark):
            continue
        yield from _cut(text, start, mark.end())
        start = mark.end()
    yield from _cut(text, start, len(text))


def _goes_on(text: str, start: int, mark: re.Match[str]) -> bool:
    """Whether the sentence does not end here: an abbreviation, or an English line broken by its width."""
    if mark[0] == ".":
        return bool(SHORT.search(text, max(start, mark.start() - 8), mark.end()))
    if mark[0] != "\n":
        return False
    following = text[mark.end() : mark.end() + 1]
    return mark.start() - max(start, text.rfind("\n", 0, mark.start())) >= 40 and "a" <= following <= "z"


def _cut(text: str, start: int, end: int) -> Iterator[Span]:
    bullet = BULLET.match(text, start, end)
    start = bullet.end() if bullet else start
    while start < end:
        stop = min(end, start + LONGEST)
        piece = Span(text[start:stop], start).part(0, stop - start)
        if piece.text:
            yield piece
        start = stop


def clauses(sentence: Span) -> list[Span]:
    """A sentence at its commas, colons and brackets."""
    found, start = [], 0
    for mark in CLAUSE.finditer(sentence.text):
        found.append(sentence.part(start, mark.start()))
        start = mark.end()
    found.append(sentence.part(start, len(sentence.text)))
    return [clause for clause in found if clause.text]
