"""Numbers of papers. Plain ones come from a SEQUENCE at INSERT (`NumberField`); legal ones are gapless, taken last."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.migrations.operations import RunSQL
from django.utils.translation import gettext_lazy as _

from suite.core.access import Actor
from suite.core.acts import save_changes, service
from suite.core.models import Company, NumberField, NumberPattern


def NumberSequence(prefix: str) -> RunSQL:
    """Migration operation: the SEQUENCE behind `NumberField(prefix)`; stands before the table."""
    name = f"suite_number_{prefix.lower()}"
    return RunSQL(f"CREATE SEQUENCE {name}", f"DROP SEQUENCE {name}")


def NumberTrigger(table: str, prefix: str, column: str = "number") -> RunSQL:
    """Migration operation: the trigger that writes the numbers of a table as companies want them; behind the table."""
    name = f"{table}_{column}"
    return RunSQL(
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW WHEN (left(NEW.{column}, 1) = E'\\x01')"
        f" EXECUTE FUNCTION suite_numbered_{column}('{prefix}')",
        f"DROP TRIGGER {name} ON {table}",
    )


@cache
def kinds() -> dict[str, type[models.Model]]:
    """The kinds of papers with plain numbers, by the prefix they begin with."""
    found: dict[str, type[models.Model]] = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, NumberField) and field.model._meta.concrete_model is model:
                found.setdefault(field.prefix, model)
    return found


def found(company: Company) -> None:
    """Lay the patterns of all kinds down for a company that lacks them."""
    NumberPattern.objects.bulk_create(
        [NumberPattern(company=company, kind=kind, prefix=kind) for kind in kinds()], ignore_conflicts=True
    )


@service
def change_pattern(*, pattern: NumberPattern, actor: Actor, reason: str = "", **values: Any) -> NumberPattern:
    """Say how the next numbers of a kind look: prefix, date, digits. Raises ValidationError at what makes no sense."""
    row = NumberPattern.objects.of(actor.company_id).lock([pattern.pk]).get()
    wanted = NumberPattern(company=actor.company, kind=row.kind, prefix=row.prefix, stamp=row.stamp, width=row.width)
    for name, value in values.items():
        setattr(wanted, name, value)
    wanted.clean_fields(exclude=["company", "kind"])
    others = NumberPattern.objects.of(actor.company_id).exclude(pk=row.pk)
    if others.filter(prefix=wanted.prefix).exists():
        raise ValidationError({"prefix": _("Another kind of paper has this prefix")})
    save_changes(row, values)
    return row


def take(company_id: int, series: str, count: int = 1) -> int:
    """Take `count` numbers without gaps, return the first; the series stays locked until the commit: take them last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter (company_id, series, value) VALUES (%s, %s, %s)"
            " ON CONFLICT (company_id, series) DO UPDATE SET value = core_counter.value + EXCLUDED.value"
            " RETURNING value",
            [company_id, series, count],
        )
        return int(cursor.fetchone()[0]) - count + 1
