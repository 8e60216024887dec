"""Money in and money out."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from erp.finance.models.books import Account
from suite.core.models import Document, NumberField, ScopedManager
from suite.core.money import AmountField
from suite.masterdata.models import Party


class MoneyMovement(Document):
    """收付款: money that came in or went out; what is not allocated to open items is an advance."""

    class Direction(models.TextChoices):
        IN = "in", _("Money in")
        OUT = "out", _("Money out")

    class Status(models.TextChoices):
        POSTED = "posted", _("Posted")
        REVERSED = "reversed", _("Reversed")

    class Method(models.TextChoices):
        BANK = "bank", _("Bank transfer")
        CASH = "cash", _("Cash")
        ALIPAY = "alipay", _("Alipay")
        WECHAT = "wechat", _("WeChat Pay")
        OTHER = "other", _("Other")

    MOVES = {Status.POSTED: {Status.REVERSED}}

    number = NumberField("MM")
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.POSTED, editable=False)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("party"))
    date = models.DateField(_("date"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("cash or bank account"))
    method = models.CharField(pgettext_lazy("money", "method"), max_length=10, choices=Method, default=Method.BANK)
    amount = AmountField(_("amount"))
    unapplied = AmountField(_("not allocated"), editable=False)
    reference = models.CharField(_("bank reference"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    order_kind = models.CharField(max_length=60, blank=True, editable=False)
    order_id = models.BigIntegerField(null=True, editable=False)
    # An advance of the other direction, of which this gives so much back.
    refunds = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, db_index=False, related_name="refunded_by",
        verbose_name=_("refund of"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("money movement")
        verbose_name_plural = _("money movements")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="erp_money_positive",
                violation_error_message=_("The amount must be above zero"),
            ),
            models.CheckConstraint(
                condition=Q(unapplied__gte=0, unapplied__lte=F("amount")),
                name="erp_money_unapplied_within",
                violation_error_message=_("More would be allocated than there is"),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "direction", "-date", "-id"], name="erp_money_by_date"),
            models.Index(
                fields=["order_kind", "order_id"], name="erp_money_by_order", condition=Q(order_id__isnull=False)
            ),
            models.Index(fields=["party", "direction"], name="erp_money_advance", condition=Q(unapplied__gt=0)),
            models.Index(fields=["refunds"], name="erp_money_refunds", condition=Q(refunds__isnull=False)),
        ]

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any) -> MoneyMovement:
        """Rows come as what they are, receipts or payments, so that links and history know them by one name."""
        direction = dict(zip(field_names, values, strict=True)).get("direction")
        return super().from_db.__func__(PAPERS.get(direction, cls), db, field_names, values)  # type: ignore[attr-defined]


class ReceiptManager(ScopedManager):
    def get_queryset(self):  # type: ignore[no-untyped-def]
        return super().get_queryset().filter(direction=MoneyMovement.Direction.IN)


class PaymentManager(ScopedManager):
    def get_queryset(self):  # type: ignore[no-untyped-def]
        return super().get_queryset().filter(direction=MoneyMovement.Direction.OUT)


class Receipt(MoneyMovement):
    """收款单: money in."""

    objects = ReceiptManager()

    class Meta:
        proxy = True
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        permissions = [
            ("allocate_receipt", "Can allocate receipts"),
            ("reverse_receipt", "Can reverse receipts"),
        ]


class Payment(MoneyMovement):
    """付款单: money out."""

    objects = PaymentManager()

    class Meta:
        proxy = True
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        permissions = [
            ("allocate_payment", "Can allocate payments"),
            ("reverse_payment", "Can reverse payments"),
        ]


PAPERS: dict[Any, type[MoneyMovement]] = {MoneyMovement.Direction.IN: Receipt, MoneyMovement.Direction.OUT: Payment}
