"""Leads: interest that came in and is no customer yet, and what was done about it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.sales.models.lead_rules import LeadRule
from crm.sales.models.opportunities import Opportunity
from crm.sales.models.web_forms import WebForm
from suite.core import clock
from suite.core.models import CompanyRow, Document, NumberField
from suite.core.said import SaidField
from suite.masterdata import standards
from suite.masterdata.models import Contact, Party, Product, Region

SOON = dt.timedelta(hours=2)  # before the answer is due, somebody should look


class Lead(Document):
    """线索: unqualified interest from a channel: who asked, what for, how it came here, and who is to answer by when.

    `raw` holds what came in as it was written; `alike` who may be the same, as `services.lead_duplicates` found it at
    arrival; `chosen_why` says by which rule the owner was chosen, or why nobody was.
    """

    class Status(models.TextChoices):
        NEW = "new", pgettext_lazy("lead", "New")
        CONTACTED = "contacted", _("Contacted")
        QUALIFIED = "qualified", _("Qualified")
        CONVERTED = "converted", _("Converted")
        DISQUALIFIED = "disqualified", _("Disqualified")

    class Clock(models.TextChoices):
        """How the first answer stands: in time, soon due, too late."""

        GREEN = "green", _("In time")
        AMBER = "amber", _("Soon due")
        RED = "red", _("Too late")

    OPEN = (Status.NEW, Status.CONTACTED, Status.QUALIFIED)
    MOVES = {
        Status.NEW: {Status.CONTACTED, Status.QUALIFIED, Status.CONVERTED, Status.DISQUALIFIED},
        Status.CONTACTED: {Status.QUALIFIED, Status.CONVERTED, Status.DISQUALIFIED},
        Status.QUALIFIED: {Status.CONTACTED, Status.CONVERTED, Status.DISQUALIFIED},
        Status.DISQUALIFIED: {Status.NEW},
    }

    number = NumberField("LD")
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NEW, editable=False)
    name = models.CharField(_("person"), max_length=100, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True, validators=[standards.phone])  # type: ignore[list-item]
    phone_raw = models.CharField(_("phone as entered"), max_length=60, blank=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    text = models.TextField(_("enquiry"), blank=True, max_length=20_000)
    products = models.ManyToManyField(Product, blank=True, related_name="+", verbose_name=_("interested in"))
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region"), db_index=False
    )
    source = models.CharField(_("source"), max_length=40, blank=True)
    campaign = models.CharField(_("campaign"), max_length=60, blank=True)
    web_form = models.ForeignKey(
        WebForm, models.SET_NULL, null=True, related_name="leads", verbose_name=_("web form"), editable=False
    )
    received_at = models.DateTimeField(_("received"), default=clock.now)
    reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    consent = models.TextField(_("consent"), blank=True, editable=False)
    consent_at = models.DateTimeField(_("agreed on"), null=True, blank=True, editable=False)
    raw = models.JSONField(_("as it came in"), default=dict, blank=True, editable=False)
    keys = ArrayField(models.TextField(), default=list, blank=True, editable=False)
    alike = models.JSONField(default=list, blank=True, editable=False)
    rule = models.ForeignKey(
        LeadRule, models.SET_NULL, null=True, related_name="leads", verbose_name=_("rule"), editable=False
    )
    chosen_why = SaidField(_("owner chosen by"), max_length=500, blank=True, default="", editable=False)
    due_at = models.DateTimeField(_("answer due"), null=True, editable=False)
    responded_at = models.DateTimeField(_("first answer"), null=True, editable=False)
    alerted_at = models.DateTimeField(null=True, editable=False)
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, related_name="+", verbose_name=_("customer"), editable=False
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, related_name="+", verbose_name=_("contact"), editable=False
    )
    opportunity = models.ForeignKey(
        Opportunity, models.SET_NULL, null=True, related_name="+", verbose_name=_("opportunity"), editable=False
    )
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        permissions = [("convert_lead", "Can turn leads into customers"), ("assign_lead", "Can hand leads to others")]
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="crm_lead_number_once"),
            models.CheckConstraint(
                condition=~Q(name="") | ~Q(organisation=""),
                name="crm_lead_somebody",
                violation_error_message=_("Say who it is: a person or an organisation"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["converted", "disqualified"], closed_at__isnull=False)
                | Q(status__in=["new", "contacted", "qualified"], closed_at=None),
                name="crm_lead_closed_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(status="converted") | Q(party__isnull=False), name="crm_lead_converted_to_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(status="disqualified") | ~Q(reason=""), name="crm_lead_disqualified_with_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="crm_lead_latest"),
            models.Index(fields=["company", "owner", "-id"], name="crm_lead_mine"),
            models.Index(fields=["company", "status", "-id"], name="crm_lead_by_status"),
            models.Index(fields=["company", "received_at", "id"], name="crm_lead_by_arrival"),
            models.Index(fields=["company", "due_at", "id"], name="crm_lead_by_due"),
            models.Index(
                fields=["due_at"], name="crm_lead_unanswered",
                condition=Q(responded_at=None, alerted_at=None, status="new"),
            ),
            GinIndex(
                fields=["keys"], name="crm_lead_alike", condition=Q(status__in=["new", "contacted", "qualified"])
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def title(self) -> str:
        """Who it is, in one line."""
        return " · ".join(part for part in (self.organisation, self.name) if part)

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def colour(self) -> str:
        """How the first answer stands (`Clock`); blank where none is due."""
        if self.due_at is None or (self.responded_at is None and not self.is_open):
            return ""
        moment = self.responded_at or clock.now()
        if moment > self.due_at:
            return self.Clock.RED
        return self.Clock.AMBER if not self.responded_at and self.due_at - moment < SOON else self.Clock.GREEN


class LeadActivity(CompanyRow):
    """线索跟进: something done about a lead; the customer it becomes shows it on its timeline, too."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        VISIT = "visit", _("Visit")
        MESSAGE = "message", _("Message")
        MAIL = "mail", _("E-mail")
        NOTE = "note", _("Note")

    ANSWERS = (Kind.CALL, Kind.VISIT, Kind.MESSAGE, Kind.MAIL)  # somebody turned to whoever asked

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="activities", verbose_name=_("lead"), db_index=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.CALL)
    happened_at = models.DateTimeField(_("when"), default=clock.now)
    text = models.TextField(_("text"), blank=True, max_length=20_000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"), db_index=False,
        editable=False,
    )  # fmt: skip
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("lead activity")
        verbose_name_plural = _("lead activities")
        constraints = [
            models.CheckConstraint(
                condition=Q(happened_at__lte=F("created_at") + dt.timedelta(minutes=5)),
                name="crm_lead_activity_happened",
                violation_error_message=_("This has not happened yet"),
            )
        ]
        indexes = [models.Index(fields=["lead", "-happened_at", "-id"], name="crm_lead_activity_timeline")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text[:60]}"
