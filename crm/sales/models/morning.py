"""How people want the list of their morning."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core.models import CompanyRow


class MorningOrder(CompanyRow):
    """晨间清单排序: by what a person's list of the morning is ordered; who has no row has it by expected margin."""

    OWNER = "user"
    TEAM = None

    class By(models.TextChoices):
        WORTH = "worth", _("Expected margin")
        DUE = "due", _("Due date")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    by = models.CharField(_("ordered by"), max_length=5, choices=By, default=By.WORTH)

    class Meta:
        verbose_name = _("order of the morning list")
        verbose_name_plural = _("orders of morning lists")
        constraints = [
            models.UniqueConstraint(fields=["company", "user"], name="crm_morning_order_once"),
            models.CheckConstraint(condition=models.Q(by__in=["worth", "due"]), name="crm_morning_order_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.by}"
