"""Queries that are compiled once a process.

Django builds the text of a query anew each time, which for a wide row costs more than the row itself. What every act
reads is declared beside it instead, over names for what changes from call to call:

    ORDERS = Prepared(lambda company, pks: Order.objects.of(company).lock(pks).select_related("party"))
    orders = ORDERS(company=actor.company_id, pks=order_ids)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection, models
from django.db.models.fields.related_descriptors import ReverseManyToOneDescriptor
from django.db.models.query import get_related_populators

from suite.core import sql

M = TypeVar("M", bound=models.Model)


class Mark(int):
    """Stands for a value while the text is made. No key is ever this small."""

    FIRST = -(2**62)


class AnyOf(models.Lookup):  # type: ignore[type-arg]
    """`pk__any=[...]`: like `in`, but the text is the same for any number of values."""

    lookup_name = "any"

    def get_prep_lookup(self) -> Any:
        if isinstance(self.rhs, Mark):
            return self.rhs
        return [self.lhs.output_field.get_prep_value(value) for value in self.rhs]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        kind = self.lhs.output_field.db_type(connection).partition("(")[0]
        return f"{lhs} = ANY(%s::{kind}[])", [*params, self.rhs]


class Compiled(NamedTuple):
    """The text, its parameters as names or fixed values, and how rows become objects."""

    text: str
    params: Sequence[tuple[str, Any]]
    read: Callable[[Sequence[Any]], list[Any]]


class Prepared(Generic[M]):
    """A query over named values, compiled at its first use. Values are keys or texts, or for `any` sets of keys."""

    def __init__(self, build: Callable[..., models.QuerySet[M]]) -> None:
        self.build = build
        self.marks = {name: Mark(Mark.FIRST - n) for n, name in enumerate(inspect.signature(build).parameters)}
        self.compiled: Compiled | None = None

    def __call__(self, **values: Any) -> list[M]:
        if self.compiled is None:
            self.compiled = self._compile()
        params = [_sent(values[name]) if name else fixed for name, fixed in self.compiled.params]
        return self.compiled.read(sql.rows(self.compiled.text, params))

    def _compile(self) -> Compiled:
        queryset = self.build(**self.marks)
        compiler: Any = queryset.query.get_compiler(connection=connection)
        text, params = compiler.as_sql()
        names = {str(int(mark)): name for name, mark in self.marks.items()}
        return Compiled(text, [(names.get(str(param), ""), param) for param in params], _reader(queryset, compiler))


class Wording:
    """The text of a query, to stand within a statement that is written by hand; its parameters keep their names.

    Parameters are keys, or sets of keys for `any`; for others a value of their type that occurs nowhere else is given.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Any]], **marks: Any) -> None:
        self.build = build
        names = inspect.signature(build).parameters
        self.marks = {name: marks.get(name, Mark(Mark.FIRST - n)) for n, name in enumerate(names)}

    @cached_property
    def text(self) -> str:
        text, params = self.build(**self.marks).query.sql_with_params()
        names = {str(mark): f"%({name})s" for name, mark in self.marks.items()}
        return text % tuple(names.get(str(param)) or _literal(param) for param in params)


def _literal(value: Any) -> str:
    """A fixed value of the query itself; what people type never comes here."""
    return f"'{value}'" if isinstance(value, str) else str(value)


def _sent(value: Any) -> Any:
    return value if isinstance(value, int | str) else list(value)


def _reader(queryset: models.QuerySet[Any], compiler: Any) -> Callable[[Sequence[Any]], list[Any]]:
    """Makes objects of rows, as Django's own iteration over a queryset does."""
    info, select, alias = compiler.klass_info, compiler.select, connection.alias
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[first:last]]
    related = get_related_populators(info, select, alias)  # type: ignore[call-arg]
    converters = compiler.get_converters([column[0] for column in select])
    prefetches: Sequence[Any] = queryset._prefetch_related_lookups  # type: ignore[attr-defined]
    fetchers = [_fetcher(queryset.model, each) for each in prefetches]

    def read(rows: Sequence[Any]) -> list[Any]:
        objects = []
        for row in compiler.apply_converters(rows, converters) if converters else rows:
            made = info["model"].from_db(alias, names, row[first:last])
            for each in related:
                each.populate(row, made)
            objects.append(made)
        for fetch in fetchers if objects else ():
            fetch(objects)
        return objects

    return read


def _fetcher(model: type[models.Model], lookup: str | models.Prefetch) -> Callable[[list[Any]], None]:
    """Reads what many rows point back from; compiled too where it is one step along a foreign key."""
    path = lookup if isinstance(lookup, str) else lookup.prefetch_to
    if "__" in path or type(getattr(model, path, None)) is not ReverseManyToOneDescriptor:
        return lambda objects: models.prefetch_related_objects(objects, lookup)
    key: Any = model._meta.get_field(path).field  # type: ignore[union-attr]
    given = None if isinstance(lookup, str) else lookup.queryset
    queryset = key.model._default_manager.all() if given is None else given
    parts = Prepared(lambda pks: queryset.filter(**{f"{key.name}__{key.target_field.name}__any": pks}))

    def fetch(objects: list[Any]) -> None:
        known = {key.get_foreign_related_value(each)[0]: each for each in objects}
        found: dict[Any, list[Any]] = {pk: [] for pk in known}
        for part in parts(pks=list(known)):
            owner = getattr(part, key.attname)
            key.set_cached_value(part, known[owner])
            found[owner].append(part)
        for pk, rows in found.items():
            result = queryset.none()
            result._result_cache, result._prefetch_done = rows, True  # type: ignore[union-attr]
            known[pk].__dict__.setdefault("_prefetched_objects_cache", {})[key.remote_field.cache_name] = result

    return fetch
