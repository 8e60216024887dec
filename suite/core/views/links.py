"""Setting a password by a one-time link, and asking for one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from suite.core import invitations
from suite.core.access import Actor
from suite.core.doors import OPEN, door
from suite.core.forms import ForgottenForm, NewPasswordForm
from suite.core.middleware import memberships_of


@door(OPEN)
@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail; the answer is the same whoever asks."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        invitations.ask(form.cleaned_data["address"], request.build_absolute_uri("/"))
        messages.success(request, _("If somebody with this address works here, a link is on its way to them"))
        return redirect("signin")
    return render(request, "registration/forgotten.html", {"form": form}, status=400 if form.errors else 200)


@door(OPEN)
@never_cache
@sensitive_post_parameters()
def new_password(request: HttpRequest, key: str, token: str) -> HttpResponse:
    """Set a password by a one-time link."""
    user = invitations.holder_of(key, token)
    if user is None:
        messages.warning(request, _("This link was used already, or its time is over. Ask for another one"))
        return redirect("forgotten")
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        membership = memberships_of(user).select_related("company")[0]
        try:
            invitations.use(user=user, password=form.cleaned_data["new"], actor=Actor(user, membership.company))
        except ValidationError as error:
            form.add_error("new", error)
        else:
            messages.success(request, _("Sign in with the new password"))
            return redirect("signin")
    context = {"form": form, "name": user.username}
    return render(request, "registration/new_password.html", context, status=400 if form.errors else 200)
