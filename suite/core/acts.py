"""An act: everything one decision writes, in one transaction, with its trail.

    @service
    def confirm_orders(*, order_ids, actor, reason=""): ...

The outermost service opens the transaction and retries it when the database asks for it; those called inside join it.
What belongs to every act (document links, audit rows, outbox events) is collected and written by one statement when the
outermost service returns; then the last things (numbers without gaps), in the lock order of the house.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from django.db import OperationalError, models, transaction
from django.db.models import Model
from django.utils import timezone

from suite.core import news, trail
from suite.core.access import Actor
from suite.core.models import AuditRow, DocumentLink, OutboxEvent
from suite.core.said import cut

P = ParamSpec("P")
R = TypeVar("R")

RETRIED = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available
TRIES = 5

_current: ContextVar[Act | None] = ContextVar("act", default=None)
request_id: ContextVar[str] = ContextVar("request_id", default="")
origin: ContextVar[tuple[int, ...]] = ContextVar("origin", default=())  # the flows that led to what is done now


class Paper(Protocol):
    """A paper known by kind and key only, because its model lies in another wing."""

    @property
    def kind(self) -> str: ...

    @property
    def id(self) -> int: ...


def key_of(paper: Model | Paper) -> tuple[str, int]:
    """Kind and key under which links, audit and events know a paper."""
    return (paper._meta.label_lower, paper.pk) if isinstance(paper, Model) else (paper.kind, paper.id)


@dataclass
class Act:
    """What one decision collects on its way to the commit."""

    actor: Actor
    reason: str = ""
    links: dict[tuple[str, int, str, int, str], DocumentLink] = field(default_factory=dict)
    audits: list[AuditRow] = field(default_factory=list)
    events: list[OutboxEvent] = field(default_factory=list)
    kept: dict[type[Model], list[Any]] = field(default_factory=dict)  # new rows that this act never reads
    collected: dict[Callable[[Act, list[Any]], None], list[Any]] = field(default_factory=dict)
    last: dict[Callable[[Act, list[Any]], None], list[Any]] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)  # what one service read and a later one need not read again

    def link(self, source: Model | Paper, target: Model | Paper, relation: str = "") -> None:
        """`target` came from `source`."""
        (from_kind, from_id), (to_kind, to_id) = key_of(source), key_of(target)
        key = (from_kind, from_id, to_kind, to_id, relation)
        if key not in self.links:
            self.links[key] = DocumentLink(
                company_id=self.actor.company_id,
                from_kind=from_kind,
                from_id=from_id,
                to_kind=to_kind,
                to_id=to_id,
                relation=relation,
            )

    def keep(self, *rows: Model) -> None:
        """Insert new rows along with the trail, for kinds of row that nobody reads again within an act."""
        for row in rows:
            self.kept.setdefault(type(row), []).append(row)

    def withdraw(self, rows: Iterable[Model]) -> None:
        """Forget what was collected about rows that this act deletes again."""
        keys = {key_of(row) for row in rows}
        self.links = {link: row for link, row in self.links.items() if link[:2] not in keys and link[2:4] not in keys}
        self.audits = [row for row in self.audits if (row.kind, row.object_id) not in keys]
        self.events = [row for row in self.events if (row.kind, row.object_id) not in keys]
        for items in (*self.collected.values(), *self.last.values()):
            items[:] = [item for item in items if not isinstance(item, Model) or key_of(item) not in keys]

    def audit(self, row: Model, action: str, changes: Mapping[str, Sequence[Any]] | None = None) -> None:
        """Record what happened to a record; `changes` maps a field to its old and new value."""
        self.audits.append(
            AuditRow(
                company_id=self.actor.company_id,
                actor_id=self.actor.user_id,
                kind=row._meta.label_lower,
                object_id=row.pk,
                action=action,
                changes={name: [plain(old), plain(new)] for name, (old, new) in (changes or {}).items()},
                reason=cut(self.reason, 500),
                request_id=request_id.get(),
            )
        )

    def announce(
        self, event: str, row: Model | Paper, payload: Mapping[str, Any] | None = None, *, key: str = ""
    ) -> None:
        """Put an event into the outbox; `key` makes it unique where the record does not (once per version, day...)."""
        kind, pk = key_of(row)
        version = getattr(row, "version", "")
        self.events.append(
            OutboxEvent(
                company_id=self.actor.company_id,
                event=event,
                kind=kind,
                object_id=pk,
                payload={name: plain(value) for name, value in (payload or {}).items()},
                dedupe_key=f"{event}:{pk}:{key or version}",
                origin=list(origin.get()),
            )
        )

    def collect(self, write: Callable[[Act, list[Any]], None], *items: Any) -> None:
        """Hand items to `write`, which is called once with all of them before the audit trail is written."""
        self.collected.setdefault(write, []).extend(items)

    def at_last(self, write: Callable[[Act, list[Any]], None], *items: Any) -> None:
        """Like `collect`, but the very last before the commit: for hot rows such as gapless counters."""
        self.last.setdefault(write, []).extend(items)

    def flush(self) -> None:
        """Write what was collected: at the end of the outermost service, or when a door answers within it."""
        _drain(self, self.collected)
        self._write_trail()
        _drain(self, self.last)
        self._write_trail()

    def _write_trail(self) -> None:
        links, audits, events, kept = [*self.links.values()], self.audits, self.events, self.kept
        self.links, self.audits, self.events, self.kept = {}, [], [], {}
        _name_changes(audits, events)
        trail.write(*kept.values(), links, audits, events)
        news.changed(self.actor.company_id, self.actor.user_id, _records_of(links, audits, events))
        if events:
            from suite.core import outbox

            transaction.on_commit(outbox.ring)


def _records_of(
    links: Iterable[DocumentLink], audits: Iterable[AuditRow], events: Iterable[OutboxEvent]
) -> set[tuple[str, int]]:
    """Everything that an act changed, linked or spoke of."""
    found = {(row.kind, row.object_id) for row in audits} | {(row.kind, row.object_id) for row in events}
    return found | {end for row in links for end in ((row.from_kind, row.from_id), (row.to_kind, row.to_id))}


def _name_changes(audits: Iterable[AuditRow], events: Iterable[OutboxEvent]) -> None:
    """Events that something changed say which fields, as the audit trail does."""
    told = [event for event in events if event.event.endswith(".changed")]
    fields: dict[tuple[str, int], set[str]] = {(event.kind, event.object_id): set() for event in told}
    for row in audits if told else ():
        fields.get((row.kind, row.object_id), set()).update(row.changes)
    for event in told:
        event.payload["changed"] = sorted(fields[event.kind, event.object_id])


def _drain(act: Act, writers: dict[Callable[[Act, list[Any]], None], list[Any]]) -> None:
    """Call each writer once with all its items; a writer may hand items to another."""
    while writers:
        write = next(iter(writers))
        write(act, writers.pop(write))


def plain(value: Any) -> Any:
    """A value as the audit trail and events keep it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return str(value)


