"""What people are told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models import CompanyRow
from suite.core.said import SaidField


class Notification(CompanyRow):
    """通知: one thing told to one person, in the bell and by mail; the key keeps it from being told twice."""

    OWNER = "user"
    TEAM = None

    class Mail(models.TextChoices):
        NONE = "none", _("No mail")
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=40)
    title = SaidField(_("title"), max_length=200)
    body = SaidField(_("text"), blank=True)
    url = models.CharField(_("link"), max_length=300, blank=True)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    in_app = models.BooleanField(default=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    read_at = models.DateTimeField(_("read"), null=True)
    mail_state = models.CharField(_("mail"), max_length=8, choices=Mail, default=Mail.NONE)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_next_at = models.DateTimeField(null=True)
    mail_error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["company", "user", "-id"], name="desk_notification_mine"),
            models.Index(
                fields=["company", "user"], name="desk_notification_unread", condition=Q(read_at=None, in_app=True)
            ),
            models.Index(
                fields=["mail_next_at", "id"],
                name="desk_notification_mail",
                condition=Q(mail_state__in=["queued", "sending"]),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class NotificationPreference(CompanyRow):
    """How a person wants to be told about one kind of thing; without a row the kind's own default holds."""

    OWNER = "user"
    TEAM = None

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=40)
    in_app = models.BooleanField(_("in the bell"), default=True)
    mail = models.BooleanField(_("by mail"), default=False)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = [models.UniqueConstraint(fields=["company", "user", "kind"], name="desk_preference_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
