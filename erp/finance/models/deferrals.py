"""What a confirmed order line still owes to the income statement."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from erp.finance.models.policy import FinancePolicy
from suite.core.models import CompanyRow
from suite.core.money import AmountField, QuantityField
from suite.masterdata.models import Party, Product, Tax


class Deferral(CompanyRow):
    """待履约: one row per order line; revenue and VAT are recognised by quantity, cumulatively, so that parts add up.

    net, tax and gross are what the line is worth as it stands; quantities are in the base unit.
    """

    VIEW = "erp_finance.view_invoice"
    OWNER = "owner"
    TEAM = "team"

    order_kind = models.CharField(max_length=60)
    order_id = models.BigIntegerField()
    order_number = models.CharField(max_length=40, blank=True)
    line_id = models.BigIntegerField()
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    team = models.ForeignKey("core.Team", models.SET_NULL, null=True, related_name="+", db_index=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", db_index=False)
    charged_tax = models.ForeignKey(Tax, models.PROTECT, null=True, related_name="+", db_index=False)
    posting = models.CharField(max_length=10, choices=FinancePolicy.Posting)
    is_service = models.BooleanField(default=False)
    quantity = QuantityField()
    net = AmountField()
    tax = AmountField()
    delivered = QuantityField(default=Decimal(0))
    recognised_net = AmountField(default=Decimal(0))
    recognised_tax = AmountField(default=Decimal(0))
    invoiced = QuantityField(default=Decimal(0))
    invoiced_net = AmountField(default=Decimal(0))
    invoiced_tax = AmountField(default=Decimal(0))
    tax_posted = AmountField(default=Decimal(0), help_text=_("VAT posted so far, by delivery or by an earlier invoice"))
    cost = AmountField(default=Decimal(0))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("order line to be delivered")
        verbose_name_plural = _("order lines to be delivered")
        constraints = [
            models.UniqueConstraint(fields=["order_kind", "line_id"], name="erp_deferral_once"),
            models.CheckConstraint(
                condition=Q(delivered__gte=0, delivered__lte=F("quantity"), invoiced__gte=0),
                name="erp_deferral_within_order",
            ),
        ]
        indexes = [models.Index(fields=["order_kind", "order_id"], name="erp_deferral_by_order")]

    def __str__(self) -> str:
        return f"{self.order_kind} {self.line_id}"