def current_act() -> Act:
    """The act that is under way; inner services need one, because only the outermost opens a transaction."""
    act = _current.get()
    if act is None:
        raise RuntimeError("No act is open: call this from a function marked with @service")
    return act


def settle() -> None:
    """Write what the open act, if there is one, has collected so far, so that a door can read it back."""
    act = _current.get()
    if act is not None:
        act.flush()


@contextmanager
def acting(actor: Actor, reason: str = "") -> Iterator[Act]:
    """Open an act, or join the one that is open. Prefer `@service`; this form is for doors that store their answer."""
    act = _current.get()
    if act is not None:
        yield act
        return
    with transaction.atomic():
        act = Act(actor, reason)
        token = _current.set(act)
        try:
            yield act
            act.flush()
        finally:
            _current.reset(token)


@contextmanager
def caused_by(flows: Sequence[int]) -> Iterator[None]:
    """What is announced inside says that these flows led to it."""
    token = origin.set(tuple(flows))
    try:
        yield
    finally:
        origin.reset(token)


@contextmanager
def undone() -> Iterator[None]:
    """Try something out: it joins no act that is open, and all that was written is taken back at the end."""
    token = _current.set(None)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        _current.reset(token)


def service(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one act. It takes `actor` (and `reason`, if it likes) as keywords."""

    @functools.wraps(function)
    def one_act(*args: P.args, **kwargs: P.kwargs) -> R:
        actor, reason = cast(Actor, kwargs["actor"]), cast(str, kwargs.get("reason", ""))
        act = _current.get()
        if act is not None:
            if act.actor.company_id != actor.company_id:
                raise RuntimeError("An act stays within one company")
            act.reason = act.reason or reason
            return function(*args, **kwargs)

        def attempt() -> R:
            with acting(actor, reason):
                return function(*args, **kwargs)

        return retrying(attempt)

    return one_act


def retrying(attempt: Callable[[], R]) -> R:
    """Run a whole transaction again when the database broke a deadlock or a lock wait; never inside another one."""
    for tries_left in reversed(range(TRIES)):
        try:
            return attempt()
        except OperationalError as error:
            state = getattr(error.__cause__, "pgcode", None)
            if state not in RETRIED or not tries_left or transaction.get_connection().in_atomic_block:
                raise
            time.sleep(random.uniform(0.01, 0.05) * 2 ** (TRIES - 1 - tries_left))
    raise AssertionError("unreachable")


def changes_between(row: Model, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The fields of `row` that `values` would change, with old and new value; of a related record, its key."""
    pairs = {
        name: (getattr(row, row._meta.get_field(name).attname), value.pk if isinstance(value, Model) else value)  # type: ignore[union-attr]
        for name, value in values.items()
    }
    return {name: (old, new) for name, (old, new) in pairs.items() if old != new}


def save_changes(row: Model, values: Mapping[str, Any], *, action: str = "changed") -> dict[str, tuple[Any, Any]]:
    """Write the changed fields of one record with their audit row; nothing is written when nothing changed."""
    act, changes = current_act(), changes_between(row, values)
    if not changes:
        return {}
    for name in changes:
        setattr(row, name, values[name])
    names = set(changes)
    if hasattr(row, "version"):
        row.version += 1
        names.add("version")
    if hasattr(row, "updated_at"):
        row.updated_at = timezone.now()
        names.add("updated_at")
    row.save(update_fields=names)
    act.audit(row, action, changes)
    return changes
