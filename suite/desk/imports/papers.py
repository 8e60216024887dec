"""Papers with lines out of sheets: the rows that carry one reference are the lines of one paper."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.desk.imports import Batch, Saved

D = TypeVar("D")
Row = Mapping[str, Any]
Wrong = Mapping[int, Sequence[Refusal]]


def no_doubt(papers: Sequence[Any], actor: Actor) -> Wrong:
    """For papers that are taken or refused, and nothing else is to be said of them."""
    return {}


def numbers_of(model: type[Any]) -> Callable[[Collection[str], Actor], Iterable[str]]:
    """Which of some numbers are given already."""

    def given(references: Collection[str], actor: Actor) -> Iterable[str]:
        return model.objects.of(actor.company_id).filter(number__in=references).values_list("number", flat=True)

    return given


def no_line(row: Row) -> Refusal | None:
    """For papers that take any line."""
    return None


@dataclass(frozen=True, kw_only=True)
class Papers(Generic[D]):
    """How an area makes papers of the rows of a sheet; `save` is what it registers.

    `group` names the field with the reference, `header` the fields said of the paper as a whole: its rows may not
    contradict each other there, and a blank cell agrees with everything; of `remarks` the first counts.
    `draft(reference, header, rows)` is the paper as somebody wants it; `check(drafts, actor=)` says what speaks against
    each by its index, `create(drafts, actor=)` writes those that are good; both take any number by a fixed number of
    statements. `known(references, actor)` are the references that are here already, `line(row)` is what is wrong with a
    row by itself, `lacking(header)` with what is said of the whole, `part(row)` tells papers with one reference apart.
    `doubts(papers, actor)` is what must be said at lines of papers that were taken, by their keys.
    """

    group: str
    header: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    draft: Callable[[str, dict[str, Any], list[dict[str, Any]]], D]
    check: Callable[..., Wrong]
    create: Callable[..., Sequence[Any]]
    known: Callable[[Collection[str], Actor], Iterable[str]] | None = None
    line: Callable[[Row], Refusal | None] = no_line
    lacking: Callable[[Row], str | Promise] = lambda header: ""
    part: Callable[[Row], Any] = lambda row: None
    doubts: Callable[[Sequence[Any], Actor], Wrong] = no_doubt

    def save(self, *, actor: Actor, batch: Batch, key: str = "", update: bool = True) -> Saved:
        """Write the papers of a batch: a good one whole, of a bad one nothing, with the reason at its line."""
        saved, rows = Saved(), list(batch.dicts())
        papers = self._papers(rows)
        self._refuse_known(papers, actor, saved)
        drafts: dict[Any, D] = {}
        for name, places in papers.items():
            own = [rows[place] for place in places]
            header = {each: said(each, own) for each in (*self.header, *self.remarks)}
            if any(contradicts(each, own) for each in self.header):
                _refuse(saved, places, _("The rows of one reference contradict each other in what they all say"))
            elif lacking := self.lacking(header):
                _refuse(saved, places, str(lacking))
            elif wrong := [each for at, row in enumerate(own) if (each := _at(self.line(row), at))]:
                refuse_at_lines(saved, places, wrong)
            else:
                drafts[name] = self.draft(name[0], {k: v for k, v in header.items() if v not in (None, "")}, own)
        refused = self.check(list(drafts.values()), actor=actor)
        for index, name in enumerate(list(drafts)):
            if index in refused:
                refuse_at_lines(saved, papers[name], refused[index])
                del drafts[name]
        if drafts:
            papers_made = self.create(list(drafts.values()), actor=actor)
            saved.made = [paper.pk for paper in papers_made]
            told = self.doubts(papers_made, actor)
            for name, pk in zip(drafts, saved.made, strict=True):
                saved.doubtful |= {papers[name][each.line or 0]: str(each) for each in told.get(pk, ())}
        made = zip(drafts, saved.made, strict=True)
        saved.placed = {place: pk for name, pk in made for place in papers[name]}
        return saved

    def _papers(self, rows: Sequence[Row]) -> dict[tuple[str, Any], list[int]]:
        """The places of the rows of each paper."""
        papers: dict[tuple[str, Any], list[int]] = {}
        for place, row in enumerate(rows):
            papers.setdefault((row[self.group], self.part(row)), []).append(place)
        return papers

    def _refuse_known(self, papers: dict[tuple[str, Any], list[int]], actor: Actor, saved: Saved) -> None:
        if self.known is None:
            return
        known = set(self.known({reference for reference, _part in papers}, actor))
        for name in [name for name in papers if name[0] in known]:
            _refuse(saved, papers.pop(name), _("There is one with this reference already"))


def each(build: Callable[[D], Any], drafts: Sequence[D]) -> dict[int, list[Refusal]]:
    """What is raised against each draft where it is built in memory, by its index."""
    wrong: dict[int, list[Refusal]] = {}
    for index, draft in enumerate(drafts):
        try:
            build(draft)
        except BusinessError as error:
            wrong[index] = error.refusals
        except ValidationError as error:
            wrong[index] = [Refusal("invalid", " ".join(error.messages))]
    return wrong


def said(name: str, rows: Iterable[Row]) -> Any:
    """What the first row that says anything says."""
    return next((row[name] for row in rows if row.get(name) not in (None, "")), None)


def contradicts(name: str, rows: Iterable[Row]) -> bool:
    """Whether rows say different things; a blank cell agrees with everything."""
    return len({row.get(name) for row in rows} - {None, ""}) > 1


def _at(refusal: Refusal | None, line: int) -> Refusal | None:
    return refusal and Refusal(refusal.code, refusal.detail, refusal.params, line, refusal.field)


def _refuse(saved: Saved, places: Iterable[int], reason: str) -> None:
    saved.refused |= dict.fromkeys(places, reason)


def refuse_at_lines(saved: Saved, places: Sequence[int], refusals: Sequence[Refusal]) -> None:
    """The reason at the line it speaks of; the other lines of the paper stay out with it."""
    if all(refusal.line is None for refusal in refusals):
        return _refuse(saved, places, " ".join(dict.fromkeys(map(str, refusals))))
    _refuse(saved, places, _("Another line of this paper was refused"))
    for refusal in reversed(refusals):
        saved.refused[places[refusal.line or 0]] = str(refusal)
    return None
