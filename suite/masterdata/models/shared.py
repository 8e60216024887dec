"""Rows that all companies share."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models

from suite.core.models.documents import ScopedQuerySet

M = TypeVar("M", bound=models.Model)


class SharedQuerySet(ScopedQuerySet[M]):
    """Units, currencies and regions: asked for like rows of a company, but every company sees all of them."""

    def of(self, company_id: int) -> Self:
        return self


SharedManager = models.Manager.from_queryset(SharedQuerySet)
