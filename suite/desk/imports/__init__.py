"""Bringing in sheets: areas say which fields a kind of record has and how a batch of rows is saved; the rest is here.

    imports.register(
        "customers", _("Customers"), permission="crm_customers.add_customer",
        fields=[Field("code", _("Code"), aliases=("客户编号",)), Field("name", _("Name"), required=True), ...],
        keys=("code", "credit_code"), save=customers.import_batch, undo=customers.undo_import,
    )

`save(actor=, batch=, key=, update=)` works on the whole batch with a fixed number of statements (stage it with
`staging.copied`), joins the act that is open and returns `Saved`. `undo(actor=, made=, changed=)` takes one batch back
and returns {key: reason} for what could not be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from suite.core.access import Actor

Text = str | Promise


@dataclass(frozen=True)
class Field:
    """A column that can be imported.

    `kind` is text, integer, number, money, date, datetime, bool, choice or ref; `settle` takes what was read and
    answers what is kept, or raises ValidationError. `choices` are (value, label) pairs; a
    cell may hold either. `ref` names a registered kind of choices: cells hold a code or exact name, rows get the key.
    `aliases` are further headings by which the column is recognised, lazy ones in both languages. A blank cell is
    `default`. `judge` raises ValidationError for what `save` would refuse, so that all that is wrong with a row is said
    at once.
    """

    name: str
    label: Text
    kind: str = "text"
    required: bool = False
    max_length: int = 200
    choices: Sequence[tuple[Any, Text]] = ()
    ref: str = ""
    aliases: tuple[Text, ...] = ()
    default: Any = None
    example: str = ""
    judge: Callable[[str], Any] | None = None
    settle: Callable[[Any], Any] | None = None


@dataclass
class Batch:
    """Checked rows: `names` of the mapped fields, typed `rows` in that order, and the line of the file of each."""

    names: list[str]
    rows: list[list[Any]]
    lines: list[int]

    def dicts(self) -> Iterator[dict[str, Any]]:
        """The rows by name, for those who do not stage them."""
        return (dict(zip(self.names, row, strict=True)) for row in self.rows)

    def column(self, name: str) -> list[Any]:
        """All values of one field; empty when it is not mapped."""
        if name not in self.names:
            return []
        at = self.names.index(name)
        return [row[at] for row in self.rows]


@dataclass
class Saved:
    """What came of a batch: keys of new rows, old values of changed ones, reasons and doubts by place in the batch."""

    made: list[int] = field(default_factory=list)
    placed: dict[int, int] = field(default_factory=dict)  # the key of the record of each place, for own fields
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    own: dict[int, dict[str, Any]] = field(default_factory=dict)  # old values of own fields of changed records
    refused: dict[int, str] = field(default_factory=dict)
    doubtful: dict[int, str] = field(default_factory=dict)  # taken all the same


@dataclass(frozen=True)
class Importer:
    """A registered kind of import."""

    kind: str
    label: Text
    permission: str
    fields: tuple[Field, ...]
    left_out: tuple[Text, ...]
    keys: tuple[str, ...]
    save: Callable[..., Saved]
    undo: Callable[..., Mapping[int, str]] | None
    group: str
    batch: int
    url_name: str
    model: type[Model] | None

    def field(self, name: str) -> Field:
        return next(each for each in self.fields if each.name == name)


_importers: dict[str, Importer] = {}


def register(
    kind: str,
    label: Text,
    *,
    permission: str,
    fields: Sequence[Field],
    save: Callable[..., Saved],
    left_out: Sequence[Text] = (),
    keys: Sequence[str] = (),
    undo: Callable[..., Mapping[int, str]] | None = None,
    group: str = "",
    batch: int = 5000,
    url_name: str = "",
    model: type[Model] | None = None,
) -> None:
    """Let a kind of record be imported; called from apps.py.

    `left_out` are headings of our own exports that nobody can bring in, since the house makes them itself.
    `keys` are the fields by which a row may find its record. Rows with the same value of `group` (lines of one order)
    stay in one batch; `url_name` is the list of the records. With `model` their own fields may be mapped, too, and
    `save` says in `placed` which record each row became.
    """
    _importers[kind] = Importer(
        kind, label, permission, tuple(fields), tuple(left_out), tuple(keys), save, undo, group, batch, url_name, model
    )


def importer(kind: str, actor: Actor | None = None) -> Importer | None:
    """The import of a kind; for an `actor` with the fields that the actor may fill in, own ones behind the others."""
    from suite.desk.own.importing import fields_of, ruled

    found = _importers.get(kind)
    if found is None or actor is None or found.model is None:
        return found
    return replace(found, fields=(*ruled(found, actor), *fields_of(found.model, actor)))


def importers() -> list[Importer]:
    return list(_importers.values())
