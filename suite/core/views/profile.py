"""My profile: how I am addressed, how it looks, my password, my tokens."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp.plugins.otp_totp.models import TOTPDevice

from suite.core import people, sessions, tokens
from suite.core.doors import SIGNED_IN, door
from suite.core.forms import PasswordForm, ProfileForm, TokenForm
from suite.core.models import ApiToken


@door(SIGNED_IN)
def profile(request: HttpRequest) -> HttpResponse:
    """Name, addresses, language, looks, time zone; and the state of password, second step and tokens."""
    actor = request.actor  # type: ignore[attr-defined]
    form = ProfileForm(request.POST or None, instance=actor.user)
    if request.method == "POST" and form.is_valid():
        actor.user.refresh_from_db()  # validation has filled in the new values already
        people.change_profile(user=actor.user, values=form.cleaned_data, actor=actor)
        messages.success(request, _("Saved"))
        response = redirect("profile")
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, actor.user.language, samesite="Lax")
        return response
    context = {
        "form": form,
        "has_second_step": TOTPDevice.objects.devices_for_user(actor.user, confirmed=True).exists(),
        "tokens": ApiToken.objects.visible_to(actor).filter(user=actor.user, revoked_at=None).order_by("-id"),
    }
    return render(request, "registration/profile.html", context, status=400 if form.errors else 200)


@door(SIGNED_IN)
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """A new password ends the sign-ins elsewhere, not this one."""
    actor = request.actor  # type: ignore[attr-defined]
    form = PasswordForm(request.POST or None, user=actor.user)
    if request.method == "POST" and form.is_valid():
        try:
            people.set_password(user=actor.user, password=form.cleaned_data["new"], actor=actor)
        except ValidationError as error:
            form.add_error("new", error)
        else:
            update_session_auth_hash(request, actor.user)
            sessions.begin(request)
            messages.success(request, _("The new password counts from now on"))
            return redirect("profile")
    return render(request, "registration/password.html", {"form": form}, status=400 if form.errors else 200)


@door("core.add_apitoken")
@never_cache
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token for another system; its text is shown once."""
    actor = request.actor  # type: ignore[attr-defined]
    form = TokenForm(request.POST or None, actor=actor)
    text = ""
    if request.method == "POST" and form.is_valid():
        text = tokens.create(
            user=actor.user,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at,
            actor=actor,
        )
    context = {"form": form, "token": text}
    return render(request, "registration/token.html", context, status=400 if form.errors else 200)


@door("core.delete_apitoken")
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    rows = ApiToken.objects.visible_to(actor, "core.delete_apitoken")
    tokens.revoke(token=get_object_or_404(rows, pk=pk), actor=actor)
    messages.success(request, _("The token is no longer valid"))
    return redirect("profile")
