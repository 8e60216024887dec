"""Keeping customers: who is about to be lost, who is neglected and goes to the pool, and who is handed over."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Customer
from crm.sales.models import Lead
from suite.core import clock
from suite.core.models import Company, CompanyRow


class RetentionPolicy(CompanyRow):
    """流失预警与公海参数: one row per company. Without `pool_after_days` no customer goes to the pool."""

    company = models.OneToOneField(Company, models.CASCADE, related_name="retention_policy", editable=False)
    dormant_after_days = models.PositiveSmallIntegerField(_("dormant after (days without an order)"), default=180)

    pool_after_days = models.PositiveSmallIntegerField(
        _("customers go to the pool after (days without contact)"), null=True, blank=True,
        validators=[MinValueValidator(7), MaxValueValidator(3650)],
    )  # fmt: skip
    lead_pool_after_days = models.PositiveSmallIntegerField(
        _("leads go to the pool after (days without contact)"), null=True, blank=True,
        validators=[MinValueValidator(2), MaxValueValidator(3650)],
    )  # fmt: skip
    pool_warning_days = models.PositiveSmallIntegerField(
        _("owners are warned (days before)"), default=3, db_default=3,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )  # fmt: skip
    claim_limit = models.PositiveSmallIntegerField(
        _("customers that one person may claim"), default=5, db_default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
    )  # fmt: skip
    claim_days = models.PositiveSmallIntegerField(
        _("within (days)"), default=7, db_default=7, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )

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


class PoolWarning(CompanyRow):
    """回收预警: a customer or lead that falls to the pool on a day, unless somebody is in touch before."""

    OWNER = "owner"
    TEAM = None

    class Ending(models.TextChoices):
        SAVED = "saved", _("Somebody was in touch")
        FELL = "fell", _("Fell to the pool")

    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="+", verbose_name=_("customer"))
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, related_name="+", verbose_name=_("lead"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("owner"), db_index=False
    )
    falls_on = models.DateField(_("falls on"))
    warned_at = models.DateTimeField(_("warned"), default=clock.now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ending = models.CharField(_("ending"), max_length=5, choices=Ending, blank=True)

    class Meta:
        verbose_name = _("pool warning")
        verbose_name_plural = _("pool warnings")
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=False, lead=None) | Q(customer=None, lead__isnull=False),
                name="crm_pool_warning_of_one",
            ),
            models.UniqueConstraint(fields=["customer"], condition=Q(ended_at=None), name="crm_pool_warning_one_open"),
            models.UniqueConstraint(fields=["lead"], condition=Q(ended_at=None), name="crm_pool_warning_one_of_lead"),
        ]
        indexes = [
            models.Index(fields=["company", "falls_on"], name="crm_pool_warning_open", condition=Q(ended_at=None)),
            models.Index(fields=["company", "-id"], name="crm_pool_warning_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.customer or self.lead}: {self.falls_on}"


class PoolEntry(CompanyRow):
    """公海客户: a customer whom nobody looks after; whoever may claim customers sees what is worth knowing of it."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="pool_entries", verbose_name=_("customer"))
    entered_at = models.DateTimeField(_("in the pool since"), default=clock.now)
    from_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False,
        verbose_name=_("looked after before by"),
    )  # fmt: skip
    left_at = models.DateTimeField(_("left"), null=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("claimed by"),
        db_index=False,
    )  # fmt: skip

    class Meta:
        verbose_name = _("customer in the pool")
        verbose_name_plural = _("customers in the pool")
        permissions = [("claim_poolentry", "Can claim customers from the pool")]
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(left_at=None), name="crm_pool_entry_once")
        ]
        indexes = [
            models.Index(fields=["company", "-entered_at", "-id"], name="crm_pool_entry_latest"),
            models.Index(fields=["claimed_by", "left_at"], name="crm_pool_entry_claims"),
        ]

    def __str__(self) -> str:
        return str(self.customer)


class HandOver(CompanyRow):
    """客户移交: a portfolio that went from one person to another; `moved` are the keys of what went, by kind."""

    OWNER = "made_by"
    TEAM = None

    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("from"))
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("to"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    moved = models.JSONField(default=dict)
    made_at = models.DateTimeField(_("when"), default=clock.now)
    undone_at = models.DateTimeField(_("taken back"), null=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        constraints = [models.CheckConstraint(condition=~Q(giver=models.F("taker")), name="crm_hand_over_to_another")]
        indexes = [models.Index(fields=["company", "-id"], name="crm_hand_over_latest")]

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker}"
