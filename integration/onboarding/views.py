"""The wizard of the first run: one page per step, each can be left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from erp.finance.models import FinancePolicy
from erp.finance.services import settings as finance
from integration.demo import jobs as demo
from integration.onboarding import services
from integration.onboarding.forms import CompanyForm, FirstForm, LanguageForm, PeopleForm, company_values
from integration.onboarding.industries import INDUSTRIES, industry
from integration.onboarding.steps import STEPS, Step, after, step
from suite.core import companies, invitations, people
from suite.core.access import Actor
from suite.core.acts import acting
from suite.core.doors import OPEN, door
from suite.core.errors import BusinessError
from suite.core.views.signin import BACKEND
from suite.desk import imports, refusals
from suite.desk.pages import render_page
from suite.desk.services import first_steps

MAY = "core.change_company"


@door(OPEN)
@sensitive_post_parameters("password")
def first(request: HttpRequest) -> HttpResponse:
    """Found the first company of a server on which nobody is yet; in production that is done on the command line."""
    if settings.PRODUCTION or people.anybody():
        raise Http404
    form = FirstForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.found_first(**form.cleaned_data, language=translation.get_language())
        except ValidationError as error:
            refusals.place(error, form)
        else:
            login(request, user, BACKEND)
            return redirect("onboarding:start")
    return render(request, "integration/onboarding/first.html", {"form": form}, status=400 if form.errors else 200)


@require_GET
@door(MAY)
def start(request: HttpRequest) -> HttpResponse:
    """To the first step that is open, else to the setup centre."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    is_open = next((each for each in STEPS if not each.is_done(actor)), None)
    return redirect("onboarding:step", is_open.code) if is_open else redirect("desk:setup")


@door(MAY)
def step_page(request: HttpRequest, code: str) -> HttpResponse:
    """A step: shows what is there, takes what is typed."""
    this = step(code)
    if this is None:
        raise Http404
    return _VIEWS[code](request, this)


def _page(request: HttpRequest, this: Step, context: dict[str, Any], status: int = 200) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    codes = [each.code for each in STEPS]
    way = [(each, each.is_done(actor)) for each in STEPS]
    following = after(this.code)
    onward = reverse("onboarding:step", args=[following.code]) if following else reverse("desk:setup")
    frame = {"step": this, "way": way, "number": codes.index(this.code) + 1, "count": len(STEPS), "onward": onward}
    return render_page(request, f"integration/onboarding/{this.code}.html", {**frame, **context}, status=status)


def _onward(request: HttpRequest, this: Step, sentence: str = "") -> HttpResponse:
    """Remember the step and go to the next."""
    first_steps.tick([f"setup.{this.code}"], actor=request.actor)  # type: ignore[attr-defined]
    if sentence:
        messages.success(request, sentence)
    following = after(this.code)
    return redirect("onboarding:step", following.code) if following else redirect("desk:setup")


def _language(request: HttpRequest, this: Step) -> HttpResponse:
    actor: Any = request.actor  # type: ignore[attr-defined]
    present = {"language": translation.get_language(), "time_zone": actor.company.time_zone}
    form = LanguageForm(request.POST or None, actor=actor, initial=present)
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        people.change_profile(user=actor.user, values={"language": language}, actor=actor)
        companies.change(values={"time_zone": form.cleaned_data["time_zone"]}, actor=actor)
        response = _onward(request, this)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=31536000, samesite="Lax", httponly=True)
        return response
    return _page(request, this, {"form": form}, 400 if form.errors else 200)


def _company(request: HttpRequest, this: Step) -> HttpResponse:
    actor: Any = request.actor  # type: ignore[attr-defined]
    policy = FinancePolicy.objects.of(actor.company_id).get()
    form = CompanyForm(
        request.POST or None, actor=actor, initial={**company_values(actor.company), "taxpayer": policy.taxpayer}
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        first, taxpayer = given.pop("first"), given.pop("taxpayer")
        try:
            with acting(actor):
                companies.change(values=given, actor=actor)
                finance.change_policy(actor=actor, taxpayer=taxpayer)
                if first:
                    services.begin_books(first=first, actor=actor)
            return _onward(request, this)
        except BusinessError as error:
            for refusal in error.refusals:
                form.add_error("first", str(refusal))
    return _page(request, this, {"form": form}, 400 if form.errors else 200)


def _industry(request: HttpRequest, this: Step) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    chosen = industry(request.POST.get("industry") or request.GET.get("industry") or actor.company.industry)
    if request.method == "POST":
        if chosen is None:
            raise Http404
        changed = services.take_on(industry=chosen, keys=request.POST.getlist("line"), actor=actor)
        told = _("%(industry)s: lines taken: %(count)s") % {"industry": chosen.label, "count": len(changed)}
        return _onward(request, this, told)
    lines = services.difference(chosen, actor) if chosen else []
    open_lines = [line for line in lines if not line.is_met]
    context = {
        "industries": INDUSTRIES, "chosen": chosen, "lines": open_lines, "met": len(lines) - len(open_lines),
    }  # fmt: skip
    return _page(request, this, context)


def _people(request: HttpRequest, this: Step) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not (actor.may("core.add_user")):
        raise PermissionDenied("core.add_user")
    form = PeopleForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            newcomers = services.read_people(form.cleaned_data["people"])
            if not newcomers:
                return _onward(request, this)
            added = services.invite_people(people=newcomers, roles=form.cleaned_data["roles"], actor=actor)
        except ValidationError as error:
            for sentence in error.messages:
                form.add_error("people", sentence)
        else:
            base = request.build_absolute_uri("/")
            for user, _path in added:
                invitations.ask(user.email, base)
            links = [(user, request.build_absolute_uri(path)) for user, path in added]
            first_steps.tick([f"setup.{this.code}"], actor=actor)
            return _page(request, this, {"form": PeopleForm(actor=actor), "links": links, "days": invitations.DAYS})
    return _page(request, this, {"form": form}, 400 if form.errors else 200)


def _data(request: HttpRequest, this: Step) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        return _onward(request, this)
    mine = [each for each in imports.importers() if actor.may(each.permission)]
    return _page(request, this, {"importers": mine, "may_try": not settings.PRODUCTION and not actor.company.is_demo})


def _channels(request: HttpRequest, this: Step) -> HttpResponse:
    if request.method == "POST":
        return _onward(request, this)
    return _page(request, this, {"mails": bool(settings.EMAIL_URL)})


@require_POST
@door(MAY)
def sample(request: HttpRequest) -> HttpResponse:
    """Load a demo company beside the own one; not in production, for its passwords are published."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if settings.PRODUCTION:
        raise Http404
    job = demo.load_beside(actor=actor)
    messages.success(request, _("The demo company is being loaded; it will stand under your name, top right"))
    return redirect("desk:job", job.pk)


_VIEWS: dict[str, Callable[[HttpRequest, Step], HttpResponse]] = {
    "language": _language,
    "company": _company,
    "industry": _industry,
    "people": _people,
    "data": _data,
    "channels": _channels,
}
