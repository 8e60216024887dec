"""The papers of the warehouse."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from erp.inputs import Source
from erp.inventory.models.stock import Warehouse
from suite.core.models import CompanyRow, Document, NumberField
from suite.core.money import AmountField, QuantityField
from suite.masterdata.models import Party, Product


class OrderPaper(Document):
    """A paper that may answer an order of either wing, which it knows by kind, key and number only."""

    WHOLE_ORDER = Q(order_kind="", order_id=None) | ~Q(order_kind="") & Q(order_id__isnull=False)

    order_kind = models.CharField(max_length=60, blank=True, editable=False)
    order_id = models.BigIntegerField(null=True, editable=False)
    order_number = models.CharField(_("order"), max_length=40, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def order(self) -> Source | None:
        """The order behind it; None where there is none."""
        return None if self.order_id is None else Source(self.order_kind, self.order_id, self.order_number)


class Delivery(OrderPaper):
    """出库单: goods that leave for a customer (or back to a supplier). It exists from the confirm; what is not shipped
    with it goes on in a backorder of its own. A direct one (直运) leaves the supplier's house, not ours."""

    class Status(models.TextChoices):
        OPEN = "open", _("To ship")
        SHIPPED = "shipped", _("Shipped")
        CANCELLED = "cancelled", _("Cancelled")

    class Kind(models.TextChoices):
        SALE = "sale", _("Sales delivery")
        DIRECT = "direct", _("Delivered by the supplier")
        SUPPLIER_RETURN = "supplier_return", _("Return to supplier")

    MOVES = {Status.OPEN: {Status.SHIPPED, Status.CANCELLED}, Status.CANCELLED: {Status.OPEN}}

    shipped_lines: list["DeliveryLine"]  # set by services that ship

    number = NumberField("DN")
    kind_of = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.SALE, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("party"))
    warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, related_name="+", verbose_name=_("warehouse"), db_index=False
    )
    promised_date = models.DateField(_("promised date"), null=True, blank=True)
    shipped_on = models.DateField(_("shipped on"), null=True, editable=False)
    waits_for_payment = models.BooleanField(_("waits for payment"), default=False, editable=False)
    backorder_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="backorders",
        verbose_name=_("backorder of"),
        db_index=False,
    )
    address = models.CharField(_("address"), max_length=400, blank=True)
    carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=60, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=5000)

    class Meta:
        verbose_name = pgettext_lazy("paper", "delivery")
        verbose_name_plural = _("deliveries")
        permissions = [("ship_delivery", "Can ship deliveries"), ("return_delivery", "Can take goods back")]
        constraints = [models.CheckConstraint(condition=OrderPaper.WHOLE_ORDER, name="erp_delivery_whole_order")]
        indexes = [
            models.Index(fields=["company", "status", "promised_date", "id"], name="erp_delivery_to_ship"),
            models.Index(fields=["company", "shipped_on", "id"], name="erp_delivery_by_shipping"),
            models.Index(fields=["company", "kind_of", "-id"], name="erp_delivery_by_kind"),
            models.Index(fields=["company", "-id"], name="erp_delivery_latest"),
            models.Index(fields=["order_kind", "order_id"], name="erp_delivery_by_order"),
            models.Index(
                fields=["backorder_of"], name="erp_delivery_backorders", condition=Q(backorder_of__isnull=False)
            ),
        ]


