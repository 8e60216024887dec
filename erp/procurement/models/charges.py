"""What it cost to get goods here."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from erp.inventory.models import GoodsReceiptLine
from suite.core.models import CompanyRow, Document, NumberField
from suite.core.money import AmountField


class LandedCost(Document):
    """采购费用分摊: freight, duty or insurance that were bought as services and belong to goods that came in.

    Posted when booked. What is still in stock becomes worth more, what is gone cost more.
    """

    class Status(models.TextChoices):
        POSTED = "posted", _("Posted")
        REVERSED = "reversed", _("Reversed")

    class Basis(models.TextChoices):
        VALUE = "value", _("By value")
        QUANTITY = "quantity", _("By quantity")

    MOVES = {Status.POSTED: {Status.REVERSED}}

    number = NumberField("LC")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.POSTED, editable=False)
    date = models.DateField(_("date"))
    basis = models.CharField(_("spread"), max_length=10, choices=Basis, default=Basis.VALUE)
    amount = AmountField(_("amount without tax"))
    note = models.CharField(_("what for"), max_length=200)

    class Meta:
        verbose_name = _("landed cost")
        verbose_name_plural = _("landed costs")
        permissions = [("reverse_landedcost", "Can reverse landed costs")]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="erp_landed_positive",
                violation_error_message=_("Goods are charged with more than nothing"),
            )
        ]
        indexes = [models.Index(fields=["company", "-date", "-id"], name="erp_landed_by_date")]


class LandedCostLine(CompanyRow):
    """What a line of a goods receipt bears of it, and how much of that the goods still in stock took."""

    landed_cost = models.ForeignKey(LandedCost, models.CASCADE, related_name="lines", verbose_name=_("landed cost"))
    position = models.PositiveIntegerField(_("position"), default=0)
    receipt_line = models.ForeignKey(
        GoodsReceiptLine, models.PROTECT, related_name="+", verbose_name=_("goods receipt line")
    )
    amount = AmountField(_("amount"))
    to_stock = AmountField(_("of it in stock"), default=Decimal(0))

    class Meta:
        verbose_name = _("line of a landed cost")
        verbose_name_plural = _("lines of landed costs")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, to_stock__gte=0, to_stock__lte=F("amount")), name="erp_landed_line_sane"
            )
        ]

    def __str__(self) -> str:
        return f"{self.landed_cost_id} {self.receipt_line_id}"

    @property
    def to_cost(self) -> Decimal:
        """What went to the cost of sales, because the goods were gone."""
        return self.amount - self.to_stock
