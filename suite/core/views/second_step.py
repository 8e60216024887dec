"""Setting up the second step of signing in."""

from __future__ import annotations

from base64 import b64encode

import qrcode
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django_otp import login as otp_login
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from qrcode.image.svg import SvgPathImage

from suite.core.acts import acting
from suite.core.doors import SIGNED_IN, door
from suite.core.forms import CodeForm

BACKUP_CODES = 10


@door(SIGNED_IN)
@never_cache
def set_up(request: HttpRequest) -> HttpResponse:
    """Shows the secret as picture and text until a first code proves that the app has it; then the backup codes."""
    if TOTPDevice.objects.devices_for_user(request.user, confirmed=True).exists():
        return redirect("profile")
    device, _made = TOTPDevice.objects.get_or_create(user=request.user, confirmed=False, defaults={"name": "app"})
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if device.verify_token(form.cleaned_data["code"].replace(" ", "")):
            codes = _confirm(request, device)
            return render(request, "registration/backup_codes.html", {"codes": codes})
        form.add_error("code", _("This code does not belong to the secret shown here; check the clock of your phone"))
    picture = qrcode.make(device.config_url, image_factory=SvgPathImage, box_size=8).to_string()
    context = {
        "form": form,
        "picture": f"data:image/svg+xml;base64,{b64encode(picture).decode()}",
        "secret": device.config_url.partition("secret=")[2].partition("&")[0],
        "demanded": request.actor.grants.second_step,  # type: ignore[attr-defined]
    }
    return render(request, "registration/second_step_setup.html", context, status=400 if form.errors else 200)


set_up.before_second_step = True


def _confirm(request: HttpRequest, device: TOTPDevice) -> list[str]:
    """Put the device to use and make backup codes, which are shown this once."""
    with acting(request.actor) as act:  # type: ignore[attr-defined]
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        StaticDevice.objects.filter(user=request.user).delete()
        spare = StaticDevice.objects.create(user=request.user, name="backup")
        codes = [StaticToken.random_token() for _n in range(BACKUP_CODES)]
        StaticToken.objects.bulk_create([StaticToken(device=spare, token=code) for code in codes])
        act.audit(request.actor.user, "second_step_on")  # type: ignore[attr-defined]
    otp_login(request, device)
    return codes


@door(SIGNED_IN)
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Do without the second step, where no role demands it; the password is asked for."""
    if request.actor.grants.second_step:  # type: ignore[attr-defined]
        messages.error(request, _("Your role demands the second step"))
    elif not request.user.check_password(request.POST.get("password", "")):
        messages.error(request, _("This is not your present password"))
    else:
        with acting(request.actor) as act:  # type: ignore[attr-defined]
            TOTPDevice.objects.filter(user=request.user).delete()
            StaticDevice.objects.filter(user=request.user).delete()
            act.audit(request.actor.user, "second_step_off")  # type: ignore[attr-defined]
        messages.success(request, _("Signing in takes the password alone again"))
    return redirect("profile")
