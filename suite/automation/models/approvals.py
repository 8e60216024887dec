"""Approvals: who must agree, who did, and why it was they who were asked."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models import CompanyRow, Role
from suite.core.money import AmountField
from suite.core.said import SaidField, again, listed
from suite.desk import documents, formats


class Together(models.TextChoices):
    """What it takes of those who are asked at the same time."""

    ALL = "all", _("All of them agree")
    ANY = "any", _("One of them is enough")


class Asked(CompanyRow):
    """Who is asked in a step, and how long the answer may take.

    Steps with the same position are asked at the same time. Of a role whoever holds it may answer.
    """

    position = models.PositiveSmallIntegerField(
        _("step"), default=1, help_text=_("Steps with the same number are asked at the same time")
    )
    role = models.ForeignKey(Role, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("role"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    hours = models.PositiveSmallIntegerField(
        _("hours for the answer"), null=True, blank=True,
        help_text=_("Then they are reminded, and after as many hours again somebody else is asked; blank: no limit"),
    )  # fmt: skip
    then_role = models.ForeignKey(
        Role, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("then asks"),
        help_text=_("Blank: the manager of whoever was asked"),
    )  # fmt: skip

    class Meta:
        abstract = True


class ApprovalRule(CompanyRow):
    """审批规则: who approves which documents of a kind, step by step.

    `conditions` are parameters of the filters of the kind's list, as they stand in its address.
    """

    kind = models.CharField(_("document"), max_length=60)
    from_amount = AmountField(
        _("for amounts above"),
        default=Decimal(0),
        help_text=_("The rule with the highest amount that is exceeded holds"),
    )
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    together = models.CharField(_("asked at the same time"), max_length=3, choices=Together, default=Together.ALL)

    class Meta:
        verbose_name = _("approval rule")
        verbose_name_plural = _("approval rules")
        ordering = ["kind", "from_amount", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "from_amount", "conditions"],
                name="automation_rule_once",
                violation_error_message=_("There is a rule for this document and amount already"),
            ),
            models.CheckConstraint(condition=Q(from_amount__gte=0), name="automation_rule_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return gettext("%(document)s above %(amount)s") % {
            "document": documents.label_of(self.kind), "amount": formats.money(self.from_amount),
        }  # fmt: skip


class ApprovalRuleStep(Asked):
    """One step of a rule: a role, a person, or the next in the line of managers above whoever asks."""

    class Who(models.TextChoices):
        ROLE = "role", _("A role")
        MANAGER = "manager", _("The requester's manager")
        PERSON = "person", _("A person")

    rule = models.ForeignKey(ApprovalRule, models.CASCADE, related_name="steps", verbose_name=_("approval rule"))
    who = models.CharField(_("who"), max_length=8, choices=Who, default=Who.ROLE)

    class Meta:
        verbose_name = _("approval step")
        verbose_name_plural = _("approval steps")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(who="role", role__isnull=False, user__isnull=True)
                | Q(who="person", role__isnull=True, user__isnull=False)
                | Q(who="manager", role__isnull=True, user__isnull=True),
                name="automation_rule_step_says_who",
                violation_error_message=_("Name the role or the person who is asked"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.label}"

    @property
    def label(self) -> str:
        """Who is asked, in the reader's language."""
        return str(self.role or self.user or self.get_who_display())


