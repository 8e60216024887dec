"""Own fields: the administrator's list, form and layout, and the page on which the values of a record are filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from suite.core.access import Actor
from suite.core.doors import SIGNED_IN, door
from suite.core.errors import BusinessError, Stale
from suite.core.models import Role
from suite.desk import documents, own, refusals
from suite.desk.forms import ActorForm, lines_formset
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, Column, Create, ListSpec, View, list_view
from suite.desk.models import OwnField, OwnSection
from suite.desk.own import book, definitions, filters
from suite.desk.own.book import Type
from suite.desk.own.definitions import DEFINE
from suite.desk.own.forms import own_form, value_as_typed
from suite.desk.pages import render_page
from suite.desk.views import field_rules

VERSION = {"required": False, "widget": forms.HiddenInput, "min_value": 0, "max_value": 2**31 - 1}


def kinds(actor: Actor) -> list[tuple[str, str]]:
    """The kinds of record that take own fields, by name and label."""
    return [(kind.name, kind.label) for kind in own.kinds()]


class OwnFieldList(ListSpec):
    """The fields that the company has added."""

    model = OwnField
    title = gettext_lazy("Own fields")
    icon = "list-details"
    permission = DEFINE
    columns = (
        Column("label", gettext_lazy("Field"), card="title"),
        Column("kind", gettext_lazy("Kind of record"), value=lambda row: documents.label_of(row.kind), card="side"),
        Column("type", gettext_lazy("Type")),
        Column("key", pgettext_lazy("own field", "Key")),
        Column("section", gettext_lazy("Section")),
        Column("required", pgettext_lazy("own field", "Required"), "bool"),
        Column(
            "blank",
            gettext_lazy("Records without it"),
            value=lambda row: row.blank_text,
            url=lambda row: row.blank_url,
        ),
        Column("index", gettext_lazy("Sorting and filtering"), value=lambda row: row.get_index_display()),
        Column("is_archived", gettext_lazy("Archived"), "bool", shown=False),
    )
    filters = (
        ChoiceFilter("kind", gettext_lazy("Kind of record"), choices=kinds),
        ChoiceFilter("type", gettext_lazy("Type"), choices=Type),
        BoolFilter("required", pgettext_lazy("own field", "Required")),
        BoolFilter("archived", gettext_lazy("Archived"), field="is_archived"),
    )
    views = (View("used", gettext_lazy("In use"), {"archived": "no"}),)
    acts = (
        Act("archive", gettext_lazy("Archive"), DEFINE, definitions.archive, icon="archive", undo="restore",
            when=lambda row: not row.is_archived,
            confirm=gettext_lazy("Hide this field everywhere? What stands in it is kept.")),
        Act("restore", gettext_lazy("Bring back"), DEFINE,
            lambda actor, pks: definitions.archive(actor=actor, pks=pks, archived=False),
            icon="archive-off", when=lambda row: row.is_archived),
        Act("delete", gettext_lazy("Delete"), DEFINE, definitions.remove, icon="trash", danger=True,
            confirm=gettext_lazy("Delete this field for good? Only fields without values can go.")),
    )  # fmt: skip
    related = ("section",)
    search_fields = ("name", "name_en", "key")
    create = Create(gettext_lazy("New field"), "desk:own_field_new", DEFINE)
    empty = gettext_lazy("No own fields yet. Add what you want to keep of a customer, a product or a paper.")

    def url(self, row: OwnField) -> str:
        return reverse("desk:own_field", args=[row.pk])

    def complete(self, rows: Sequence[Any], actor: Actor) -> None:
        counts = definitions.count_blank([row for row in rows if row.required and not row.is_archived])
        for row in rows:
            count, known = counts.get(row.pk, 0), own.kind(row.kind)
            row.blank_text = f"{min(count, 1000):,}{'+' if count > 1000 else ''}" if count else ""
            field = book.definition(row)
            row.blank_url = f"{known.list_address}?{filters.without(field)}" if known and count else ""


@door(DEFINE)
def field_list(request: HttpRequest) -> HttpResponseBase:
    """All own fields, with the way to the layout of each form."""
    context = {"layouts": [(kind.label, reverse("desk:own_layout", args=[kind.name])) for kind in own.kinds()]}
    return list_view(request, OwnFieldList, template="suite/desk/own/list.html", context=context)


class FieldForm(ActorForm):
    """A field as an administrator describes it."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of record"))
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=Type)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=200, required=False)
    key = forms.CharField(
        label=pgettext_lazy("own field", "Key"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("How other systems call it; fixed for good. Blank: made from the name"),
    )
    section = forms.ModelChoiceField(label=gettext_lazy("Section"), queryset=None, required=False, empty_label="–")
    default = forms.CharField(
        label=gettext_lazy("Default"),
        required=False,
        max_length=5000,
        help_text=gettext_lazy("Stands in new records from the start"),
    )
    help = forms.CharField(label=gettext_lazy("Help text"), max_length=300, required=False)
    help_en = forms.CharField(label=gettext_lazy("English help text"), max_length=300, required=False)
    required = forms.BooleanField(
        label=pgettext_lazy("own field", "Required"),
        required=False,
        help_text=gettext_lazy("Asked for when a record is saved next time; older records stay as they are"),
    )
    listed = forms.BooleanField(label=gettext_lazy("A column of lists from the start"), required=False, initial=True)
    seen_by = forms.MultipleChoiceField(
        label=gettext_lazy("Seen only by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: everybody who sees the record. Fields that only some see are not searched"),
    )
    changed_by = forms.MultipleChoiceField(
        label=gettext_lazy("Filled in only by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: everybody who changes the record"),
    )
    version = forms.IntegerField(**VERSION)

    seen_by.wide = changed_by.wide = True  # type: ignore[attr-defined]

    def __init__(self, *args: Any, field: OwnField | None = None, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.code, role.label) for role in Role.objects.visible_to(self.actor).order_by("pk")]
        self.fields["kind"].choices = kinds(self.actor)  # type: ignore[attr-defined]
        self.fields["seen_by"].choices = self.fields["changed_by"].choices = roles  # type: ignore[attr-defined]
        sections = OwnSection.objects.visible_to(self.actor).filter(kind=field.kind if field else kind)
        self.fields["section"].queryset = sections.order_by("position")  # type: ignore[attr-defined]
        if field:
            del self.fields["kind"]
            self.fields["key"].disabled = True
            self.fields["key"].help_text = ""


