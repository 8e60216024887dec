"""Users, companies and their roles."""

from __future__ import annotations

import datetime as dt
from functools import cache, cached_property
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from suite.core.access import Actor, Scope
from suite.core.models.documents import ScopedManager, ScopedQuerySet


@cache
def time_zones() -> frozenset[str]:
    """The zones the house can reckon in; finding them reads the whole disk folder of zones."""
    return frozenset(available_timezones())


def validate_time_zone(name: str) -> None:
    """Only zones the house can reckon in."""
    if name not in time_zones():
        raise ValidationError(_("There is no time zone %(name)s"), params={"name": name})


class Named(models.Model):
    """Anything with a name in both languages; the English one may be blank."""

    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.read("name")

    def read(self, field: str) -> str:
        """A field in the reader's language, where it has an English one (`address_en`) that is filled in."""
        english = getattr(self, f"{field}_en") if (get_language() or "").startswith("en") else ""
        return english or getattr(self, field)


class Country(models.TextChoices):
    """Countries whose public holidays come with the house."""

    CHINA = "CN", _("China")


class Company(Named):
    """公司: whose books these are. Every row but users, units, currencies and regions belongs to one."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY", validators=[RegexValidator(r"^[A-Z]{3}$")])
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Asia/Shanghai", validators=[validate_time_zone]
    )
    country = models.CharField(
        _("country"), max_length=2, choices=Country, default=Country.CHINA, db_default=Country.CHINA, blank=True,
        help_text=_("Its public holidays are days off; blank: those that you enter yourself"),
    )  # fmt: skip
    office_opens = models.TimeField(_("office opens"), default=dt.time(9), db_default=dt.time(9))
    office_closes = models.TimeField(_("office closes"), default=dt.time(18), db_default=dt.time(18))
    address = models.CharField(_("address"), max_length=300, blank=True)
    address_en = models.CharField(_("English address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    bank = models.CharField(_("bank and account"), max_length=200, blank=True)
    bank_en = models.CharField(_("bank and account in English"), max_length=200, blank=True)
    is_demo = models.BooleanField(_("demo data"), default=False)
    modules_off = ArrayField(
        models.CharField(max_length=40), verbose_name=_("modules switched off"), default=list, db_default=[],
        blank=True, editable=False,
    )  # fmt: skip
    # By the module that was switched off, what went along with it: it comes back along with it.
    modules_along = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    industry = models.CharField(_("industry template"), max_length=20, blank=True, db_default="", editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ScopedManager()
    COMPANY = "id"

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        permissions = [
            ("use_admin", "Can enter the admin pages"),
            ("define_ownfield", "Can define own fields and their place in forms"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(office_opens__lt=models.F("office_closes")),
                name="core_company_office_hours",
                violation_error_message=_("The office closes after it opens"),
            )
        ]


class PeopleManager(UserManager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra: Any
    ) -> User:
        return self.create_user(username, email, password, is_superuser=True, **extra)

    def create_user(self, username: str, email: str | None = None, password: str | None = None, **extra: Any) -> User:
        user = self.model(username=username, email=self.normalize_email(email or ""), **extra)
        user.set_password(password)
        user.save()
        return user


class User(AbstractUser):
    """用户: a person who signs in, or a service account; rights come from memberships, per company."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        COMPACT = "compact", _("Compact")
        ROOMY = "roomy", _("Roomy")

    COMPANY = "memberships__company"

    groups = None  # type: ignore[assignment]
    user_permissions = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(pgettext_lazy("person", "name"), max_length=100, blank=True)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans")
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_time_zone])
    theme = models.CharField(_("theme"), max_length=10, choices=Theme, default=Theme.SYSTEM)
    density = models.CharField(_("density"), max_length=10, choices=Density, default=Density.COMPACT)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    signed_out_at = models.DateTimeField(_("sign-ins ended"), null=True, blank=True, editable=False)
    companies = models.ManyToManyField(Company, through="Membership", related_name="users", verbose_name=_("companies"))

    objects = PeopleManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                "email",
                name="core_user_email_once",
                condition=~models.Q(email=""),
                violation_error_message=_("Another user has this mail address"),
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        english = (get_language() or "").startswith("en")
        return (self.name_en if english and self.name_en else self.name) or self.username

    def get_full_name(self) -> str:
        return self.label

    def get_short_name(self) -> str:
        return self.label

    @cached_property
    def actor(self) -> Actor | None:
        """The user in the company last chosen; requests set it, everything else gets the first membership."""
        membership = self.memberships.select_related("company").order_by("pk").first()
        return Actor(self, membership.company) if membership else None

    @property
    def is_staff(self) -> bool:
        """May enter the admin pages."""
        return self.is_superuser or bool(self.actor and self.actor.may("core.use_admin"))


class Team(Named):
    """团队: people who see each other's work, and who leads them."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="teams", verbose_name=_("company"))
    manager = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="led_teams", verbose_name=_("manager")
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="core_team_name_once")]


class Role(Named):
    """角色: a set of grants, seeded from `core/roles.py`, editable."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="roles", verbose_name=_("company"))
    code = models.SlugField(_("code"), max_length=40)
    second_step = models.BooleanField(
        _("second step required"), default=False, help_text=_("Signing in takes a code from an authenticator app")
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="core_role_code_once")]


class Grant(models.Model):
    """One permission of a role, and the rows it reaches."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="grants", verbose_name=_("role"))
    code = models.CharField(_("permission"), max_length=150)
    scope = models.CharField(_("scope"), max_length=8, choices=Scope, default=Scope.ALL)

    objects = ScopedManager()
    COMPANY = "role__company"

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [models.UniqueConstraint(fields=["role", "code"], name="core_grant_code_once")]

    def __str__(self) -> str:
        return f"{self.code} ({self.scope})"


class Membership(models.Model):
    """What a user is in one company."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    company = models.ForeignKey(Company, models.CASCADE, related_name="memberships", verbose_name=_("company"))
    roles = models.ManyToManyField(Role, related_name="memberships", blank=True, verbose_name=_("roles"))
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="memberships", verbose_name=_("team")
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["user", "company"], name="core_membership_once")]

    def __str__(self) -> str:
        return f"{self.user} @ {self.company}"
