"""Odds of winning, learned by counting: naive Bayes over the closed deals of one pipeline, each factor to be shown.

The formula is that of predictive lead scoring in Odoo (`crm/tests/test_crm_pls.py`): every counted value starts at 0.1
won and 0.1 lost; a won deal counts in every stage, a lost one in every stage up to the one it reached; the counts of a
stage are divided by those of the first, other counts by the sum over the values of their field. So

    odds = won(first) / lost(first) x the product over values of (won(value) / won(all)) / (lost(value) / lost(all))

Whether a field helps at all is asked of deals that were held back (`back_test`): one that does not is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

START = 0.1  # won and lost of every counted value before anything is counted
PER_FIELD = 10  # closed deals of the rarer kind for each field: ten events per variable (Peduzzi et al., 1996)
ENOUGH = PER_FIELD  # of won and of lost deals, before anything is said
LEARNED, CHOSEN = 0.5, 0.7  # up to where deals teach, and choose the fields; the rest tries out what came of it


@dataclass(frozen=True, slots=True)
class Past:
    """A closed deal: what it had (field -> value), which stage it reached (0 is the first), whether it was won."""

    values: Mapping[str, str]
    reached: int
    won: bool


@dataclass(frozen=True, slots=True)
class Term:
    """A factor of the odds: above 1 it speaks for winning. `won` and `lost` deals had the value, too."""

    field: str
    value: str
    ratio: float
    won: int
    lost: int


@dataclass
class Counts:
    """How many deals were won and lost, for each stage and for each value of each field."""

    stages: list[list[float]]
    fields: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    @property
    def base(self) -> float:
        """The odds of a deal of which nothing is known but that it began."""
        won, lost = self.stages[0]
        return won / lost

    def terms(self, values: Mapping[str, str], stage: int | None) -> list[Term]:
        """The factors of a deal with these values in this stage; what never occurred says nothing."""
        found = []
        if stage is not None:
            found.append(_term("stage", str(stage), self.stages[stage], self.stages[0]))
        for name, known in self.fields.items():
            counted = known.get(values.get(name, ""))
            if counted:
                whole = [sum(each[side] for each in known.values()) for side in (0, 1)]
                found.append(_term(name, values[name], counted, whole))
        return found

    def chance(self, terms: Collection[Term]) -> float:
        """The probability, between 0 and 1, that these factors come to."""
        odds = self.base
        for term in terms:
            odds *= term.ratio
        return odds / (1 + odds)


def _term(name: str, value: str, counted: Sequence[float], whole: Sequence[float]) -> Term:
    ratio = (counted[0] / whole[0]) / (counted[1] / whole[1])
    return Term(name, value, ratio, round(counted[0] - START), round(counted[1] - START))


def learn(deals: Sequence[Past], stages: int, fields: Collection[str]) -> Counts:
    """Count closed deals of a pipeline with so many open stages."""
    counts = Counts([[START, START] for _stage in range(stages)], {name: {} for name in fields})
    for deal in deals:
        side = 0 if deal.won else 1
        for place in range(stages if deal.won else deal.reached + 1):
            counts.stages[place][side] += 1
        for name in fields:
            if value := deal.values.get(name, ""):
                counts.fields[name].setdefault(value, [START, START])[side] += 1
    return counts


def back_test(deals: Sequence[Past], stages: int, fields: Sequence[str]) -> dict[str, Any]:
    """Which fields help, and how well they would have told: closed deals in the order in which they began.

    The first half teaches, the next fifth chooses the fields (one helps where it alone lowers the Brier score), the
    rest tries them out as the deals stood on their first day, against saying the same of each. Answers `fields` (none
    where they do not beat that), and of the trial `tested`, `auc`, `brier`, `base_brier` and `bins`: for each tenth of
    probability how many deals, what was said of them on average and what share was won.
    """
    first, second = int(len(deals) * LEARNED), int(len(deals) * CHOSEN)
    most = min(sum(deal.won for deal in deals), sum(not deal.won for deal in deals)) // PER_FIELD
    early, judging = learn(deals[:first], stages, fields), deals[first:second]
    idle = brier(said(early, judging, ()), judging)
    gains = {name: idle - brier(said(early, judging, (name,)), judging) for name in fields} if judging else {}
    chosen = sorted((name for name, gain in gains.items() if gain > 0), key=lambda name: -gains[name])[:most]
    later, tried = learn(deals[:second], stages, fields), deals[second:]
    told, same = said(later, tried, chosen), said(later, tried, ())
    order = auc(told, tried)
    helps = order is not None and order > 0.5 and brier(told, tried) < brier(same, tried)
    return {
        "fields": chosen if helps else [],
        "tried": chosen,
        "tested": len(tried),
        "auc": order,
        "brier": brier(told, tried),
        "base_brier": brier(same, tried),
        "bins": bins(told if helps else same, tried),
    }


def said(counts: Counts, deals: Sequence[Past], fields: Collection[str]) -> list[float]:
    """The probability of each deal on its first day, by these fields alone."""
    among = Counts(counts.stages, {name: counts.fields[name] for name in fields})
    return [among.chance(among.terms(deal.values, None)) for deal in deals]


def brier(told: Sequence[float], deals: Sequence[Past]) -> float:
    """The mean square of what was said wrongly: 0 is perfect."""
    return sum((each - deal.won) ** 2 for each, deal in zip(told, deals, strict=True)) / max(len(deals), 1)


def auc(told: Sequence[float], deals: Sequence[Past]) -> float | None:
    """How often a won deal was given more than a lost one, ties by half (Mann-Whitney); None without both."""
    ranked = sorted(zip(told, (deal.won for deal in deals), strict=True))
    won = sum(deal.won for deal in deals)
    lost = len(deals) - won
    if not won or not lost:
        return None
    ranks, place = 0.0, 0
    while place < len(ranked):
        end = place
        while end < len(ranked) and ranked[end][0] == ranked[place][0]:
            end += 1
        ranks += (place + end + 1) / 2 * sum(is_won for _chance, is_won in ranked[place:end])
        place = end
    return (ranks - won * (won + 1) / 2) / (won * lost)


def bins(told: Sequence[float], deals: Sequence[Past]) -> list[dict[str, float]]:
    """For each tenth that occurs: `least` percent, how many deals, what was `said` on average, what share was `won`."""
    tenths: dict[int, list[tuple[float, bool]]] = {}
    for each, deal in zip(told, deals, strict=True):
        tenths.setdefault(min(int(each * 10), 9), []).append((each, deal.won))
    return [
        {
            "least": tenth * 10,
            "deals": len(found),
            "said": 100 * sum(each for each, _won in found) / len(found),
            "won": 100 * sum(won for _each, won in found) / len(found),
        }
        for tenth, found in sorted(tenths.items())
    ]
