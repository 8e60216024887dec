"""Prices."""

from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core.access import Actor
from suite.core.models import Company, CompanyRow
from suite.core.models.documents import ScopedQuerySet
from suite.core.models.people import Named
from suite.core.money import PercentField, QuantityField
from suite.masterdata.models import Currency, Party, Product


class SalesPolicy(CompanyRow):
    """销售参数: one row per company."""

    company = models.OneToOneField(Company, models.CASCADE, related_name="sales_policy", editable=False)
    max_discount = PercentField(_("largest discount of a rep %"), default=Decimal(20))
    quotation_days = models.PositiveSmallIntegerField(_("quotations are valid for (days)"), default=30)
    response_hours = models.DecimalField(
        _("leads are answered within (working hours)"), max_digits=5, decimal_places=2, default=Decimal(8),
        db_default=Decimal(8), validators=[MinValueValidator(Decimal("0.25")), MaxValueValidator(Decimal(500))],
    )  # fmt: skip
    renewal_days = models.PositiveSmallIntegerField(_("task: renew contracts (days before they end)"), default=60)
    thank_after_payment = models.BooleanField(_("task: thank and ask after payment"), default=True)

    class Meta:
        verbose_name = _("sales settings")
        verbose_name_plural = _("sales settings")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class PriceListRows(ScopedQuerySet["PriceList"]):
    def visible_to(self, actor: Actor, code: str = "") -> Self:
        """A list made for one customer is seen by those who see the customer; the others by all who may."""
        theirs = Party.objects.visible_to(actor).values("pk")
        return super().visible_to(actor, code).filter(Q(party=None) | Q(party__in=theirs))


class PriceList(CompanyRow, Named):
    """价格表: for everybody, a tier of customers or one customer, between two days."""

    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", default="CNY", verbose_name=_("currency"))
    includes_tax = models.BooleanField(_("prices include tax"), default=True)
    tier = models.CharField(_("price tier"), max_length=20, blank=True)
    party = models.ForeignKey(
        Party, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    is_archived = models.BooleanField(_("archived"), default=False)

    objects = models.Manager.from_queryset(PriceListRows)()

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")


class PriceListItem(CompanyRow):
    """The price of a product from a quantity on."""

    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="items", verbose_name=_("price list"))
    product = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name=_("product"))
    min_quantity = QuantityField(_("from quantity"), default=Decimal(0))
    price = QuantityField(_("price"))

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(fields=["price_list", "product", "min_quantity"], name="crm_price_once"),
            models.CheckConstraint(condition=Q(price__gte=0, min_quantity__gte=0), name="crm_price_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.price)
