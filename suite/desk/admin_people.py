"""Users, roles, teams, companies, tokens: who works here, and what they may."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from suite.core import access, people, staff, tokens
from suite.core.access import Actor
from suite.core.models import ApiToken, Company, Grant, Membership, Role, Team, User
from suite.desk.admin_base import SuiteModelAdmin, actor_of
from suite.desk.lists import Act


class UserForm(forms.ModelForm):
    """A member of the company; a password is given once, here, and later by the act."""

    actor: Actor

    roles = forms.ModelMultipleChoiceField(
        Role.objects.none(), label=_("Roles"), widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), required=False, widget=UnfoldAdminSelectWidget)
    password = forms.CharField(label=_("Password"), max_length=1000, strip=False, widget=UnfoldAdminPasswordWidget)

    class Meta:
        model = User
        fields = ("username", "name", "name_en", "email", "phone", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].queryset = Role.objects.visible_to(self.actor).order_by("pk")  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.visible_to(self.actor)  # type: ignore[attr-defined]
        if self.instance.pk:
            del self.fields["password"]
            membership = Membership.objects.visible_to(self.actor).get(user=self.instance)
            self.initial |= {"roles": membership.roles.all(), "team": membership.team_id}  # type: ignore[operator]


class PasswordActForm(forms.Form):
    password = forms.CharField(label=_("New password"), max_length=1000, strip=False, widget=forms.PasswordInput)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


def _users(actor: Actor, pks: list[int]) -> list[User]:
    return list(User.objects.visible_to(actor).filter(pk__in=pks))


def switch_off(*, actor: Actor, pks: list[int], reason: str = "") -> None:
    staff.set_active(users=_users(actor, pks), active=False, actor=actor, reason=reason)


def switch_on(*, actor: Actor, pks: list[int]) -> None:
    staff.set_active(users=_users(actor, pks), active=True, actor=actor)


def end_sign_ins(*, actor: Actor, pks: list[int]) -> None:
    people.sign_out_everywhere(users=_users(actor, pks), actor=actor)


def reset_password(*, actor: Actor, pks: list[int], password: str) -> None:
    for user in _users(actor, pks):
        staff.reset_password(user=user, password=password, actor=actor)


@admin.register(User)
class UserAdmin(SuiteModelAdmin):
    form = UserForm
    list_display = ("username", "name", "name_en", "email", "phone", "last_login", "is_active")
    list_filter = ("is_active", "language")
    search_fields = ("username", "name", "name_en", "email", "phone")
    ordering = ("username",)
    fields = ("username", "password", "name", "name_en", "email", "phone", "language", "roles", "team")
    acts = (
        Act("password", _("New password"), "core.change_user", reset_password, icon="key", form=PasswordActForm),
        Act("sign-out", _("End all sign-ins"), "core.change_user", end_sign_ins, icon="logout",
            confirm=_("All sign-ins and tokens end at once.")),
        Act("off", _("Switch off"), "core.change_user", switch_off, icon="user-off", form=ReasonForm, danger=True,
            when=lambda user: user.is_active),
        Act("on", _("Switch on"), "core.change_user", switch_on, icon="user-check",
            when=lambda user: not user.is_active),
    )  # fmt: skip

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Colleagues are seen by all, but administered by few."""
        return self._may(request, "change")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type("UserForm", (form,), {"actor": actor_of(request)})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in self.fields if name != "password" or obj is None]

    def add(self, actor: Actor, values: dict[str, Any], lines: Any) -> User:
        return staff.add_user(actor=actor, **values)

    def change(self, actor: Actor, row: User, values: dict[str, Any], lines: Any) -> None:
        staff.change_user(user=User.objects.get(pk=row.pk), actor=actor, **values)


@admin.register(Role)
class RoleAdmin(SuiteModelAdmin):
    list_display = ("name", "name_en", "code", "second_step", "rights")
    fields = ("name", "name_en", "code", "second_step", "rights")
    ordering = ("pk",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "rights") if obj else ("rights",)

    @admin.display(description=_("rights"))
    def rights(self, role: Role) -> str:
        if not role.pk:
            return ""
        count = Grant.objects.filter(role=role).exclude(scope=access.Scope.NONE).count()
        return format_html('<a href="{}">{}</a>', reverse("desk:rights", args=[role.pk]), count)

    def after_save(self, row: Role) -> None:
        access.changed(row.company_id)


@admin.register(Team)
class TeamAdmin(SuiteModelAdmin):
    list_display = ("name", "name_en", "manager")
    fields = ("name", "name_en", "manager")
    search_fields = ("name", "name_en")
    ordering = ("name",)

    def after_save(self, row: Team) -> None:
        access.changed(row.company_id)


@admin.register(Company)
class CompanyAdmin(SuiteModelAdmin):
    """The company one works in; others are founded from the command line."""

    list_display = ("code", "name", "name_en", "currency", "time_zone")
    fields = (
        "code", "name", "name_en", "credit_code", "currency", "time_zone", "address", "phone", "bank", "is_demo",
    )  # fmt: skip
    readonly_fields = ("code", "currency", "is_demo")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def after_save(self, row: Company) -> None:
        access.changed(row.pk)


def revoke(*, actor: Actor, pks: list[int], reason: str = "") -> None:
    for token in ApiToken.objects.visible_to(actor, "core.delete_apitoken").filter(pk__in=pks):
        tokens.revoke(token=token, actor=actor, reason=reason)


@admin.register(ApiToken)
class TokenAdmin(SuiteModelAdmin):
    """Tokens are made on the profile page, where they are shown once."""

    list_display = ("name", "user", "prefix", "scopes", "last_used_at", "expires_at", "revoked_at")
    fields = readonly_fields = (*list_display, "created_at")
    search_fields = ("name", "user__username", "prefix")
    ordering = ("-id",)
    acts = (
        Act("revoke", _("Revoke"), "core.delete_apitoken", revoke, icon="ban", form=ReasonForm, danger=True,
            when=lambda token: token.revoked_at is None),
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
