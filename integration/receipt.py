"""The receipt of a confirmation: every paper the back wing made for an order, as it stands now."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from crm.sales.models import Order
from integration.models import Handoff
from suite.core.access import Actor
from suite.desk import documents


@dataclass(frozen=True, slots=True)
class Paper:
    """One row of the receipt; `url` is blank where the reader has no page for it."""

    kind: str
    label: str
    id: int
    number: str
    state: str = ""
    url: str = ""
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one act on an order set in motion."""

    act: str
    label: str
    at: dt.datetime
    papers: list[Paper] = field(default_factory=list)


def receipts_of(order: Order, actor: Actor) -> list[Receipt]:
    """The receipts of an order, latest first; one statement and one per kind of paper.

    Papers that the actor may not open are still named, without a way in: the receipt says what happened.
    """
    handoffs = list(Handoff.objects.of(actor.company_id).filter(order_id=order.pk).order_by("-id"))
    wanted: dict[str, set[int]] = defaultdict(set)
    for handoff in handoffs:
        for paper in handoff.papers:
            wanted[paper["kind"]].add(paper["id"])
    rows = {(kind, row.pk): row for kind, pks in wanted.items() for row in _rows(kind, pks, order.company_id)}
    return [
        Receipt(
            handoff.act,
            str(handoff.get_act_display()),
            handoff.created_at,
            [
                _paper(paper["kind"], paper["id"], rows.get((paper["kind"], paper["id"])), actor)
                for paper in handoff.papers
            ],
        )
        for handoff in handoffs
    ]


def _rows(kind: str, pks: set[int], company_id: int) -> list[Any]:
    known = documents.kind(kind)
    if known is None:
        return []
    rows = known.model._default_manager.of(company_id).filter(pk__in=pks)  # type: ignore[attr-defined]
    return list(rows.select_related(*known.related) if known.related else rows)


def _paper(kind: str, pk: int, row: Any, actor: Actor) -> Paper:
    known = documents.kind(kind)
    state = known.status(row) if known and row else None
    return Paper(
        kind=kind,
        label=documents.label_of(kind),
        id=pk,
        number=known.title(row) if known and row else str(pk),
        state=state[0] if state else "",
        url=known.url(pk) if known and row and actor.may(known.permission) else "",
    )
