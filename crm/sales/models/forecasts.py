"""What open deals looked like at the beginning of each week."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.sales.models.opportunities import Opportunity
from suite.core import clock
from suite.core.models import CompanyRow
from suite.core.money import AmountField


class ForecastWeek(CompanyRow):
    """预测快照: a week (by its Monday) whose open deals were written down, once."""

    VIEW = "crm_sales.view_opportunity"

    week = models.DateField(_("week"))
    taken_at = models.DateTimeField(_("taken"), default=clock.now)

    class Meta:
        verbose_name = _("forecast snapshot")
        verbose_name_plural = _("forecast snapshots")
        constraints = [models.UniqueConstraint(fields=["company", "week"], name="crm_forecast_week_once")]

    def __str__(self) -> str:
        return str(self.week)


class ForecastDeal(CompanyRow):
    """An open deal as it stood when its week was written down; amounts in the company's currency."""

    VIEW = "crm_sales.view_opportunity"

    week = models.DateField(_("week"))
    opportunity = models.ForeignKey(
        Opportunity, models.CASCADE, related_name="snapshots", verbose_name=_("opportunity")
    )
    expected_close = models.DateField(_("expected close"), null=True)
    forecast = models.CharField(_("forecast"), max_length=8, choices=Opportunity.Forecast)
    value = AmountField(_("value"))
    weighted = AmountField(_("weighted amount"))

    class Meta:
        verbose_name = _("deal in a forecast")
        verbose_name_plural = _("deals in forecasts")
        constraints = [models.UniqueConstraint(fields=["week", "opportunity"], name="crm_forecast_deal_once")]
        indexes = [models.Index(fields=["company", "week", "expected_close"], name="crm_forecast_by_month")]

    def __str__(self) -> str:
        return f"{self.week} {self.opportunity_id}"
