"""Duplicates: 100,000 parties against each other, and the check while somebody types among a million (CRM-03)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any

from django.db import connection, connections
from django.test import Client, override_settings
from django.urls import reverse

from benchmarks import common, lists, world
from suite.core.access import Actor
from suite.desk import search
from suite.desk.imports.staging import into
from suite.masterdata.matching.blocking import keys_of
from suite.masterdata.matching.parties import FIELDS, Known
from suite.masterdata.models import Duplicate, Party
from suite.masterdata.services import finding

AMONG = int(os.environ.get("BENCH_DUPLICATES", "100000"))
ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
CHUNK = 50_000
ASKED = 40
TWICE = 20  # every so many parties is there a second time, written otherwise
COLUMNS = ["company_id", "code", "name", "kind", "phone", "email"]
TYPED: tuple[dict[str, str], ...] = (
    {"name": "上海"}, {"name": "上海华为"}, {"name": "上海华为远航贸易"}, {"name": "北京金龙恒信科技有限公司"},
    {"phone": "138-0013 8000"}, {"name": "深圳瑞丰天成电子", "email": "info@c77.example"},
)  # fmt: skip


def run() -> None:
    place = world.make(products=1, parties=1)
    actor = place.actor
    _fill(actor, AMONG)
    took = common.timed(partial(_all, actor))
    common.row("CRM3", f"{AMONG:,} parties against each other", took, None, "s", "<= 60", took <= 60)
    found = Duplicate.objects.of(actor.company_id).count()
    wanted = AMONG // TWICE
    common.row("CRM3", "  pairs found, against those written twice", found, wanted, "", "")
    with override_settings(STORAGES=lists.settings.STORAGES | lists.PLAIN):
        _typing(place)


def _names() -> Iterator[tuple[str, str, str]]:
    """Name, phone and mail of company after company; every so often the one before, written otherwise."""
    number = 0
    while True:
        for first in lists.NAMES:
            for second in lists.NAMES:
                for place in lists.PLACES:
                    for trade in lists.TRADES:
                        number += 1
                        name = f"{place}{first}{second}{trade}" + (f"{number // 250_000}" if number >= 250_000 else "")
                        phone, mail = f"13{number * 79_199_927 % 10**9:09}", f"info@c{number}.example"
                        yield f"{name}有限公司", phone, mail
                        if number % (TWICE - 1) == 0:
                            yield f"{name}有限责任公司", "", mail


def _fill(actor: Actor, count: int) -> None:
    rows = islice(_names(), count)
    made = 0
    defaults = {"name_en": "", "credit_code": "", "phone_raw": "", "website": "", "industry": "", "note": "",
                "legal_representative": "", "invoice_title": "", "bank_branch": "", "bank_account": "",
                "external_ref": "", "is_archived": False, "version": 1, "own": "{}",
                "created_at": "now", "updated_at": "now"}  # fmt: skip
    while batch := list(islice(rows, CHUNK)):
        into(
            Party._meta.db_table,
            [*COLUMNS, *defaults],
            (
                (actor.company_id, f"D{made + n}", name, "organisation", phone, mail, *defaults.values())
                for n, (name, phone, mail) in enumerate(batch)
            ),
        )
        made += len(batch)
    world.analyze(("masterdata_party",))


def _all(actor: Actor) -> None:
    finding.work(None, actor, lambda *_told: None)  # type: ignore[arg-type]


def _typing(place: world.World) -> None:
    """Ask as the form does, one of many times."""
    _fill_search(place.actor)
    page = Client()
    page.force_login(place.actor.user, "suite.core.auth.CompanyBackend")
    address = reverse("customers:alike")
    waits = []
    for _round in range(ASKED):
        for typed in TYPED:
            began = time.perf_counter()
            page.get(address, {"kind": "organisation", **typed})
            waits.append(1000 * (time.perf_counter() - began))
    slow = sorted(waits)[int(len(waits) * 0.95)]
    common.row("CRM3", f"p95 of the check while typing among {ROWS:,}", slow, None, "ms", "<= 100", slow <= 100)


def _fill_search(actor: Actor) -> None:
    Duplicate.objects.of(actor.company_id).delete()
    with connection.cursor() as cursor, connections["owner"].cursor() as owner:
        for each in (owner, cursor):
            each.execute("SET statement_timeout = 0")
        owner.execute("DROP INDEX desk_search_found")
        cursor.execute("DELETE FROM masterdata_party WHERE company_id = %s AND code LIKE 'D%%'", [actor.company_id])
        _fill(actor, ROWS)
        cursor.execute("SELECT id, name, phone, email FROM masterdata_party WHERE company_id = %s", [actor.company_id])
        kind = Party._meta.label_lower
        while rows := cursor.fetchmany(CHUNK):
            names = ["company_id", "kind", "object_id", "title", "subtitle", "tokens"]
            into("desk_searchentry", names, ((actor.company_id, kind, *_entry(*row)) for row in rows))
        owner.execute("SET maintenance_work_mem = '1GB'")
        owner.execute(
            "CREATE INDEX desk_search_found ON desk_searchentry USING gin (company_id, kind, tokens)"
            " WITH (fastupdate = off)"
        )
    world.analyze(("desk_searchentry",))


def _entry(pk: int, name: str, phone: str, mail: str) -> tuple[Any, ...]:
    found = keys_of(FIELDS, Known([name], phones=[phone], mails=[mail]).forms)
    return pk, name, "", "{" + ",".join(search.mark(key) for key in found) + "}"
