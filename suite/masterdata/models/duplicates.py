"""Parties that may be one, and those that were made one."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.access import Actor
from suite.core.models import CompanyRow, ScopedQuerySet
from suite.masterdata.models.parties import Party

UNDONE_WITHIN = dt.timedelta(days=30)


class DuplicateRows(ScopedQuerySet["Duplicate"]):
    def visible_to(self, actor: Actor, code: str = "") -> Self:
        """Pairs of which the actor may see both."""
        seen = Party.objects.visible_to(actor, code).values("pk")
        return super().visible_to(actor, code).filter(one__in=seen, other__in=seen)


class Duplicate(CompanyRow):
    """疑似重复: two parties that may be one, how likely and why; found by a job, decided by people."""

    VIEW = "masterdata.merge_party"

    class Status(models.TextChoices):
        OPEN = "open", _("To be decided")
        TWO = "two", _("Not the same")
        MERGED = "merged", _("Merged")

    one = models.ForeignKey(Party, models.CASCADE, related_name="+", verbose_name=_("party"))
    other = models.ForeignKey(Party, models.CASCADE, related_name="+", verbose_name=_("may be the same"))
    score = models.PositiveSmallIntegerField(_("likely %"))
    pattern = models.CharField(max_length=40, editable=False)
    is_exact = models.BooleanField(_("exact"))
    status = models.CharField(_("status"), max_length=6, choices=Status, default=Status.OPEN)
    found_at = models.DateTimeField(_("found"), default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )

    objects = models.Manager.from_queryset(DuplicateRows)()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="masterdata_duplicate_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="masterdata_duplicate_in_order"),
        ]
        indexes = [
            models.Index(fields=["company", "-score", "-id"], name="masterdata_duplicate_by_score"),
            models.Index(fields=["company", "-found_at", "-id"], name="masterdata_duplicate_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.one} / {self.other}"

    @property
    def levels(self) -> tuple[int, ...]:
        """How alike each field of the two is."""
        return tuple(int(level) for level in self.pattern.split(","))


class Merging(CompanyRow):
    """合并: parties that were made one, what was moved and what stood there before, so that it can be undone."""

    VIEW = "masterdata.merge_party"

    survivor = models.ForeignKey(Party, models.CASCADE, related_name="mergings", verbose_name=_("party"))
    merged = models.JSONField(_("merged"), default=list)
    moved = models.JSONField(default=list, editable=False)  # [table, column, key, target, [[pk, source], ...]]
    before = models.JSONField(default=list, editable=False)  # [label, pk, {field: [before, after]}]
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("merged by")
    )
    created_at = models.DateTimeField(_("merged on"), default=clock.now)
    undone_at = models.DateTimeField(_("undone"), null=True)

    class Meta:
        verbose_name = _("merging")
        verbose_name_plural = _("mergings")
        default_permissions = ()
        indexes = [models.Index(fields=["company", "-id"], name="masterdata_merging_latest")]

    def __str__(self) -> str:
        return str(self.survivor)

    @property
    def may_be_undone(self) -> bool:
        return self.undone_at is None and clock.now() < self.created_at + UNDONE_WITHIN
