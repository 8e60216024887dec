"""Indexes over own fields: small ones, over the values of one field in one company, so that its lists sort and filter
as quickly by them as by a column. Only the owner of the tables may build them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connections
from django.utils.translation import gettext_lazy

from suite.core import cached, jobs
from suite.core.access import Actor
from suite.core.jobs import Progress
from suite.core.models import Job
from suite.core.said import said
from suite.desk import own
from suite.desk.models import OwnField
from suite.desk.own.book import Type

MOST = 20  # of one kind of record in one company: each is written whenever the record is
LOCK = 7_061_943  # one builder at a time
PATIENCE = 0.3  # seconds between two looks whether the other one is done
NAME = re.compile(r"desk_own_\d+_\d")
Index = OwnField.Index

PLAIN = "btree ((own -> '{key}'), id)"
BEGINNING = "btree (upper(own ->> '{key}') text_pattern_ops)"  # as `istartswith` asks
WAYS: dict[str, tuple[str, ...]] = {
    Type.TEXT: (PLAIN, BEGINNING),
    Type.CHOICES: ("gin ((own -> '{key}') jsonb_path_ops)",),
    **dict.fromkeys((Type.NUMBER, Type.MONEY, Type.DATE, Type.BOOL, Type.CHOICE, Type.PARTY, Type.PRODUCT), (PLAIN,)),
}


class Wanted(NamedTuple):
    """An index that ought to be there."""

    name: str
    table: str
    rest: str


def wish(field: OwnField) -> str:
    """What becomes of a field's index: none for its type, waiting to be built, or no room among those of its kind."""
    if field.is_archived or field.type not in WAYS:
        return Index.NONE
    others = OwnField.objects.of(field.company_id).filter(kind=field.kind, is_archived=False).exclude(pk=field.pk)
    taken = sum(
        len(WAYS[each]) for each in others.exclude(index__in=(Index.NONE, Index.FULL)).values_list("type", flat=True)
    )
    return Index.WAITING if taken + len(WAYS[field.type]) <= MOST else Index.FULL


def order(actor: Actor) -> None:
    """Have the indexes follow the fields, by a job of the owner of the tables, within the act that is under way."""
    jobs.enqueue(kind="desk.own_indexes", actor=actor, title=said(gettext_lazy("Prepare own fields for sorting"), {}))


def run(job: Job, actor: Actor, progress: Progress) -> dict[str, Any]:
    """The work of that job."""
    return {"built": bring_in_line(progress=progress)}


def bring_in_line(*, using: str = "owner", progress: Progress | None = None) -> int:
    """Build the indexes that are missing and drop those that nobody needs any more; says how many were built.

    One that was left half-built is built anew. Running it twice, or at the same time, does no harm.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")  # it waits for whoever writes the table
        while not _is_ours(cursor):
            time.sleep(PATIENCE)
        try:
            return _build(connection, cursor, progress)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
            cursor.execute("RESET statement_timeout; RESET lock_timeout")


def _is_ours(cursor: Any) -> bool:
    """Take the lock if it is free: whoever waits for it inside a statement is waited for by the one who builds."""
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
    return bool(cursor.fetchone()[0])


def _build(connection: Any, cursor: Any, progress: Progress | None) -> int:
    # Within a transaction, as tests have one, nothing can be built beside others.
    aside = "" if connection.in_atomic_block else "CONCURRENTLY"
    rows = list(OwnField.objects.filter(index__in=(Index.WAITING, Index.READY), is_archived=False))
    wanted = {each.name: each for row in rows for each in _wanted(row)}
    cursor.execute(
        "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE c.relname LIKE 'desk\\_own\\_%%' AND pg_table_is_visible(c.oid)"
    )
    there = {name: valid for name, valid in cursor.fetchall() if NAME.fullmatch(name)}
    for name in [name for name, valid in there.items() if name not in wanted or not valid]:
        cursor.execute(f'DROP INDEX {aside} IF EXISTS "{name}"')
        del there[name]
    missing = [each for name, each in wanted.items() if name not in there]
    for number, each in enumerate(missing, start=1):
        cursor.execute(f'CREATE INDEX {aside} IF NOT EXISTS "{each.name}" ON {each.table} USING {each.rest}')
        if progress:
            progress(number, len(missing))
    _mark(rows)
    return len(missing)


def _wanted(row: OwnField) -> Iterator[Wanted]:
    known = own.kind(row.kind)
    if known is None:
        return
    table = apps.get_model(row.kind)._meta.db_table
    for number, way in enumerate(WAYS.get(row.type, ())):
        name = f"desk_own_{row.pk}_{number}"
        yield Wanted(name, f'"{table}"', f"{way.format(key=row.key)} WHERE company_id = {row.company_id}")


def _mark(rows: list[OwnField]) -> None:
    waiting = [row for row in rows if row.index == Index.WAITING]
    OwnField.objects.filter(pk__in=[row.pk for row in waiting], index=Index.WAITING).update(index=Index.READY)
    for company_id in {row.company_id for row in waiting}:
        cached.forget(company_id)
