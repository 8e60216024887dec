"""Log lines: UTC, with the number of the request, one JSON object each in production, and never with a secret."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

SECRETS = re.compile(
    r"(?P<name>password|passwd|secret|token|authorization|api[-_]?key)(?P<gap>[\"']?\s*[:=]\s*[\"']?(?:bearer\s+)?)[^\s\"',&}]+"
    r"|(?P<scheme>\w+://[^/\s:@]*:)[^/\s@]+(?=@)",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """Cover what looks like a password, a token or the password of an address."""
    return SECRETS.sub(lambda found: f"{found['scheme'] or found['name'] + found['gap']}***", text)


class Plain(logging.Formatter):
    """For people: 2026-01-31T08:00:00Z INFO name message."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class Json(logging.Formatter):
    """For machines: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            "request": request_number(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return without_secrets(json.dumps(entry, ensure_ascii=False))


def request_number() -> str | None:
    # Not imported: logging begins before the applications are ready.
    number = getattr(sys.modules.get("suite.core.acts"), "request_id", None)
    return number.get() or None if number else None
