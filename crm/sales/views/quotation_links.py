"""Links to quotations: the page on which a rep gets one, and the one that customers see behind it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from crm.sales import papers as sheets
from crm.sales.answer_forms import FORMS
from crm.sales.models import Quotation, QuotationLink
from crm.sales.services import answering, guarding, links
from crm.sales.views import public
from suite.core.access import Actor
from suite.core.auth import client_address
from suite.core.doors import OPEN, door
from suite.core.errors import BusinessError
from suite.desk import papers
from suite.desk.pages import render_page

SEND = "crm_sales.send_quotation"
ANSWERS, PAGES, PAPERS = 10, 120, 20  # from one address within the window of `guarding`


@door(SEND)
def quotation_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Links to a quotation: how many are live, a new one (shown this once), and the end of all."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = Quotation.objects.visible_to(actor, SEND).select_related("company", "answer")
    quotation = get_object_or_404(rows, pk=pk)
    here, page = reverse("sales:quotation_link", args=[pk]), reverse("sales:quotation", args=[pk])
    if request.method == "POST":
        if "revoke" in request.POST:
            count = links.revoke_links(quotation_id=pk, actor=actor)
            messages.success(
                request,
                ngettext("%(count)s link leads nowhere any more", "%(count)s links lead nowhere any more", count)
                % {"count": count},
            )
        else:
            try:
                secret = links.make_link(quotation_id=pk, actor=actor)
            except BusinessError as error:
                messages.error(request, str(error))
            else:
                request.session["quotation_link"] = [pk, secret]
        return redirect(here)
    shown = request.session.pop("quotation_link", None) or [0, ""]
    path = reverse("quotation_offer", args=[shown[1]]) if shown[0] == pk else ""
    context = {
        "quotation": quotation,
        "address": public.address(request, path) if path else "",
        "count": QuotationLink.objects.of(actor.company_id).filter(quotation=pk, revoked_at=None).count(),
        "is_open": quotation.status == Quotation.Status.SENT and not links.is_over(quotation),
        "heading": _("Link for the customer"),
        "crumbs": [(_("Quotations"), reverse("sales:quotations")), (str(quotation), page)],
    }
    return render_page(request, "crm/sales/quotation_link.html", context)


# What customers see. Whoever has the address has all the power of the page, so no cookie of ours counts here. Reading
# changes nothing: mail programs look at links before people do.


@door(OPEN)
@csrf_exempt
@never_cache
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """The quotation behind a secret address, to be accepted or refused once; `?lang=en` is the language."""
    with translation.override(public.language(request)):
        who = client_address(request)
        if guarding.too_many((f"offer:{who}", PAGES)):
            return _wait(request)
        link = links.find(token)
        if link is None:
            return _gone(request)
        if request.method == "POST":
            return _answered(request, token, link, who)
        return _page(request, link)


@door(OPEN)
@require_safe
@never_cache
def offer_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The quotation on paper."""
    with translation.override(public.language(request)):
        if guarding.too_many((f"offer-paper:{client_address(request)}", PAPERS)):
            return _wait(request)
        link = links.find(token)
        if link is None:
            return _gone(request)
        response = papers.answer([link.quotation], actor=Actor.system(link.company))
        response["X-Robots-Tag"] = "noindex"
        return _secret(response)


def _answered(request: HttpRequest, token: str, link: QuotationLink, who: str) -> HttpResponse:
    if guarding.too_many((f"offer-answer:{who}", ANSWERS)):
        return _wait(request)
    data = public.typed(request)
    kind = data.get("answer", "")
    if kind not in FORMS:
        return _page(request, link, status=400)
    form = FORMS[kind](data, auto_id=f"{kind}_%s")
    if not form.is_valid() and not hasattr(link.quotation, "answer"):
        return _page(request, link, {kind: form}, status=400)
    said = {name: form.cleaned_data.get(name, "") for name in ("name", "text")}
    agent = request.headers.get("User-Agent", "").replace("\x00", "")
    try:
        answering.answer(link=link, kind=kind, address=who, agent=agent, actor=Actor.system(link.company), **said)
    except BusinessError:
        doubt = _("This quotation cannot be answered here at the moment. Please ask your contact with us.")
        still = links.find(token)
        return _page(request, still, {kind: form}, status=409, doubt=doubt) if still else _gone(request)
    language = "en" if public.is_english() else "zh-hans"
    return redirect(f"{reverse('quotation_offer', args=[token])}?lang={language}")


def _page(
    request: HttpRequest,
    link: QuotationLink,
    typed: dict[str, forms.Form] | None = None,
    *,
    status: int = 200,
    doubt: str = "",
) -> HttpResponse:
    quotation, given = link.quotation, getattr(link.quotation, "answer", None)
    with timezone.override(ZoneInfo(link.company.time_zone)):
        (sheet,) = sheets.quotations([quotation], Actor.system(link.company))
        shown: dict[str, Any] = {
            kind: (typed or {}).get(kind) or form(auto_id=f"{kind}_%s") for kind, form in FORMS.items()
        }
        context = {
            "sheet": sheet,
            "title": f"{sheet.title} {sheet.number}",
            "company": link.company,
            "rows": [list(zip(sheet.columns, row, strict=True)) for row in sheet.rows],
            "given": given,
            "doubt": doubt,
            "paper": request.path + "pdf/",
            **({} if given else shown),
        }
        return _secret(public.page(request, "crm/sales/quotation_public.html", context, status=status))


def _gone(request: HttpRequest) -> HttpResponse:
    """What is said of links that have ended as of those that never were."""
    context = {"title": _("This link leads nowhere"),
               "doubt": _("It may have ended, or is not complete. Please ask whoever sent it to you.")}  # fmt: skip
    return _secret(public.page(request, "crm/sales/quotation_public.html", context, status=404))


def _wait(request: HttpRequest) -> HttpResponse:
    context = {"title": _("Too many visits"), "doubt": _("Please try again in ten minutes.")}
    response = public.page(request, "crm/sales/quotation_public.html", context, status=429)
    response["Retry-After"] = str(guarding.WINDOW)
    return _secret(response)


def _secret(response: HttpResponse) -> HttpResponse:
    """The address is the key: no other page is told it."""
    response["Referrer-Policy"] = "no-referrer"
    return response
