"""The corridor's memory."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models import CompanyRow


class Handoff(CompanyRow):
    """交接: one order went over exactly once per revision, and to which papers (the receipt of the confirm)."""

    class Act(models.TextChoices):
        CONFIRM = "confirm", _("Confirmation")
        AMEND = "amend", _("Amendment")
        CANCEL = "cancel", _("Cancellation")
        UNDO = "undo", _("Confirmation undone")

    order_id = models.BigIntegerField()
    revision = models.PositiveSmallIntegerField()
    act = models.CharField(_("act"), max_length=10, choices=Act)
    papers = models.JSONField(
        _("papers"), default=list, help_text=_("Rows made: kind, id, number and amount or quantity of each")
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("handoff")
        verbose_name_plural = _("handoffs")
        constraints = [models.UniqueConstraint(fields=["order_id", "revision", "act"], name="integration_handoff_once")]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.revision} {self.act}"
