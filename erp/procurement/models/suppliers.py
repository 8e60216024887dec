"""Suppliers and what they deliver on which terms."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from erp.finance.models import PaymentTerm
from suite.core import clock
from suite.core.models import Company, CompanyRow
from suite.core.money import PercentField, QuantityField
from suite.masterdata.models import Currency, Party, Product


class PurchasePolicy(CompanyRow):
    """采购参数: one row per company."""

    company = models.OneToOneField(Company, models.CASCADE, related_name="purchase_policy", editable=False)
    over_receipt_percent = PercentField(_("over-receipt tolerance %"), default=Decimal(5))
    price_tolerance_percent = PercentField(_("price tolerance of invoices %"), default=Decimal(10))

    class Meta:
        verbose_name = _("purchase settings")
        verbose_name_plural = _("purchase settings")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class Supplier(CompanyRow):
    """供应商: the supplier's profile on a party."""

    party = models.OneToOneField(Party, models.PROTECT, related_name="supplier", verbose_name=_("party"))
    term = models.ForeignKey(
        PaymentTerm, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("payment term")
    )
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+", default="CNY", verbose_name=_("currency"))
    lead_days = models.PositiveSmallIntegerField(_("lead time (days)"), default=7)
    is_blocked = models.BooleanField(_("blocked"), default=False)
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    own = models.JSONField(_("own fields"), default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        indexes = [models.Index(fields=["company", "-id"], name="erp_supplier_latest")]

    def __str__(self) -> str:
        return str(self.party)


class SupplierItem(CompanyRow):
    """供货条款: price (without tax), minimum and pack of a product from a supplier, in base units."""

    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="items", verbose_name=_("supplier"))
    product = models.ForeignKey(Product, models.CASCADE, related_name="supplier_items", verbose_name=_("product"))
    supplier_code = models.CharField(_("supplier's code"), max_length=60, blank=True)
    price = QuantityField(_("price without tax"))
    minimum = QuantityField(_("minimum quantity"), default=Decimal(0))
    pack = QuantityField(_("pack of"), default=Decimal(1))
    lead_days = models.PositiveSmallIntegerField(_("lead time (days)"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=10, help_text=_("The lowest is asked first"))

    class Meta:
        verbose_name = _("supplier's item")
        verbose_name_plural = _("supplier's items")
        ordering = ["priority", "id"]
        constraints = [
            models.UniqueConstraint(fields=["supplier", "product"], name="erp_supplier_item_once"),
            models.CheckConstraint(
                condition=Q(price__gte=0, minimum__gte=0, pack__gt=0), name="erp_supplier_item_sane"
            ),
        ]
        indexes = [models.Index(fields=["product", "priority", "id"], name="erp_supplier_item_first")]

    def __str__(self) -> str:
        return f"{self.supplier} {self.product_id}"
