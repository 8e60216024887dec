"""Files of records with the truth beside them: how well the matcher does, on data of anybody."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from suite.core.acts import undone
from suite.masterdata.matching import blocking
from suite.masterdata.matching.kinds import KINDS
from suite.masterdata.matching.weighing import Field, Pattern, Scale, compared, learned

Row = Mapping[str, str]
Pair = tuple[str, str]
GUESSES = (
    (r"phone|mobile|\btel|fax|电话|手机", "phone"),
    (r"e-?mail|邮箱|邮件", "mail"),
    (r"birth|date|\bdob|日期|生日", "date"),
    (r"credit|uscc|信用代码|税号", "credit"),
    (r"title|description|标题|描述", "title"),
    (r"author|people|actor|director|作者", "people"),
    (r"year|price|amount|\bage\b|年份|价格", "number"),
    (r"code|post|zip|soc|ssn|number|isbn|sku|upc|model|邮编|编码|代码|号", "code"),
    (r"address|addr|street|suburb|city|town|地址|城市", "address"),
    (r"company|organi[sz]ation|firm|customer|supplier|公司|单位|企业|客户|供应商|^名称", "organisation"),
    (r"name|姓名|名", "name"),
)  # fmt: skip


@dataclass
class Truth:
    """Pairs that are known to be one; `judged` limits what counts where only some pairs were looked at."""

    same: set[Pair]
    judged: set[Pair] | None = None


@dataclass
class Outcome:
    """What the matcher found: pairs with their chance, and what of the truth was among those it looked at."""

    found: dict[Pair, float]
    looked_at: int
    reach: float
    scale: Scale

    def figures(self, truth: Truth) -> dict[str, float]:
        """Precision, recall and F1 beside the truth."""
        found = self.found.keys() if truth.judged is None else self.found.keys() & truth.judged
        right = len(found & truth.same)
        precision, recall = right / len(found) if found else 0.0, right / len(truth.same) if truth.same else 0.0
        both = precision + recall
        return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / both if both else 0.0}


def read(path: Path) -> list[Row]:
    """The rows of a CSV file with a heading, packed by gzip or not."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def guessed(columns: Iterable[str], leave: Iterable[str] = ()) -> dict[str, str]:
    """What columns seem to hold, by their names; `category` where these say nothing."""
    return {
        column: next((kind for pattern, kind in GUESSES if re.search(pattern, column, re.IGNORECASE)), "category")
        for column in columns
        if column not in leave
    }


def same_by(sides: Sequence[Sequence[Row]], keys: Sequence[str], *, pattern: str = "", column: str = "") -> Truth:
    """The truth where records of one entity bear one mark: a column, or what a pattern finds in their keys."""
    groups: list[dict[str, list[str]]] = [defaultdict(list) for _side in sides]
    for group, rows, key in zip(groups, sides, keys, strict=True):
        for row in rows:
            if mark := row[column] if column else _found(pattern, row[key]):
                group[mark].append(row[key])
    if len(sides) == 1:
        return Truth({ordered(pair) for each in groups[0].values() for pair in combinations(each, 2)})
    ones, others = groups
    return Truth({(one, other) for mark, each in ones.items() for one in each for other in others.get(mark, ())})


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1 if match.re.groups else 0] if match else ""


def same_of(rows: Sequence[Row], left: str, right: str, label: str = "", *, sides: int) -> Truth:
    """The truth as a list of pairs; with a label (1, true, yes for the same) only listed pairs count."""
    listed = [(row[left], row[right]) if sides == 2 else ordered((row[left], row[right])) for row in rows]
    if not label:
        return Truth(set(listed))
    yes = {"1", "1.0", "true", "yes", "y", "match", "是"}
    same = {pair for pair, row in zip(listed, rows, strict=True) if row[label].strip().lower() in yes}
    return Truth(same, set(listed))


def ordered(pair: Pair) -> Pair:
    return pair if pair[0] <= pair[1] else (pair[1], pair[0])


def match(
    sides: Sequence[Sequence[Row]],
    columns: Sequence[Mapping[str, str]],
    keys: Sequence[str],
    truth: Truth,
    *,
    threshold: float = 0.5,
    learning: bool = True,
    crowd: int = blocking.CROWD,
) -> Outcome:
    """Match one file with itself or two with each other; `columns` says for each side what its columns hold.

    The n-th column of one side is compared with the n-th of the other.
    """
    fields = [Field(name, KINDS[kind]) for name, kind in columns[0].items()]
    names, forms, starts = [], [], [0]
    for rows, held, key in zip(sides, columns, keys, strict=True):
        for row in rows:
            names.append(row[key])
            forms.append([each.kind.form(row[name] or "") for each, name in zip(fields, held, strict=True)])
        starts.append(len(names))
    patterns: dict[tuple[int, int], Pattern] = {}
    with undone():
        blocking.keep(_keys(fields, forms, starts))
        for portion in blocking.pairs(sides=len(sides), crowd=crowd):
            for one, other in portion:
                patterns[one, other] = compared(fields, forms[one], forms[other])
    scale = learned(fields, Counter(patterns.values())) if learning else Scale(fields)
    chances = {pattern: scale.chance(pattern) for pattern in set(patterns.values())}

    def named(one: int, other: int) -> Pair:
        return (names[one], names[other]) if len(sides) == 2 else ordered((names[one], names[other]))

    found = {named(*pair): chances[pattern] for pair, pattern in patterns.items() if chances[pattern] >= threshold}
    reached = sum(named(*pair) in truth.same for pair in patterns)
    return Outcome(found, len(patterns), reached / len(truth.same) if truth.same else 0.0, scale)


def _keys(fields: Sequence[Field], forms: Sequence[Any], starts: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    for place, form in enumerate(forms):
        side = int(place >= starts[1])
        for key in blocking.keys_of(fields, form):
            yield side, place, key


def one_to_one(found: Mapping[Pair, float]) -> dict[Pair, float]:
    """Of each record only the surest pair, where neither file holds anybody twice."""
    kept, taken = {}, (set[str](), set[str]())
    for pair, chance in sorted(found.items(), key=lambda item: -item[1]):
        if pair[0] not in taken[0] and pair[1] not in taken[1]:
            kept[pair] = chance
            taken[0].add(pair[0])
            taken[1].add(pair[1])
    return kept
