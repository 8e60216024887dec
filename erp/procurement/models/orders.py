"""Purchase orders."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from erp.inventory.models import Warehouse
from erp.procurement.models.requisitions import RequisitionLine
from suite.core.models import NumberField
from suite.core.money import AmountField, QuantityField
from suite.masterdata.models import TradeDocument, TradeLine


class PurchaseOrder(TradeDocument):
    """采购订单: sent to a supplier; received and invoiced in parts.

    What its approved requisitions do not cover needs an approval of the order itself, up to `approved_amount` (net).
    A direct one (直运) goes straight to the customer of a sales order: what is received of it is delivered.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ORDERED = "ordered", _("Ordered")
        RECEIVED = "received", _("Received")
        CLOSED = "closed", _("Closed short")
        CANCELLED = "cancelled", _("Cancelled")

    MOVES = {
        Status.DRAFT: {Status.ORDERED, Status.CANCELLED},
        Status.ORDERED: {Status.RECEIVED, Status.CLOSED, Status.CANCELLED},
        Status.RECEIVED: {Status.ORDERED},
    }

    number = NumberField("PO")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", verbose_name=_("warehouse"))
    prices_include_tax = models.BooleanField(_("prices include tax"), default=False)
    approved_amount = AmountField(_("approved by itself"), default=Decimal(0), editable=False)
    expected_date = models.DateField(_("expected date"), null=True, blank=True)
    is_direct = models.BooleanField(_("straight to the customer"), default=False, editable=False)
    delivery_address = models.CharField(_("delivery address"), max_length=400, blank=True)
    supplier_reference = models.CharField(_("supplier's reference"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        permissions = [
            ("approve_purchaseorder", "Can approve purchase orders"),
            ("place_purchaseorder", "Can place purchase orders"),
            ("receive_purchaseorder", "Can receive goods"),
            ("invoice_purchaseorder", "Can book supplier invoices"),
            ("accept_difference", "Can accept price differences of invoices"),
        ]
        indexes = [
            models.Index(fields=["company", "status", "expected_date", "id"], name="erp_purchase_arrivals"),
            models.Index(fields=["company", "-date", "-id"], name="erp_purchase_by_date"),
            models.Index(fields=["party", "-date"], name="erp_purchase_by_supplier"),
        ]


class PurchaseOrderLine(TradeLine):
    """A line with its two dates and how much of it came and was billed, in base units.

    A negative line sends back goods of the earlier line `sends_back`: its `received` and `invoiced` are negative too.
    What is `returned` came and went back again.
    """

    order = models.ForeignKey(PurchaseOrder, models.CASCADE, related_name="lines", verbose_name=_("purchase order"))
    requisition_line = models.ForeignKey(
        RequisitionLine, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("requisition line")
    )
    sends_back = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("sends back"), editable=False
    )
    requested_date = models.DateField(_("requested date"), null=True, blank=True)
    promised_date = models.DateField(_("promised date"), null=True, blank=True)
    received = QuantityField(_("received"), default=Decimal(0), editable=False)
    returned = QuantityField(_("returned"), default=Decimal(0), editable=False)
    invoiced = QuantityField(_("invoiced"), default=Decimal(0), editable=False)

    class Meta(TradeLine.Meta):
        verbose_name = _("purchase order line")
        verbose_name_plural = _("purchase order lines")
        constraints = [
            *TradeLine.sane("erp_purchase_line"),
            models.CheckConstraint(
                condition=Q(base_quantity__gt=0, received__gte=0, returned__gte=0, returned__lte=F("received"))
                | Q(base_quantity__lt=0, received__lte=0, received__gte=F("base_quantity"), returned=0),
                name="erp_purchase_line_done",
                violation_error_message=_("More would go back than came"),
            ),
        ]
        indexes = [
            models.Index(fields=["product", "order"], name="erp_purchase_line_product"),
            models.Index(
                fields=["product"], name="erp_purchase_line_coming", condition=Q(base_quantity__gt=F("received"))
            ),
        ]

    @property
    def outstanding(self) -> Decimal:
        """What is still to come (negative: to be sent back); never beyond the order's own direction."""
        rest = self.base_quantity - self.received
        return rest if rest * self.base_quantity > 0 else Decimal(0)

    @property
    def unbilled(self) -> Decimal:
        """What came and is not invoiced; negative where the supplier owes a credit note."""
        return self.received - self.returned - self.invoiced
