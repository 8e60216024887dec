"""How people find their way: the menu as somebody arranged it, and the first steps they have taken."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core.models import CompanyRow, Role


class MenuLayout(CompanyRow):
    """菜单布局: in which order a person, or everybody of a role, sees the pages of the menu, and without which."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("user")
    )
    role = models.ForeignKey(Role, models.CASCADE, null=True, related_name="+", verbose_name=_("role"))
    order = models.JSONField(_("order"), default=list)
    hidden = models.JSONField(_("hidden"), default=list)

    class Meta:
        verbose_name = _("menu layout")
        verbose_name_plural = _("menu layouts")
        constraints = [
            models.UniqueConstraint(fields=["company", "user"], name="desk_menu_once_a_user"),
            models.UniqueConstraint(fields=["company", "role"], name="desk_menu_once_a_role"),
            models.CheckConstraint(
                condition=Q(user=None, role__isnull=False) | Q(user__isnull=False, role=None), name="desk_menu_of_one"
            ),
        ]

    def __str__(self) -> str:
        return str(self.role or self.user)


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
