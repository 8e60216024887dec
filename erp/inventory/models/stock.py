"""Stock: where it is, what it is worth, and who waits for it."""

from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models import CompanyRow
from suite.core.models.documents import ScopedQuerySet
from suite.core.models.people import Named
from suite.core.money import AmountField, QuantityField
from suite.masterdata.models import Party, Product


class WarehouseRows(ScopedQuerySet["Warehouse"]):
    def usable(self) -> Self:
        """Where goods can be put and taken by hand."""
        return self.filter(is_archived=False, is_transit=False)


class Warehouse(CompanyRow, Named):
    """仓库."""

    code = models.CharField(_("code"), max_length=20)
    address = models.CharField(_("address"), max_length=300, blank=True)
    address_en = models.CharField(
        _("address in English"), max_length=300, blank=True, help_text=_("The whole line, for English papers")
    )
    is_default = models.BooleanField(_("default"), default=False)
    is_archived = models.BooleanField(_("archived"), default=False)
    # Where goods of transfers are until they arrive: one for each company, made when it is first needed.
    is_transit = models.BooleanField(_("on the way"), default=False, editable=False)

    objects = models.Manager.from_queryset(WarehouseRows)()

    class Meta:
        verbose_name = _("warehouse")
        verbose_name_plural = _("warehouses")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="erp_warehouse_code_once"),
            models.UniqueConstraint(fields=["company"], condition=Q(is_default=True), name="erp_warehouse_one_default"),
            models.UniqueConstraint(fields=["company"], condition=Q(is_transit=True), name="erp_warehouse_one_transit"),
            models.CheckConstraint(
                condition=Q(is_transit=False) | Q(is_default=False, is_archived=False),
                name="erp_warehouse_transit_stays",
            ),
        ]


class StockBalance(CompanyRow):
    """即时库存: on hand and reserved of a product in a warehouse; kept beside the moves, never below zero."""

    product = models.ForeignKey(
        Product, models.PROTECT, related_name="balances", verbose_name=_("product"), db_index=False
    )
    warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, related_name="balances", verbose_name=_("warehouse"), db_index=False
    )
    on_hand = QuantityField(_("on hand"), default=Decimal(0))
    reserved = QuantityField(_("reserved"), default=Decimal(0))
    updated_at = models.DateTimeField(_("changed"), default=clock.now)

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock on hand")
        constraints = [
            models.UniqueConstraint(fields=["product", "warehouse"], name="erp_stock_balance_once"),
            models.CheckConstraint(
                condition=Q(on_hand__gte=0),
                name="erp_stock_not_negative",
                violation_error_message=_("There is not enough stock"),
            ),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, reserved__lte=F("on_hand")),
                name="erp_stock_reserved_within",
                violation_error_message=_("More would be reserved than is on hand"),
            ),
        ]
        indexes = [models.Index(fields=["company", "product"], name="erp_stock_balance_by_product")]

    def __str__(self) -> str:
        return f"{self.product_id} @ {self.warehouse_id}"

    @property
    def free(self) -> Decimal:
        """What can still be promised."""
        return self.on_hand - self.reserved


