"""Sales orders."""

from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.sales.models.contracts import Contract
from crm.sales.models.promotions import Promoted
from crm.sales.models.quotations import Quotation
from suite.core import clock
from suite.core.models import CompanyRow, NumberField
from suite.core.money import AmountField, QuantityField
from suite.masterdata.models import Contact, TradeDocument, TradeLine


class Order(TradeDocument):
    """销售订单: a customer's commitment to buy. Delivery, invoicing and payment progress stand beside the status."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CONFIRMED = "confirmed", _("Confirmed")
        CANCELLED = "cancelled", _("Cancelled")

    class Shortage(models.TextChoices):
        PRODUCT = "", _("As the product says")
        BACKORDER = "backorder", _("Reserve what is free, request the rest")
        REFUSE = "refuse", _("Refuse the order")

    class Progress(models.TextChoices):
        NONE = "none", pgettext_lazy("progress", "Not yet")
        PART = "part", pgettext_lazy("progress", "Partly")
        DONE = "done", pgettext_lazy("progress", "Done")

    confirmed_lines: list["OrderLine"]  # set by services that lock an order with its lines
    owed_back = Decimal(0)  # set by who takes an order back: what its customer has to get back, in the books' currency
    voided: Sequence[str] = ()  # set by who takes an order back: the draft invoices that went with it

    MOVES = {
        Status.DRAFT: {Status.CONFIRMED, Status.CANCELLED},
        Status.CONFIRMED: {Status.CANCELLED, Status.DRAFT},
    }

    number = NumberField("SO")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("contact"), db_index=False
    )
    quotation = models.ForeignKey(
        Quotation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("quotation"),
        editable=False,
    )
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("contract"),
        editable=False, db_index=False,
    )  # fmt: skip
    customer_reference = models.CharField(_("customer's reference"), max_length=60, blank=True)
    external_ref = models.CharField(_("reference elsewhere"), max_length=60, blank=True)
    shipping_address = models.CharField(_("shipping address"), max_length=400, blank=True)
    requested_date = models.DateField(_("requested date"), null=True, blank=True)
    shortage = models.CharField(_("when short"), max_length=10, choices=Shortage, blank=True, default=Shortage.PRODUCT)
    revision = models.PositiveSmallIntegerField(_("revision"), default=0, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    delivery = models.CharField(_("delivery"), max_length=5, choices=Progress, default=Progress.NONE, editable=False)
    invoicing = models.CharField(_("invoicing"), max_length=5, choices=Progress, default=Progress.NONE, editable=False)
    payment = models.CharField(
        pgettext_lazy("progress", "payment"), max_length=5, choices=Progress, default=Progress.NONE, editable=False
    )
    paid = AmountField(_("paid"), default=Decimal(0), editable=False)
    promised_date = models.DateField(_("promised date"), null=True, editable=False)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        permissions = [
            ("confirm_order", "Can confirm orders"),
            ("cancel_order", "Can cancel confirmed orders"),
            ("amend_order", "Can amend confirmed orders"),
            ("override_discount", "Can exceed the largest discount"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="crm_order_number_once"),
            models.UniqueConstraint(
                fields=["company", "external_ref"],
                condition=~models.Q(external_ref=""),
                name="crm_order_ref_once",
                violation_error_message=_("There is an order with this reference already"),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-date", "-id"], name="crm_order_by_date"),
            models.Index(fields=["company", "owner", "-date", "-id"], name="crm_order_mine"),
            models.Index(fields=["company", "status", "-date", "-id"], name="crm_order_by_status"),
            models.Index(fields=["company", "-gross", "-id"], name="crm_order_by_amount"),
            models.Index(fields=["party", "-date", "-id"], name="crm_order_by_party"),
            models.Index(fields=["contract"], name="crm_order_by_contract", condition=models.Q(contract__isnull=False)),
            models.Index(fields=["company", "delivery", "-date", "-id"], name="crm_order_by_delivery"),
            models.Index(fields=["company", "invoicing", "-date", "-id"], name="crm_order_by_invoicing"),
            models.Index(fields=["company", "payment", "-date", "-id"], name="crm_order_by_payment"),
            models.Index("company", Coalesce("promised_date", "requested_date"), "id", name="crm_order_by_promise"),
            # Of the many orders of years these are the few that somebody still has to do something about.
            models.Index(
                "company",
                Coalesce("promised_date", "requested_date"),
                "id",
                name="crm_order_undelivered",
                condition=models.Q(~models.Q(delivery="done"), status="confirmed"),
            ),
            models.Index(
                fields=["company", "-date", "-id"],
                name="crm_order_unpaid",
                condition=models.Q(delivery__in=["part", "done"], payment__in=["none", "part"]),
            ),
        ]

    # "Done" three times in a row would say nothing.

    def get_delivery_display(self) -> str:  # type: ignore[no-redef]
        return str({"none": _("Not delivered"), "part": _("Partly delivered"), "done": _("Delivered")}[self.delivery])

    def get_invoicing_display(self) -> str:  # type: ignore[no-redef]
        return str({"none": _("Not invoiced"), "part": _("Partly invoiced"), "done": _("Invoiced")}[self.invoicing])

    def get_payment_display(self) -> str:  # type: ignore[no-redef]
        return str({"none": _("Not paid"), "part": _("Partly paid"), "done": _("Paid")}[self.payment])


class OrderLine(Promoted, TradeLine):
    """A line with its two dates and its progress in base units; a direct one (直运) goes past our own stock."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", verbose_name=_("order"))
    requested_date = models.DateField(_("requested date"), null=True, blank=True)
    is_direct = models.BooleanField(_("delivered by the supplier"), default=False)
    promised_date = models.DateField(_("promised date"), null=True, blank=True)
    delivered = QuantityField(_("delivered"), default=Decimal(0), editable=False)
    returned = QuantityField(_("returned"), default=Decimal(0), editable=False)
    invoiced = QuantityField(_("invoiced"), default=Decimal(0), editable=False)

    class Meta(TradeLine.Meta):
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = TradeLine.sane("crm_order_line")
        indexes = [
            models.Index(fields=["product", "order"], name="crm_order_line_product"),
            models.Index(fields=["discount", "order"], name="crm_order_line_off", condition=models.Q(discount__gt=0)),
            models.Index(
                fields=["promotion"], name="crm_order_line_promoted", condition=models.Q(promotion__isnull=False)
            ),
        ]


class OrderAmendment(CompanyRow):
    """变更单: what changed in a confirmed order, line by line, with reason; never edited."""

    OWNER = "order__owner"
    TEAM = "order__team"

    order = models.ForeignKey(Order, models.PROTECT, related_name="amendments", verbose_name=_("order"))
    revision = models.PositiveSmallIntegerField(_("revision"))
    changes = models.JSONField(_("changes"))
    net_change = AmountField(_("net"))
    gross_change = AmountField(_("total with tax"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("created"), default=clock.now)

    class Meta:
        verbose_name = _("order amendment")
        verbose_name_plural = _("order amendments")
        constraints = [models.UniqueConstraint(fields=["order", "revision"], name="crm_amendment_once")]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.revision}"
