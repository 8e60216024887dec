"""Requests to buy."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from erp.inventory.models import Warehouse
from erp.procurement.models.suppliers import Supplier
from suite.core.models import CompanyRow, Document, NumberField
from suite.core.money import AmountField, QuantityField
from suite.desk import formats
from suite.masterdata.models import Briefs, Product


class Requisition(Document):
    """请购单: asks to buy, because an order is short, stock is low or somebody says so; approved by amount."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        ORDERED = "ordered", _("Ordered")
        CANCELLED = "cancelled", _("Cancelled")

    class Origin(models.TextChoices):
        ORDER = "order", _("Order short of goods")
        CONTRACT = "contract", _("Planned with a contract")
        REORDER = "reorder", _("Stock below its point")
        MANUAL = "manual", _("Asked by hand")

    MOVES = {
        Status.DRAFT: {Status.SUBMITTED, Status.CANCELLED},
        Status.SUBMITTED: {Status.APPROVED, Status.REJECTED, Status.DRAFT, Status.CANCELLED},
        Status.APPROVED: {Status.ORDERED, Status.CANCELLED},
        Status.REJECTED: {Status.DRAFT, Status.CANCELLED},
        Status.ORDERED: {Status.APPROVED},
    }

    number = NumberField("PR")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.SUBMITTED, editable=False)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.MANUAL, editable=False)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", verbose_name=_("warehouse"))
    order_kind = models.CharField(max_length=60, blank=True, editable=False)
    order_id = models.BigIntegerField(null=True, editable=False)
    order_number = models.CharField(_("order"), max_length=40, blank=True, editable=False)
    is_direct = models.BooleanField(_("straight to the customer"), default=False, editable=False)
    amount = AmountField(_("amount"), default=Decimal(0), editable=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("requested by"),
        editable=False,
    )

    class Meta:
        verbose_name = _("purchase requisition")
        verbose_name_plural = _("purchase requisitions")
        permissions = [
            ("approve_requisition", "Can approve requisitions"),
            ("order_requisition", "Can turn requisitions into orders"),
        ]
        indexes = [
            models.Index(fields=["company", "status", "-id"], name="erp_requisition_by_status"),
            models.Index(fields=["company", "origin", "-id"], name="erp_requisition_by_origin"),
            models.Index(fields=["company", "created_at", "id"], name="erp_requisition_by_day"),
            models.Index(fields=["company", "-id"], name="erp_requisition_latest"),
            models.Index(fields=["order_kind", "order_id"], name="erp_requisition_by_order"),
        ]


class RequisitionLine(Briefs, CompanyRow):
    """How much is needed, and how much is asked for after minimum and pack; `ordered` of it stands on purchase orders,
    `cancelled` of it is not wanted any more, the rest is `pending`. `terms` keeps the figures behind the quantity."""

    requisition = models.ForeignKey(
        Requisition, models.CASCADE, related_name="lines", verbose_name=_("purchase requisition")
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("supplier")
    )
    order_line_id = models.BigIntegerField(null=True, editable=False)
    needed = QuantityField(_("needed"))
    quantity = QuantityField(_("quantity requested"))
    ordered = QuantityField(_("ordered"), default=Decimal(0), editable=False)
    cancelled = QuantityField(_("not wanted any more"), default=Decimal(0), editable=False)
    pending = models.GeneratedField(
        expression=F("quantity") - F("ordered") - F("cancelled"),
        output_field=QuantityField(),
        db_persist=True,
        verbose_name=_("to be ordered"),
    )
    price = QuantityField(_("price without tax"), default=Decimal(0))
    needed_by = models.DateField(_("needed by"), null=True, blank=True)
    terms = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = _("requisition line")
        verbose_name_plural = _("requisition lines")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, price__gte=0, ordered__gte=0, cancelled__gte=0)
                & Q(quantity__gte=F("ordered") + F("cancelled")),
                name="erp_requisition_line_sane",
                violation_error_message=_("The quantity must be above zero"),
            )
        ]
        indexes = [
            models.Index(fields=["product"], name="erp_requisition_line_pending", condition=Q(pending__gt=0)),
            models.Index(
                fields=["order_line_id"], name="erp_requisition_line_demand", condition=Q(order_line_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requisition_id} {self.product_id}"

    @property
    def wanted(self) -> Decimal:
        """What of the quantity requested nobody has given up; ordered or not."""
        return self.quantity - self.cancelled

    @property
    def brief(self) -> str:
        """The line in one row: LAMP 3 pcs x 12.5."""
        quantity = f"{self.wanted.normalize():f} {self.product.unit_id}"
        return f"{self.product.code} {quantity} x {self.price.normalize():f}"

    @property
    def why(self) -> str:
        """The figures behind the quantity, and what is not wanted of it any more, in the reader's language."""
        given_up = gettext("%(given_up)s of %(quantity)s not wanted any more") if self.cancelled else ""
        terms = {name: formats.quantity(value) for name, value in self.terms.items()}
        terms |= {"given_up": formats.quantity(self.cancelled), "quantity": formats.quantity(self.quantity)}
        if "short" in terms:
            text = gettext("%(short)s short, %(coming)s of it on the way; minimum %(minimum)s, packs of %(pack)s")
        elif "point" in terms:
            text = gettext(
                "%(free)s free + %(coming)s coming − %(waiting)s waited for is below %(point)s: fill up to %(target)s;"
                " minimum %(minimum)s, packs of %(pack)s"
            )
        else:
            text = ""
        more = gettext("%(elsewhere)s are free in other warehouses: a transfer may do") if "elsewhere" in terms else ""
        return " · ".join(filter(None, (text, more, given_up))) % terms
