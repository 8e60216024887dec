"""Products and their units."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models import CompanyRow
from suite.core.models.people import Named
from suite.core.money import QuantityField
from suite.masterdata.models.money import Tax
from suite.masterdata.models.shared import SharedManager

NOT_NEGATIVE = [MinValueValidator(Decimal(0))]


class Unit(Named):
    """计量单位: piece, box, kilogram; shared by all companies."""

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    digits = models.PositiveSmallIntegerField(_("decimal places"), default=0)

    objects = SharedManager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["code"]


class Product(CompanyRow, Named):
    """商品: what is sold, bought, stocked or made; one code for quote, stock, bill of materials and invoice."""

    class Kind(models.TextChoices):
        STOCKED = "stocked", _("Stocked")
        MADE = "made", _("Made")
        SERVICE = "service", _("Service")

    class Costing(models.TextChoices):
        AVERAGE = "average", _("Moving average")
        FIFO = "fifo", _("First in, first out")

    class Shortage(models.TextChoices):
        BACKORDER = "backorder", _("Reserve what is free, request the rest")
        REFUSE = "refuse", _("Refuse the order")

    code = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STOCKED)
    category = models.CharField(_("category"), max_length=80, blank=True)
    specification = models.CharField(_("specification"), max_length=200, blank=True)
    specification_en = models.CharField(_("English specification"), max_length=200, blank=True)
    barcode = models.CharField(_("barcode"), max_length=40, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    tax = models.ForeignKey(Tax, models.PROTECT, related_name="+", verbose_name=_("tax"))
    sale_price = QuantityField(_("sales price"), default=Decimal(0), validators=NOT_NEGATIVE)
    sale_price_includes_tax = models.BooleanField(_("sales price includes tax"), default=True)
    floor_price = QuantityField(_("floor price"), null=True, blank=True, validators=NOT_NEGATIVE)
    standard_cost = QuantityField(_("standard cost"), default=Decimal(0), validators=NOT_NEGATIVE)
    costing = models.CharField(_("costing method"), max_length=10, choices=Costing, default=Costing.AVERAGE)
    shortage = models.CharField(_("when short"), max_length=10, choices=Shortage, default=Shortage.BACKORDER)
    image = models.CharField(_("picture"), max_length=200, blank=True, editable=False)
    external_ref = models.CharField(_("reference elsewhere"), max_length=60, blank=True)
    note = models.TextField(_("note"), blank=True)
    is_archived = models.BooleanField(_("archived"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    own = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="masterdata_product_code_once"),
            models.UniqueConstraint(
                fields=["company", "barcode"], condition=~Q(barcode=""), name="masterdata_product_barcode_once"
            ),
            models.CheckConstraint(
                condition=Q(sale_price__gte=0, standard_cost__gte=0), name="masterdata_product_prices_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["company", "name", "id"], name="masterdata_product_by_name"),
            models.Index(fields=["company", "-updated_at", "-id"], name="masterdata_product_by_change"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def is_stocked(self) -> bool:
        """Kept in the warehouse: everything but services."""
        return self.kind != self.Kind.SERVICE


class ProductUnit(CompanyRow):
    """Another unit in which a product is traded: one of it is numerator / denominator base units, exactly."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="units", verbose_name=_("product"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    numerator = models.PositiveIntegerField(_("base units"))
    denominator = models.PositiveIntegerField(_("per"), default=1)
    barcode = models.CharField(_("barcode"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("unit of a product")
        verbose_name_plural = _("units of a product")
        constraints = [
            models.UniqueConstraint(fields=["product", "unit"], name="masterdata_product_unit_once"),
            models.CheckConstraint(
                condition=Q(numerator__gt=0, denominator__gt=0), name="masterdata_product_unit_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} = {self.numerator}/{self.denominator}"