class DeliveryLine(CompanyRow):
    """What to ship of one order line; `cost` is known once shipped."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="lines", verbose_name=_("delivery"))
    position = models.PositiveIntegerField(_("position"), default=0)
    order_line_id = models.BigIntegerField(null=True, editable=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    quantity = QuantityField(_("quantity"))
    returned = QuantityField(_("returned"), default=Decimal(0), editable=False)
    cost = AmountField(_("cost"), default=Decimal(0), editable=False)
    returned_cost = AmountField(_("cost returned"), default=Decimal(0), editable=False)

    class Meta:
        verbose_name = _("delivery line")
        verbose_name_plural = _("delivery lines")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, returned__gte=0, returned__lte=F("quantity")),
                name="erp_delivery_line_quantity",
                violation_error_message=_("More would come back than was delivered"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.product_id}"


class GoodsReceipt(OrderPaper):
    """入库单: goods that come in, from a supplier or back from a customer; posted when booked."""

    class Status(models.TextChoices):
        POSTED = "posted", _("Posted")
        REVERSED = "reversed", _("Reversed")

    class Kind(models.TextChoices):
        PURCHASE = "purchase", _("Purchase receipt")
        DIRECT = "direct", _("Delivered by the supplier")
        CUSTOMER_RETURN = "customer_return", _("Customer return")
        OTHER = "other", _("Other receipt")

    MOVES = {Status.POSTED: {Status.REVERSED}}

    booked_lines: list["GoodsReceiptLine"]  # set by services that book
    lost: Sequence[Any] = ()  # set by services that reverse: who held the goods (Loss)

    number = NumberField("GR")
    kind_of = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.PURCHASE, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.POSTED, editable=False)
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("party"))
    warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, related_name="+", verbose_name=_("warehouse"), db_index=False
    )
    received_on = models.DateField(_("received on"))
    reference = models.CharField(_("supplier's delivery note"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=5000)

    class Meta:
        verbose_name = _("goods receipt")
        verbose_name_plural = _("goods receipts")
        permissions = [("reverse_goodsreceipt", "Can reverse goods receipts")]
        constraints = [
            models.CheckConstraint(condition=OrderPaper.WHOLE_ORDER, name="erp_receipt_whole_order"),
            models.CheckConstraint(
                condition=Q(kind_of="other", party=None) | ~Q(kind_of="other") & Q(party__isnull=False),
                name="erp_receipt_party_known",
                violation_error_message=_("Goods of a supplier or a customer come from somebody"),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-received_on", "-id"], name="erp_receipt_by_date"),
            models.Index(fields=["order_kind", "order_id"], name="erp_receipt_by_order"),
        ]


class GoodsReceiptLine(CompanyRow):
    """What came in, in base units, and what it is worth."""

    receipt = models.ForeignKey(GoodsReceipt, models.CASCADE, related_name="lines", verbose_name=_("goods receipt"))
    position = models.PositiveIntegerField(_("position"), default=0)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    quantity = QuantityField(_("quantity"))
    value = AmountField(_("value"))
    order_line_id = models.BigIntegerField(null=True, editable=False)
    delivery_line = models.ForeignKey(
        DeliveryLine, models.PROTECT, null=True, blank=True, related_name="returns", verbose_name=_("delivery line")
    )
    returned = QuantityField(_("returned"), default=Decimal(0), editable=False)
    returned_value = AmountField(_("value returned"), default=Decimal(0), editable=False)
    invoiced = QuantityField(_("invoiced"), default=Decimal(0), editable=False)
    invoiced_value = AmountField(_("value invoiced"), default=Decimal(0), editable=False)

    class Meta:
        verbose_name = _("goods receipt line")
        verbose_name_plural = _("goods receipt lines")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, value__gte=0), name="erp_receipt_line_positive"),
            models.CheckConstraint(
                condition=Q(returned__gte=0, returned__lte=F("quantity")),
                name="erp_receipt_line_returned",
                violation_error_message=_("More would go back than came in"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.product_id}"


class StockAdjustment(Document):
    """库存调整: opening stock, or a correction after a count, with its reason; posted when booked."""

    class Kind(models.TextChoices):
        OPENING = "opening", _("Opening stock")
        COUNT = "count", _("Count difference")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        POSTED = "posted", _("Posted")
        REVERSED = "reversed", _("Reversed")

    MOVES = {Status.POSTED: {Status.REVERSED}}

    lost: Sequence[Any] = ()  # set by services that book and reverse: who held the goods (Loss)

    number = NumberField("SA")
    kind_of = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.COUNT)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.POSTED, editable=False)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", verbose_name=_("warehouse"))
    date = models.DateField(_("date"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("stock adjustment")
        verbose_name_plural = _("stock adjustments")
        permissions = [("reverse_stockadjustment", "Can reverse stock adjustments")]
        indexes = [models.Index(fields=["company", "-date", "-id"], name="erp_adjustment_by_date")]


class StockAdjustmentLine(CompanyRow):
    """A difference of one product; `unit_cost` is needed where stock comes in without a known cost."""

    adjustment = models.ForeignKey(
        StockAdjustment, models.CASCADE, related_name="lines", verbose_name=_("stock adjustment")
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    book_quantity = QuantityField(_("book quantity"), default=Decimal(0), editable=False)
    difference = QuantityField(_("difference"))
    unit_cost = QuantityField(_("unit cost"), null=True, blank=True)
    value = AmountField(_("value"), default=Decimal(0), editable=False)

    class Meta:
        verbose_name = _("stock adjustment line")
        verbose_name_plural = _("stock adjustment lines")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.adjustment_id} {self.product_id}"
