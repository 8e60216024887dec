"""Lists as people keep them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core.models import CompanyRow


class SavedView(CompanyRow):
    """保存的视图: a named list with all that its address says, for oneself, the team or everybody.

    `params` are the parameters of the address: filters, search, order, columns and widths, and whether it is shown as
    a table, a board, a calendar or a pivot. List, board, calendar, pivot, export, tile and API read the same ones.
    `roles` are the codes of the roles for which it opens first.
    """

    OWNER = "owner"
    TEAM = "team"

    class Audience(models.TextChoices):
        MINE = "mine", _("Only me")
        TEAM = "team", _("My team")
        ALL = "all", _("Everybody")

    class Kind(models.TextChoices):
        TABLE = "table", _("Table")
        BOARD = "board", _("Board")
        CALENDAR = "calendar", _("Calendar")
        PIVOT = "pivot", _("Pivot")

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
    roles = ArrayField(models.CharField(max_length=40), verbose_name=_("opens first for"), default=list, blank=True)

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
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> str:
        """How it is shown."""
        shown = self.params.get("show", "")
        return shown if shown in self.Kind.values else self.Kind.TABLE


class ViewUse(CompanyRow):
    """What somebody does with a view, their own or a shared one: keeps it in the menu, opens it first."""

    OWNER = "user"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="uses", verbose_name=_("saved view"))
    list_key = models.CharField(_("list"), max_length=100)
    is_pinned = models.BooleanField(_("in the menu"), default=False)
    is_default = models.BooleanField(_("open this first"), default=False)

    class Meta:
        verbose_name = _("use of a view")
        verbose_name_plural = _("uses of views")
        constraints = [
            models.UniqueConstraint(fields=["user", "view"], name="desk_view_use_once"),
            models.UniqueConstraint(
                fields=["company", "user", "list_key"], name="desk_view_one_first", condition=Q(is_default=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.view}"
