"""Keeping customers: who is about to be lost."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Customer
from suite.core import clock
from suite.core.models import Company, CompanyRow


class RetentionPolicy(CompanyRow):
    """流失预警参数: one row per company."""

    company = models.OneToOneField(Company, models.CASCADE, related_name="retention_policy", editable=False)
    dormant_after_days = models.PositiveSmallIntegerField(_("dormant after (days without an order)"), default=180)

    class Meta:
        verbose_name = _("retention settings")
        verbose_name_plural = _("retention settings")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class ChurnAlert(CompanyRow):
    """流失预警: a customer who stopped ordering; one open alert at most, closed by the next order."""

    OWNER = "customer__owner"
    TEAM = "customer__team"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="churn_alerts", verbose_name=_("customer"))
    last_order_on = models.DateField(_("last order"))
    days = models.PositiveIntegerField(_("days without an order"))
    raised_at = models.DateTimeField(_("raised"), default=clock.now)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by_order = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("churn alert")
        verbose_name_plural = _("churn alerts")
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(closed_at=None), name="crm_churn_alert_one_open"),
            models.UniqueConstraint(fields=["customer", "last_order_on"], name="crm_churn_alert_once"),
        ]
        indexes = [models.Index(fields=["company", "-raised_at", "-id"], name="crm_churn_alert_latest")]

    def __str__(self) -> str:
        return str(self.customer)
