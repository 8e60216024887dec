"""Who gets the leads that come in: ordered rules, each with conditions, people, and a way to choose among them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core.models import CompanyRow
from suite.core.models.people import Named


class LeadRule(CompanyRow, Named):
    """线索分配规则: the first rule whose conditions a lead meets decides who gets it.

    `conditions` are those of flows (`suite.automation.conditions`). A lead for which nobody of the pool is free waits
    with `team`, whose manager is told. `turns` counts the leads it has given.
    """

    class Way(models.TextChoices):
        ROUND = "round", _("In turn")
        LEAST = "least", _("Whoever has the fewest open leads")
        FIXED = "fixed", _("The first who is there")

    position = models.PositiveSmallIntegerField(_("order"), default=0)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    way = models.CharField(_("how"), max_length=5, choices=Way, default=Way.ROUND)
    team = models.ForeignKey(
        "core.Team", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("else to the team")
    )
    is_active = models.BooleanField(_("switched on"), default=True)
    turns = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("lead rule")
        verbose_name_plural = _("lead rules")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                name="crm_lead_rule_name_once",
                violation_error_message=_("There is a rule with this name already"),
            )
        ]


class LeadSeat(CompanyRow):
    """Somebody in the pool of a rule; `quota` is how many open leads are enough, `turn` when the last one came."""

    rule = models.ForeignKey(LeadRule, models.CASCADE, related_name="seats", verbose_name=_("lead rule"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    quota = models.PositiveIntegerField(_("open leads at most"), null=True, blank=True)
    turn = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("person of a lead rule")
        verbose_name_plural = _("people of lead rules")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "user"], name="crm_lead_seat_once"),
            models.CheckConstraint(
                condition=Q(quota=None) | Q(quota__gt=0),
                name="crm_lead_seat_quota",
                violation_error_message=_("At least one lead, or no limit"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)
