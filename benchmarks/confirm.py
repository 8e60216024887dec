"""Confirming orders beside the SQL floor: one client, four clients, many lines, hot products, bulk (G1 to G4, G13)."""

from __future__ import annotations

import io
import statistics
import time
from typing import Any

from benchmarks import common, floor, world

# Lines of an order, products to choose from (0: all), clients.
CASES = ((5, 0, 1), (5, 0, 4), (50, 0, 1), (5, 5, 4))


class Floor:
    """Confirms by plain SQL in a process of its own."""

    def __init__(self, shape: str) -> None:
        self.shape = shape

    def prepare(self) -> Any:
        return floor.connect()

    def __call__(self, connection: Any, order: int) -> None:
        floor.confirm(connection, order, self.shape)


class Service:
    """Confirms by the service, in a process of its own."""

    def __init__(self, company: int, user: int) -> None:
        self.company, self.user = company, user

    def prepare(self) -> Any:
        from suite.core.access import Actor
        from suite.core.models import Company, User

        return Actor(User.objects.get(pk=self.user), Company.objects.get(pk=self.company))

    def __call__(self, actor: Any, order: int) -> None:
        from crm.sales.services.confirming import confirm_orders

        confirm_orders(order_ids=[order], actor=actor)


class Rest:
    """Confirms by POST with token and idempotency key, through the whole server program, in a process of its own."""

    def __init__(self, token: str) -> None:
        self.token = token

    def prepare(self) -> Any:
        from suite.wsgi import application

        return application

    def __call__(self, application: Any, order: int) -> None:
        answered: list[str] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/api/v1/crm/sales/orders/{order}/confirm/",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": "2",
            "HTTP_AUTHORIZATION": f"Bearer {self.token}",
            "HTTP_IDEMPOTENCY_KEY": f"confirm-{order}",
            "wsgi.input": io.BytesIO(b"{}"),
            "wsgi.url_scheme": "http",
        }
        response = application(environ, lambda status, headers: answered.append(status))
        body = b"".join(response)
        response.close()
        if not answered[0].startswith("200"):
            raise RuntimeError(f"{answered[0]} {body[:300]!r}")


def run() -> None:
    place = world.make()
    world.analyze()
    token = world.token(place)
    rates: dict[tuple[str, int, int, int], list[common.Rate]] = {}
    for _round in range(common.ROUNDS):
        for lines, hot, clients in CASES:
            workers: dict[str, Any] = {"rest": Rest(token)}
            if (lines, hot) == (5, 0):
                workers["service"] = Service(place.company.pk, place.actor.user.pk)
            for name, worker in workers.items():
                ids = place.orders(_enough(lines, clients), lines=lines, hot=hot)
                rates.setdefault((name, lines, hot, clients), []).append(
                    common.rate(clients, worker, common.shares_of(ids, clients))
                )
            for shape, rate in _floor(lines, hot, clients).items():
                rates.setdefault((shape, lines, hot, clients), []).append(rate)
    _report({key: statistics.median(rate.per_second for rate in found) for key, found in rates.items()}, rates)
    _bulk(place, rates)


def _enough(lines: int, clients: int) -> int:
    """More orders than can be confirmed in the time."""
    return int(common.SECONDS * (100 if lines > 5 else 130)) * (1 if clients == 1 else 2) + 5 * clients


def _floor(lines: int, hot: int, clients: int) -> dict[str, common.Rate]:
    """What plain SQL reaches in the shapes that are compared with this case."""
    shapes = ("rows", "full rows") if lines > 5 else () if hot else ("batch", "full")
    enough = int(common.SECONDS * (300 if lines > 5 else 900)) * (1 if clients == 1 else 2)
    connection = floor.connect()
    if shapes:
        floor.prepare(connection, products=5000, hot=hot, lines=lines, orders=enough * len(shapes))
    ids = floor.ids(connection) if shapes else []
    connection.close()
    return {
        shape: common.rate(clients, Floor(shape), common.shares_of(ids[n * enough : (n + 1) * enough], clients))
        for n, shape in enumerate(shapes)
    }


def _report(median: dict[tuple[str, int, int, int], float], rates: dict[Any, list[common.Rate]]) -> None:
    for clients, goal in ((1, "G1"), (4, "G2")):
        for shape in ("batch", "full"):
            ours, beside = median["rest", 5, 0, clients], median[shape, 5, 0, clients]
            common.row(
                goal,
                f"REST confirm, 5 lines, {clients} clients, floor {shape}",
                ours,
                beside,
                "1/s",
                ">= 0.25",
                ours >= beside / 4,
            )
        ours, beside = median["service", 5, 0, clients], median["batch", 5, 0, clients]
        common.row(goal, f"service confirm, 5 lines, {clients} clients, floor batch", ours, beside, "1/s", "")
    four, one = median["rest", 5, 0, 4], median["rest", 5, 0, 1]
    common.row("G2", "4 clients against 1 client", four, one, "1/s", ">= 2", four >= 2 * one)
    common.row("G1", "against Odoo's 1.38 (confirm, invoice, post)", one, 1.38, "1/s", ">= 20", one >= 20 * 1.38)
    many = median["rest", 50, 0, 1]
    common.row("G3", "50 lines against 5 lines", many, one, "1/s", ">= 0.5", many >= one / 2)
    for shape in ("rows", "full rows"):
        beside = median[shape, 50, 0, 1]
        common.row("G3", f"50 lines against floor {shape}", many, beside, "1/s", ">= 1.2", many >= 1.2 * beside)
    hot = median["rest", 5, 5, 4]
    common.row("G4", "5 hot products against uniform, 4 clients", hot, four, "1/s", ">= 0.4", hot >= 0.4 * four)
    worst = max(rate.p99 for rate in rates["rest", 5, 5, 4])
    common.row("G4", "p99 on hot products", worst, None, "ms", "<= 250", worst <= 250)
    errors = sum(rate.errors for rate in rates["rest", 5, 5, 4])
    common.row("G4", "errors on hot products", errors, None, "", "0", errors == 0)


def _bulk(place: world.World, rates: dict[Any, list[common.Rate]]) -> None:
    from crm.sales.services.confirming import confirm_orders

    times = []
    for _round in range(common.ROUNDS):
        ids = place.orders(500)
        began = time.perf_counter()
        confirm_orders(order_ids=ids, actor=place.actor, all_or_nothing=False)
        times.append(time.perf_counter() - began)
    ours = 500 / statistics.median(times)
    four = statistics.median(rate.per_second for rate in rates["rest", 5, 0, 4])
    common.row(
        "G13", "500 orders in one call against one by one, 4 clients", ours, four, "1/s", ">= 4", ours >= 4 * four
    )
