"""In and out: name and password, and a code where the user or the role wants one."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp import login as otp_login
from django_otp import match_token, user_has_device

from suite.core import demo, people
from suite.core.auth import name_of
from suite.core.doors import OPEN, door
from suite.core.forms import CodeForm, SignInForm
from suite.core.middleware import memberships_of
from suite.core.models import User

BACKEND = "suite.core.auth.CompanyBackend"
PENDING = "second_step"  # in the session: who has given the password and owes the code
PATIENCE = 600  # seconds between password and code


@door(OPEN)
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name or mail address, and password."""
    if request.actor:  # type: ignore[attr-defined]
        return redirect(onward(request))
    if not settings.PRODUCTION and request.method == "GET" and not people.anybody():
        return redirect("onboarding:first")  # nobody could sign in yet
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        # Wrong passwords are counted by name: the spellings of a mail address must not each have tries of their own.
        given = form.cleaned_data
        user = authenticate(request, username=name_of(given["username"]), password=given["password"])
        if user is None:
            form.add_error(None, _("Name and password do not belong together"))
        elif not memberships_of(user).exists():
            form.add_error(None, _("You do not belong to a company yet; ask your administrator"))
        elif user_has_device(user):
            request.session[PENDING] = {"user": user.pk, "at": time.time(), "next": onward(request)}
            return redirect("second-step")
        else:
            login(request, user, BACKEND)
            return redirect(onward(request))
    return _page(request, form, status=400 if form.errors else 200)


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """What is shown after too many wrong passwords for one name from one address."""
    form = SignInForm(request.POST)
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    sentence = _(
        "Too many attempts with this name from here. Wait %(minutes)s minutes, or ask your administrator for help."
    )
    form.add_error(None, sentence % {"minutes": minutes})
    return _page(request, form, status=429)


def _page(request: HttpRequest, form: SignInForm, *, status: int) -> HttpResponse:
    context = {"form": form, "samples": demo.sign_ins(), "sample_password": demo.PASSWORD, "next": onward(request, "")}
    return render(request, "registration/signin.html", context, status=status)


@door(OPEN)
@never_cache
def second_step(request: HttpRequest) -> HttpResponse:
    """The code of an authenticator app, or a backup code; each works once."""
    pending = request.session.get(PENDING)
    user = pending and User.objects.filter(pk=pending["user"], is_active=True).first()
    if not user or time.time() - pending["at"] > PATIENCE:
        return redirect("signin")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = match_token(user, form.cleaned_data["code"].replace(" ", ""))
        if device is not None:
            login(request, user, BACKEND)
            otp_login(request, device)
            return redirect(pending["next"])
        form.add_error("code", _("This code is not valid, was used before, or came too soon after a wrong one"))
    return render(request, "registration/second_step.html", {"form": form}, status=400 if form.errors else 200)


@door(OPEN)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("signin")


def onward(request: HttpRequest, default: str | None = None) -> str:
    """Where to go after signing in: a page of ours, or home."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL) if default is None else default
