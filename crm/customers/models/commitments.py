"""What was promised, by us or by the customer, and whether it was kept."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.customers.models.activities import Activity
from suite.core import clock
from suite.core.models import Document
from suite.core.money import AmountField, PercentField, QuantityField
from suite.desk import formats
from suite.desk.models import Task
from suite.masterdata.models import Contact, Party, Product, Unit

MORE_THAN_NOTHING = [MinValueValidator(0)]


class Commitment(Document):
    """承诺: something somebody said they would do, with the sentence that says so; a row of the timeline."""

    class Deed(models.TextChoices):
        DELIVER = "deliver", pgettext_lazy("commitment", "Deliver")
        PRICE = "price", pgettext_lazy("commitment", "Price")
        DOCUMENT = "document", pgettext_lazy("commitment", "Send")
        VISIT = "visit", _("Visit")
        CALL = "call", _("Call")
        PAY = "pay", pgettext_lazy("commitment", "Pay")

    class Paper(models.TextChoices):
        QUOTE = "quote", _("Quotation")
        CONTRACT = "contract", _("Contract")
        SAMPLE = "sample", _("Sample")
        INVOICE = "invoice", _("Invoice")
        CATALOGUE = "catalogue", _("Catalogue")
        STATEMENT = "statement", _("Statement of account")
        ORDER = "order", _("Order")
        OTHER = "other", _("Another paper")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("commitment", "Open")
        KEPT = "kept", _("Kept")
        BROKEN = "broken", _("Broken")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Origin(models.TextChoices):
        """Who found it in the text."""

        RULE = "rule", _("Rule")
        SUGGESTION = "suggestion", _("Suggestion")
        HAND = "hand", _("By hand")

    MOVES = {
        Status.OPEN: {Status.KEPT, Status.BROKEN, Status.WITHDRAWN},
        Status.BROKEN: {Status.KEPT, Status.WITHDRAWN},
        Status.KEPT: {Status.OPEN},
        Status.WITHDRAWN: {Status.OPEN},
    }

    party = models.ForeignKey(Party, models.CASCADE, related_name="commitments", verbose_name=_("customer"))
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("contact"), db_index=False
    )
    activity = models.ForeignKey(
        Activity, models.SET_NULL, null=True, blank=True, related_name="commitments", verbose_name=_("activity")
    )
    sentence = models.TextField(_("sentence"), blank=True, max_length=600)
    start = models.PositiveIntegerField(_("place in the text"), null=True, blank=True)
    deed = models.CharField(_("kind"), max_length=10, choices=Deed)
    document = models.CharField(_("paper"), max_length=10, choices=Paper, blank=True)
    product = models.ForeignKey(
        Product, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    quantity = QuantityField(_("quantity"), null=True, blank=True, validators=MORE_THAN_NOTHING)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"), db_index=False
    )
    price = QuantityField(_("unit price"), null=True, blank=True, validators=MORE_THAN_NOTHING)
    discount = PercentField(_("discount %"), null=True, blank=True, default=None)
    amount = AmountField(_("amount"), null=True, blank=True, validators=MORE_THAN_NOTHING)
    due_on = models.DateField(_("due"), null=True, blank=True)
    by_them = models.BooleanField(_("by the customer"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False)
    origin = models.CharField(_("found by"), max_length=10, choices=Origin, default=Origin.HAND, editable=False)
    task = models.ForeignKey(
        Task, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("task"), editable=False
    )
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        constraints = [
            models.CheckConstraint(
                name="crm_commitment_sane",
                condition=(Q(discount=None) | Q(discount__gt=0, discount__lt=100))
                & (Q(quantity=None) | Q(quantity__gt=0))
                & (~Q(deed="document") | ~Q(document="")),
                violation_error_message=_(
                    "Say which paper, more than nothing, and a discount between 0 and 100 percent"
                ),
            )
        ]
        indexes = [
            models.Index(fields=["company", "due_on", "id"], name="crm_commitment_by_due"),
            models.Index(fields=["company", "-created_at", "-id"], name="crm_commitment_latest"),
            models.Index(fields=["company", "status", "-created_at", "-id"], name="crm_commitment_by_status"),
            models.Index(fields=["company", "owner", "due_on", "id"], name="crm_commitment_mine"),
            models.Index(fields=["party", "-created_at", "-id"], name="crm_commitment_timeline"),
            models.Index(fields=["company", "due_on"], name="crm_commitment_open", condition=Q(status="open")),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def what(self) -> str:
        """What is to be done, in the reader's language: Send: Quotation · LAMP."""
        paper = str(self.get_document_display()) if self.document else ""
        product = self.product.label if self.product_id and self.product else ""
        return (
            f"{self.get_deed_display()}: {' · '.join(part for part in (paper, product, self.figures) if part)}".rstrip(
                ": "
            )
        )

    @property
    def figures(self) -> str:
        """Quantity, price and discount, as far as they were named."""
        unit = f" {self.unit.label}" if self.unit_id and self.unit else ""
        parts = (
            f"{formats.quantity(self.quantity)}{unit}" if self.quantity else "",
            f"@ {formats.quantity(self.price)}" if self.price is not None else "",
            f"-{formats.percent(self.discount)}" if self.discount else "",
            formats.money(self.amount) if self.amount else "",
        )
        return " ".join(part for part in parts if part)

    @property
    def is_late(self) -> bool:
        """Whether the day has passed and it is still open."""
        return bool(self.status == self.Status.OPEN and self.due_on and self.due_on < clock.today(self.company))
