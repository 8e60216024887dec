"""Currencies, their rates, and taxes."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.core.models import CompanyRow
from suite.core.models.people import Named
from suite.core.money import AmountField, PercentField
from suite.masterdata.models.shared import SharedManager


class Currency(Named):
    """币种: ISO 4217 code and the places of its amounts; shared by all companies."""

    code = models.CharField(_("code"), max_length=3, primary_key=True)
    symbol = models.CharField(_("symbol"), max_length=4, blank=True)
    digits = models.PositiveSmallIntegerField(
        _("decimal places"), default=2, validators=[MaxValueValidator(AmountField().decimal_places)]
    )

    objects = SharedManager()

    class Meta:
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        ordering = ["code"]


class ExchangeRate(CompanyRow):
    """汇率: how much of the company's currency one unit of another is worth from a day on."""

    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", verbose_name=_("currency"))
    valid_from = models.DateField(_("valid from"))
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(fields=["company", "currency", "valid_from"], name="masterdata_rate_once"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="masterdata_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency_id} {self.rate}"


class Tax(CompanyRow, Named):
    """税率: a VAT rate with the days on which it holds; when the law changes it, a new row takes over the code."""

    class Method(models.TextChoices):
        GENERAL = "general", _("General method")
        SIMPLE = "simple", _("Simple method")

    code = models.CharField(_("code"), max_length=20)
    rate = PercentField(_("rate %"))
    method = models.CharField(pgettext_lazy("tax", "method"), max_length=10, choices=Method, default=Method.GENERAL)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("tax")
        verbose_name_plural = _("taxes")
        ordering = ["-rate"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "code", "valid_from"],
                name="masterdata_tax_code_once",
                nulls_distinct=False,
                violation_error_message=_("There is a tax with this code from this day on already"),
            ),
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_default=True), name="masterdata_tax_one_default"
            ),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lte=100), name="masterdata_tax_rate_in_range"),
        ]
