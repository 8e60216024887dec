"""Insight cards: which combination of customers converts best, and which worst, where enough of them closed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.sales.opportunity_lists import OpportunityList
from suite.core.access import Actor
from suite.desk.lists.state import ListState

PAIRS = (("region", "industry"), ("source", "product_type"))
ENOUGH = 20  # closed deals of a combination
Z = 1.96  # of a 95 % interval


@dataclass(frozen=True, slots=True)
class Card:
    """A combination with how many of its closed deals were won, the interval in which the true share lies, in percent,
    and the addresses of the pivot and of the deals."""

    is_best: bool
    label: str
    won: int
    closed: int
    low: float
    high: float
    usual: float
    url: str
    deals_url: str

    @property
    def share(self) -> float:
        return 100 * self.won / self.closed


def wilson(won: int, closed: int) -> tuple[float, float]:
    """The 95 % score interval of a share, between 0 and 1 (Wilson, Journal of the American Statistical Association 22,
    1927): unlike the usual one it is right for few deals and for shares near 0 and 1."""
    share, square = won / closed, Z * Z
    middle = share + square / (2 * closed)
    half = Z * math.sqrt(share * (1 - share) / closed + square / (4 * closed * closed))
    whole = 1 + square / closed
    return (middle - half) / whole, (middle + half) / whole


def cards_of(actor: Actor) -> list[Card]:
    """The best and the worst combination of the closed deals, as far as the actor sees them.

    Only those of at least 20 closed deals whose interval leaves out what is usual: nothing is shown that may be chance.
    """
    found: list[Card] = []
    for down, across in PAIRS:
        asked = {"show": "pivot", "down": down, "across": across, "measure": "rate.won", "status": "won,lost"}
        pivot = ListState(OpportunityList(), actor, asked, path=OpportunityList().address).pivot
        if pivot.is_too_large or not pivot.total.base:
            continue
        usual = float(pivot.total.of / pivot.total.base)
        heads = pivot.heads
        for row in pivot.rows:
            for (_key, head), cell in zip(heads, row.cells, strict=False):
                if cell.value is None or cell.rows < ENOUGH:
                    continue
                label = " / ".join(each for each in (row.label, head) if each != _("None"))
                if not label:
                    continue
                won = int(cell.of)
                low, high = wilson(won, cell.rows)
                if low > usual or high < usual:
                    found.append(
                        Card(low > usual, label, won, cell.rows, 100 * low, 100 * high, 100 * usual,
                             pivot.state.link(), cell.url)
                    )  # fmt: skip
    best = max((card for card in found if card.is_best), key=lambda card: card.low, default=None)
    worst = min((card for card in found if not card.is_best), key=lambda card: card.high, default=None)
    return [card for card in (best, worst) if card]
