"""Calendars that programs outside fetch by a secret address."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models import CompanyRow


class CalendarFeed(CompanyRow):
    """日历订阅: the secret address of one person's calendar, kept as SHA-256; a new one ends the one before."""

    OWNER = "user"
    TEAM = None

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    fetched_at = models.DateTimeField(_("last fetched"), null=True, editable=False)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="desk_calendar_feed_once")]
