"""Lists over a million orders and a million customers (G11, G14): as page, sorted, filtered, as a board, by the API."""

from __future__ import annotations

import html
import os
import re
import statistics
import time
from typing import Any
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from benchmarks import common, world
from crm.customers.models import Customer
from crm.sales.models import Order
from suite.core.sql import unnested
from suite.desk import search
from suite.masterdata.models import Party

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

# Copies of one customer, each with a party of its own.
PARTIES = """
INSERT INTO masterdata_party ({names})
SELECT {values} FROM masterdata_party o, generate_series(%(first)s, %(last)s) g WHERE o.id = %(source)s
"""
PARTY = {"code": "'B' || g", "name": "o.name || g", "external_ref": "''", "credit_code": "''",
         "updated_at": "o.updated_at - g * interval '1 second'"}  # fmt: skip
CUSTOMERS = """
INSERT INTO crm_customers_customer ({names})
SELECT {values} FROM crm_customers_customer o, masterdata_party p WHERE o.party_id = %(source)s AND p.code LIKE 'B%%'
AND p.company_id = o.company_id
"""
G = "substr(p.code, 2)::int"
CUSTOMER = {
    "party_id": "p.id",
    "stage": f"(ARRAY['prospect', 'active', 'dormant', 'lost'])[1 + {G} %% 4]",
    "grade": f"(ARRAY['A', 'B', 'C', ''])[1 + {G} %% 4]",
    "last_touch_at": f"now() - ({G} %% 500) * interval '1 day'",
    "next_step_at": f"now() + ({G} %% 300 - 100) * interval '1 day'",
    "updated_at": "p.updated_at",
}

# Search rows of the customers' parties: names of three parts, a contact and a phone each.
PLACES = (
    "上海", "北京", "深圳", "广州", "杭州", "苏州", "宁波", "成都", "武汉", "南京", "青岛", "天津", "厦门", "佛山",
    "东莞", "无锡", "长沙", "郑州", "西安", "重庆",
)  # fmt: skip
NAMES = (
    "华为", "远航", "金龙", "恒信", "瑞丰", "天成", "宏图", "博雅", "盛世", "中源", "新宇", "凯旋", "鼎盛", "海纳",
    "百川", "长城", "明珠", "东方", "锦绣", "丰泽", "隆昌", "泰和", "联创", "星辰", "江南",
)  # fmt: skip
TRADES = (
    "贸易", "科技", "电子", "机械", "食品", "服装", "建材", "物流", "医药", "化工", "五金", "包装", "照明", "家具",
    "印刷", "仪器", "汽配", "农业", "环保", "文化",
)  # fmt: skip
FOUND = """
INSERT INTO desk_searchentry (company_id, kind, object_id, title, subtitle, tokens)
SELECT p.company_id, 'masterdata.party', p.id, n.title, '', string_to_array(n.tokens, ' ')
FROM (SELECT *, row_number() OVER () AS place FROM masterdata_party) p
JOIN bench_names n ON n.place = 1 + p.place %% %(names)s
ON CONFLICT DO NOTHING
"""
TYPED = ("华为", "贸易", "上海华为", "hw", "huawei", "yhmy", "138001", "8000", "ltd", "shanghai")

# What people do with lists; each takes no more than so many statements and milliseconds.
USED = {
    "sales:orders": (
        "", "?sort=gross", "?sort=-gross", "?view=mine", "?view=to_confirm", "?view=late",
        "?status=draft&date=this_month",
        "?date=last_90_days", "?gross_min=80000", "?any.status=cancelled&any.date=today", "?q=SO000001", "?counts=1",
        "?show=board", "?show=board&group=delivery", "?show=board&view=mine", "?show=calendar",
        "?show=calendar&group=date",
    ),
    "customers:customers": (
        "", "?sort=-last_touch_at", "?sort=next_step_at", "?view=mine", "?view=due", "?view=dormant", "?grade=A",
        "?last_contact=last_30_days", "?q=hw", "?counts=1", "?show=board", "?show=board&group=grade", "?show=calendar",
    ),
}  # fmt: skip