class Approval(CompanyRow):
    """审批: a document that waits for people's agreement, with the rule that chose them and its reason.

    `terms` are the fields of the document that were submitted; what is approved is that, and nothing else.
    """

    OWNER = "requested_by"
    TEAM = None

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting for approval")
        RETURNED = "returned", _("Waiting for an answer")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    OPEN = (Status.WAITING, Status.RETURNED)

    kind = models.CharField(_("document"), max_length=60)
    object_id = models.BigIntegerField()
    number = models.CharField(_("number"), max_length=40)
    amount = AmountField(_("amount"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING, editable=False)
    rule = models.ForeignKey(
        ApprovalRule, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("approval rule")
    )
    above = AmountField(_("above"), null=True, help_text=_("The limit of the rule when it was chosen"))
    because = SaidField(_("conditions"), max_length=500, blank=True)
    together = models.CharField(max_length=3, choices=Together, default=Together.ALL)
    terms = models.JSONField(default=dict)
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
                fields=["kind", "object_id"],
                condition=Q(status__in=["waiting", "returned"]),
                name="automation_approval_one_open",
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
    def due_steps(self) -> list[ApprovalStep]:
        """The steps that somebody must decide now."""
        return [step for step in self.steps.all() if step.status == ApprovalStep.Status.WAITING]

    @property
    def turn(self) -> str:
        """Whose turn it is, in the reader's language."""
        if self.status == self.Status.RETURNED:
            return str(self.requested_by or "")
        return listed(step.label for step in self.due_steps)

    @property
    def question(self) -> str:
        """What the requester is asked before anybody decides; blank when nothing is."""
        if self.status != self.Status.RETURNED:
            return ""
        return next((step.note for step in self.steps.all() if step.status == ApprovalStep.Status.ASKED), "")

    @property
    def reason(self) -> str:
        """Why these people were asked, in the reader's language."""
        steps = [step for step in self.steps.all() if step.from_rule]
        if not steps:
            return gettext("No rule asks for an approval")
        names = {"roles": listed(step.label for step in steps)}
        if len(steps) == 1:
            asked = pgettext("one approver", "%(roles)s decides") % names
        elif len({step.position for step in steps}) > 1:
            asked = gettext("%(roles)s decide in turn") % names
        elif self.together == Together.ANY:
            asked = gettext("one of %(roles)s decides") % names
        else:
            asked = gettext("%(roles)s decide together") % names
        if self.because:
            return gettext("%(conditions)s – %(asked)s") % {"conditions": again(self.because), "asked": asked}
        if not self.above:
            return gettext("%(amount)s is within the first limit: %(asked)s") % {
                "amount": formats.money(self.amount), "asked": asked,
            }  # fmt: skip
        return gettext("%(amount)s is above %(limit)s: %(asked)s") % {
            "amount": formats.money(self.amount), "limit": formats.money(self.above), "asked": asked,
        }  # fmt: skip


class ApprovalStep(Asked):
    """One step of an approval: whose turn it is or was, why theirs, what they said and when.

    Without role and person whoever may decide everything is asked. What is handed on stays, followed by a new step.
    """

    class Status(models.TextChoices):
        LATER = "later", _("Not yet")
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        ASKED = "asked", _("Sent back with a question")
        PASSED = "passed", _("Handed on")
        DROPPED = "dropped", _("Not needed any more")

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="steps", verbose_name=_("approval"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.LATER)
    because = SaidField(_("why they"), max_length=300, blank=True)
    from_rule = models.BooleanField(default=True)
    next_at = models.DateTimeField(_("next reminder"), null=True)
    reminded = models.BooleanField(_("reminded"), default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("on behalf of")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("step of an approval")
        verbose_name_plural = _("steps of an approval")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "rejected", "asked"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="automation_step_says_who",
            ),
        ]
        indexes = [
            models.Index(fields=["role"], name="automation_step_turn", condition=Q(status="waiting")),
            models.Index(fields=["user"], name="automation_step_theirs", condition=Q(status="waiting")),
            models.Index(
                fields=["next_at"], name="automation_step_late", condition=Q(status="waiting", next_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.approval_id}/{self.position} {self.label}"

    @property
    def label(self) -> str:
        """Who is asked, in the reader's language."""
        return str(self.user or self.role or gettext("Who decides everything"))


class Delegation(CompanyRow):
    """代理审批: for these days somebody decides in another's place, both days included."""

    OWNER = "user"
    TEAM = None

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("who is away"), editable=False
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("who decides meanwhile")
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(pgettext_lazy("of an absence", "reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="automation_delegation_days",
                violation_error_message=_("The last day is before the first"),
            ),
            models.CheckConstraint(
                condition=~Q(user=F("to")),
                name="automation_delegation_other",
                violation_error_message=_("Choose somebody else"),
            ),
        ]
        indexes = [
            models.Index(fields=["to", "last_day"], name="automation_delegation_to"),
            models.Index(fields=["user", "last_day"], name="automation_delegation_of"),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.to}"
