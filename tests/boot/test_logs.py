"""Log lines hold what is needed, and nothing that is nobody's business."""

import json
import logging

import pytest

from suite.boot.logs import Json, Plain, TracesOfFaults, without_secrets


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("password=hunter2 next", "password=*** next"),
        ('{"token": "abc.def", "id": 1}', '{"token": "***", "id": 1}'),
        ("Authorization: Bearer abc", "Authorization: Bearer ***"),
        ("redis://:s3cret@127.0.0.1:6379/0", "redis://:***@127.0.0.1:6379/0"),
        ("postgresql://app:s3cret@db/suite", "postgresql://app:***@db/suite"),
        ("GET /sign-in/new-password/MQ/c8x-1f/ 200", "GET /sign-in/new-password/*** 200"),
        ("订单 SO-1 confirmed", "订单 SO-1 confirmed"),
    ],
)
def test_secrets_are_covered(text: str, covered: str) -> None:
    assert without_secrets(text) == covered


def record(message: str, *arguments: object) -> logging.LogRecord:
    entry = logging.LogRecord("suite.test", logging.WARNING, "test.py", 1, message, arguments, None)
    entry.created = 1767225600.5
    return entry


def test_a_line_for_machines_is_one_object_in_utc() -> None:
    entry = json.loads(Json().format(record("Order %s waits", 7)))

    assert entry["time"] == "2026-01-01T00:00:00.500+00:00"
    assert (entry["level"], entry["logger"], entry["message"]) == ("WARNING", "suite.test", "Order 7 waits")


def test_a_line_for_people_is_in_utc_too() -> None:
    assert Plain().format(record("Order %s waits", 7)) == "2026-01-01T00:00:00Z WARNING suite.test Order 7 waits"


def test_what_strangers_send_does_not_act_on_a_terminal() -> None:
    assert Plain().format(record("Not Found: %s", "/a\0b\x1b[2J")).endswith("Not Found: /a\\x00b\\x1b[2J")


def test_an_address_cannot_write_a_line_of_its_own() -> None:
    assert Plain().format(record("Not Found: %s", "/a\n2026 INFO b")).endswith("Not Found: /a\\x0a2026 INFO b")


@pytest.mark.parametrize(("status", "is_shown"), [(403, False), (404, False), (500, True), (None, True)])
def test_only_faults_show_where_they_happened(status: int | None, is_shown: bool) -> None:
    entry = record("Forbidden")
    entry.exc_info = (PermissionError, PermissionError(), None)
    if status:
        entry.status_code = status

    assert TracesOfFaults().filter(entry)
    assert bool(entry.exc_info) == is_shown
