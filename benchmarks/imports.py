"""Bringing in 100,000 customers: checked, standardised and deduplicated by key (G10)."""

from __future__ import annotations

import io
import os
import tempfile
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from benchmarks import common, floor, world
from suite.core import jobs
from suite.core.models import Job
from suite.desk.imports import running

ROWS = int(os.environ.get("BENCH_CUSTOMERS", "100000"))
MAPPING = {name: place for place, name in enumerate(("external_ref", "name", "phone", "email", "grade", "source"))}
# What an import fills.
TABLES = {
    "masterdata_party": "company_id = {}",
    "crm_customers_customer": "company_id = {}",
    "core_audit": "company_id = {}",
}

BARE = """
DROP SCHEMA IF EXISTS floor CASCADE;
CREATE SCHEMA floor;
CREATE TABLE floor.customer (id bigserial PRIMARY KEY, code text NOT NULL UNIQUE, name text NOT NULL, phone text,
  owner int, city text, level smallint, created timestamptz DEFAULT now());
CREATE INDEX ON floor.customer (owner);
CREATE INDEX ON floor.customer (phone);
"""


def run() -> None:
    times: dict[str, list[float]] = {"ours": [], "copy": [], "bare": []}
    text = _sheet()
    for _round in range(common.ROUNDS):
        place = world.make(products=1, parties=1)
        times["ours"].append(common.timed(partial(_bring, place, text)))
        times["copy"].append(_copied(place.company.pk))
        times["bare"].append(_bare())
    ours, copy, bare = (sorted(found)[len(found) // 2] for found in times.values())
    common.row(
        "G10", f"import of {ROWS:,} customers; COPY into the same tables", ours, copy, "s", "<= 5", ours <= 5 * copy
    )
    common.row("G10", "the same; COPY into one bare table of 8 columns", ours, bare, "s", "")


def _sheet() -> bytes:
    """A customer a line; every hundredth key is there twice."""
    lines = ["ref,name,phone,email,grade,source"]
    for n in range(ROWS):
        key = n - 1 if n % 100 == 99 else n
        lines.append(f"C{key:07},客户{n}有限公司,138{n * 7919 % 10**8:08},c{n}@example.com,{'ABC'[n % 3]},web")
    return "\n".join(lines).encode()


def _bring(place: world.World, text: bytes) -> None:
    path = default_storage.save("imports/bench.csv", ContentFile(text))
    try:
        job = running.start(
            actor=place.actor,
            kind="customers",
            path=path,
            name="bench.csv",
            header=0,
            mapping=MAPPING,
            key="external_ref",
        )
        jobs.run(job.pk)
    finally:
        default_storage.delete(path)
    job.refresh_from_db()
    if job.status != Job.Status.DONE or job.result["made"] != ROWS - ROWS // 100:
        raise RuntimeError(f"{job.status} {job.error} {job.result}")


def _copied(company_id: int) -> float:
    """Seconds that COPY takes for the rows which the import made, into empty tables with the same indexes."""
    connection = floor.connect()
    cursor = connection.cursor()
    seconds = 0.0
    cursor.execute("DROP SCHEMA IF EXISTS floor CASCADE; CREATE SCHEMA floor")
    for table in TABLES:
        cursor.execute(f"CREATE TABLE floor.{table} (LIKE {table} INCLUDING ALL)")
        connection.commit()
        with tempfile.TemporaryFile() as rows:
            cursor.copy_expert(f"COPY (SELECT * FROM {table} WHERE company_id = {company_id}) TO STDOUT", rows)
            rows.seek(0)
            seconds += common.timed(partial(_copy, connection, f"floor.{table}", rows))
    return seconds


def _copy(connection: Any, table: str, rows: Any) -> None:
    connection.cursor().copy_expert(f"COPY {table} FROM STDIN", rows)
    connection.commit()


def _bare() -> float:
    """Seconds that COPY takes into a table with eight columns and four indexes."""
    connection = floor.connect()
    connection.cursor().execute(BARE)
    connection.commit()
    lines = (f"C{n:07}\t客户{n}有限公司\t13{n * 7919 % 10**9:09}\t{n % 50}\t上海\t{n % 5}\n" for n in range(ROWS))
    rows = io.StringIO("".join(lines))
    return common.timed(partial(_copy, connection, "floor.customer (code, name, phone, owner, city, level)", rows))
