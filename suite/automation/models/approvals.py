"""Approvals: who must agree, who did, and why it was they who were asked."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models import CompanyRow, Role
from suite.core.money import AmountField
from suite.core.said import listed
from suite.desk import documents, formats


class ApprovalRule(CompanyRow):
    """审批规则: who approves a kind of document above an amount, step by step."""

    kind = models.CharField(_("document"), max_length=60)
    from_amount = AmountField(
        _("for amounts above"),
        default=Decimal(0),
        help_text=_("The rule with the highest amount that is exceeded holds"),
    )

    class Meta:
        verbose_name = _("approval rule")
        verbose_name_plural = _("approval rules")
        ordering = ["kind", "from_amount"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "from_amount"],
                name="automation_rule_once",
                violation_error_message=_("There is a rule for this document and amount already"),
            ),
            models.CheckConstraint(condition=Q(from_amount__gte=0), name="automation_rule_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return gettext("%(document)s above %(amount)s") % {
            "document": documents.label_of(self.kind), "amount": formats.money(self.from_amount),
        }  # fmt: skip


class ApprovalRuleStep(CompanyRow):
    """One step of a rule: a role of which somebody must agree before the next step is asked."""

    rule = models.ForeignKey(ApprovalRule, models.CASCADE, related_name="steps", verbose_name=_("approval rule"))
    position = models.PositiveSmallIntegerField(_("step"), default=1)
    role = models.ForeignKey(Role, models.PROTECT, related_name="+", verbose_name=_("role"))

    class Meta:
        verbose_name = _("approval step")
        verbose_name_plural = _("approval steps")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["rule", "position"], name="automation_rule_step_once")]

    def __str__(self) -> str:
        return f"{self.position} {self.role}"


class Approval(CompanyRow):
    """审批: a document that waits for people's agreement, with the rule that chose them and its reason."""

    OWNER = "requested_by"
    TEAM = None

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    kind = models.CharField(_("document"), max_length=60)
    object_id = models.BigIntegerField()
    number = models.CharField(_("number"), max_length=40)
    amount = AmountField(_("amount"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING, editable=False)
    rule = models.ForeignKey(
        ApprovalRule, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("approval rule")
    )
    above = AmountField(_("above"), null=True, help_text=_("The limit of the rule when it was chosen"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested"), default=clock.now)
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        permissions = [("decide_approval", "Can decide approvals")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id"], condition=Q(status="waiting"), name="automation_approval_one_waiting"
            )
        ]
        indexes = [
            models.Index(fields=["company", "status", "-id"], name="automation_approval_by_status"),
            models.Index(fields=["company", "-id"], name="automation_approval_latest"),
            models.Index(fields=["kind", "object_id"], name="automation_approval_by_paper"),
        ]

    def __str__(self) -> str:
        return f"{documents.label_of(self.kind)} {self.number}"

    @property
    def kind_label(self) -> str:
        return documents.label_of(self.kind)

    @property
    def document_url(self) -> str:
        return documents.url_of(self.kind, self.object_id)

    @property
    def due_step(self) -> ApprovalStep | None:
        """The step that somebody must decide now."""
        return next((step for step in self.steps.all() if step.status == ApprovalStep.Status.WAITING), None)

    @property
    def reason(self) -> str:
        """Why these people were asked, in the reader's language."""
        steps = [step.role.label for step in self.steps.all()]
        if not steps:
            return gettext("No rule asks for an approval")
        asked = ngettext("%(roles)s decides", "%(roles)s decide in turn", len(steps)) % {"roles": listed(steps)}
        if not self.above:
            return gettext("%(amount)s is within the first limit: %(asked)s") % {
                "amount": formats.money(self.amount), "asked": asked,
            }  # fmt: skip
        return gettext("%(amount)s is above %(limit)s: %(asked)s") % {
            "amount": formats.money(self.amount), "limit": formats.money(self.above), "asked": asked,
        }  # fmt: skip


class ApprovalStep(CompanyRow):
    """One step of an approval: whose turn it is or was, what they said and when."""

    class Status(models.TextChoices):
        LATER = "later", _("Not yet")
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        DROPPED = "dropped", _("Not needed any more")

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="steps", verbose_name=_("approval"))
    position = models.PositiveSmallIntegerField(_("step"))
    role = models.ForeignKey(Role, models.PROTECT, related_name="+", verbose_name=_("role"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.LATER)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("step of an approval")
        verbose_name_plural = _("steps of an approval")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["approval", "position"], name="automation_step_once"),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "rejected"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="automation_step_says_who",
            ),
        ]
        indexes = [models.Index(fields=["role"], name="automation_step_turn", condition=Q(status="waiting"))]

    def __str__(self) -> str:
        return f"{self.approval_id}/{self.position} {self.role_id}"