class StockValue(CompanyRow):
    """What all stock of a product is worth in the company; the moving average is value / quantity."""

    product = models.OneToOneField(Product, models.PROTECT, related_name="stock_value", verbose_name=_("product"))
    quantity = QuantityField(_("quantity"), default=Decimal(0))
    value = AmountField(_("value"), default=Decimal(0))

    class Meta:
        verbose_name = _("stock value")
        verbose_name_plural = _("stock values")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=0), name="erp_stock_value_quantity"),
            models.CheckConstraint(
                condition=~Q(quantity=0) | Q(value=0),
                name="erp_stock_value_nothing_left",
                violation_error_message=_("No stock, but value is left"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.value}"


class StockMove(CompanyRow):
    """出入库流水: a row of the stock ledger, never edited: a mistake is reversed. Quantity and value have a sign."""

    class Kind(models.TextChoices):
        OPENING = "opening", _("Opening stock")
        RECEIPT = "receipt", _("Goods receipt")
        DELIVERY = "delivery", _("Delivery")
        CUSTOMER_RETURN = "customer_return", _("Customer return")
        SUPPLIER_RETURN = "supplier_return", _("Return to supplier")
        ADJUSTMENT = "adjustment", _("Adjustment")
        REVALUATION = "revaluation", _("Revaluation")
        TRANSFER = "transfer", _("Transfer")

    product = models.ForeignKey(
        Product, models.PROTECT, related_name="moves", verbose_name=_("product"), db_index=False
    )
    warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, related_name="moves", verbose_name=_("warehouse"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    posting_date = models.DateField(_("date"))
    effective_date = models.DateField(_("effective date"), null=True, blank=True)
    quantity = QuantityField(_("quantity"))
    value = AmountField(_("value"))
    source_kind = models.CharField(max_length=60, editable=False)
    source_id = models.BigIntegerField(editable=False)
    source_line_id = models.BigIntegerField(null=True, editable=False)
    source_number = models.CharField(_("document"), max_length=40, blank=True, editable=False)
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
        db_index=False,
    )
    created_at = models.DateTimeField(_("created"), default=clock.now)

    class Meta:
        verbose_name = _("stock move")
        verbose_name_plural = _("stock moves")
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0) | Q(kind="revaluation"), name="erp_stock_move_quantity")
        ]
        indexes = [
            models.Index(fields=["company", "-posting_date", "-id"], name="erp_stock_move_latest"),
            models.Index(fields=["product", "warehouse", "posting_date", "id"], name="erp_stock_move_by_product"),
            models.Index(fields=["source_kind", "source_id"], name="erp_stock_move_by_source"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+} {self.product_id}"


class CostLayer(CompanyRow):
    """A receipt that FIFO has not used up yet; the last piece takes what value is left."""

    product = models.ForeignKey(
        Product, models.PROTECT, related_name="cost_layers", verbose_name=_("product"), db_index=False
    )
    move = models.OneToOneField(StockMove, models.PROTECT, related_name="cost_layer", verbose_name=_("stock move"))
    remaining = QuantityField(_("remaining"))
    remaining_value = AmountField(_("remaining value"))

    class Meta:
        verbose_name = _("cost layer")
        verbose_name_plural = _("cost layers")
        constraints = [
            models.CheckConstraint(
                condition=Q(remaining__gt=0) | Q(remaining=0, remaining_value=0), name="erp_cost_layer_left"
            )
        ]
        indexes = [models.Index(fields=["product", "id"], name="erp_cost_layer_open", condition=Q(remaining__gt=0))]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.remaining}"


class Demand(CompanyRow):
    """需求与预留: one row per order line; `reserved` is the reservation, the rest of `wanted` waits. Base units."""

    order_kind = models.CharField(max_length=60)
    order_id = models.BigIntegerField()
    order_number = models.CharField(_("order"), max_length=40, blank=True)
    line_id = models.BigIntegerField()
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("party"), db_index=False)
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="demands", verbose_name=_("product"), db_index=False
    )
    warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, related_name="+", verbose_name=_("warehouse"), db_index=False
    )
    wanted = QuantityField(_("wanted"))
    reserved = QuantityField(_("reserved"), default=Decimal(0))
    shipped = QuantityField(_("shipped"), default=Decimal(0))
    returned = QuantityField(_("returned"), default=Decimal(0))
    requested_date = models.DateField(_("requested date"), null=True)
    promised_date = models.DateField(_("promised date"), null=True)
    is_waiting = models.GeneratedField(
        expression=Q(wanted__gt=F("reserved") + F("shipped")),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,  # type: ignore[arg-type]
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("demand")
        verbose_name_plural = _("demands")
        constraints = [
            models.UniqueConstraint(fields=["order_kind", "line_id"], name="erp_demand_once"),
            models.CheckConstraint(
                condition=Q(wanted__gte=0, reserved__gte=0, shipped__gte=0)
                & Q(wanted__gte=F("reserved") + F("shipped")),
                name="erp_demand_within_wanted",
            ),
        ]
        indexes = [
            models.Index(fields=["order_kind", "order_id"], name="erp_demand_by_order"),
            models.Index(
                fields=["product", "promised_date", "id"], name="erp_demand_waiting", condition=Q(is_waiting=True)
            ),
            models.Index(fields=["product", "warehouse"], name="erp_demand_reserved", condition=Q(reserved__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.order_number} {self.product_id}"

    @property
    def waiting(self) -> Decimal:
        """What is neither reserved nor shipped yet."""
        return self.wanted - self.reserved - self.shipped


class StockRule(CompanyRow):
    """补货规则: below `reorder_point` (free + incoming - waiting) fill up to `target`."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="stock_rules", verbose_name=_("product"))
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="+", verbose_name=_("warehouse"))
    reorder_point = QuantityField(_("reorder point"))
    target = QuantityField(_("fill up to"))
    safety_stock = QuantityField(_("safety stock"), default=Decimal(0))
    is_low = models.BooleanField(_("low now"), default=False, editable=False)

    class Meta:
        verbose_name = _("stock rule")
        verbose_name_plural = _("stock rules")
        constraints = [
            models.UniqueConstraint(fields=["product", "warehouse"], name="erp_stock_rule_once"),
            models.CheckConstraint(
                condition=Q(reorder_point__gte=0, safety_stock__gte=0, target__gte=F("reorder_point")),
                name="erp_stock_rule_in_order",
                violation_error_message=_("Fill up to at least the reorder point"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.reorder_point}"
