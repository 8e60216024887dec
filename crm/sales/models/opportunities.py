"""Opportunities: deals on their way, and the way they have gone."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.sales.models.pipelines import LostReason, Pipeline, Rival, Stage
from suite.core import clock
from suite.core.models import CompanyRow, Document, NumberField
from suite.core.money import AmountField, PercentField, QuantityField
from suite.masterdata.models import Contact, Currency, Party, Product

DAY = dt.timedelta(days=1)
SHOWN_REASONS = 5
REASONS = {
    "stage": _("stage"), "owner": _("owner"), "source": _("source"), "industry": _("industry"), "region": _("region"),
    "product": _("product"), "returning": _("bought before"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a deal is likely to be won, or lost: a factor of its odds, above 1 for and below 1 against."""

    label: str
    value: str
    ratio: float
    won: int = 0
    lost: int = 0

    @classmethod
    def of(cls, term: Mapping[str, Any]) -> Reason:
        english = term["name_en"] if (get_language() or "").startswith("en") else ""
        value = english or term["name"]
        if term["field"] == "returning":
            value = str(_("yes") if value == "yes" else _("no"))
        return cls(str(REASONS.get(term["field"], term["field"])), value, term["ratio"], term["won"], term["lost"])

    @property
    def text(self) -> str:
        return f"{' '.join(part for part in (self.label, self.value) if part)} × {self.ratio:.2f}"


