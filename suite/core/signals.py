"""Wiring to Django's own signals; areas keep to calls."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.http import HttpRequest


@receiver(post_migrate, dispatch_uid="core.complete_schema")
def complete_schema(sender: object, using: str = "default", **_: object) -> None:
    """The audit trail gets its partitions before its first rows; roles get the permissions that new models bring,
    companies what newer versions lay down for everybody."""
    from suite.core import companies, partitions, roles
    from suite.core.models import Company, Grant

    if getattr(sender, "label", "") != "core":
        return
    from django.db import connections

    tables = connections[using].introspection.table_names()
    if Grant._meta.db_table in tables:
        partitions.ensure(using)
        for company in Company.objects.using(using).all():
            roles.seed(company)
            companies.upgrade(company, tables)


@receiver(user_logged_in, dispatch_uid="core.signed_in")
def signed_in(request: HttpRequest, user: Any, **_: object) -> None:
    from suite.core import people, sessions

    sessions.begin(request)
    people.record(user, "signed_in")


@receiver(user_logged_out, dispatch_uid="core.signed_out")
def signed_out(user: Any, **_: object) -> None:
    from suite.core import people

    if user is not None:
        people.record(user, "signed_out")


@receiver(user_login_failed, dispatch_uid="core.sign_in_failed")
def sign_in_failed(credentials: dict[str, Any], **_: object) -> None:
    """Attempts with names that nobody has are kept by the lockout alone: they belong to no company."""
    from suite.core import people
    from suite.core.auth import name_of
    from suite.core.models import User

    user = User.objects.filter(username=name_of(credentials.get("username") or "")).first()
    if user is not None:
        people.record(user, "sign_in_failed")
