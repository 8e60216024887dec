"""Is the process alive, and can it do its work? For load balancers and watchdogs; nobody signs in here."""

import logging
import mmap
import os
import shutil
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from suite.celery import app
from suite.core.outbox import oldest_age

log = logging.getLogger(__name__)

LEAST_DISK = 500 * 1024 * 1024
OLDEST_EVENT = 300  # seconds; the clock rings for the outbox every few seconds

# Shared by the web processes, which are forked from the one that hears the signal to stop.
_draining = mmap.mmap(-1, 1)
_migrated = False


def drain() -> None:
    """From now on this server is not ready for new work, though it finishes what it has."""
    _draining[0] = 1


@never_cache
def livez(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked. `start` tells which start it belongs to."""
    return JsonResponse({"status": "alive", "start": os.environ.get("SUITE_START", "")})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when everything needed for work is there, else 503 with what is missing."""
    answers = {name: _ask(name, question) for name, question in QUESTIONS.items()}
    ready = all(answer == "ok" for answer in answers.values())
    return JsonResponse({"status": "ready" if ready else "not ready", **answers}, status=200 if ready else 503)


def _ask(name: str, question: Callable[[], str]) -> str:
    try:
        return question()
    except Exception:
        # Strangers may read the answer: what went wrong belongs in the log.
        log.exception("Health question failed: %s", name)
        return "failed"


def _serving() -> str:
    return "draining" if _draining[0] else "ok"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    """Asked in full until the answer is yes: migrations do not get lost again while a process lives."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "ok" if _migrated else "pending"


def _broker() -> str:
    with app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=0, timeout=2)
    return "ok"


def _outbox() -> str:
    return "ok" if oldest_age() < OLDEST_EVENT else "late"


def _disk() -> str:
    return "ok" if shutil.disk_usage(settings.VAR).free > LEAST_DISK else "full"


QUESTIONS: dict[str, Callable[[], str]] = {
    "serving": _serving,
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "outbox": _outbox,
    "disk": _disk,
}
