"""Lists over a million rows (G11, G14), as page and by the API."""

from __future__ import annotations

import html
import os
import re
import statistics
import time
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from benchmarks import common, world
from crm.sales.models import Order

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
CHUNK = 100_000
ASKED = 15  # times in each round
API = "/api/v1/crm/sales/orders/"

# Copies of one order that differ in what lists sort and filter by.
COPY = """
INSERT INTO crm_sales_order ({names})
SELECT {values} FROM crm_sales_order o, generate_series(%(first)s, %(last)s) g WHERE o.id = %(order)s
"""
CHANGED = {
    "number": "'B' || g",
    "date": "o.date - (g %% 3650)::int",
    "gross": "(g %% 90000) + 0.5",
    "status": "(ARRAY['draft', 'confirmed', 'cancelled'])[1 + g %% 3]",
    "external_ref": "''",
}


# Pages are asked for without a start of the server, which would have collected the static files.
PLAIN = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def run() -> None:
    with override_settings(STORAGES=settings.STORAGES | PLAIN):
        _run()


def _run() -> None:
    place = world.make(products=10, parties=10)
    _load(place)
    world.analyze(("crm_sales_order",))
    page, api = Client(), Client(headers={"authorization": f"Bearer {world.token(place)}"})
    page.force_login(place.actor.user, "suite.core.auth.CompanyBackend")
    first = reverse("sales:orders")
    deep = _before(page, f"{first}?last=1")
    asked = {"first": (page, first), "deep": (page, deep), "api first": (api, API)}
    asked["api deep"] = (api, _deep_by_api(api))
    waits: dict[str, list[float]] = {name: [] for name in asked}
    for _round in range(common.ROUNDS):
        for name, (client, address) in asked.items():
            waits[name] += [_wait(client, address) for _time in range(ASKED)]
    median = {name: statistics.median(found) for name, found in waits.items()}
    for door in ("", "api "):
        near, far = median[f"{door}first"], median[f"{door}deep"]
        what = f"{door or 'page '}of 50 of {ROWS:,} orders: deepest against first"
        common.row("G11", what, far, near, "ms", "<= 2", far <= 2 * near)
    common.row("G11", "the page against django-crm's 412 ms", median["first"], 412, "ms", "<= 0.2",
               median["first"] <= 82.4)  # fmt: skip
    slow = sorted(waits["first"] + waits["deep"])[int(2 * common.ROUNDS * ASKED * 0.95)]
    common.row("G14", "p95 of the page", slow, None, "ms", "<= 200", slow <= 200)
    few, many = (common.statements(lambda n=n: _ask(api, f"{API}?page_size={n}")) for n in (10, 100))  # type: ignore[misc]
    common.row("G11", "statements, 100 rows against 10", many, few, "", "= 1", few == many)
    count = common.statements(lambda: _ask(page, first))
    common.row("G11", "statements of the page", count, None, "", "<= 12", count <= 12)


def _load(place: world.World) -> None:
    """Fill the list; the copies have no lines, which a list does not read."""
    from django.db import connection

    (order,) = place.orders(1, lines=1)
    names = [field.column for field in Order._meta.concrete_fields if not field.primary_key]
    statement = COPY.format(names=", ".join(names), values=", ".join(CHANGED.get(name, f"o.{name}") for name in names))
    for first in range(1, ROWS, CHUNK):
        with connection.cursor() as cursor:
            cursor.execute(statement, {"first": first, "last": min(first + CHUNK - 1, ROWS - 1), "order": order})


def _ask(client: Client, address: str) -> Any:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code} {address}")
    return answer


def _wait(client: Client, address: str) -> float:
    began = time.perf_counter()
    _ask(client, address)
    return 1000 * (time.perf_counter() - began)


def _before(page: Client, address: str) -> str:
    """The address of the page before this one."""
    found = re.search(r'href="([^"]*after=[^"]+)"', _ask(page, address).content.decode())
    return urljoin(address, html.unescape(found[1])) if found else address


def _deep_by_api(api: Client) -> str:
    """The address of a page in the middle of the oldest days."""
    day = Order.objects.order_by("date").values_list("date", flat=True).first()
    near = _ask(api, f"{API}?ordering=date&page_size=50&date__gte={day}").json()["next"]
    return str(near).partition("testserver")[2]
