"""Background jobs that people wait for."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models.documents import CompanyRow
from suite.core.said import SaidField


class Job(CompanyRow):
    """后台任务: long work with progress; the row is the queue, a worker that dies leaves it to the next."""

    OWNER = "user"
    TEAM = None

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        STOPPED = "stopped", _("Stopped")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("user")
    )
    kind = models.CharField(_("kind"), max_length=60)
    title = SaidField(_("title"), max_length=200, blank=True)
    params = models.JSONField(default=dict)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    total = models.PositiveIntegerField(_("rows"), default=0)
    result = models.JSONField(default=dict)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    started_at = models.DateTimeField(_("started"), null=True)
    alive_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [models.Index(fields=["company", "user", "-id"], name="core_job_mine")]

    def __str__(self) -> str:
        return self.title or self.kind
