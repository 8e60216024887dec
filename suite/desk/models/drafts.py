"""What somebody typed and has not saved yet."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models import CompanyRow


class Draft(CompanyRow):
    """草稿: the fields of a form as they stood two seconds after the last key, for its writer alone."""

    OWNER = "user"
    TEAM = None

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    address = models.CharField(_("address"), max_length=300)
    values = models.JSONField(default=list)
    at = models.DateTimeField(_("kept"), default=clock.now)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["user", "company", "address"], name="desk_draft_once")]

    def __str__(self) -> str:
        return self.address
