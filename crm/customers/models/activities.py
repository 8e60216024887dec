"""What happened with a customer."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models import CompanyRow
from suite.core.said import SaidField
from suite.masterdata.models import Contact, Party, Product


class Activity(CompanyRow):
    """跟进记录: a call, visit, message or note; a row of the timeline."""

    OWNER = "owner"
    TEAM = "team"

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        VISIT = "visit", _("Visit")
        MESSAGE = "message", _("Message")
        MAIL = "mail", _("E-mail")
        NOTE = "note", _("Note")
        ENQUIRY = "enquiry", _("Enquiry")
        COMPLAINT = "complaint", _("Complaint")
        PURCHASE = "purchase", _("Purchase")

    party = models.ForeignKey(Party, models.CASCADE, related_name="activities", verbose_name=_("party"))
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"), editable=False
    )
    team = models.ForeignKey("core.Team", models.SET_NULL, null=True, related_name="+", editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.NOTE)
    happened_at = models.DateTimeField(_("when"), default=clock.now)
    title = SaidField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    product = models.ForeignKey(
        Product, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [
            models.Index(fields=["party", "-happened_at", "-id"], name="crm_activity_timeline"),
            models.Index(fields=["company", "-happened_at", "-id"], name="crm_activity_latest"),
        ]

    def __str__(self) -> str:
        return self.title
