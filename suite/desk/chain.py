"""The chain of a paper: the story it belongs to, the same from each of its papers, by the rights of the reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

from suite.core.access import Actor
from suite.desk import documents, search
from suite.desk.models import SearchEntry

SIDE_BY_SIDE = 2
LONGEST = 200  # papers in one chain; a blanket order could drag in thousands

# Upwards to where the paper came from; downwards from it and from the orders above it, so that each paper of a story
# shows all of it. Only what is above the paper itself is gone down from: a bill that settles two orders must not drag
# the other order's papers in, nor a contract the other orders under it.
CHAIN = """
WITH RECURSIVE up (kind, id, depth) AS (
    SELECT %(kind)s::varchar, %(id)s::bigint, 0
  UNION
    SELECT link.from_kind, link.from_id, up.depth - 1
    FROM up JOIN core_documentlink link ON link.to_kind = up.kind AND link.to_id = up.id
    WHERE link.company_id = %(company)s AND up.depth > -20
), down (kind, id, depth) AS (
    SELECT kind, id, depth FROM up WHERE depth = 0 OR kind = ANY(%(stories)s)
  UNION
    SELECT link.to_kind, link.to_id, down.depth + 1
    FROM down JOIN core_documentlink link ON link.from_kind = down.kind AND link.from_id = down.id
    WHERE link.company_id = %(company)s AND down.depth < 20
)
SELECT kind, id FROM (SELECT * FROM up UNION SELECT * FROM down) whole
GROUP BY kind, id ORDER BY min(abs(depth)), kind, id LIMIT %(longest)s
"""


CAME = """
WITH RECURSIVE down (kind, id) AS (
    SELECT * FROM unnest(%(kinds)s::varchar[], %(ids)s::bigint[])
  UNION
    SELECT link.to_kind, link.to_id
    FROM down JOIN core_documentlink link ON link.from_kind = down.kind AND link.from_id = down.id
    WHERE link.company_id = %(company)s
)
SELECT id FROM down WHERE kind = %(kind)s
"""


@dataclass(frozen=True)
class Box:
    """One paper of the chain; without an address where the reader may not open papers of this kind."""

    kind: str
    pk: int
    title: str
    url: str
    state: str
    colour: str
    current: bool
    row: Any = None


@dataclass
class Step:
    """The papers of one kind and side, side by side."""

    label: str
    icon: str
    boxes: list[Box] = field(default_factory=list)

    @property
    def first(self) -> list[Box]:
        """What is shown at once; of many papers of one kind the rest are unfolded, never the one that is looked at."""
        if len(self.boxes) <= SIDE_BY_SIDE:
            return self.boxes
        return [box for box in self.boxes if box.current] or self.boxes[: SIDE_BY_SIDE - 1]

    @property
    def others(self) -> list[Box]:
        return [box for box in self.boxes if box not in self.first]


def chain_of(actor: Actor, document: models.Model) -> list[Step]:
    """The chain of a document as steps in the order of trade: one recursive statement and one per kind.

    Of kinds that the actor may not open at all, kind, number and state are told and nothing else; of the other kinds,
    papers outside of the actor's scope are left out. A document without relatives has no chain.
    """
    name = document._meta.label_lower
    stories = [kind.name for kind in documents.kinds() if kind.is_story]
    with connection.cursor() as cursor:
        asked = {"kind": name, "id": document.pk, "company": actor.company_id, "longest": LONGEST, "stories": stories}
        cursor.execute(CHAIN, asked)
        found = cursor.fetchall()
    if len(found) < 2:
        return []
    papers: dict[str, list[int]] = {}
    for kind_name, pk in found:
        papers.setdefault(kind_name, []).append(pk)
    steps: dict[tuple[int, int, str], Step] = {}
    for place, kind in enumerate(documents.kinds()):
        for row, box in _boxes(kind, papers.get(kind.name, []), actor, document):
            label, order = kind.side(row)
            step = steps.setdefault((order, place, str(label)), Step(str(label), kind.icon))
            step.boxes.append(box)
    return [step for _place, step in sorted(steps.items(), key=lambda pair: pair[0][:2])]


def _boxes(kind: documents.Kind, pks: list[int], actor: Actor, document: models.Model) -> Iterator[tuple[Any, Box]]:
    """The papers of a kind in their order, as the actor may know of them."""
    if not pks:
        return
    name = document._meta.label_lower
    if kind.name == name and len(pks) == 1:
        yield document, _box(kind, document, document)
    elif kind.name == name or actor.may(kind.permission):
        for row in kind.visible(actor, pks).order_by("pk"):
            yield row, _box(kind, row, document)
    elif kind.model._meta.app_label not in actor.company.modules_off:
        for row in kind.rows(actor, pks).order_by("pk"):
            if number := getattr(row, "number", ""):
                yield row, Box(kind.name, row.pk, str(number), "", *(kind.status(row) or ("", "")), current=False)


def _box(kind: documents.Kind, row: Any, document: models.Model) -> Box:
    state = kind.status(row) or ("", "")
    current = row.pk == document.pk and row._meta.label_lower == document._meta.label_lower
    return Box(kind.name, row.pk, kind.title(row), kind.url(row.pk), *state, current, row)


def came_of(number: str, kind: type[models.Model], actor: Actor) -> list[int]:
    """The keys of papers of a kind that came of the order with this very number, over any steps; two statements.

    The caller shows them in the rights of the actor.
    """
    stories = [each.name for each in documents.kinds() if each.is_story]
    wanted = search.condition(number)
    if wanted is None:
        return []
    entries = SearchEntry.objects.of(actor.company_id).filter(wanted, kind__in=stories, title__iexact=number)
    found = list(entries.values_list("kind", "object_id"))
    if not found:
        return []
    with connection.cursor() as cursor:
        names, pks = [name for name, _pk in found], [pk for _name, pk in found]
        company, wanted_kind = actor.company_id, kind._meta.label_lower
        cursor.execute(CAME, {"kinds": names, "ids": pks, "company": company, "kind": wanted_kind})
        return [pk for (pk,) in cursor.fetchall()]
