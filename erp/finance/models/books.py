"""The books: accounts, periods, vouchers and maintained balances."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.core.models import CompanyRow, Document
from suite.core.models.people import Named
from suite.core.money import AmountField, QuantityField
from suite.masterdata.models import Party


class Account(CompanyRow, Named):
    """会计科目: a row of the chart of accounts; only leaves take postings."""

    class Kind(models.TextChoices):
        ASSET = "asset", _("Asset")
        LIABILITY = "liability", _("Liability")
        EQUITY = "equity", _("Equity")
        COST = "cost", _("Cost")
        INCOME = "income", _("Income")
        EXPENSE = "expense", _("Expense")

    class Side(models.TextChoices):
        DEBIT = "debit", _("Debit")
        CREDIT = "credit", _("Credit")

    code = models.CharField(_("code"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    side = models.CharField(_("normal side"), max_length=6, choices=Side)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    is_leaf = models.BooleanField(_("takes postings"), default=True)
    is_cash = models.BooleanField(_("cash or bank"), default=False)
    needs_party = models.BooleanField(_("needs a party"), default=False)
    is_archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="erp_account_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class AccountRole(CompanyRow):
    """Which account plays a part in the posting rules; rules never name codes."""

    class Role(models.TextChoices):
        CASH = "cash", _("Cash on hand")
        BANK = "bank", _("Bank")
        RECEIVABLE = "receivable", _("Accounts receivable")
        DEPOSIT = "deposit", _("Customer deposits")
        UNDELIVERED = "undelivered", _("Confirmed orders not yet delivered")
        PAYABLE = "payable", _("Accounts payable")
        RECEIVED = "received", _("Goods received not invoiced")
        PREPAID = "prepaid", _("Prepayments to suppliers")
        INVENTORY = "inventory", _("Inventory")
        REVENUE = "revenue", _("Revenue")
        SERVICE_REVENUE = "service_revenue", _("Revenue from services")
        COST = "cost", _("Cost of sales")
        SERVICE_COST = "service_cost", _("Purchased services")
        OUTPUT_VAT = "output_vat", _("Output VAT")
        INPUT_VAT = "input_vat", _("Input VAT")
        STOCK_GAIN = "stock_gain", _("Stocktake surplus")
        STOCK_LOSS = "stock_loss", _("Stocktake shortage")
        OPENING = "opening", _("Opening balances")
        BANK_CHARGES = "bank_charges", _("Bank charges")
        BAD_DEBT = "bad_debt", _("Bad debt losses")
        BAD_DEBT_RECOVERED = "bad_debt_recovered", _("Bad debts recovered")
        EXCHANGE_GAIN = "exchange_gain", _("Exchange gains")
        EXCHANGE_LOSS = "exchange_loss", _("Exchange losses")

    role = models.CharField(_("role"), max_length=20, choices=Role)
    account = models.ForeignKey(Account, models.PROTECT, related_name="roles", verbose_name=_("account"))

    class Meta:
        verbose_name = _("account role")
        verbose_name_plural = _("account roles")
        constraints = [models.UniqueConstraint(fields=["company", "role"], name="erp_account_role_once")]

    def __str__(self) -> str:
        return f"{self.role}: {self.account_id}"


class Period(CompanyRow):
    """会计期间: a span of days, normally a calendar month; closed, it takes no posting by any path."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("period", "Open")
        CLOSED = "closed", pgettext_lazy("period", "Closed")

    code = models.CharField(_("period"), max_length=7)
    starts = models.DateField(_("starts"))
    ends = models.DateField(_("ends"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN, editable=False)
    seal = models.CharField(max_length=32, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)

    class Meta:
        verbose_name = _("accounting period")
        verbose_name_plural = _("accounting periods")
        ordering = ["-starts"]
        permissions = [("close_period", "Can close periods"), ("reopen_period", "Can reopen periods")]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="erp_period_code_once"),
            models.CheckConstraint(condition=Q(starts__lte=F("ends")), name="erp_period_in_order"),
            ExclusionConstraint(
                name="erp_period_no_overlap",
                expressions=[
                    ("company", RangeOperators.EQUAL),
                    (
                        Func(F("starts"), F("ends"), Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("The period overlaps another"),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Voucher(Document):
    """凭证: a journal entry. Lines are written while it is a draft; the flip to posted comes last and is final."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEWED = "reviewed", _("Reviewed")
        POSTED = "posted", _("Posted")
        VOID = "void", _("Void")

    class Word(models.TextChoices):
        GENERAL = "记", "记"
        RECEIPT = "收", "收"
        PAYMENT = "付", "付"
        TRANSFER = "转", "转"

    MOVES = {
        Status.DRAFT: {Status.REVIEWED, Status.POSTED, Status.VOID},
        Status.REVIEWED: {Status.DRAFT, Status.POSTED, Status.VOID},
    }

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    word = models.CharField(_("voucher word"), max_length=2, choices=Word, default=Word.GENERAL)
    serial = models.PositiveIntegerField(_("voucher number"), null=True, editable=False)
    period = models.ForeignKey(Period, models.PROTECT, related_name="vouchers", verbose_name=_("period"))
    posting_date = models.DateField(_("date"))
    effective_date = models.DateField(_("effective date"), null=True, blank=True)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    attachment_count = models.PositiveSmallIntegerField(_("number of attachments"), default=0)
    is_red = models.BooleanField(_("red-letter"), default=False)
    is_closing = models.BooleanField(_("closing voucher"), default=False)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("reverses")
    )
    source_kind = models.CharField(max_length=60, blank=True, editable=False)
    source_id = models.BigIntegerField(null=True, editable=False)
    total = AmountField(_("total"), default=Decimal(0), editable=False)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("prepared by"),
        editable=False,
        db_index=False,
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("reviewed by"),
        editable=False,
        db_index=False,
    )
    posted_at = models.DateTimeField(_("posted"), null=True, editable=False)

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        permissions = [
            ("post_voucher", "Can post vouchers"),
            ("review_voucher", "Can review vouchers"),
            ("reverse_voucher", "Can reverse vouchers"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "period", "word", "serial"],
                condition=Q(serial__isnull=False),
                name="erp_voucher_number_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="posted") | Q(serial__isnull=False, posted_at__isnull=False),
                name="erp_voucher_posted_has_number",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-posting_date", "-id"], name="erp_voucher_by_date"),
            models.Index(fields=["source_kind", "source_id"], name="erp_voucher_by_source"),
        ]

    def __str__(self) -> str:
        return f"{self.word}-{self.serial:04d}" if self.serial else f"{self.word}-#{self.pk}"

    @property
    def number(self) -> str:
        return str(self)


class VoucherLine(CompanyRow):
    """分录: one side of an entry; exactly one of debit and credit is not zero, negative only on a red voucher."""

    voucher = models.ForeignKey(Voucher, models.CASCADE, related_name="lines", verbose_name=_("voucher"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="lines", verbose_name=_("account"), db_index=False
    )
    debit = AmountField(_("debit"), default=Decimal(0))
    credit = AmountField(_("credit"), default=Decimal(0))
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("party"), db_index=False
    )
    product_id = models.BigIntegerField(null=True, editable=False)
    quantity = QuantityField(_("quantity"), null=True, blank=True)
    source_kind = models.CharField(max_length=60, blank=True, editable=False)
    source_id = models.BigIntegerField(null=True, editable=False)
    posting_date = models.DateField(_("date"), editable=False)

    class Meta:
        verbose_name = _("voucher line")
        verbose_name_plural = _("voucher lines")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="erp_voucher_line_one_side",
                condition=(~Q(debit=0) & Q(credit=0)) | (Q(debit=0) & ~Q(credit=0)),
                violation_error_message=_("Fill in either the debit or the credit"),
            )
        ]
        indexes = [
            models.Index(fields=["account", "posting_date", "id"], name="erp_voucher_line_ledger"),
            models.Index(fields=["party", "account"], name="erp_voucher_line_party", condition=Q(party__isnull=False)),
            models.Index(
                fields=["source_kind", "source_id"],
                name="erp_voucher_line_source",
                condition=Q(source_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.debit or -self.credit}"

    @property
    def brief(self) -> str:
        """The line in one row: 1001 -20 Taxi."""
        return f"{self.account.code} {self.debit - self.credit:f} {self.summary}".strip()


class AccountBalance(CompanyRow):
    """What an account moved in a period; kept by the trigger that posts, so that reports never add up lines."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="balances", verbose_name=_("account"))
    period = models.ForeignKey(Period, models.PROTECT, related_name="balances", verbose_name=_("period"))
    debit = AmountField(_("debit"), default=Decimal(0))
    credit = AmountField(_("credit"), default=Decimal(0))
    closing_debit = AmountField(_("debit by closing vouchers"), default=Decimal(0))
    closing_credit = AmountField(_("credit by closing vouchers"), default=Decimal(0))

    class Meta:
        verbose_name = _("account balance")
        verbose_name_plural = _("account balances")
        constraints = [models.UniqueConstraint(fields=["account", "period"], name="erp_account_balance_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.period_id}"
