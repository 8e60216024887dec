"""Contracts: what was agreed in writing, the clauses it is made of, and what is to happen by when."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.sales.models.opportunities import Opportunity
from crm.sales.models.promotions import Promoted
from crm.sales.models.quotations import Quotation
from suite.core.models import CompanyRow, NumberField
from suite.core.models.people import Named
from suite.core.money import AmountField, PercentField
from suite.masterdata.models import Contact, TradeDocument, TradeLine


class ContractTemplate(CompanyRow, Named):
    """合同模板: clauses in both languages, with placeholders for what each contract says by itself."""

    body = models.TextField(_("clauses"))
    body_en = models.TextField(_("clauses in English"), blank=True)
    is_archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        verbose_name = _("contract template")
        verbose_name_plural = _("contract templates")


class Contract(TradeDocument):
    """合同: lines, clauses, term and plan as they were agreed; in force once it was approved.

    `body` are the clauses as they were taken over from a template and worked on; their placeholders are filled in
    where it is read.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        AWAITING = "awaiting", _("Waiting for approval")
        ACTIVE = "active", _("In force")
        COMPLETED = "completed", _("Completed")
        TERMINATED = "terminated", _("Terminated")
        EXPIRED = "expired", _("Expired")

    MOVES = {
        Status.DRAFT: {Status.AWAITING},
        Status.AWAITING: {Status.ACTIVE, Status.DRAFT},
        Status.ACTIVE: {Status.COMPLETED, Status.TERMINATED, Status.EXPIRED},
        Status.EXPIRED: {Status.COMPLETED, Status.TERMINATED},
    }

    ENDED = (Status.COMPLETED, Status.TERMINATED, Status.EXPIRED)

    number = NumberField("CT")
    name = models.CharField(_("name"), max_length=200)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("contact"), db_index=False
    )
    quotation = models.ForeignKey(
        Quotation, models.PROTECT, null=True, blank=True, related_name="contracts", verbose_name=_("quotation"),
        editable=False,
    )  # fmt: skip
    opportunity = models.ForeignKey(
        Opportunity, models.PROTECT, null=True, blank=True, related_name="contracts", verbose_name=_("opportunity"),
        editable=False,
    )  # fmt: skip
    template = models.ForeignKey(
        ContractTemplate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("template"),
        db_index=False,
    )  # fmt: skip
    starts_on = models.DateField(_("begins"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    signed_on = models.DateField(_("signed"), null=True, blank=True)
    body = models.TextField(_("clauses"), blank=True)
    body_en = models.TextField(_("clauses in English"), blank=True)
    approved_at = models.DateTimeField(_("in force since"), null=True, editable=False)
    closed_at = models.DateTimeField(_("ended"), null=True, editable=False)
    renewal_asked_at = models.DateTimeField(_("renewal asked for"), null=True, editable=False)

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        permissions = [("terminate_contract", "Can end contracts")]
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="crm_contract_number_once"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="crm_contract_lasts",
                violation_error_message=_("The end is before the beginning"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "awaiting"], approved_at=None)
                | ~Q(status__in=["draft", "awaiting"]) & Q(approved_at__isnull=False),
                name="crm_contract_in_force_since",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-date", "-id"], name="crm_contract_by_date"),
            models.Index(fields=["company", "owner", "-date", "-id"], name="crm_contract_mine"),
            models.Index(fields=["company", "status", "-date", "-id"], name="crm_contract_by_status"),
            models.Index(fields=["company", "ends_on", "id"], name="crm_contract_by_end"),
            models.Index(fields=["company", "gross", "id"], name="crm_contract_by_amount"),
            models.Index(fields=["party", "-date"], name="crm_contract_by_party"),
        ]

    def read(self, field: str) -> str:
        """A text in the reader's language, where it has an English one that is filled in."""
        return Named.read(self, field)  # type: ignore[arg-type]


class ContractLine(Promoted, TradeLine):
    contract = models.ForeignKey(Contract, models.CASCADE, related_name="lines", verbose_name=_("contract"))
    requested_date = models.DateField(_("requested date"), null=True, blank=True)
    is_direct = models.BooleanField(_("delivered by the supplier"), default=False)

    class Meta(TradeLine.Meta):
        verbose_name = _("contract line")
        verbose_name_plural = _("contract lines")
        constraints = TradeLine.sane("crm_contract_line")
        indexes = [
            models.Index(fields=["promotion"], name="crm_contract_line_promoted", condition=Q(promotion__isnull=False))
        ]


class Milestone(CompanyRow):
    """里程碑: what is to happen by a day; one with an amount is a payment (付款节点) and done once it is paid.

    `due_on` is a fixed day, or it is set `days` after the event that it waits for. `amount` and `paid` are in the
    currency of the contract; a `share` is kept beside the amount that it came to.
    """

    OWNER = "contract__owner"
    TEAM = "contract__team"

    class Event(models.TextChoices):
        DAY = "", _("On a fixed day")
        SIGNED = "signed", _("After signing")
        APPROVED = "approved", _("After it is in force")
        DELIVERED = "delivered", _("After delivery")

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="milestones", verbose_name=_("contract"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("what is due"), max_length=200)
    share = PercentField(_("share %"), null=True, blank=True, default=None)
    amount = AmountField(_("amount"), default=Decimal(0))
    event = models.CharField(_("due"), max_length=10, choices=Event, blank=True, default=Event.DAY)
    days = models.PositiveSmallIntegerField(_("days after it"), default=0)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    paid = AmountField(_("paid"), default=Decimal(0), editable=False)
    done_at = models.DateTimeField(_("done"), null=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"), editable=False,
        db_index=False,
    )  # fmt: skip
    told_at = models.DateTimeField(_("told that it is late"), null=True, editable=False)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, paid__gte=0) & (Q(share=None) | Q(share__gt=0, share__lte=100)),
                name="crm_milestone_sane",
                violation_error_message=_("The amount must not be negative"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["company", "due_on"], name="crm_milestone_open", condition=Q(done_at=None, told_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_payment(self) -> bool:
        return self.amount > 0

    @property
    def open(self) -> Decimal:
        """What of a payment has not come in yet."""
        return max(self.amount - self.paid, Decimal(0))
