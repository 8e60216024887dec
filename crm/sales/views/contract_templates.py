"""Pages of contract templates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.sales.contract_forms import TemplateForm
from crm.sales.contract_lists import TemplateList
from crm.sales.models import ContractTemplate
from crm.sales.services import clauses
from suite.core.access import Actor
from suite.core.doors import door
from suite.desk import refusals
from suite.desk.lists import list_view
from suite.desk.pages import render_page

FIELDS = ("name", "name_en", "body", "body_en")
CHANGE = "crm_sales.change_contracttemplate"


@door(CHANGE)
def template_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, TemplateList)


@door("crm_sales.add_contracttemplate")
def template_new(request: HttpRequest) -> HttpResponse:
    return _write(request, None)


@door(CHANGE)
def template_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A template, to be changed; contracts that were written from it keep their clauses."""
    rows = ContractTemplate.objects.visible_to(request.actor, CHANGE)  # type: ignore[attr-defined]
    return _write(request, get_object_or_404(rows, pk=pk))


def _write(request: HttpRequest, template: ContractTemplate | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    shown: dict[str, Any] = {name: getattr(template, name) for name in FIELDS} if template else {}
    form = TemplateForm(data, actor=actor, initial=shown, record=template)
    if data is not None and form.is_valid():
        try:
            saved = _save(template, form.cleaned_data, actor)
        except ValidationError as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("Template %(name)s was saved") % {"name": saved.label})
            return redirect("sales:contract_templates")
    back = reverse("sales:contract_templates")
    context = {
        "form": form, "heading": template.label if template else _("New template"), "back": back,
        "crumbs": [(_("Contract templates"), back)],
    }  # fmt: skip
    return render_page(request, "suite/desk/form_page.html", context, status=200 if data is None else 400)


def _save(template: ContractTemplate | None, values: dict[str, Any], actor: Actor) -> ContractTemplate:
    if template is None:
        return clauses.create_template(actor=actor, **values)
    return clauses.change_template(template_id=template.pk, actor=actor, **values)
