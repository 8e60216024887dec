"""Pages of the rules that put tags on customers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.customers.models import TagRule
from crm.customers.services import tagging
from crm.customers.tag_lists import CHANGE, TagRuleList
from suite.automation import conditions
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import refusals
from suite.desk.forms import ActorForm, PickerField
from suite.desk.lists import list_view
from suite.desk.pages import render_page

SHOWN = ("name", "name_en", "tag", "is_on")


class TagRuleForm(ActorForm):
    """A rule; its conditions stand below, as those of flows."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=200, required=False)
    tag = PickerField("tag", label=gettext_lazy("Tag"))
    is_on = forms.BooleanField(label=gettext_lazy("In force"), required=False, initial=True)


@door(CHANGE)
def tag_rule_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, TagRuleList)


@door("crm_customers.add_tagrule")
def tag_rule_new(request: HttpRequest) -> HttpResponse:
    """A new rule."""
    return _write(request, None)


@door(CHANGE)
def tag_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a rule."""
    rows = TagRule.objects.visible_to(request.actor, CHANGE)  # type: ignore[attr-defined]
    return _write(request, get_object_or_404(rows.select_related("tag"), pk=pk))


def _write(request: HttpRequest, rule: TagRule | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    subject = tagging.subject_of(actor.company_id)
    initial = {name: getattr(rule, name) for name in SHOWN} if rule else None
    form = TagRuleForm(data, actor=actor, initial=initial, record=rule)
    asked: Any = rule.conditions if rule else {}
    status = 200 if data is None else 400
    if data is not None:
        asked = conditions.read(data, subject, actor)
        if form.is_valid():
            status = 409
            try:
                saved = tagging.set_rule(rule=rule, conditions_=asked, actor=actor, **form.cleaned_data)
            except (BusinessError, ValidationError) as error:
                refusals.place(error, form)
            else:
                if "more" in data:
                    return redirect("customers:tag_rule", saved.pk)
                messages.success(request, _("%(name)s was saved") % {"name": saved.label})
                return redirect("customers:tag_rules")
    context = {
        "form": form, "groups": conditions.controls(asked, subject, actor), "match": (asked or {}).get("match", "all"),
        "heading": rule.label if rule else _("New tag rule"), "back": reverse("customers:tag_rules"),
        "crumbs": [(_("Tag rules"), reverse("customers:tag_rules"))],
    }  # fmt: skip
    return render_page(request, "crm/customers/tag_rule.html", context, status=status)