class Opportunity(Document):
    """商机: a deal that may come; where it stands and how it came there say its visits to stages.

    `value` is the amount in the company's currency; `entered_at` is when it came to its present stage.
    """

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("opportunity", "Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    class Forecast(models.TextChoices):
        COMMIT = "commit", _("Commit")
        BEST = "best", _("Best case")
        PIPELINE = "pipeline", pgettext_lazy("forecast", "Pipeline")
        OMITTED = "omitted", _("Omitted")

    MOVES = {
        Status.OPEN: {Status.OPEN, Status.WON, Status.LOST},  # from stage to stage it stays open
        Status.WON: {Status.OPEN},
        Status.LOST: {Status.OPEN},
    }

    number = NumberField("OP")
    name = models.CharField(_("name"), max_length=200)
    status = models.CharField(_("status"), max_length=4, choices=Status, default=Status.OPEN, editable=False)
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="+", verbose_name=_("pipeline"), db_index=False)
    stage = models.ForeignKey(
        Stage, models.PROTECT, related_name="opportunities", verbose_name=_("stage"), editable=False
    )
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customer"), db_index=False
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decision maker")
    )
    amount = AmountField(_("amount"), default=Decimal(0))
    currency = models.ForeignKey(
        Currency, models.PROTECT, related_name="+", default="CNY", verbose_name=_("currency"), db_index=False
    )
    exchange_rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=8, default=Decimal(1))
    value = models.GeneratedField(
        expression=Round(F("amount") * F("exchange_rate"), 2),
        output_field=models.DecimalField(max_digits=18, decimal_places=2),
        db_persist=True,
        verbose_name=_("value"),
    )
    expected_close = models.DateField(_("expected close"), null=True, blank=True)
    forecast = models.CharField(_("forecast"), max_length=8, choices=Forecast, default=Forecast.PIPELINE)
    source = models.CharField(_("source"), max_length=40, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)
    rivals = models.ManyToManyField(Rival, blank=True, related_name="+", verbose_name=_("rivals"))
    note = models.TextField(_("note"), blank=True, max_length=5000)
    chance = PercentField(_("win probability"), null=True, default=None, editable=False)
    chance_terms = models.JSONField(default=list, editable=False)  # as `services.winning` writes them
    entered_at = models.DateTimeField(_("in this stage since"), default=clock.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    lost_reason = models.ForeignKey(
        LostReason, models.PROTECT, null=True, related_name="+", verbose_name=_("reason for losing"), editable=False
    )

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        permissions = [("override_criteria", "Can move opportunities past exit criteria")]
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="crm_opportunity_number_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="crm_opportunity_amount",
                violation_error_message=_("The amount must not be negative"),
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at=None) | ~Q(status="open") & Q(closed_at__isnull=False),
                name="crm_opportunity_closed_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="crm_opportunity_latest"),
            models.Index(fields=["company", "owner", "-id"], name="crm_opportunity_mine"),
            models.Index(fields=["company", "stage", "-id"], name="crm_opportunity_by_stage"),
            models.Index(fields=["company", "expected_close", "id"], name="crm_opportunity_by_close"),
            models.Index(fields=["company", "forecast", "-id"], name="crm_opportunity_by_forecast"),
            models.Index(fields=["company", "next_step_on", "id"], name="crm_opportunity_by_next"),
            models.Index(fields=["company", "value", "id"], name="crm_opportunity_by_value"),
            models.Index(fields=["company", "entered_at", "id"], name="crm_opportunity_by_entry"),
            models.Index(fields=["company", "chance", "id"], name="crm_opportunity_by_chance"),
            models.Index(fields=["company", "status", "closed_at"], name="crm_opportunity_by_end"),
            models.Index(fields=["party", "-id"], name="crm_opportunity_by_party"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def days_in_stage(self) -> int:
        """Whole days since it came to its present stage; of a closed deal none."""
        return 0 if self.closed_at else (clock.now() - self.entered_at) // DAY

    @property
    def reasons(self) -> list[Reason]:
        """The five strongest reasons for its probability, and what all others come to together."""
        named = [Reason.of(term) for term in self.chance_terms[:SHOWN_REASONS]]
        others = [term["ratio"] for term in self.chance_terms[SHOWN_REASONS:]]
        return [*named, Reason(str(_("everything else")), "", math.prod(others))] if others else named

    @property
    def is_slow(self) -> bool:
        """Whether it has been in its stage for longer than it should."""
        target = self.stage.target_days
        return self.status == self.Status.OPEN and target is not None and self.days_in_stage > target


class OpportunityLine(CompanyRow):
    """What the deal is about: a product, with quantity and amount where they are known."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="lines", verbose_name=_("opportunity"))
    position = models.PositiveIntegerField(_("position"), default=0)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    quantity = QuantityField(_("quantity"), null=True, blank=True)
    amount = AmountField(_("amount"), null=True, blank=True)

    class Meta:
        verbose_name = _("opportunity line")
        verbose_name_plural = _("opportunity lines")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(quantity=None) | Q(quantity__gt=0)) & (Q(amount=None) | Q(amount__gte=0)),
                name="crm_opportunity_line_sane",
                violation_error_message=_("The quantity must be above zero"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id} {self.product_id}"


class StageVisit(CompanyRow):
    """阶段记录: a deal was in a stage, from when to when; who brought it there and why; each visit is a row."""

    OWNER = "opportunity__owner"
    TEAM = "opportunity__team"

    class Kind(models.TextChoices):
        START = "start", pgettext_lazy("stage", "Start")
        FORWARD = "forward", _("Forward")
        BACK = "back", pgettext_lazy("stage", "Back")

    class LeftFor(models.TextChoices):
        """Where a deal went from here: what a funnel counts, without looking at the next visit."""

        FORWARD = "forward", _("Forward")
        BACK = "back", pgettext_lazy("stage", "Back")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    opportunity = models.ForeignKey(
        Opportunity, models.CASCADE, related_name="visits", verbose_name=_("opportunity"), db_index=False
    )
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="visits", verbose_name=_("stage"), db_index=False)
    from_stage = models.ForeignKey(
        Stage, models.PROTECT, null=True, related_name="+", verbose_name=_("from"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.START)
    left_for = models.CharField(_("left for"), max_length=7, choices=LeftFor, blank=True, default="")
    entered_at = models.DateTimeField(_("entered"), default=clock.now)
    left_at = models.DateTimeField(_("left"), null=True)
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"), db_index=False
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    overridden = models.BooleanField(_("past exit criteria"), default=False)

    class Meta:
        verbose_name = _("stage visit")
        verbose_name_plural = _("stage visits")
        ordering = ["entered_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["opportunity"], condition=Q(left_at=None), name="crm_visit_one_present"),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")), name="crm_visit_forward_in_time"
            ),
        ]
        indexes = [
            models.Index(fields=["opportunity", "entered_at", "id"], name="crm_visit_of_deal"),
            models.Index(
                fields=["company", "entered_at", "stage"], name="crm_visit_funnel", include=["left_at", "left_for"]
            ),
            models.Index(fields=["stage"], name="crm_visit_by_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id} > {self.stage_id}"

    @property
    def duration(self) -> dt.timedelta:
        """How long it stayed, or has been there by now."""
        return (self.left_at or clock.now()) - self.entered_at
