"""What people are told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models import CompanyRow
from suite.core.robots import Platform
from suite.core.said import SaidField
from suite.core.sealed import SealedField


class Notification(CompanyRow):
    """通知: one thing told to one person, in the bell and by other ways; the key keeps it from being told twice."""

    OWNER = "user"
    TEAM = None

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

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["company", "user", "-id"], name="desk_notification_mine"),
            models.Index(
                fields=["user", "subject_kind", "subject_id", "id"],
                name="desk_notification_about",
                condition=Q(subject_id__isnull=False, in_app=True),
            ),
            models.Index(
                fields=["company", "user"], name="desk_notification_unread", condition=Q(read_at=None, in_app=True)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class NotificationSending(CompanyRow):
    """A notice on its way by mail or robot; the row is the queue. What is held (quiet hours, a digest) is due later."""

    class Channel(models.TextChoices):
        MAIL = "mail", _("Mail")
        ROBOT = "robot", _("Robot")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    notification = models.ForeignKey(
        Notification, models.CASCADE, related_name="sendings", verbose_name=_("notification")
    )
    channel = models.CharField(_("channel"), max_length=5, choices=Channel)
    is_digest = models.BooleanField(_("in the digest"), default=False)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=clock.now)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("notice on its way")
        verbose_name_plural = _("notices on their way")
        constraints = [models.UniqueConstraint(fields=["notification", "channel"], name="desk_sending_once")]
        indexes = [models.Index(fields=["next_try_at", "id"], name="desk_sending_due", condition=Q(state="queued"))]

    def __str__(self) -> str:
        return f"{self.notification_id} {self.channel}"


class NotificationSettings(CompanyRow):
    """When a person is told otherwise than in the bell, and by which robot; times are those of the person's clock."""

    OWNER = "user"
    TEAM = None

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    digest_at = models.TimeField(_("all in one message at"), null=True, blank=True)
    robot = models.CharField(_("robot"), max_length=10, choices=Platform, blank=True)
    robot_url = SealedField(_("address of the robot"), blank=True)
    robot_secret = SealedField(_("secret of the robot"), blank=True)

    class Meta:
        verbose_name = _("notification settings")
        verbose_name_plural = _("notification settings")
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="desk_notification_settings_once")]

    def __str__(self) -> str:
        return str(self.user_id)


class NotificationPreference(CompanyRow):
    """How a person wants to be told about one kind of thing; without a row the kind's own default holds."""

    OWNER = "user"
    TEAM = None

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=40)
    in_app = models.BooleanField(_("in the bell"), default=True)
    mail = models.BooleanField(_("by mail"), default=False)
    robot = models.BooleanField(_("by robot"), default=False)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = [models.UniqueConstraint(fields=["company", "user", "kind"], name="desk_preference_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