class OptionForm(ActorForm):
    """One of the options of a choice."""

    value = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=100, required=False)


Options = lines_formset(OptionForm, at_least=0, extra=1, at_most=200)


@door(DEFINE)
def field_new(request: HttpRequest) -> HttpResponse:
    """A new field, of the kind that the address names."""
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    return _field_form(request, None, kind)


@door(DEFINE)
def field_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a field."""
    field = get_object_or_404(OwnField.objects.visible_to(request.actor).select_related("section"), pk=pk)  # type: ignore[attr-defined]
    return _field_form(request, field, field.kind)


def _field_form(request: HttpRequest, field: OwnField | None, kind: str) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    shown = _shown(field) if field else {"kind": kind}
    form = FieldForm(data, actor=actor, field=field, kind=kind, initial=shown, record=field)
    shown = field.options if field and data is None else None
    lines = Options(data, actor=actor, prefix="options", initial=shown)
    status = 200 if data is None else 400
    if data is not None and all([form.is_valid(), lines.is_valid()]):
        try:
            saved = _save(form, lines, field, actor)
        except (BusinessError, ValidationError) as error:
            status = 409
            refusals.place(error, form)
        else:
            messages.success(request, _("The field “%(name)s” was saved") % {"name": saved.label})
            return redirect(f"{reverse('desk:own_fields')}?{urlencode({'kind': saved.kind})}")
    context = {
        "form": form, "lines": lines, "lines_heading": _("Options"), "field": field,
        "kind_label": documents.label_of(field.kind) if field else "",
        "heading": field.label if field else _("New field"), "back": reverse("desk:own_fields"),
        "crumbs": [(_("Own fields"), reverse("desk:own_fields"))],
        "layout": reverse("desk:own_layout", args=[kind]) if own.kind(kind) else "",
    }  # fmt: skip
    return render_page(request, "suite/desk/own/field.html", context, status=status)


def _shown(field: OwnField) -> dict[str, Any]:
    names = ("type", "name", "name_en", "key", "section", "help", "help_en", "required", "listed", "seen_by")
    shown = {name: getattr(field, name) for name in (*names, "changed_by", "version")}
    return {**shown, "default": value_as_typed(book.definition(field), field.default)}


def _save(form: FieldForm, lines: Any, field: OwnField | None, actor: Actor) -> OwnField:
    values = {name: value for name, value in form.cleaned_data.items() if name not in ("kind", "version")}
    values["options"] = [{name: line.get(name) or "" for name in ("value", "name", "name_en")} for line in lines.filled]
    if field:
        return definitions.change(actor=actor, field=field, values=values, version=form.cleaned_data["version"])
    return definitions.create(actor=actor, kind=form.cleaned_data["kind"], values=values)


# The layout of a form


def _kind(name: str) -> own.Registered:
    known = own.kind(name)
    if known is None:
        raise Http404
    return known


@door(DEFINE)
def layout(request: HttpRequest, kind: str) -> HttpResponse:
    """The order of the fields under their sections, by drag or by buttons, and the form as it looks then."""
    known, actor = _kind(kind), request.actor  # type: ignore[attr-defined]
    problem = ""
    if request.method == "POST":
        try:
            _rearrange(known.name, request.POST, actor)
        except (BusinessError, ValidationError) as error:
            problem = " ".join(getattr(error, "messages", None) or [str(error)])
        if not problem and not request.headers.get("HX-Request"):
            return redirect("desk:own_layout", kind)
    context = {
        "kind": known, "house": field_rules.lines(known, actor), "problem": problem,
        "blocks": _blocks(known.name, actor),
        "preview": own_form(None, None, actor=Actor.system(actor.company), model=known.model),
        "new": f"{reverse('desk:own_field_new')}?{urlencode({'kind': known.name})}",
        "crumbs": [(_("Own fields"), reverse("desk:own_fields"))],
    }  # fmt: skip
    return render_page(request, "suite/desk/own/layout.html", context, part="suite/desk/own/_layout.html")


def _blocks(kind: str, actor: Actor) -> list[dict[str, Any]]:
    """The sections with their fields, from the top of the form to its end; first what stands in none."""
    fields = list(book.of(kind, actor.company_id))
    sections = OwnSection.objects.visible_to(actor).filter(kind=kind).order_by("position", "pk")
    return [
        {"section": section, "fields": [each for each in fields if (each.section and each.section.pk) == pk]}
        for section, pk in [(None, None), *((section, section.pk) for section in sections)]
    ]


def _rearrange(kind: str, sent: Any, actor: Actor) -> None:
    """Do what a button or a drag asks for."""
    if "section" in sent:
        definitions.save_section(actor=actor, kind=kind, name=sent["section"], name_en=sent.get("section_en", ""))
        return
    if "remove" in sent:
        pk = sent["remove"]
        rows = OwnSection.objects.visible_to(actor).filter(kind=kind)
        definitions.remove_section(actor=actor, section=get_object_or_404(rows, pk=pk if pk.isdigit() else 0))
        return
    order = [(block["section"] and block["section"].pk, [each.pk for each in block["fields"]])
             for block in _blocks(kind, actor)]  # fmt: skip
    if "move" in sent:
        order = moved(order, sent["move"])
    elif "order" in sent:
        order = typed_order(sent["order"])
    definitions.arrange(actor=actor, kind=kind, layout=order)


Order = list[tuple[int | None, list[int]]]


def moved(order: Order, wish: str) -> Order:
    """The order after `up:12`, `down:12`, or of a section `section-up:3`; at the edge a field goes to the next one."""
    way, _colon, text = wish.partition(":")
    pk = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    step = -1 if way.endswith("up") else 1
    if way.startswith("section"):
        at = next((place for place, (section, _pks) in enumerate(order) if section == pk), 0)
        if at and 0 < at + step < len(order):
            order[at], order[at + step] = order[at + step], order[at]
        return order
    for place, (_section, pks) in enumerate(order):
        if pk in pks:
            at = pks.index(pk)
            if 0 <= at + step < len(pks):
                pks[at], pks[at + step] = pks[at + step], pks[at]
            elif 0 <= place + step < len(order):
                pks.remove(pk)
                order[place + step][1].insert(0 if step > 0 else len(order[place + step][1]), pk)
            break
    return order


def typed_order(text: str) -> Order:
    """An order as the page sends it: `0:12,13;5:14`."""
    order: Order = []
    for block in text.split(";")[:100]:
        section, _colon, pks = block.partition(":")
        numbers = [each for each in (section, *pks.split(",")) if each]
        if not all(each.isascii() and each.isdigit() and len(each) < 19 for each in numbers):
            raise ValidationError(_("The form has changed meanwhile: open the page again"))
        order.append((int(section or 0) or None, [int(each) for each in pks.split(",") if each]))
    return order


# The values of a record


@door(SIGNED_IN)
def values_of(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Fill in the own fields of a record, whatever its state, as long as it is not final."""
    known, actor = _kind(kind), request.actor  # type: ignore[attr-defined]
    if not actor.may(known.change):
        raise PermissionDenied(known.change)
    row = get_object_or_404(known.model._default_manager.visible_to(actor, known.change), pk=pk)  # type: ignore[attr-defined]
    form = ValuesForm(request.POST or None, request.FILES or None, actor=actor, kind=known, record=row)
    page = documents.url_of(kind, pk) or known.list_address
    status = 200 if request.method != "POST" else 409
    if form.own is None or not known.is_open(row):
        messages.warning(request, _("There is nothing to fill in here"))
        return redirect(page)
    if request.method == "POST" and form.is_valid():
        try:
            form.save()
        except BusinessError as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("%(name)s was saved") % {"name": row})
            return redirect(page)
    context = {
        "form": form, "heading": _("Own fields: %(name)s") % {"name": row}, "back": page,
        "crumbs": [(known.label, known.list_address), (str(row), page)],
    }  # fmt: skip
    return render_page(request, "suite/desk/form_page.html", context, status=status)


