"""Removing the demo company with everything in it, in one transaction."""

from __future__ import annotations

from django.apps import apps
from django.db import connections, models, router, transaction

from suite.core.models import Company, User

OWNER = "owner"  # the connection whose role owns the tables and may lift their guards


class NotDemo(ValueError):
    """Only demo companies can be removed: real books are kept."""


def remove(company: Company) -> int:
    """Delete all rows of a demo company and the people who belong to no other; says how many rows went.

    Ledgers refuse deletion, so the owner of the tables lifts their guards for this one transaction.
    Raises NotDemo for any other company.
    """
    if not company.is_demo:
        raise NotDemo(company.code)
    alias = OWNER if OWNER in connections else router.db_for_write(Company)
    people = list(User.objects.filter(memberships__company=company).values_list("pk", flat=True))
    gone = 0
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        there = _tables(alias)
        tables = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in there]
        scoped = [model for model in tables if _company_column(model)]
        for model in tables:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
        for model in tables:
            for field in model._meta.local_concrete_fields:
                if model not in scoped and model is not Company and field.related_model in scoped:
                    related = field.related_model._meta.db_table
                    cursor.execute(
                        f"DELETE FROM {model._meta.db_table} WHERE {field.column} IN"
                        f" (SELECT id FROM {related} WHERE company_id = %s)",
                        [company.pk],
                    )
                    gone += cursor.rowcount
        for model in scoped:
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE company_id = %s", [company.pk])
            gone += cursor.rowcount
        cursor.execute("DELETE FROM core_company WHERE id = %s", [company.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what points at a row that is gone is found here
        for model in tables:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} ENABLE TRIGGER USER")
    User.objects.filter(pk__in=people, memberships=None).update(is_active=False)
    User.objects.filter(pk__in=people, memberships=None, is_superuser=False).delete()
    return gone


def _company_column(model: type[models.Model]) -> bool:
    return any(field.column == "company_id" for field in model._meta.local_concrete_fields)


def _tables(alias: str) -> set[str]:
    with connections[alias].cursor() as cursor:
        names = connections[alias].introspection.get_table_list(cursor)
    return {table.name for table in names if table.type in ("t", "p")}
