"""Goods that go from one warehouse to another."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from erp.inventory.models.stock import Warehouse
from suite.core.models import CompanyRow, Document, NumberField
from suite.core.money import AmountField, QuantityField
from suite.masterdata.models import Product


class StockTransfer(Document):
    """调拨单: goods leave one warehouse and arrive in another, later or at once; what they are worth goes along.

    Until it arrives what was shipped lies in the company's warehouse of goods on the way.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SHIPPED = "shipped", _("On the way")
        RECEIVED = "received", _("Received")
        CANCELLED = "cancelled", _("Cancelled")

    MOVES = {
        Status.DRAFT: {Status.SHIPPED, Status.RECEIVED, Status.CANCELLED},
        Status.SHIPPED: {Status.RECEIVED},
    }

    number = NumberField("TR")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    source = models.ForeignKey(
        Warehouse, models.PROTECT, related_name="+", verbose_name=_("from warehouse"), db_index=False
    )
    target = models.ForeignKey(
        Warehouse, models.PROTECT, related_name="+", verbose_name=_("to warehouse"), db_index=False
    )
    expected_date = models.DateField(_("expected date"), null=True, blank=True)
    shipped_on = models.DateField(_("shipped on"), null=True, editable=False)
    received_on = models.DateField(_("received on"), null=True, editable=False)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("stock transfer")
        verbose_name_plural = _("stock transfers")
        permissions = [("ship_stocktransfer", "Can ship transfers"), ("receive_stocktransfer", "Can receive transfers")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=F("target")),
                name="erp_transfer_elsewhere",
                violation_error_message=_("Goods go to another warehouse"),
            )
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="erp_transfer_latest"),
            models.Index(fields=["company", "shipped_on", "id"], name="erp_transfer_by_shipping"),
            models.Index(fields=["company", "status", "expected_date", "id"], name="erp_transfer_by_status"),
        ]


class StockTransferLine(CompanyRow):
    """A product, in base units: how much of it is `under_way`, was `received` and was `lost`. `value` is what all of it
    was worth when it left."""

    transfer = models.ForeignKey(StockTransfer, models.CASCADE, related_name="lines", verbose_name=_("stock transfer"))
    position = models.PositiveIntegerField(_("position"), default=0)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"), db_index=False)
    quantity = QuantityField(_("quantity"))
    under_way = QuantityField(_("on the way"), default=Decimal(0), editable=False)
    received = QuantityField(_("received"), default=Decimal(0), editable=False)
    lost = QuantityField(_("lost"), default=Decimal(0), editable=False)
    value = AmountField(_("value"), default=Decimal(0), editable=False)

    class Meta:
        verbose_name = _("line of a transfer")
        verbose_name_plural = _("lines of transfers")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, under_way__gte=0, received__gte=0, lost__gte=0)
                & (Q(under_way=0, received=0, lost=0) | Q(quantity=F("under_way") + F("received") + F("lost"))),
                name="erp_transfer_line_adds_up",
                violation_error_message=_("More would arrive than was shipped"),
            )
        ]
        indexes = [models.Index(fields=["product"], name="erp_transfer_line_under_way", condition=Q(under_way__gt=0))]

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.product_id}"
