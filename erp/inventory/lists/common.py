"""What the lists of the warehouse share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from erp.inventory.services import losses
from erp.inventory.services.shipping import Outcome
from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusals
from suite.desk import documents

SEE_COST = "masterdata.see_cost"


def order_url(row: Any) -> str:
    """The order behind a paper, where its page is known."""
    return documents.url_of(row.order_kind, row.order_id)


def each(model: type[Any], pks: Collection[int], act: Callable[..., Any], *, actor: Actor, **how: Any) -> Outcome:
    """Do something to each of a few rows, an act of its own; the outcome names those that were refused, and the orders
    that lost goods."""
    refused: Refusals = {}
    told: list[str] = []
    for row in model.objects.of(actor.company_id).filter(pk__in=pks).order_by("pk"):
        try:
            done = act(row, actor=actor, **how)
        except BusinessError as error:
            refused[row.pk] = error.refusals[0]
        else:
            told += filter(None, [losses.told(getattr(done, "lost", ()))])
    return Outcome(refused, told)
