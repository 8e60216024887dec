"""Papers on their way to customers."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.sales.models.quotations import Quotation
from suite.core import clock
from suite.core.models import CompanyRow


class QuotationMail(CompanyRow):
    """One sending of a quotation: written with the act, delivered after it; the row is the queue."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    quotation = models.ForeignKey(
        Quotation, models.CASCADE, related_name="mails", verbose_name=_("quotation"), editable=False
    )
    to = models.EmailField(_("to"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    message = models.TextField(_("message"), blank=True)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("sent by")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=clock.now)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)

    class Meta:
        verbose_name = _("mailed quotation")
        verbose_name_plural = _("mailed quotations")
        indexes = [models.Index(fields=["next_try_at", "id"], name="crm_mail_due", condition=Q(state="queued"))]

    def __str__(self) -> str:
        return f"{self.quotation_id} > {self.to}"
