"""How a company keeps its books."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core.models import Company, CompanyRow


class FinancePolicy(CompanyRow):
    """财务参数: one row per company; what an order posts and when is frozen on the order when it is confirmed."""

    class Posting(models.TextChoices):
        CONFIRM = "confirm", _("Receivable at confirmation, revenue at delivery")
        DELIVERY = "delivery", _("Everything at delivery")
        RETAIL = "retail", _("Retail: sold, delivered and posted at once")

    class Taxpayer(models.TextChoices):
        GENERAL = "general", _("General taxpayer")
        SMALL = "small", _("Small-scale taxpayer")

    company = models.OneToOneField(Company, models.CASCADE, related_name="finance_policy", editable=False)
    posting = models.CharField(_("posting rule"), max_length=10, choices=Posting, default=Posting.CONFIRM)
    taxpayer = models.CharField(_("taxpayer kind"), max_length=10, choices=Taxpayer, default=Taxpayer.GENERAL)
    overdue_days = models.PositiveSmallIntegerField(
        _("stop orders when overdue for more than (days)"), default=30, null=True, blank=True
    )
    reviewer_differs = models.BooleanField(_("reviewer must not be the preparer"), default=False)

    class Meta:
        verbose_name = _("finance settings")
        verbose_name_plural = _("finance settings")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
