"""Lists as people keep them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core.models import CompanyRow


class SavedView(CompanyRow):
    """保存的视图: a named list with its filters, columns and order, for oneself, the team or everybody."""

    OWNER = "owner"
    TEAM = "team"

    class Audience(models.TextChoices):
        MINE = "mine", _("Only me")
        TEAM = "team", _("My team")
        ALL = "all", _("Everybody")

    list_key = models.CharField(_("list"), max_length=100)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("owner"), editable=False
    )
    team = models.ForeignKey(
        "core.Team", models.SET_NULL, null=True, related_name="+", verbose_name=_("team"), editable=False
    )
    audience = models.CharField(_("for whom"), max_length=8, choices=Audience, default=Audience.MINE)
    params = models.JSONField(_("filters"), default=dict)
    is_default = models.BooleanField(_("open this first"), default=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        permissions = [("share_savedview", "Can share views with a team or everybody")]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "list_key", "owner", "name"],
                name="desk_view_name_once",
                violation_error_message=_("You have a view with this name already"),
            ),
            models.UniqueConstraint(
                fields=["company", "list_key", "owner"], name="desk_view_one_default", condition=Q(is_default=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name
