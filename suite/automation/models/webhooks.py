"""Webhooks: where other systems are told what happened, and what they answered."""

from __future__ import annotations

import secrets
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.core import clock, outgoing, robots
from suite.core.models import CompanyRow
from suite.core.said import SaidField
from suite.core.sealed import SealedField
from suite.desk import events


def new_secret() -> str:
    """256 random bits, marked as what they are."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def check_url(url: str) -> None:
    outgoing.check(url)


def check_events(names: object) -> None:
    """Only events that exist; raises ValidationError."""
    if not isinstance(names, list):
        raise ValidationError(_("Give a list of events"))
    for name in names:
        if not (isinstance(name, str) and events.is_known(name)):
            raise ValidationError(_("There is no event %(name)s"), params={"name": name})


class Webhook(CompanyRow):
    """推送地址: an address that is told of events; without events, of all of them.

    Both secrets sign while a new one is being brought over to the other side (`rotated_until`).
    """

    OWNER = "owner"
    TEAM = None

    class Kind(models.TextChoices):
        SYSTEM = "system", _("Another system")
        WECOM = "wecom", _("WeCom group robot")
        DINGTALK = "dingtalk", _("DingTalk group robot")
        FEISHU = "feishu", _("Feishu group robot")

    class Status(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("webhook", "Active")
        PAUSED = "paused", _("Paused")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SYSTEM)
    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=500, validators=[check_url])
    events = models.JSONField(
        _("events"), default=list, blank=True, validators=[check_events], help_text=_("None: all of them")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE, editable=False)
    secret = SealedField(_("secret"), default=new_secret, blank=True, editable=False)
    old_secret = SealedField(blank=True, editable=False)
    rotated_until = models.DateTimeField(_("old secret good until"), null=True, editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    paused_because = SaidField(_("paused because"), max_length=300, blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("owner"), editable=False
    )
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        indexes = [models.Index(fields=["company", "name", "id"], name="automation_webhook_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_robot(self) -> bool:
        """Whether a group hears it: its address holds the key, its secret is the platform's."""
        return self.kind != self.Kind.SYSTEM

    @property
    def shown_url(self) -> str:
        """The address as everybody may read it."""
        return robots.shown(self.url) if self.is_robot else self.url

    def hears(self, event: str) -> bool:
        """Whether this address is told of such an event."""
        return not self.events or event in self.events


class WebhookDelivery(CompanyRow):
    """推送记录: one event for one address, with what was sent and what came back the last time."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        GIVEN_UP = "given_up", _("Given up")

    webhook = models.ForeignKey(
        Webhook, models.CASCADE, related_name="deliveries", verbose_name=_("webhook"), db_index=False
    )
    event = models.CharField(_("event"), max_length=80)
    event_key = models.CharField(max_length=200, editable=False)
    key = models.UUIDField(_("delivery"), default=uuid4, unique=True, editable=False)
    body = models.TextField(_("body"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=clock.now)
    code = models.PositiveSmallIntegerField(_("answer code"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"), null=True)
    tried_at = models.DateTimeField(_("last try"), null=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        permissions = [("redeliver_webhookdelivery", "Can send webhook deliveries again")]
        constraints = [models.UniqueConstraint(fields=["webhook", "event_key"], name="automation_delivery_once")]
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="automation_delivery_due", condition=Q(status="waiting")),
            models.Index(fields=["webhook", "-id"], name="automation_delivery_by_hook"),
            models.Index(fields=["webhook", "tried_at"], name="automation_delivery_by_try"),
            models.Index(fields=["company", "-id"], name="automation_delivery_latest"),
            models.Index(fields=["company", "status", "-id"], name="automation_delivery_by_state"),
        ]

    def __str__(self) -> str:
        return f"{events.label_of(self.event)} {self.key}"

    @property
    def event_label(self) -> str:
        return events.label_of(self.event)
