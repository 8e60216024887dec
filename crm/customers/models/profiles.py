"""Customers: the selling side's profile on a party."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.core import clock
from suite.core.models import CompanyRow
from suite.core.models.people import Named
from suite.masterdata.models import Party


class Tag(CompanyRow, Named):
    """客户标签."""

    colour = models.CharField(_("colour"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="crm_tag_once")]


class Customer(CompanyRow):
    """客户: who looks after a party, how important it is, what is next. Name, phone and addresses are the party's."""

    OWNER = "owner"
    TEAM = "team"

    class Stage(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        ACTIVE = "active", _("Active")
        DORMANT = "dormant", _("Dormant")
        LOST = "lost", pgettext_lazy("customer", "Lost")

    class Grade(models.TextChoices):
        A = "A", "A"
        B = "B", "B"
        C = "C", "C"
        D = "D", "D"

    party = models.OneToOneField(Party, models.PROTECT, related_name="customer", verbose_name=_("party"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    team = models.ForeignKey(
        "core.Team", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    owner_since = models.DateTimeField(_("with this owner since"), default=clock.now, db_default=Now(), editable=False)
    stage = models.CharField(_("lifecycle"), max_length=10, choices=Stage, default=Stage.PROSPECT, editable=False)
    grade = models.CharField(_("grade"), max_length=1, choices=Grade, blank=True)
    tier = models.CharField(_("price tier"), max_length=20, blank=True)
    source = models.CharField(_("source"), max_length=40, blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="customers", verbose_name=_("tags"))
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_at = models.DateTimeField(_("next follow-up time"), null=True, blank=True)
    last_touch_at = models.DateTimeField(_("last contact"), null=True, blank=True, editable=False)
    last_order_on = models.DateField(_("last order"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    own = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [("transfer_customer", "Can hand customers over")]
        indexes = [
            models.Index(fields=["company", "-updated_at", "-id"], name="crm_customer_by_change"),
            models.Index(fields=["company", "owner", "-updated_at", "-id"], name="crm_customer_mine"),
            models.Index(fields=["company", "stage", "-updated_at", "-id"], name="crm_customer_by_stage"),
            models.Index(fields=["company", "grade", "-updated_at", "-id"], name="crm_customer_by_grade"),
            models.Index(fields=["company", "grade", "id"], name="crm_customer_in_grades"),
            models.Index(fields=["company", "-last_touch_at", "-id"], name="crm_customer_by_touch"),
            models.Index(fields=["company", "next_step_at", "id"], name="crm_customer_by_next_step"),
            models.Index(
                fields=["company", "last_order_on"], name="crm_customer_by_order", condition=Q(stage="active")
            ),
            models.Index(fields=["company", "last_order_on", "id"], name="crm_customer_by_last_order"),
        ]

    def __str__(self) -> str:
        return str(self.party)

    @property
    def is_late(self) -> bool:
        """Whether the time of the next step has passed."""
        return self.next_step_at is not None and self.next_step_at < clock.now()