# Pages are asked for without a start of the server, which would have collected the static files.
PLAIN = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def run() -> None:
    with override_settings(STORAGES=settings.STORAGES | PLAIN):
        _run()


def _run() -> None:
    place = world.make(products=10, parties=10)
    _load(place)
    _load_customers(place)
    _load_search()
    world.analyze(("crm_sales_order", "masterdata_party", "crm_customers_customer", "desk_searchentry"))
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
    for name, queries in USED.items():
        for query in queries:
            address = reverse(name) + query
            took = sorted(_wait(page, address) for _time in range(ASKED))[int(ASKED * 0.95)]
            count = common.statements(lambda address=address: _ask(page, address))  # type: ignore[misc]
            common.row("G14", f"p95 of {address}", took, None, "ms", "<= 200", took <= 200)
            common.row("G11", "  its statements", count, None, "", "<= 12", count <= 12)
    for typed in TYPED:
        address = f"{reverse('desk:palette')}?{urlencode({'q': typed})}"
        took = sorted(_wait(page, address) for _time in range(ASKED))[int(ASKED * 0.95)]
        common.row("G14", f"p95 of the palette for {typed}", took, None, "ms", "<= 100", took <= 100)


def _load(place: world.World) -> None:
    """Fill the list; the copies have no lines, which a list does not read."""
    from django.db import connection

    (order,) = place.orders(1, lines=1)
    names = [field.column for field in Order._meta.concrete_fields if not field.primary_key]
    statement = COPY.format(names=", ".join(names), values=", ".join(CHANGED.get(name, f"o.{name}") for name in names))
    for first in range(1, ROWS, CHUNK):
        with connection.cursor() as cursor:
            cursor.execute(statement, {"first": first, "last": min(first + CHUNK - 1, ROWS - 1), "order": order})


def _load_customers(place: world.World) -> None:
    from django.db import connection

    (source, *_rest) = place.parties
    names = [field.column for field in Party._meta.concrete_fields if not field.primary_key]
    parties = PARTIES.format(names=", ".join(names), values=", ".join(PARTY.get(name, f"o.{name}") for name in names))
    with connection.cursor() as cursor:
        for first in range(1, ROWS, CHUNK):
            cursor.execute(parties, {"first": first, "last": min(first + CHUNK - 1, ROWS - 1), "source": source})
        names = [field.column for field in Customer._meta.concrete_fields if not field.primary_key]
        values = ", ".join(CUSTOMER.get(name, f"o.{name}") for name in names)
        cursor.execute(CUSTOMERS.format(names=", ".join(names), values=values), {"source": source})


def _load_search() -> None:
    """Rows as the services write them; the index is made when they are there."""
    from django.db import connection, connections

    names = [f"{place}{name}{trade}有限公司" for place in PLACES for name in NAMES for trade in TRADES]
    rows = [
        (place, title, " ".join(sorted(search.tokens_of([title, f"P{place:06}", _phone(place), "Trading Ltd"]))))
        for place, title in enumerate(names, 1)
    ]
    with connections["owner"].cursor() as owner, connection.cursor() as cursor:
        for each in (owner, cursor):
            each.execute("SET statement_timeout = 0")
        owner.execute("DROP INDEX desk_search_found")
        cursor.execute("CREATE TEMP TABLE bench_names (place int, title text, tokens text)")
        given, params = unnested("given", {"place": "integer", "title": "text", "tokens": "text"}, rows)
        cursor.execute(f"INSERT INTO bench_names SELECT * FROM {given}", params)
        cursor.execute(FOUND, {"names": len(rows)})
        owner.execute("SET maintenance_work_mem = '1GB'")
        owner.execute(
            "CREATE INDEX desk_search_found ON desk_searchentry USING gin (company_id, kind, tokens)"
            " WITH (fastupdate = off)"
        )


def _phone(place: int) -> str:
    return f"13{place * 79_199_927 % 10**9:09}"  # spread like those of people: pieces of them are rare


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
