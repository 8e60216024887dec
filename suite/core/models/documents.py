"""What every business paper has in common, and how papers point at each other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

from django.conf import settings
from django.db import connection, models
from django.db.models.base import ModelState
from django.utils.translation import gettext_lazy as _

from suite.core import bulk, clock, sql
from suite.core.access import BREADTH, Actor, Grants, Scope, own_rows, owned
from suite.core.errors import BusinessError, Refusal, Stale
from suite.core.prepared import AnyOf, Prepared

M = TypeVar("M", bound=models.Model)

models.Field.register_lookup(AnyOf)


class ScopedQuerySet(models.QuerySet[M]):
    """Rows of companies. Doors read them only through `visible_to`."""

    def visible_to(self, actor: Actor, code: str = "") -> Self:
        """Rows the actor may see: the company first, then own, team or all by the view permission.

        With the permission `code` of an act: of those, the rows on which the actor may do it.
        """
        scope = self._reach(actor, code)
        rows = self.of(actor.company_id)
        if scope == Scope.NONE:
            return rows.none()
        return rows if scope == Scope.ALL else rows.filter(own_rows(self.model, actor, scope))

    def shows(self, pk: int, actor: Actor, code: str = "") -> bool:
        """Whether the row with this key is among those of `visible_to`; asked before every act on one record."""
        scope = self._reach(actor, code)
        if scope == Scope.NONE or pk > models.BigIntegerField.MAX_BIGINT:
            return False
        asked: dict[str, Any] = {"company": actor.company_id, "pk": pk}
        if scope != Scope.ALL:
            if not owned(self.model):
                return self.visible_to(actor, code).filter(pk=pk).exists()
            asked |= {"user": actor.user_id, "teams": actor.grants.teams}
        return bool(_shown(self.model, scope)(**asked))

    def shows_all(self, actor: Actor) -> bool:
        """Whether `visible_to` leaves out nothing of the actor's company."""
        return self._reach(actor, "") == Scope.ALL

    def _reach(self, actor: Actor, code: str) -> Scope:
        meta = self.model._meta
        view = getattr(self.model, "VIEW", f"{meta.app_label}.view_{meta.model_name}")
        return min(actor.scope(view), actor.scope(code or view), key=BREADTH.__getitem__)

    def of(self, company_id: int) -> Self:
        """All rows of a company: for services, which never ask again what a door has asked."""
        return self.filter(**{getattr(self.model, "COMPANY", "company"): company_id})

    def lock(self, pks: Iterable[int]) -> Self:
        """The rows with these keys, locked in key order so that two acts queue up instead of deadlocking."""
        pks = list(pks) if isinstance(pks, models.QuerySet) else pks
        return self.filter(pk__any=pks).order_by("pk").select_for_update(of=("self",))

    def bulk_create(self, objs: Iterable[M], batch_size: int | None = None, *args: Any, **options: Any) -> list[M]:
        """New rows by a statement whose text is made once a process; anything else as Django does it."""
        rows = list(objs)
        if not rows or args or options or not bulk.insertable(rows):
            return super().bulk_create(rows, batch_size, *args, **options)
        for start in range(0, len(rows), batch_size or len(rows)):
            bulk.insert(rows[start : start + (batch_size or len(rows))])
        return rows


@cache
def _shown(model: type[models.Model], scope: Scope) -> Prepared[Any]:
    """The row with a key, if it lies within the scope of whoever asks."""
    rows: Any = model._default_manager
    if scope == Scope.ALL:
        return Prepared(lambda company, pk: rows.of(company).filter(pk=pk).only("pk"))

    def own(company: int, pk: int, user: int, teams: Collection[int]) -> models.QuerySet[Any]:
        asking: Any = SimpleNamespace(user_id=user, grants=Grants(teams=teams))  # type: ignore[arg-type]
        return rows.of(company).filter(own_rows(model, asking, scope), pk=pk).only("pk")

    return Prepared(own)


ScopedManager = models.Manager.from_queryset(ScopedQuerySet)


