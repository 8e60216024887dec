"""What people, teams and the company are to bring in, month by month."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.core.models import CompanyRow
from suite.core.money import AmountField


class Target(CompanyRow):
    """业绩目标: of a person, of a team (nobody is named) or of the company (neither is), for a month by its first day.

    The target of a person carries the team of the person, whose manager sees it.
    """

    OWNER = "user"
    TEAM = "team"

    class Measure(models.TextChoices):
        BOOKED = "booked", pgettext_lazy("target", "Booked")
        WON = "won", _("Won")
        COLLECTED = "collected", _("Collected")

    month = models.DateField(_("month"))
    measure = models.CharField(_("measure"), max_length=9, choices=Measure, default=Measure.BOOKED)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    team = models.ForeignKey(
        "core.Team", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    amount = AmountField(_("amount"))

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["month", "measure", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "month", "measure", "user"], condition=Q(user__isnull=False),
                name="crm_target_of_person_once",
            ),
            models.UniqueConstraint(
                fields=["company", "month", "measure", "team"], condition=Q(user=None), nulls_distinct=False,
                name="crm_target_of_team_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="crm_target_amount",
                violation_error_message=_("The amount must not be negative"),
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="crm_target_month",
                violation_error_message=_("A month is its first day"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.user or self.team or self.company} {self.get_measure_display()}"
