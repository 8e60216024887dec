"""The page of the rating rule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.customers import grading
from crm.customers.models import GradePolicy
from crm.customers.services.grading import change_policy
from suite.core.doors import door
from suite.desk.forms import ActorForm, lines_formset
from suite.desk.pages import entry_page

POINTS = {"min_value": -1000, "max_value": 1000}
SHOWN = ("is_on", "a_from", "b_from", "c_from")


class GradePolicyForm(ActorForm):
    """From how many points on which grade is given."""

    is_on = forms.BooleanField(
        label=gettext_lazy("In force"), required=False,
        help_text=gettext_lazy("Every customer is graded, but for those whose grade was set by hand"),
    )  # fmt: skip
    a_from = forms.IntegerField(label=gettext_lazy("A from (points)"), **POINTS)
    b_from = forms.IntegerField(label=gettext_lazy("B from (points)"), **POINTS)
    c_from = forms.IntegerField(label=gettext_lazy("C from (points)"), **POINTS)


class GradeTermForm(ActorForm):
    """Points for a fact from a value on."""

    fact = forms.ChoiceField(label=gettext_lazy("Fact"))
    at_least = forms.DecimalField(label=gettext_lazy("At least"), max_digits=18, decimal_places=2)
    points = forms.IntegerField(label=gettext_lazy("Points"), **POINTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fact"].choices = [("", "–"), *grading.choices()]  # type: ignore[attr-defined]


GradeTerms = lines_formset(GradeTermForm, extra=1)


@door("crm_customers.change_gradepolicy")
def grade_policy(request: HttpRequest) -> HttpResponse:
    """Thresholds and terms; a change is worked off behind the page."""
    actor = request.actor  # type: ignore[attr-defined]
    policy = get_object_or_404(GradePolicy.objects.visible_to(actor))
    data = request.POST if request.method == "POST" else None
    form = GradePolicyForm(data, actor=actor, initial={name: getattr(policy, name) for name in SHOWN}, record=policy)
    present = [{"fact": row.fact, "at_least": row.at_least, "points": row.points} for row in policy.terms.all()]
    lines = GradeTerms(data, actor=actor, prefix="terms", initial=present if data is None else None)

    def save(typed: dict[str, Any], terms: list[dict[str, Any]]) -> str:
        kept = [{name: term[name] for name in ("fact", "at_least", "points")} for term in terms]
        change_policy(terms=kept, actor=actor, **typed)
        messages.success(request, _("The rating rule was saved. The grades follow."))
        return reverse("customers:grading")

    page = reverse("customers:customers")
    return entry_page(request, form, save, lines, heading=_("Rating rule"), section=_("Customers"), back=page)
