"""How sure one may be that two records are the same: what each field says, weighed (Fellegi and Sunter, 1969)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from suite.masterdata.matching.kinds import Kind

MISSING = -1
ROUNDS = 50
BEFORE = 20.0  # pairs that count as seen elsewhere, so that what is rare here stays sound
Pattern = tuple[int, ...]  # the level of each field


@dataclass(frozen=True)
class Field:
    """A column and what it holds. `weight`: how much it counts, 1 as the kind says, 0 not at all."""

    name: str
    kind: Kind
    weight: float = 1.0


@dataclass
class Scale:
    """How often each level is met among the same (`m`) and among others (`u`), and the `share` of the same.

    It starts with what the kinds say of themselves and can `learn` from the pairs at hand.
    """

    fields: Sequence[Field]
    share: float = 0.1
    m: list[list[float]] = field(default_factory=list)
    u: list[list[float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.m = self.m or [list(each.kind.m) for each in self.fields]
        self.u = self.u or [list(each.kind.u) for each in self.fields]

    def weights(self, pattern: Pattern) -> list[float]:
        """What each field says for (above 0) or against the two being one, in bits; 0 where a value is missing."""
        return [
            0.0 if level == MISSING else each.weight * math.log2(m[level] / u[level])
            for each, level, m, u in zip(self.fields, pattern, self.m, self.u, strict=True)
        ]

    def chance(self, pattern: Pattern) -> float:
        """How likely the two are one, between 0 and 1."""
        bits = sum(self.weights(pattern)) + math.log2(self.share / (1 - self.share))
        return 1 / (1 + 2 ** -max(min(bits, 60.0), -60.0))

    def learn(self, patterns: Mapping[Pattern, int]) -> None:
        """Fit m, u and the share to counted patterns, whose truth nobody knows (expectation maximisation)."""
        pairs = sum(patterns.values())
        if not pairs:
            return
        for _round in range(ROUNDS):
            same = {pattern: self.chance(pattern) * count for pattern, count in patterns.items()}
            share = min(max(sum(same.values()) / pairs, 1e-6), 1 - 1e-6)
            for place, each in enumerate(self.fields):
                m, u = ([BEFORE * usual for usual in known] for known in (each.kind.m, each.kind.u))
                for pattern, weight in same.items():
                    if (level := pattern[place]) != MISSING:
                        m[level] += weight
                        u[level] += patterns[pattern] - weight
                self.m[place], self.u[place] = ([count / sum(found) for count in found] for found in (m, u))
            moved, self.share = abs(share - self.share), share
            if moved < 1e-7:
                return


def compared(fields: Sequence[Field], one: Sequence[Any], other: Sequence[Any]) -> Pattern:
    """The level of each field of two records in their forms."""
    return tuple(
        [
            each.kind.level(first, second) if first and second else MISSING
            for each, first, second in zip(fields, one, other, strict=True)
        ]
    )


def learned(fields: Sequence[Field], patterns: Counter[Pattern]) -> Scale:
    """A scale fitted to the pairs at hand."""
    scale = Scale(fields)
    scale.learn(patterns)
    return scale
