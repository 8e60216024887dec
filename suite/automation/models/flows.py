"""Flows: when something happens, or a day comes, and records fit, then this is done, step by step."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models import CompanyRow
from suite.core.said import SaidField
from suite.desk import documents


def blank() -> dict[str, Any]:
    """A graph of nothing but its beginning."""
    return {"nodes": [{"id": "start", "kind": "start", "params": {}}], "edges": []}


class Flow(CompanyRow):
    """自动化流程: a rule of the company. What is drawn is a draft; the version in force is what runs."""

    class Status(models.TextChoices):
        ON = "on", pgettext_lazy("flow", "On")
        OFF = "off", pgettext_lazy("flow", "Off")

    code = models.SlugField(_("code"), max_length=40, blank=True, editable=False)  # of those that come with the house
    name = SaidField(_("name"), max_length=100)
    kind = models.CharField(_("kind of record"), max_length=60)
    status = models.CharField(_("status"), max_length=3, choices=Status, default=Status.OFF, editable=False)
    draft = models.JSONField(default=blank, editable=False)
    current = models.ForeignKey(
        "automation.FlowVersion",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("version in force"),
        editable=False,
    )
    looked_until = models.DateTimeField(null=True, editable=False)  # dates that were reached by then were seen
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("looked after by"),
        editable=False,
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("flow")
        verbose_name_plural = _("flows")
        permissions = [("switch_flow", "Can rehearse flows and switch them on and off")]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], condition=~Q(code=""), name="automation_flow_code_once")
        ]
        indexes = [
            models.Index(fields=["company", "-updated_at", "-id"], name="automation_flow_by_change"),
            models.Index(fields=["company"], name="automation_flow_on", condition=Q(status="on")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        return self.status == self.Status.ON

    @property
    def kind_label(self) -> str:
        return capfirst(documents.label_of(self.kind))


class FlowVersion(CompanyRow):
    """流程版本: a graph as it was put in force; never changed."""

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="versions", verbose_name=_("flow"), db_index=False)
    number = models.PositiveIntegerField(_("version"))
    graph = models.JSONField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    made_at = models.DateTimeField(_("put in force"), default=clock.now)

    class Meta:
        verbose_name = _("version of a flow")
        verbose_name_plural = _("versions of a flow")
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="automation_flowversion_once")]

    def __str__(self) -> str:
        return gettext("Version %(number)s") % {"number": self.number}


class FlowRun(CompanyRow):
    """流程运行: one record on its way through a flow. The key lets it come once, or once for each cause."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("flow run", "Under way")
        DONE = "done", pgettext_lazy("flow run", "Done")
        FAILED = "failed", _("Failed")
        STOPPED = "stopped", _("Stopped")

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="runs", verbose_name=_("flow"), db_index=False)
    flow_version = models.ForeignKey(
        FlowVersion, models.CASCADE, related_name="+", verbose_name=_("version"), db_index=False
    )
    kind = models.CharField(_("kind of record"), max_length=60)
    object_id = models.BigIntegerField()
    key = models.CharField(max_length=250)
    cause = models.CharField(_("started by"), max_length=100, blank=True)
    origin = models.JSONField(default=list)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    node = models.CharField(max_length=20)
    arrived_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(_("goes on"), default=clock.now)
    listens = models.BooleanField(default=False)  # what happens may wake it before
    error = SaidField(_("error"), max_length=500, blank=True)
    started_at = models.DateTimeField(_("started"), default=clock.now)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("run of a flow")
        verbose_name_plural = _("runs of flows")
        permissions = [("retry_flowrun", "Can try failed runs again")]
        constraints = [models.UniqueConstraint(fields=["flow", "key"], name="automation_run_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="automation_run_due", condition=Q(status="open")),
            models.Index(fields=["flow_version", "node"], name="automation_run_at", condition=Q(status="open")),
            models.Index(
                fields=["kind", "object_id"], name="automation_run_hears", condition=Q(status="open", listens=True)
            ),
            models.Index(fields=["company", "-id"], name="automation_run_latest"),
            models.Index(fields=["company", "status", "-id"], name="automation_run_by_state"),
            models.Index(fields=["flow", "-id"], name="automation_run_of_flow"),
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.object_id}"


class FlowMail(CompanyRow):
    """流程邮件: what a flow writes to somebody outside; written with the step, sent after it: the row is the queue."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    run = models.ForeignKey(FlowRun, models.CASCADE, related_name="mails", verbose_name=_("run"), db_index=False)
    node = models.CharField(max_length=20)
    to = models.EmailField(_("to"))
    reply_to = models.EmailField(_("answers to"), blank=True)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=clock.now)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)

    class Meta:
        verbose_name = _("mail of a flow")
        verbose_name_plural = _("mails of flows")
        constraints = [models.UniqueConstraint(fields=["run", "node"], name="automation_flowmail_once")]
        indexes = [models.Index(fields=["next_try_at", "id"], name="automation_mail_due", condition=Q(state="queued"))]

    def __str__(self) -> str:
        return f"{self.subject} > {self.to}"

    @property
    def colour(self) -> str:
        """Of its badge."""
        return {"sent": "success", "failed": "danger"}.get(self.state, "info")


class FlowStep(CompanyRow):
    """运行步骤: what a run did at one node, with what it was given and why it came out so."""

    class Outcome(models.TextChoices):
        STARTED = "started", pgettext_lazy("flow step", "Started")
        DONE = "done", pgettext_lazy("flow step", "Done")
        NOTHING = "nothing", pgettext_lazy("flow step", "Nothing to do")
        YES = "yes", _("Yes")
        NO = "no", _("No")
        WAITS = "waits", pgettext_lazy("flow step", "Waits")
        FAILED = "failed", _("Failed")

    run = models.ForeignKey(FlowRun, models.CASCADE, related_name="steps", verbose_name=_("run"))
    node = models.CharField(max_length=20)
    title = SaidField(_("step"), max_length=300)
    input = models.JSONField(_("input"), default=dict)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    reason = SaidField(_("why"), max_length=500, blank=True)
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("step of a run")
        verbose_name_plural = _("steps of a run")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.title}: {self.get_outcome_display()}"

    @property
    def colour(self) -> str:
        """Of its badge."""
        return {"done": "success", "yes": "success", "failed": "danger", "waits": "info"}.get(self.outcome, "secondary")
