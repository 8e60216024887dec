"""The chain of a paper: everything it came from and everything that came from it, in the rights of the reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

from suite.core.access import Actor
from suite.desk import documents

SIDE_BY_SIDE = 2
LONGEST = 200  # papers in one chain; a blanket order could drag in thousands

# Upwards and downwards apart: a bill that settles two orders must not drag the other order's papers in.
CHAIN = """
WITH RECURSIVE up (kind, id, depth) AS (
    SELECT %(kind)s::varchar, %(id)s::bigint, 0
  UNION
    SELECT link.from_kind, link.from_id, up.depth - 1
    FROM up JOIN core_documentlink link ON link.to_kind = up.kind AND link.to_id = up.id
    WHERE link.company_id = %(company)s AND up.depth > -20
), down (kind, id, depth) AS (
    SELECT %(kind)s::varchar, %(id)s::bigint, 0
  UNION
    SELECT link.to_kind, link.to_id, down.depth + 1
    FROM down JOIN core_documentlink link ON link.from_kind = down.kind AND link.from_id = down.id
    WHERE link.company_id = %(company)s AND down.depth < 20
)
SELECT kind, id, min(depth) FROM (SELECT * FROM up UNION SELECT * FROM down) whole
GROUP BY kind, id ORDER BY min(depth), kind, id LIMIT %(longest)s
"""


@dataclass(frozen=True)
class Box:
    """One paper of the chain."""

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
    """The papers of one kind, side by side."""

    label: str
    icon: str
    boxes: list[Box] = field(default_factory=list)

    @property
    def first(self) -> list[Box]:
        """What is shown at once; of many papers of one kind the rest are unfolded."""
        return self.boxes if len(self.boxes) <= SIDE_BY_SIDE else self.boxes[: SIDE_BY_SIDE - 1]

    @property
    def others(self) -> list[Box]:
        return self.boxes[len(self.first) :]


def chain_of(actor: Actor, document: models.Model) -> list[Step]:
    """The chain of a document as steps in the order of trade: one recursive statement and one per kind.

    Papers that the actor may not see are left out; a document without relatives has no chain.
    """
    name = document._meta.label_lower
    with connection.cursor() as cursor:
        cursor.execute(CHAIN, {"kind": name, "id": document.pk, "company": actor.company_id, "longest": LONGEST})
        found = cursor.fetchall()
    if len(found) < 2:
        return []
    depths: dict[str, dict[int, int]] = {}
    for kind_name, pk, depth in found:
        depths.setdefault(kind_name, {})[pk] = depth
    steps: list[tuple[tuple[int, int], Step]] = []
    for kind_name, pks in depths.items():
        kind = documents.kind(kind_name)
        if kind is None or not (kind_name == name or actor.may(kind.permission)):
            continue
        rows = [document] if kind_name == name and len(pks) == 1 else kind.visible(actor, pks).order_by("pk")
        boxes = [_box(kind, row, document) for row in rows]
        if boxes:
            steps.append(((kind.order, min(pks.values())), Step(str(kind.label), kind.icon, boxes)))
    return [step for _place, step in sorted(steps, key=lambda pair: pair[0])]


def _box(kind: documents.Kind, row: Any, document: models.Model) -> Box:
    state = kind.status(row) or ("", "")
    current = row.pk == document.pk and row._meta.label_lower == document._meta.label_lower
    return Box(kind.name, row.pk, kind.title(row), kind.url(row.pk), *state, current, row)
