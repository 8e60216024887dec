"""The audit trail."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suite.core.models.documents import Row, ScopedManager
from suite.core.said import SaidField


class AuditRow(Row):
    """操作日志: who did what to which record, with old and new values, in the transaction of the act.

    Append-only and partitioned by month in the database; no foreign keys, so that it outlives what it speaks of.
    """

    id = models.BigAutoField(primary_key=True)
    company_id = models.BigIntegerField()
    at = models.DateTimeField(_("at"), default=timezone.now)
    actor_id = models.BigIntegerField(null=True)
    kind = models.CharField(_("kind"), max_length=60)
    object_id = models.BigIntegerField()
    action = models.CharField(_("action"), max_length=40)
    changes = models.JSONField(_("changes"), default=dict)
    reason = SaidField(_("reason"), max_length=500, blank=True)
    request_id = models.CharField(max_length=40, blank=True)

    objects = ScopedManager()
    COMPANY = "company_id"

    class Meta:
        managed = False
        db_table = "core_audit"
        verbose_name = _("audit row")
        verbose_name_plural = _("audit trail")

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} {self.action}"
