"""What interest costs, and stages that let fewer deals through than usual."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.sales.models.pipelines import Stage
from suite.core import clock
from suite.core.models import CompanyRow
from suite.core.money import AmountField, PercentField


class SourceCost(CompanyRow):
    """来源费用: what was spent on a source of leads and deals in a month, by its first day."""

    source = models.CharField(_("source"), max_length=40)
    month = models.DateField(_("month"))
    amount = AmountField(_("cost"))

    class Meta:
        verbose_name = _("cost of a source")
        verbose_name_plural = _("costs of sources")
        ordering = ["-month", "source"]
        constraints = [
            models.UniqueConstraint(fields=["company", "month", "source"], name="crm_source_cost_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & ~Q(source="") & Q(month__day=1), name="crm_source_cost_sane",
                violation_error_message=_("Name a source, a month by its first day and an amount of at least 0"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.source} {self.month:%Y-%m}"


class StageAlert(CompanyRow):
    """阶段异常: the conversion of a stage fell below its usual band; open until it is back (`services.anomalies`).

    Shares are in percent of the `visits` that ended lately; `deals` are the keys of those that did not go on.
    """

    VIEW = "crm_sales.view_stage"

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="alerts", verbose_name=_("stage"))
    raised_at = models.DateTimeField(_("raised"), default=clock.now)
    closed_at = models.DateTimeField(_("back to usual"), null=True)
    visits = models.PositiveIntegerField(_("visits"))
    share = PercentField(_("conversion"))
    usual = PercentField(_("usual conversion"))
    limit = PercentField(_("lower limit"))
    deals = models.JSONField(default=list)

    class Meta:
        verbose_name = _("stage alert")
        verbose_name_plural = _("stage alerts")
        constraints = [
            models.UniqueConstraint(fields=["stage"], condition=Q(closed_at=None), name="crm_stage_alert_one_open")
        ]
        indexes = [models.Index(fields=["company", "-raised_at"], name="crm_stage_alert_latest")]

    def __str__(self) -> str:
        return f"{self.stage} {self.raised_at:%Y-%m-%d}"
