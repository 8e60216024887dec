"""How people find their way: menu and dashboard as somebody arranged them, and the first steps they have taken."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core.models import CompanyRow, Role


class Layout(CompanyRow):
    """What a person arranged for themselves, or an administrator for everybody of a role who did not."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("user")
    )
    role = models.ForeignKey(Role, models.CASCADE, null=True, related_name="+", verbose_name=_("role"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.role or self.user)


def of_one(name: str) -> list[models.BaseConstraint]:
    """A layout is of one person or of one role, which have one each."""
    return [
        models.UniqueConstraint(fields=["company", "user"], name=f"{name}_once_a_user"),
        models.UniqueConstraint(fields=["company", "role"], name=f"{name}_once_a_role"),
        models.CheckConstraint(
            condition=Q(user=None, role__isnull=False) | Q(user__isnull=False, role=None), name=f"{name}_of_one"
        ),
    ]


class MenuLayout(Layout):
    """菜单布局: in which order a person, or everybody of a role, sees the pages of the menu, and without which."""

    order = models.JSONField(_("order"), default=list)
    hidden = models.JSONField(_("hidden"), default=list)

    class Meta:
        verbose_name = _("menu layout")
        verbose_name_plural = _("menu layouts")
        constraints = of_one("desk_menu")


class DashboardLayout(Layout):
    """仪表盘布局: which tiles a person, or everybody of a role, sees: `{"tile": name, "width": 1 to 3}` in order."""

    tiles = models.JSONField(_("tiles"), default=list)

    class Meta:
        verbose_name = _("dashboard layout")
        verbose_name_plural = _("dashboard layouts")
        constraints = of_one("desk_dashboard")


class FirstSteps(CompanyRow):
    """入门清单: which first steps somebody has taken, as their own acts show, and whether they put the list away."""

    OWNER = "user"
    TEAM = None

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    done = models.JSONField(_("done"), default=list)
    put_away = models.BooleanField(_("put away"), default=False)

    class Meta:
        verbose_name = _("first steps")
        verbose_name_plural = _("first steps")
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="desk_first_steps_once")]

    def __str__(self) -> str:
        return str(self.user)
