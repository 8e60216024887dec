"""Users, roles, teams, companies, tokens: who works here, and what they may."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import password_validation
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from suite.core import access, companies, invitations, people, staff, tokens
from suite.core.access import Actor
from suite.core.models import ApiToken, Company, Grant, Membership, Role, Team, User
from suite.desk.admin_base import SuiteModelAdmin, actor_of
from suite.desk.lists import Act
from suite.desk.records import Acts, PageAct


class UserForm(forms.ModelForm):
    """A member of the company; a password is given once, here, and later by the act."""

    actor: Actor

    roles = forms.ModelMultipleChoiceField(
        Role.objects.none(), label=_("Roles"), widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), required=False, widget=UnfoldAdminSelectWidget)
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        required=False,
        widget=UnfoldAdminPasswordWidget,
        help_text=_("Blank: the person sets it by a one-time link, which you get next and they by mail"),
    )

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

    def _post_clean(self) -> None:
        """All that is wrong at once; a browser gets no password back, so it must be typed again."""
        super()._post_clean()  # type: ignore[misc]
        password = self.cleaned_data.get("password")
        if not password:
            return
        try:
            password_validation.validate_password(password, self.instance)
        except ValidationError as error:
            self.add_error("password", error)
        if self.errors and "password" not in self.errors:
            self.add_error("password", _("Type the password again"))


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

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        response = super().response_add(request, obj, post_url_continue)
        if not obj.has_usable_password():
            self._invite(request, obj)
            return redirect("admin:core_user_change", obj.pk)
        return response

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.invite_view)
        return [path("<int:pk>/invite/", view, name="core_user_invite"), *super().get_urls()]

    def buttons(self, request: HttpRequest, row: User) -> Acts:
        link = PageAct(_("One-time link"), reverse("admin:core_user_invite", args=[row.pk]), "link")
        return Acts([*super().buttons(request, row), *([link] if row.is_active else [])])

    def invite_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a one-time link and show it, once."""
        if request.method == "POST":
            if not self.has_change_permission(request):
                raise PermissionDenied
            self._invite(request, get_object_or_404(self.get_queryset(request), pk=pk))
        return redirect("admin:core_user_change", pk)

    def _invite(self, request: HttpRequest, user: User) -> None:
        path = staff.invite(user=user, actor=actor_of(request))
        link = request.build_absolute_uri(path)
        text = _("Give this link to %(name)s; it works once and holds for %(days)s days: %(link)s")
        messages.info(request, text % {"name": user, "days": invitations.DAYS, "link": link})
        if user.email:
            invitations.ask(user.email, request.build_absolute_uri("/"))

    def change(self, actor: Actor, row: User, values: dict[str, Any], lines: Any) -> None:
        staff.change_user(user=User.objects.get(pk=row.pk), actor=actor, **values)


@admin.register(Role)
class RoleAdmin(SuiteModelAdmin):
    list_display = ("name", "name_en", "code", "second_step", "rights", "menu")
    fields = ("name", "name_en", "code", "second_step", "rights", "menu")
    ordering = ("pk",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "rights", "menu") if obj else ("rights", "menu")

    @admin.display(description=_("rights"))
    def rights(self, role: Role) -> str:
        if not role.pk:
            return ""
        count = Grant.objects.filter(role=role).exclude(scope=access.Scope.NONE).count()
        return format_html('<a href="{}">{}</a>', reverse("desk:rights", args=[role.pk]), count)

    @admin.display(description=_("menu"))
    def menu(self, role: Role) -> str:
        if not role.pk:
            return ""
        return format_html('<a href="{}">{}</a>', reverse("desk:role_menu", args=[role.pk]), _("Arrange"))

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
        "code", "name", "name_en", "credit_code", "currency", "country", "time_zone", "office_opens",
        "office_closes", "address", "address_en", "phone", "bank", "bank_en", "is_demo",
    )  # fmt: skip
    readonly_fields = ("code", "currency", "is_demo")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change(self, actor: Actor, row: Company, values: dict[str, Any], lines: Any) -> Company:
        return companies.change(values=values, actor=actor)


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