class ValuesForm(ActorForm):
    """Nothing but the own fields of a record, with its version against stale saves."""

    version = forms.IntegerField(**VERSION)

    def __init__(self, *args: Any, kind: own.Registered, record: Any, **kwargs: Any) -> None:
        self.model = kind.model  # type: ignore[misc]
        super().__init__(*args, record=record, initial={"version": record.version}, **kwargs)

    def save(self) -> None:
        """Raises BusinessError, with what is wrong at the fields."""
        version = self.cleaned_data["version"]
        if version is not None and version != self.record.version:
            raise Stale(definitions.STALE)
        self.keep(lambda: self.record, new=False)


@door(SIGNED_IN)
@require_GET
def blank(request: HttpRequest, kind: str) -> HttpResponse:
    """How many records of a list lack a required field, for those who may fill it in."""
    known, actor = _kind(kind), request.actor  # type: ignore[attr-defined]
    found = definitions.without(kind, actor) if actor.may(known.change) else []
    rows = [
        (field.label, f"{min(count, 1000):,}{'+' if count > 1000 else ''}",
         f"{known.list_address}?{filters.without(field)}")
        for field, count in found
    ]  # fmt: skip
    return render_page(request, "suite/desk/own/_blank.html", {"rows": rows})


@door(DEFINE)
@require_POST
def field_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Archive a field, bring it back, or delete it."""
    field = get_object_or_404(OwnField.objects.visible_to(request.actor), pk=pk)  # type: ignore[attr-defined]
    act = next((act for act in OwnFieldList.acts if act.name == name), None)
    if act is None:
        raise Http404
    act.run(actor=request.actor, pks=[field.pk])  # type: ignore[attr-defined]
    messages.success(request, _("%(act)s: %(paper)s") % {"act": act.label, "paper": field.label})
    return redirect("desk:own_fields")
