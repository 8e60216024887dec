"""The fields of the house in a kind of record: which roles see one, which may fill it in, and which must."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.core.models import Role
from suite.core.said import listed
from suite.desk import own, refusals
from suite.desk.forms import ActorForm
from suite.desk.models import FieldRule
from suite.desk.own import rules, ruling
from suite.desk.own.definitions import DEFINE
from suite.desk.pages import render_page


@dataclass(frozen=True)
class Line:
    """A field of the house with what is said of it."""

    label: str
    address: str
    says: str


def lines(kind: own.Registered, actor: Actor) -> list[Line]:
    """The fields of a kind, in the order of the model, each with its rule in words."""
    said = {row.field: row for row in FieldRule.objects.of(actor.company_id).filter(kind=kind.name)}
    names = {role.code: role.label for role in Role.objects.of(actor.company_id)} if said else {}
    return [
        Line(
            rules.label_of(field),
            reverse("desk:field_rule", args=[kind.name, field.name]),
            in_words(said[field.name], names) if field.name in said else "",
        )
        for field in rules.fields_of(kind.model)
    ]


def in_words(row: FieldRule, names: dict[str, str]) -> str:
    """What a rule says; `names` are those of the roles."""

    def of(codes: Collection[str]) -> str:
        return listed(names.get(code, code) for code in codes)

    parts = []
    if row.seen_by:
        parts.append(_("seen by %(roles)s") % {"roles": of(row.seen_by)})
    if row.changed_by:
        parts.append(_("filled in by %(roles)s") % {"roles": of(row.changed_by)})
    if row.required:
        whose = _("required of %(roles)s") % {"roles": of(row.required_of)} if row.required_of else _("required")
        parts.append(whose)
    return " · ".join(parts)


class RuleForm(ActorForm):
    """What is said of one field."""

    seen_by = forms.MultipleChoiceField(
        label=gettext_lazy("Seen only by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: everybody who sees the record. For others the field is nowhere"),
    )
    changed_by = forms.MultipleChoiceField(
        label=gettext_lazy("Filled in only by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: everybody who changes the record. Others only read it"),
    )
    required = forms.BooleanField(
        label=pgettext_lazy("own field", "Required"),
        required=False,
        help_text=gettext_lazy("Asked for when a record is saved next time; older records stay as they are"),
    )
    required_of = forms.MultipleChoiceField(
        label=gettext_lazy("Required only of"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: everybody who may fill it in"),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, column: models.Field[Any, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.code, role.label) for role in Role.objects.visible_to(self.actor).order_by("pk")]
        for name in ("seen_by", "changed_by", "required_of"):
            self.fields[name].choices = roles  # type: ignore[attr-defined]
            self.fields[name].wide = True  # type: ignore[attr-defined]
        if rules.is_needed(column):
            why = _("No record can be without this field, and it has no default: it cannot be hidden")
            self.fields["seen_by"].disabled, self.fields["seen_by"].help_text = True, why
            self.fields["changed_by"].help_text = _("Whoever makes a new record fills it in; others only read it")


@door(DEFINE)
def field_rule(request: HttpRequest, kind: str, field: str) -> HttpResponse:
    """Say which roles see a field, fill it in, and must."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    known = own.kind(kind)
    column = next((each for each in rules.fields_of(known.model) if each.name == field), None) if known else None
    if known is None or column is None:
        raise Http404
    row = FieldRule.objects.visible_to(actor).filter(kind=kind, field=field).first()
    names = ("seen_by", "changed_by", "required", "required_of", "version")
    shown = {name: getattr(row, name) for name in names} if row else {"version": 0}
    form = RuleForm(request.POST or None, actor=actor, column=column, initial=shown)
    layout = reverse("desk:own_layout", args=[kind])
    status = 200 if request.method != "POST" else 409
    if request.method == "POST" and form.is_valid():
        try:
            ruling.rule(actor=actor, kind=kind, field=field, **form.cleaned_data)
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("The field “%(name)s” was saved") % {"name": rules.label_of(column)})
            return redirect(layout)
    heading = _("%(kind)s: %(field)s") % {"kind": known.label, "field": rules.label_of(column)}
    context = {
        "form": form, "heading": heading, "back": layout,
        "crumbs": [(_("Own fields"), reverse("desk:own_fields")), (known.label, layout)],
    }  # fmt: skip
    return render_page(request, "suite/desk/form_page.html", context, status=status)
