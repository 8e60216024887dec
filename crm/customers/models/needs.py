"""What a customer is said to want."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.core.models import Document
from suite.masterdata.models import Party, Product


class Need(Document):
    """需求: what a customer wants according to its owner, who heard of it: a product, or words; shared by all.

    Two who heard different things contradict each other as long as both needs are open (`queries.needs`).
    """

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("need", "Open")
        MET = "met", pgettext_lazy("need", "Met")
        DROPPED = "dropped", pgettext_lazy("need", "Dropped")

    MOVES = {
        Status.OPEN: {Status.MET, Status.DROPPED},
        Status.MET: {Status.OPEN},
        Status.DROPPED: {Status.OPEN},
    }

    party = models.ForeignKey(Party, models.CASCADE, related_name="needs", verbose_name=_("customer"))
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    text = models.CharField(_("in words"), max_length=300, blank=True)
    heard_on = models.DateField(_("heard on"))
    status = models.CharField(_("status"), max_length=7, choices=Status, default=Status.OPEN, editable=False)
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints = [
            models.CheckConstraint(
                condition=Q(product__isnull=False) | ~Q(text=""),
                name="crm_need_says_what",
                violation_error_message=_("Name a product, or say in words what is wanted"),
            ),
            models.CheckConstraint(
                condition=Q(status="open", settled_at=None)
                | Q(status__in=["met", "dropped"], settled_at__isnull=False),
                name="crm_need_settled_or_open",
            ),
        ]
        indexes = [
            models.Index(fields=["party", "-created_at", "-id"], name="crm_need_timeline"),
            models.Index(fields=["company", "-heard_on", "-id"], name="crm_need_by_day"),
            models.Index(fields=["company", "-created_at", "-id"], name="crm_need_latest"),
            models.Index(fields=["company", "status", "-created_at", "-id"], name="crm_need_by_status"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def what(self) -> str:
        """The product in the reader's language, and what was said of it."""
        product = self.product.label if self.product_id and self.product else ""
        return " · ".join(part for part in (product, self.text) if part)
