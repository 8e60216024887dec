"""Promotions: what is cheaper for a while, for whom, and how lines keep why they cost less."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Tag
from suite.core import clock
from suite.core.models import CompanyRow
from suite.core.models.people import Named
from suite.core.money import HUNDRED, QuantityField
from suite.masterdata.models import Currency, Party, Product, Region


class Promotion(CompanyRow, Named):
    """促销: the price falls for some products, some customers, between two days.

    What it gives stands in its steps; a line gets the step that its quantity reaches. Counted together, the quantity is
    that of all lines of the paper with products of the promotion. Of all that apply to a line the highest priority
    decides, then the lowest price; those that are stackable count as one, applied one after the other.
    """

    class Kind(models.TextChoices):
        PERCENT = "percent", _("Percent off")
        AMOUNT = "amount", _("Amount off per unit")
        FIXED = "fixed", _("Fixed price")
        GIFT = "gift", _("Buy some, get some free")

    class Status(models.TextChoices):
        ON = "on", pgettext_lazy("promotion", "On")
        HELD = "held", _("On hold")
        OFF = "off", pgettext_lazy("promotion", "Off")

    code = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.PERCENT)
    status = models.CharField(_("status"), max_length=4, choices=Status, default=Status.ON, editable=False)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=0)
    is_stackable = models.BooleanField(_("with other promotions"), default=False)
    together = models.BooleanField(_("quantities count together"), default=False)
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", default="CNY", verbose_name=_("currency"))
    includes_tax = models.BooleanField(_("prices include tax"), default=True)
    note = models.TextField(_("note"), max_length=5000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    own = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "code"], name="crm_promotion_code_once",
                violation_error_message=_("There is a promotion with this code already"),
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="crm_promotion_days", violation_error_message=_("The last day is before the first"),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["company", "code", "id"], name="crm_promotion_by_code"),
            models.Index(fields=["company", "valid_from", "id"], name="crm_promotion_by_start"),
            models.Index(fields=["company", "valid_to", "id"], name="crm_promotion_by_end"),
            models.Index(fields=["company", "-updated_at", "-id"], name="crm_promotion_by_change"),
        ]


class PromotionStep(CompanyRow):
    """What a promotion gives from a quantity on, in base units.

    `value` is percent, an amount or a price per base unit, or, where some are free, how many are so for each
    `min_quantity` that are paid.
    """

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="steps", verbose_name=_("promotion"))
    min_quantity = QuantityField(_("from quantity"), default=Decimal(0))
    value = QuantityField(_("what it gives"))

    class Meta:
        verbose_name = _("step of a promotion")
        verbose_name_plural = _("steps of promotions")
        ordering = ["min_quantity"]
        constraints = [
            models.UniqueConstraint(fields=["promotion", "min_quantity"], name="crm_promotion_step_once"),
            models.CheckConstraint(condition=Q(value__gte=0, min_quantity__gte=0), name="crm_promotion_step_sane"),
        ]

    def __str__(self) -> str:
        return str(self.value)


class PromotionScope(CompanyRow):
    """One product, category, customer, tag or region that a promotion is for; without any it is for all of them.

    It is enough to be one of the products or categories, and one of the customers, tags or regions.
    """

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="scopes", verbose_name=_("promotion"))
    product = models.ForeignKey(
        Product, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    category = models.CharField(_("category"), max_length=80, blank=True)
    party = models.ForeignKey(
        Party, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    tag = models.ForeignKey(Tag, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("tag"))
    region = models.ForeignKey(
        Region, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("region")
    )

    class Meta:
        verbose_name = _("scope of a promotion")
        verbose_name_plural = _("scopes of promotions")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(product__isnull=False, category="", party=None, tag=None, region=None)
                    | (~Q(category="") & Q(product=None, party=None, tag=None, region=None))
                    | Q(party__isnull=False, category="", product=None, tag=None, region=None)
                    | Q(tag__isnull=False, category="", product=None, party=None, region=None)
                    | Q(region__isnull=False, category="", product=None, party=None, tag=None)
                ),
                name="crm_promotion_scope_one",
                violation_error_message=_("One of product, category, customer, tag and region"),
            )
        ]

    def __str__(self) -> str:
        return str(self.product or self.category or self.party or self.tag or self.region)


class Promoted(models.Model):
    """A line that may cost less because of promotions; its unit price is the one after them.

    `promoted` keeps what was granted in the order it was applied, [name, English name, percent], so that the line tells
    the same when the promotion is long over; `promotion` is the first of them.
    """

    promotion = models.ForeignKey(
        Promotion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("promotion"),
        editable=False, db_index=False,
    )  # fmt: skip
    promoted = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), editable=False)

    class Meta:
        abstract = True

    @cached_property
    def promotion_text(self) -> str:
        """Why the line costs less, in the language of the reader: Autumn sale −10 %."""
        return promotion_text(self.promoted)


def promotion_text(promoted: Any) -> str:
    """What lines keep of promotions, in words; percents of the price before, with two places at most."""
    english = (get_language() or "").startswith("en")
    parts = []
    for name, name_en, percent in promoted:
        off = f"{min(round(Decimal(percent), 2), HUNDRED).normalize():f}"
        parts.append(f"{(english and name_en) or name} −{off} %")
    return " · ".join(parts)
