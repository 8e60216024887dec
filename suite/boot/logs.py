"""Log lines: UTC, with the number of the request, one JSON object each in production, and never with a secret."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

SECRETS = re.compile(
    r"(?P<name>password|passwd|secret|token|authorization|api[-_]?key)(?P<gap>[\"']?\s*[:=]\s*[\"']?(?:bearer\s+)?)[^\s\"',&}]+"
    r"|(?P<scheme>\w+://[^/\s:@]*:)[^/\s@]+(?=@)"
    r"|(?P<link>/new-password/)[^\s\"]+",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """Cover what looks like a password, a token, the password of an address or a link that sets one."""
    return SECRETS.sub(lambda found: f"{found['scheme'] or found['link'] or found['name'] + found['gap']}***", text)


CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def visible(text: str) -> str:
    """Control characters written out: what strangers put into an address must not act on a terminal."""
    return CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


class TracesOfFaults(logging.Filter):
    """A request that was refused is a line; only faults of ours show where they happened."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True


class Plain(logging.Formatter):
    """For people: 2026-01-31T08:00:00Z INFO name message."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """One line: only the trace of a fault has more, else a stranger's address could write lines of its own."""
        return super().formatMessage(record).replace("\n", "\\x0a")

    def format(self, record: logging.LogRecord) -> str:
        return visible(without_secrets(super().format(record)))


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
