"""What must happen after the commit."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models.documents import CompanyRow


class OutboxEvent(CompanyRow):
    """An event written with its act and delivered after it, exactly once (M1, M2 of the reliability mechanisms)."""

    event = models.CharField(_("event"), max_length=80)
    kind = models.CharField(_("kind"), max_length=60)
    object_id = models.BigIntegerField()
    payload = models.JSONField(_("payload"), default=dict)
    dedupe_key = models.CharField(max_length=200)
    origin = models.JSONField(default=list)  # the flows that led to it, the latest last
    created_at = models.DateTimeField(_("happened"), default=clock.now)
    # History is written today: what counts for delivery is the real time.
    written_at = models.DateTimeField(_("written"), default=timezone.now)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    done_at = models.DateTimeField(_("done"), null=True)
    dead_at = models.DateTimeField(_("given up"), null=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        permissions = [("retry_outboxevent", "Can retry events")]
        constraints = [models.UniqueConstraint(fields=["dedupe_key"], name="core_outbox_once")]
        indexes = [
            models.Index(fields=["id"], name="core_outbox_due", condition=Q(done_at=None, dead_at=None)),
            models.Index(fields=["kind", "object_id", "id"], name="core_outbox_open", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.object_id}"

    @property
    def is_history(self) -> bool:
        """Whether it was lived through after the fact (`clock.at`): nobody is told of it as of news."""
        return abs(self.written_at - self.created_at) > dt.timedelta(minutes=1)


class Effect(CompanyRow):
    """The trace of an event that was applied; its key is unique, so that nothing is applied twice."""

    dedupe_key = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("effect")
        verbose_name_plural = _("effects")

    def __str__(self) -> str:
        return self.dedupe_key
