"""Forms on the company's site: their builder, and the page that strangers see."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_replace
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt

from crm.sales.lead_lists import WebFormList
from crm.sales.models import WebForm
from crm.sales.queries.leads import open_form
from crm.sales.services import guarding, web_forms
from crm.sales.views import public
from crm.sales.web_form_forms import FormFields, StrangersForm, WebFormForm
from suite.core.access import Actor
from suite.core.auth import client_address
from suite.core.doors import OPEN, door
from suite.core.errors import BusinessError
from suite.desk import refusals
from suite.desk.lists import list_view
from suite.desk.pages import render_page

CHANGE = "crm_sales.change_webform"
USUAL = ("name", "phone", "text")  # what a new form asks at first


@door(CHANGE)
def form_list(request: HttpRequest) -> HttpResponseBase:
    """The forms of the company."""
    return list_view(request, WebFormList)


@door("crm_sales.add_webform")
def form_new(request: HttpRequest) -> HttpResponse:
    return _sheet(request, None)


@door(CHANGE)
def form_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A form: what it asks and says, where it is, and how it is put on a site."""
    rows = WebForm.objects.visible_to(request.actor, CHANGE)  # type: ignore[attr-defined]
    return _sheet(request, get_object_or_404(rows, pk=pk))


def _sheet(request: HttpRequest, row: WebForm | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    shown = {name: getattr(row, name) for name in WebFormForm.base_fields} if row else None
    form = WebFormForm(data, actor=actor, initial=shown, record=row)
    asked = row.fields if row else [{"name": name, "required": name != "text"} for name in USUAL]
    initial = [{"position": 10 * number, **each} for number, each in enumerate(asked, 1)]
    lines = FormFields(data, actor=actor, prefix="fields", initial=initial if data is None else None)
    status = 200 if data is None else 400
    if data is not None and all([form.is_valid(), lines.is_valid()]):
        status = 409
        values = {**form.cleaned_data, "fields": _in_order(lines)}
        try:
            saved = (
                web_forms.change_form(form_id=row.pk, actor=actor, **values)
                if row
                else web_forms.create_form(actor=actor, **values)
            )
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form, lines)
        else:
            messages.success(request, _("%(name)s was saved") % {"name": saved.label})
            return redirect("sales:web_form", saved.pk)
    address = public.address(request, reverse("web_form", args=[row.token])) if row else ""
    context = {
        "form": form,
        "lines": lines,
        "lines_heading": _("What is asked"),
        "row": row,
        "address": address,
        "snippet": format_html(
            '<iframe src="{}" title="{}" width="100%" height="720" style="border:0"></iframe>', address, row.label
        ) if row else "",
        "heading": row.label if row else _("New web form"),
        "crumbs": [(_("Web forms"), reverse("sales:web_forms"))],
        "back": reverse("sales:web_forms"),
    }  # fmt: skip
    return render_page(request, "crm/sales/web_form.html", context, status=status)


def _in_order(lines: Any) -> list[dict[str, Any]]:
    """The fields by the order typed; one without stays where it stands."""
    ranked, last = [], 0
    for number, each in enumerate(lines.filled):
        last = last if each["position"] is None else each["position"]
        ranked.append((last, number, {"name": each["name"], "required": each["required"]}))
    return [field for _place, _number, field in sorted(ranked, key=lambda row: row[:2])]


# What strangers see. It stands in frames of other sites, so no cookie and no sign-in of ours counts here: the page has
# no power but to be filled in, and what it carries is signed.


@door(OPEN)
@csrf_exempt
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]
@never_cache
def strangers(request: HttpRequest, token: str) -> HttpResponse:
    """The form, and the thanks when it was sent; `?lang=en` is the language. Only the form's own words are told."""
    with translation.override(public.language(request)):
        row = open_form(token)
        if row is None:
            raise Http404
        return _shown(request, row)


def _shown(request: HttpRequest, row: WebForm) -> HttpResponse:
    if request.method != "POST":
        form = None if "sent" in request.GET else StrangersForm(row, initial={"stamp": web_forms.stamp(row)})
        return _page(request, row, form)
    if web_forms.too_many(row, client_address(request)):
        doubt = _("Too many were sent. Please try again in ten minutes.")
        response = _page(request, row, None, status=429, doubt=doubt)
        response["Retry-After"] = str(guarding.WINDOW)
        return response
    data = public.typed(request)
    sent = web_forms.Sent(row, data.get("stamp", "")[:500])
    form = StrangersForm(row, data)
    if not form.is_valid():
        return _page(request, row, form, status=400)
    if form.cleaned_data["homepage"]:
        return _thanks(row)  # a robot is told what people are told
    if sent.doubt:
        if sent.is_stale:
            data["stamp"] = web_forms.stamp(row)
        return _page(request, row, StrangersForm(row, data), status=400, doubt=str(sent.doubt))
    if sent.is_first():
        try:
            web_forms.submit(
                form=row, values=form.typed(), consent=form.agreed, raw=form.raw(), actor=Actor.system(row.company)
            )
        except ValidationError as error:
            refusals.place(error, form)
            return _page(request, row, form, status=400)
    return _thanks(row)


def _thanks(row: WebForm) -> HttpResponse:
    language = "en" if public.is_english() else "zh-hans"
    return redirect(f"{reverse('web_form', args=[row.token])}?sent=1&lang={language}")


def _page(
    request: HttpRequest, row: WebForm, form: StrangersForm | None, *, status: int = 200, doubt: str = ""
) -> HttpResponse:
    context = {"row": row, "form": form, "doubt": doubt, "title": row.read("title"), "intro": row.read("intro"),
               "thanks": row.read("thanks")}  # fmt: skip
    return public.page(request, "crm/sales/web_form_public.html", context, status=status)