class Row(models.Model):
    """A row that is made and read quickly: an act makes dozens, and no field has anything to say to that."""

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A new row from its columns, without asking each field in turn."""
        blank = _blank(type(self))
        if args or not kwargs.keys() <= blank.names:
            super().__init__(*args, **kwargs)
            return
        self.__dict__.update(blank.values, _state=ModelState())
        for name, default in blank.made:
            if name not in kwargs:
                self.__dict__[name] = default()
        self.__dict__.update(kwargs)

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any]) -> Self:
        """A row as it was read, without the set-up that only new ones need."""
        row = cls.__new__(cls)
        row.__dict__.update(zip(field_names, values, strict=True), _state=ModelState())
        row._state.adding, row._state.db = False, db
        return row


class CompanyRow(Row):
    """A row of one company; what is read by company has an index that begins with it and goes on."""

    company = models.ForeignKey(
        "core.Company", models.PROTECT, related_name="+", verbose_name=_("company"), editable=False, db_index=False
    )

    objects = ScopedManager()

    class Meta:
        abstract = True


class Blank(NamedTuple):
    """What a new row has in its columns, by the names of their values: settled once, or made for each row."""

    names: frozenset[str]
    values: dict[str, Any]
    made: Sequence[tuple[str, Callable[[], Any]]]


@cache
def _blank(model: type[models.Model]) -> Blank:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    made = [field for field in fields if (field.has_default() and callable(field.default)) or field.has_db_default()]
    return Blank(
        frozenset(field.attname for field in fields),
        {field.attname: field.get_default() for field in fields if field not in made},
        [(field.attname, field.get_default) for field in made],
    )


class NumberField(models.CharField):
    """A plain document number, given by the database at INSERT: the next value of the prefix's SEQUENCE in the pattern
    of the company (`NumberPattern`), which begins as prefix and six digits.

    Gaps are allowed; numbers that the law wants without gaps come from `core.numbering` at posting. The migration that
    makes the table makes the sequence first (`NumberSequence`) and the trigger behind it (`NumberTrigger`).
    """

    def __init__(self, prefix: str = "", **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs.setdefault("max_length", 32)
        kwargs.setdefault("editable", False)
        kwargs.setdefault("verbose_name", _("number"))
        kwargs["db_default"] = models.Func(models.Value(prefix), function="suite_number")
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_default", None)
        return name, path, args, {**kwargs, "prefix": self.prefix}


class Document(CompanyRow):
    """单据: a numbered business paper with a state.

    `MOVES` names the legal moves between states and `move_to` is the only writer of `status`.
    `own` keeps the company's own fields. An index that begins with owner, party or currency is for the papers that are
    looked for by it: each index that nobody reads is written at every confirmation.
    """

    OWNER: ClassVar[str | None] = "owner"
    TEAM: ClassVar[str | None] = "team"
    MOVES: ClassVar[dict[Any, set[Any]]] = {}

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
        db_index=False,
    )
    team = models.ForeignKey(
        "core.Team",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team"),
        db_index=False,
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    own = models.JSONField(_("own fields"), default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.number)  # type: ignore[attr-defined]

    @classmethod
    def kind(cls) -> str:
        """The name under which links, audit and events know this kind of paper."""
        return cls._meta.label_lower

    @classmethod
    def move_to(cls, rows: Iterable[Self], status: Any, **fields: Any) -> None:
        """Move papers to a state in one UPDATE; raises BusinessError where that is not legal, Stale where no longer.

        `fields` are written along; the given objects follow.
        """
        rows = list(rows)
        if not rows:
            return
        legal = [str(source) for source, targets in cls.MOVES.items() if status in targets]
        for row in rows:
            row.demand_status(*legal)
        moment = clock.now()
        statement, prepare = _moving(cls, ("status", "updated_at", *fields))
        values = prepare([status, moment, *fields.values()])
        moved = sql.touched(statement, [*values, [row.pk for row in rows], legal])
        if moved != len(rows):
            raise Stale(Refusal("illegal_move", _("The document is no longer in a state from which this can be done")))
        for row in rows:
            row.status, row.updated_at = status, moment  # type: ignore[attr-defined]
            row.version += 1
            for name, value in fields.items():
                setattr(row, name, value)

    def demand_version(self, expected: int | None) -> None:
        """Refuse a save that was typed over an older copy (raises Stale)."""
        if expected is not None and expected != self.version:
            raise Stale(Refusal("stale", _("Somebody else changed this document meanwhile")))

    def demand_status(self, *allowed: Any) -> None:
        """Refuse an act that the state forbids."""
        if refusal := self.wrong_state(*allowed):
            raise BusinessError(refusal)

    def wrong_state(self, *allowed: Any) -> Refusal | None:
        """Why the state forbids an act; None where it does not."""
        if self.status in allowed:  # type: ignore[attr-defined]
            return None
        return Refusal(
            "wrong_state",
            _("%(number)s is %(status)s: this cannot be done any more"),
            {"number": str(self), "status": self.get_status_display()},  # type: ignore[attr-defined]
        )


@cache
def _moving(model: type[Document], names: tuple[str, ...]) -> tuple[str, Callable[[Iterable[Any]], list[Any]]]:
    """The UPDATE of `move_to` that writes these fields, and what prepares their values for it."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]

    def prepare(values: Iterable[Any]) -> list[Any]:
        plain = (value.pk if isinstance(value, models.Model) else value for value in values)
        return [field.get_db_prep_save(value, connection) for field, value in zip(fields, plain, strict=True)]

    settings = ", ".join(f"{field.column} = %s" for field in fields)
    return (
        f"UPDATE {model._meta.db_table} SET {settings}, version = version + 1"
        " WHERE id = ANY(%s) AND status = ANY(%s::varchar[])",
        prepare,
    )


class DocumentLink(CompanyRow):
    """One paper came from another; written in the act, so that the chain of a paper is one query."""

    from_kind = models.CharField(max_length=60)
    from_id = models.BigIntegerField()
    to_kind = models.CharField(max_length=60)
    to_id = models.BigIntegerField()
    relation = models.CharField(max_length=30, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("document link")
        verbose_name_plural = _("document links")
        constraints = [
            models.UniqueConstraint(
                fields=["from_kind", "from_id", "to_kind", "to_id", "relation"], name="core_link_once"
            )
        ]
        indexes = [models.Index(fields=["to_kind", "to_id"], name="core_link_back")]

    def __str__(self) -> str:
        return f"{self.from_kind} {self.from_id} -> {self.to_kind} {self.to_id}"
