"""Which pairs are worth a look: those that share a key. The database finds them, whatever the number of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection

from suite.desk.imports.staging import copied
from suite.masterdata.matching.weighing import Field

CROWD = 150  # records with one key; a key that more have says too little to look at all their pairs
PORTION = 20_000
KEYS = {"side": "integer", "record": "bigint", "key": "text"}
# Each two records that share a key which is not a crowd's; with two sides, one of each.
PAIRS = """
WITH telling AS (
    SELECT key FROM matching_keys GROUP BY key
    HAVING count(*) > 1 AND CASE WHEN %(sides)s = 1 THEN count(*)
        ELSE sqrt(count(*) FILTER (WHERE side = 0) * count(*) FILTER (WHERE side = 1)) END BETWEEN 1 AND %(crowd)s
), kept AS MATERIALIZED (SELECT side, record, key FROM matching_keys JOIN telling USING (key))
SELECT DISTINCT one.record, other.record FROM kept one JOIN kept other USING (key)
WHERE one.record < other.record AND (%(sides)s = 1 OR one.side < other.side)
"""


def keys_of(fields: Sequence[Field], forms: Sequence[Any]) -> set[str]:
    """The keys under which a record is looked for; columns that are mistaken for each other share theirs."""
    found: set[str] = set()
    for each, value in zip(fields, forms, strict=True):
        if value and each.weight:
            mark = each.kind.name if each.kind.mixes else each.name
            found.update(f"{mark}:{key}" for key in each.kind.keys(value))
    return found


def keep(rows: Iterable[tuple[int, int, str]]) -> None:
    """Put (side, record, key) into the table that `pairs` reads; it is gone at the end of the transaction."""
    copied("matching_keys", KEYS, rows)


def pairs(*, sides: int = 1, crowd: int = CROWD) -> Iterator[list[tuple[int, int]]]:
    """Pairs of records worth a look, in portions; the smaller record of a pair stands first."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
    with connection.chunked_cursor() as cursor:
        cursor.execute(PAIRS, {"sides": sides, "crowd": crowd})
        while found := cursor.fetchmany(PORTION):
            yield found
