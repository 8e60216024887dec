"""Forms of sign-in and profile."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.core import clock, tokens
from suite.core.access import Actor
from suite.core.models import User
from suite.core.models.people import time_zones
from suite.core.said import listed


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("User name or mail address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=pgettext_lazy("sign-in", "Code"),
        max_length=16,
        help_text=_("Six digits from your authenticator app, or one of your backup codes"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}),
    )


class PasswordForm(forms.Form):
    """Asks for the password in use, and for the new one once: it can be shown while typing, and pasted."""

    old = forms.CharField(
        label=_("Present password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = " ".join(str(text) for text in password_validators_help_texts())

    def clean_old(self) -> str:
        if not self.user.check_password(self.cleaned_data["old"]):
            raise forms.ValidationError(_("This is not your present password"))
        return self.cleaned_data["old"]


class ForgottenForm(forms.Form):
    """Who wants a link to set a password."""

    address = forms.CharField(
        label=_("User name or mail address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )


class NewPasswordForm(forms.Form):
    """The new password, once: it can be shown while typing, and pasted."""

    new = forms.CharField(
        label=_("New password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = " ".join(str(text) for text in password_validators_help_texts())


class LongSelect(forms.Select):
    """A select of hundreds of choices: Django would render a template for each of them."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, SafeString(" selected") if str(key) in chosen else "", text) for key, text in self.choices),
        )
        all_attrs = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return format_html("<select{}>{}</select>", flatatt(all_attrs), options)


class ProfileForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, widget=LongSelect)

    class Meta:
        model = User
        fields = ("name", "name_en", "email", "phone", "language", "theme", "density", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(name for name in time_zones() if "/" in name or name == "UTC")
        self.fields["time_zone"].choices = [("", _("As the company")), *((name, name) for name in zones)]


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Which system will use it"))
    scopes = forms.CharField(
        label=_("Rights"),
        required=False,
        max_length=2000,
        help_text=_(
            "Permissions, one a line; * stands for anything, as in crm_sales.* or *.view_*. Blank: all of yours"
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expires_on = forms.DateField(label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        self.actor = actor
        super().__init__(*args, **kwargs)

    def clean_scopes(self) -> list[str]:
        scopes = self.cleaned_data["scopes"].split()
        if strange := tokens.misspelt(scopes):
            raise forms.ValidationError(_("No permission is called %(names)s"), params={"names": listed(strange)})
        return scopes

    def clean_expires_on(self) -> dt.date | None:
        day = self.cleaned_data["expires_on"]
        if day and day < clock.today(self.actor.company):
            raise forms.ValidationError(_("This day is over"))
        return day

    @property
    def expires_at(self) -> dt.datetime | None:
        """The end of the last day."""
        day = self.cleaned_data["expires_on"]
        return clock.day_starts(self.actor.company, day + dt.timedelta(days=1)) if day else None
