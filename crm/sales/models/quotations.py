"""Quotations."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.sales.models.opportunities import Opportunity
from crm.sales.models.promotions import Promoted
from suite.core.models import NumberField
from suite.masterdata.models import Contact, TradeDocument, TradeLine


class Quotation(TradeDocument):
    """报价单: an offer; revised, it becomes a new version and the old one is frozen."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")
        REPLACED = "replaced", _("Replaced")

    MOVES = {
        Status.DRAFT: {Status.SENT, Status.WON, Status.LOST},
        Status.SENT: {Status.WON, Status.LOST, Status.REPLACED},
        Status.WON: {Status.SENT},
        Status.REPLACED: {Status.SENT},
    }

    number = NumberField("QT")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    opportunity = models.ForeignKey(
        Opportunity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="quotations",
        verbose_name=_("opportunity"),
        editable=False,
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1, editable=False)
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
        editable=False,
    )
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)

    class Meta:
        verbose_name = _("quotation")
        verbose_name_plural = _("quotations")
        permissions = [("send_quotation", "Can send quotations")]
        constraints = [
            models.UniqueConstraint(fields=["company", "number", "revision"], name="crm_quotation_number_once"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("date")), name="crm_quotation_valid_a_day"
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-date", "-id"], name="crm_quotation_by_date"),
            models.Index(fields=["company", "owner", "-date", "-id"], name="crm_quotation_mine"),
            models.Index(fields=["company", "status", "-date", "-id"], name="crm_quotation_by_status"),
            models.Index(fields=["party", "-date"], name="crm_quotation_by_party"),
            models.Index(fields=["company", "valid_until", "id"], name="crm_quotation_by_end"),
        ]

    def __str__(self) -> str:
        return self.number if self.revision == 1 else f"{self.number}-{self.revision}"


class QuotationLine(Promoted, TradeLine):
    quotation = models.ForeignKey(Quotation, models.CASCADE, related_name="lines", verbose_name=_("quotation"))
    requested_date = models.DateField(_("requested date"), null=True, blank=True)
    is_direct = models.BooleanField(_("delivered by the supplier"), default=False)

    class Meta(TradeLine.Meta):
        verbose_name = _("quotation line")
        verbose_name_plural = _("quotation lines")
        constraints = TradeLine.sane("crm_quotation_line")
        indexes = [
            models.Index(fields=["promotion"], name="crm_quotation_line_promoted", condition=Q(promotion__isnull=False))
        ]
