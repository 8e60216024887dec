"""What customers owe us and we owe suppliers, and how it was settled."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.core import clock
from suite.core.models import CompanyRow, Document, NumberField, ScopedManager
from suite.core.models.people import Named
from suite.core.money import AmountField, PercentField
from suite.masterdata.models import Party


class PaymentTerm(CompanyRow, Named):
    """账期: when a total falls due, in one or more instalments."""

    code = models.CharField(_("code"), max_length=20)
    is_prepaid = models.BooleanField(_("paid before delivery"), default=False)
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("payment term")
        verbose_name_plural = _("payment terms")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="erp_payment_term_code_once"),
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_default=True), name="erp_payment_term_one_default"
            ),
        ]


class PaymentTermLine(CompanyRow):
    """One instalment: a percentage, or the rest, so many days after the document, or after the end of its month."""

    term = models.ForeignKey(PaymentTerm, models.CASCADE, related_name="lines", verbose_name=_("payment term"))
    position = models.PositiveSmallIntegerField(default=0)
    percent = PercentField(_("percent"), null=True, blank=True, default=None, help_text=_("Blank: the rest"))
    days = models.PositiveSmallIntegerField(_("days"), default=0)
    from_month_end = models.BooleanField(_("from the end of the month"), default=False)

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.percent or ''} {self.days}"


class CreditAccount(CompanyRow):
    """客户信用: limit and exposure of a party. exposure = open receivables + confirmed unbilled - unapplied advances,
    moved only by conditional UPDATE in the act that causes it."""

    party = models.OneToOneField(Party, models.PROTECT, related_name="credit_account", verbose_name=_("party"))
    limit = AmountField(_("credit limit"), null=True, blank=True, help_text=_("Blank: no limit"))
    term = models.ForeignKey(
        PaymentTerm, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("payment term")
    )
    exposure = AmountField(_("exposure"), default=Decimal(0), editable=False)
    is_blocked = models.BooleanField(_("blocked"), default=False)

    class Meta:
        verbose_name = _("credit account")
        verbose_name_plural = _("credit accounts")

    def __str__(self) -> str:
        return str(self.party)


class OpenItem(Document):
    """应收应付: an amount with a due date that money or a credit settles. Credits are negative, nothing is edited.

    amount - open_amount = sum of its settlements; open_amount has the sign of amount. `taken_back` is the part of that
    for which nobody paid: the order was cancelled or undone, goods came back, a red invoice or a reversal set it off.
    `written_off` is the part that was given up and still is.
    """

    class Side(models.TextChoices):
        RECEIVABLE = "receivable", _("Receivable")
        PAYABLE = "payable", _("Payable")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("open item", "Open")
        SETTLED = "settled", _("Settled")
        TAKEN_BACK = "taken_back", pgettext_lazy("open item", "Taken back")

    MOVES = {Status.OPEN: {Status.SETTLED, Status.TAKEN_BACK}, Status.SETTLED: {Status.OPEN}}

    number = NumberField("OI")
    side = models.CharField(_("side"), max_length=12, choices=Side, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("party"))
    date = models.DateField(_("date"))
    due_date = models.DateField(_("due date"))
    amount = AmountField(_("amount"))
    open_amount = AmountField(_("open amount"))
    taken_back = AmountField(_("taken back"), default=Decimal(0), editable=False)
    written_off = AmountField(_("written off"), default=Decimal(0), editable=False)
    overdue_told = models.BooleanField(default=False, db_default=False, editable=False)  # it is announced once
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    order_kind = models.CharField(max_length=60, blank=True, editable=False)
    order_id = models.BigIntegerField(null=True, editable=False)
    order_number = models.CharField(_("order"), max_length=40, blank=True, editable=False)
    invoice = models.ForeignKey(
        "erp_finance.Invoice",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="open_items",
        verbose_name=_("invoice"),
    )
    voucher = models.ForeignKey(
        "erp_finance.Voucher", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("voucher")
    )

    class Meta:
        verbose_name = _("open item")
        verbose_name_plural = _("open items")
        constraints = [
            models.CheckConstraint(
                name="erp_open_item_within_amount",
                condition=Q(amount__gte=0, open_amount__gte=0, open_amount__lte=models.F("amount"))
                | Q(amount__lte=0, open_amount__lte=0, open_amount__gte=models.F("amount")),
                violation_error_message=_("More would be settled than is open"),
            ),
            models.CheckConstraint(
                name="erp_open_item_status",
                condition=Q(status="open") & ~Q(open_amount=0)
                | Q(status="settled", open_amount=0) & ~Q(taken_back=models.F("amount"))
                | Q(status="taken_back", open_amount=0, taken_back=models.F("amount")),
            ),
            models.CheckConstraint(
                name="erp_open_item_written_off",
                condition=Q(written_off=0)
                | Q(
                    written_off__gt=0,
                    written_off__lte=models.F("amount") - models.F("open_amount") - models.F("taken_back"),
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "side", "due_date", "id"], name="erp_open_item_by_due"),
            models.Index(
                fields=["party", "side", "due_date", "id"], name="erp_open_item_open", condition=Q(status="open")
            ),
            models.Index(fields=["owner", "due_date"], name="erp_open_item_mine", condition=Q(status="open")),
            models.Index(fields=["order_kind", "order_id"], name="erp_open_item_by_order"),
            models.Index(fields=["company", "side", "-date", "-id"], name="erp_open_item_by_date"),
        ]

    @property
    def state(self) -> Status:
        """The state that the amounts tell: the one definition, which the database holds `status` to."""
        if self.open_amount:
            return self.Status.OPEN
        return self.Status.TAKEN_BACK if self.taken_back == self.amount else self.Status.SETTLED

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any) -> OpenItem:
        """Rows come as what they are, receivables or payables, so that links and history know them by one name."""
        side = dict(zip(field_names, values, strict=True)).get("side")
        return super().from_db.__func__(ITEMS.get(side, cls), db, field_names, values)  # type: ignore[attr-defined]


class ReceivableManager(ScopedManager):
    def get_queryset(self):  # type: ignore[no-untyped-def]
        return super().get_queryset().filter(side=OpenItem.Side.RECEIVABLE)


class PayableManager(ScopedManager):
    def get_queryset(self):  # type: ignore[no-untyped-def]
        return super().get_queryset().filter(side=OpenItem.Side.PAYABLE)


class Receivable(OpenItem):
    """应收单: what a customer owes."""

    objects = ReceivableManager()

    class Meta:
        proxy = True
        verbose_name = _("receivable")
        verbose_name_plural = _("receivables")
        permissions = [("write_off_receivable", "Can write off receivables")]


class Payable(OpenItem):
    """应付单: what we owe a supplier."""

    objects = PayableManager()

    class Meta:
        proxy = True
        verbose_name = _("payable")
        verbose_name_plural = _("payables")


ITEMS: dict[Any, type[OpenItem]] = {OpenItem.Side.RECEIVABLE: Receivable, OpenItem.Side.PAYABLE: Payable}


class Settlement(CompanyRow):
    """核销: how much of an open item was settled, by money or by another item of the same party; never edited."""

    OWNER = "item__owner"
    TEAM = "item__team"

    item = models.ForeignKey(OpenItem, models.PROTECT, related_name="settlements", verbose_name=_("open item"))
    amount = AmountField(_("amount"))
    money = models.ForeignKey(
        "erp_finance.MoneyMovement",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="settlements",
        verbose_name=_("money"),
    )
    counter_item = models.ForeignKey(
        OpenItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("credit")
    )
    posting_date = models.DateField(_("date"))
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="erp_settlement_not_zero")]

    def __str__(self) -> str:
        return str(self.amount)
