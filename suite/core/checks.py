"""What must not be in production."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError


@register(Tags.security, deploy=True)
def no_demo_companies(**_: Any) -> list[CheckMessage]:
    """The passwords of sample people are published."""
    from suite.core.models import Company

    try:
        names = list(Company.objects.filter(is_demo=True).values_list("code", flat=True)) if settings.PRODUCTION else []
    except DatabaseError:
        return []  # not migrated yet
    hint = "Remove the demo data; until then nobody can sign in there"
    return [Error(f"{name} is a demo company with published passwords", hint=hint, id="core.E001") for name in names]
