"""Links by which customers read a quotation without signing in, and what they answered."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.sales.models.quotations import Quotation
from suite.core import clock
from suite.core.models import CompanyRow
from suite.masterdata.models import Party


class QuotationLink(CompanyRow):
    """A secret address of a sent quotation, kept as SHA-256; it ends with the quotation's validity or when revoked."""

    quotation = models.ForeignKey(Quotation, models.CASCADE, related_name="links", verbose_name=_("quotation"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        verbose_name = _("link of a quotation")
        verbose_name_plural = _("links of quotations")
        default_permissions = ()


class QuotationAnswer(CompanyRow):
    """What a customer answered through a link, once and for good, with what speaks for its being them."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("quotation", "Accepted")
        REFUSED = "refused", pgettext_lazy("quotation", "Refused")

    quotation = models.OneToOneField(Quotation, models.CASCADE, related_name="answer", verbose_name=_("quotation"))
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("customer"), db_index=False)
    link = models.ForeignKey(QuotationLink, models.PROTECT, related_name="+", verbose_name=_("link"), db_index=False)
    kind = models.CharField(_("answer"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=100, blank=True)
    text = models.TextField(_("note or reason"), max_length=2000, blank=True)
    address = models.CharField(_("IP address"), max_length=45, blank=True)
    agent = models.CharField(_("browser"), max_length=200, blank=True)
    answered_at = models.DateTimeField(_("answered"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("answer to a quotation")
        verbose_name_plural = _("answers to quotations")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="accepted") & ~Q(name="")) | (Q(kind="refused") & ~Q(text="")),
                name="crm_quotation_answer_says",
                violation_error_message=_("An acceptance has a name, a refusal its reason"),
            )
        ]
        indexes = [models.Index(fields=["party", "-answered_at"], name="crm_quotation_answer_by_party")]

    def __str__(self) -> str:
        return f"{self.quotation}: {self.get_kind_display()}"
