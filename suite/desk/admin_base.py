"""The base of all admin pages: rows in the rights of the actor, one list, acts that call services, posted papers shut.

@admin.register(Voucher)
class VoucherAdmin(SuiteModelAdmin):
    list_spec = VoucherList              # the list of the house; without it unfold's own
    acts = (Act("post", _("Post"), "erp_finance.post_voucher", post_by_pks, icon="check", when=is_draft),)
    inlines = (VoucherLineInline,)

    def add(self, actor, values, lines): return services.create_voucher(actor=actor, lines=lines["lines"], **values)
    def change(self, actor, row, values, lines): services.change_voucher(actor=actor, voucher=row, ...)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from suite.core.access import Actor
from suite.core.acts import acting, changes_between, current_act, save_changes
from suite.core.errors import BusinessError
from suite.desk import audit, documents, formats
from suite.desk.admin_figures import FigureInput, figure_of
from suite.desk.admin_forms import carrying, refusing
from suite.desk.chain import chain_of
from suite.desk.lists import Act, ListSpec, acts, list_view
from suite.desk.own import admin as own_admin
from suite.desk.own import pages as own_pages
from suite.desk.own import rules
from suite.desk.own import values as own_values
from suite.desk.pages import render_page
from suite.desk.records import Acts, PageAct, paper_acts

COUNTED = 1001


class CappedPaginator(Paginator):
    """Counts to 1,001 rows and no further: pages beyond that are reached by searching."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by().values("pk")[:COUNTED].count()  # type: ignore[attr-defined, union-attr]


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


class ScopedMixin:
    """Related rows are offered in the rights of the actor; figures are shown as people type them."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if isinstance(db_field, models.DecimalField) and field is not None:
            field.widget = FigureInput(field.widget, db_field)
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        manager = db_field.remote_field.model._default_manager
        if "queryset" not in kwargs and hasattr(manager, "visible_to"):
            kwargs["queryset"] = self.related_rows(db_field, actor_of(request), manager.visible_to(actor_of(request)))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def related_rows(self, field: Any, actor: Actor, visible: QuerySet[Any]) -> QuerySet[Any]:
        """What may be picked for a field; narrow it here."""
        return visible

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "add")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change") and not (obj is not None and self.is_final(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _may(self, request: HttpRequest, verb: str) -> bool:
        meta = self.opts  # type: ignore[attr-defined]
        actor = getattr(request, "actor", None)
        return bool(actor and actor.may(f"{meta.app_label}.{verb}_{meta.model_name}"))

    def is_final(self, row: Any) -> bool:
        """Whether a row is shut for changes: a paper that is no draft any more, a line of such a paper."""
        status = getattr(row, "status", None)
        return bool(getattr(row, "MOVES", None)) and status not in self.open_states

    open_states: ClassVar[Sequence[str]] = ("draft",)


class LinesInline(ScopedMixin, TabularInline):
    """Lines of a paper; what is typed goes to the service of the paper, nothing is written here."""

    extra = 1
    show_count = False
    hide_title = True
    tab = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._parent_may(request, "view")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._parent_may(request, "add") and not (obj is not None and self.is_final(obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._parent_may(request, "change") and not (obj is not None and self.is_final(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def _parent_may(self, request: HttpRequest, verb: str) -> bool:
        meta = self.parent_model._meta
        return bool(getattr(request, "actor", None)) and actor_of(request).may(
            f"{meta.app_label}.{verb}_{meta.model_name}"
        )


class SuiteStackedInline(LinesInline, StackedInline):
    """The same, one below the other."""


class SuiteModelAdmin(ScopedMixin, ModelAdmin):
    """See the module. Master data need nothing more: rows are written here with their audit row."""

    list_spec: ClassVar[type[ListSpec] | None] = None
    acts: ClassVar[Sequence[Act]] = ()
    chained: ClassVar[bool] = True
    only_row: ClassVar[bool] = False  # settings of which a company has one row: the list leads straight to it

    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    list_select_related: Any = True
    paginator = CappedPaginator
    list_fullwidth = True
    list_filter_submit = True
    compressed_fields = True
    warn_unsaved_form = True
    change_form_outer_before_template = "suite/desk/admin/_record_head.html"
    change_form_before_template = "suite/desk/admin/_seen.html"
    delete_confirmation_max_display = 50

    # Subclasses with services define these two: add(actor, values, lines) -> row and change(actor, row, values, lines).
    add: Callable[..., Any] | None = None
    change: Callable[..., Any] | None = None
    # Where a new record is written on a page of its own: new_page(request) -> response.
    new_page: Callable[..., HttpResponse] | None = None

    # Rows and rights

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = self.model._default_manager.visible_to(actor_of(request))  # type: ignore[attr-defined]
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def acts_for(self, actor: Actor) -> list[Act]:
        declared = [*self.acts, *(self.list_spec.acts if self.list_spec else ())]
        return [act for act in {act.name: act for act in declared}.values() if actor.may(act.permission)]

    # The list

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if self.list_spec and "_popup" not in request.GET:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return list_view(request, self.list_spec)
        row = self.get_queryset(request).first() if self.only_row and self.has_view_permission(request) else None
        if row:
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", row.pk)
        return super().changelist_view(
            request, {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})}
        )

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The acts, for unfold's own list."""
        if "_popup" in request.GET:
            return {}
        return {act.name: (self._action_of(act), act.name, act.label) for act in self.acts_for(actor_of(request))}

    def _action_of(self, act: Act) -> Callable[..., HttpResponse]:
        def run(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
            mine = self.model._default_manager.visible_to(actor_of(request), act.permission).values("pk")  # type: ignore[attr-defined]
            pks = list(queryset.filter(pk__in=mine).order_by("pk").values_list("pk", flat=True)[: acts.AT_MOST + 1])
            kept = ("action", "_selected_action", "select_across", "index")
            return acts.do(
                request,
                act,
                pks,
                holder=type(self),
                model=self.model,
                heading=str(self.opts.verbose_name_plural),
                hidden={name: request.POST.getlist(name) for name in kept if name in request.POST},
                after=request.get_full_path(),
            )

        run.__name__ = act.name
        return run

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [self._column(name) for name in super().get_list_display(request)]

    def _column(self, name: Any) -> Any:
        """Figures to the right, states as badges."""
        try:
            found = self.opts.get_field(name)
        except (FieldDoesNotExist, TypeError):
            return name
        if isinstance(found, models.DecimalField):

            def figure(row: Any) -> str:
                return figure_of(getattr(row, name), found)

        elif name == "status":

            def figure(row: Any) -> str:
                known = documents.state_of(row)
                return formats.badge(*known) if known else ""

        else:
            return name
        figure.__name__ = name
        figure.short_description = label_for_field(name, self.model, self)  # type: ignore[attr-defined]
        figure.admin_order_field = name  # type: ignore[attr-defined]
        return figure

    # The record

    def get_urls(self) -> list[URLPattern]:
        label = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view(self.act_view)
        return [path("<int:pk>/act/<slug:name>/", view, name=f"{label}_act"), *super().get_urls()]

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
        """Do one act to one record."""
        act = next((act for act in self.acts_for(actor_of(request)) if act.name == name), None)
        if act is None:
            raise Http404
        rows = self.model._default_manager.visible_to(actor_of(request), act.permission)  # type: ignore[attr-defined]
        row = get_object_or_404(rows, pk=pk)
        page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])
        if request.method != "POST":
            return redirect(page)
        hidden: dict[str, list[str]] = {}
        given = {"holder": type(self), "model": self.model, "hidden": hidden}
        return acts.do(request, act, [row.pk], heading=str(row), after=page, **given)

    def buttons(self, request: HttpRequest, row: Any) -> Acts:
        """The acts as buttons of the record; those its state does not allow are left out."""
        label = f"admin:{self.opts.app_label}_{self.opts.model_name}_act"
        fitting = [act for act in self.acts_for(actor_of(request)) if act.fits(row)]
        shut = {act.name: act.refused(row) if act.refused else "" for act in fitting}
        first = next((act for act in fitting if not act.danger and not shut[act.name]), None)
        pressed = [
            PageAct(
                act.label,
                reverse(label, args=[row.pk, act.name]),
                act.icon,
                primary=act is first,
                danger=act.danger,
                confirm=act.confirm,
                disabled=shut[act.name],
                in_menu=number > 3,
            )
            for number, act in enumerate(fitting)
        ]
        return Acts([*pressed, *paper_acts(row)])

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The form; a refusal of the service comes back as an error of the form, with everything that was typed."""
        if self.new_page and not object_id:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return self.new_page(request)
        kind = {"title": capfirst(self.opts.verbose_name)} if object_id else {}
        context = {**kind, **(extra_context or {}), **self._head(request, object_id)}
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, context)
        except (BusinessError, ValidationError) as error:
            request.refused = error  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, context)

    def _head(self, request: HttpRequest, object_id: str | None) -> dict[str, Any]:
        """What stands above the form of a record: state, acts, chain."""
        if not object_id or not object_id.isdigit() or request.method == "POST":
            return {}
        row = self.get_object(request, object_id)
        if row is None:
            return {}
        actor = actor_of(request)
        chain = chain_of(actor, row) if self.chained and hasattr(row, "MOVES") else []
        buttons, facts = self.buttons(request, row), []
        if not self._own_names(request, row):  # they do not stand in the form, but may be open all the same
            buttons.extend(filter(None, [own_pages.act(row, actor)]))
            facts = own_pages.facts(row, actor)
        state = documents.state_of(row)
        return {"head_state": state, "head_acts": buttons, "head_chain": chain, "head_facts": facts}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Own fields stand below all others."""
        found, names = super().get_fieldsets(request, obj), self._own_names(request, obj)
        if hidden := rules.hidden(self.model, actor_of(request)):
            found = [(title, {**options, "fields": _without(options["fields"], hidden)}) for title, options in found]
        if not names:
            return found
        others = [
            (title, {**options, "fields": [name for name in options["fields"] if name not in names]})
            for title, options in found
        ]
        return [*others, (_("Own fields"), {"fields": names})]

    def _own_names(self, request: HttpRequest, obj: Any) -> list[str]:
        may = self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
        return own_admin.names_of(self.model, actor_of(request)) if may else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if self._own_names(request, obj):
            base = kwargs.get("form") or self.form
            kwargs["form"] = own_admin.with_fields(base, self.model, actor_of(request), obj)
        form = own_admin.obeying(super().get_form(request, obj, change, **kwargs), self.model, actor_of(request))
        if obj is not None and self.has_change_permission(request, obj):
            form = carrying(form, actor_of(request))
        error: BusinessError | ValidationError | None = getattr(request, "refused", None)
        return refusing(form, error) if error else form

    # Saving

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if (self.change if change else self.add) is not None:
            return  # the service writes paper and lines together, in save_related
        actor = actor_of(request)
        with acting(actor):
            if change:
                before = self.model._default_manager.get(pk=obj.pk)
                values = {name: form.cleaned_data[name] for name in form.changed_data if name in form.cleaned_data}
                fields = {field.name for field in self.opts.concrete_fields}
                save_changes(before, {name: value for name, value in values.items() if name in fields})
            else:
                if hasattr(obj, "company_id"):
                    obj.company_id = actor.company_id
                obj.save()
                blank = type(obj)()
                values = {name: getattr(obj, name) for name in form.changed_data if hasattr(obj, name)}
                current_act().audit(obj, "created", changes_between(blank, _columns(obj, values)))
            self.after_save(obj)

    def after_save(self, row: Any) -> None:
        """For what belongs to the act of writing master data here, such as `search.index`."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        write, actor = self.change if change else self.add, actor_of(request)
        given = own_values.keyed(form.cleaned_data)
        if write is None:
            super().save_related(request, form, formsets, change)
            if given:
                own_values.write(actor=actor, values={form.instance: given}, new=not change)
            rules.demand([form.instance], actor)
            return
        names = {name for name in form.fields if own_values.key_in(name) is None}
        values = {name: value for name, value in form.cleaned_data.items() if name in names}
        lines = {formset.prefix: typed_lines(formset) for formset in formsets}
        with acting(actor):
            row = write(actor, form.instance, values, lines) if change else write(actor, values, lines)
            if given:
                own_values.write(actor=actor, values={row or form.instance: given}, new=not change)
            rules.demand([row or form.instance], actor)
        if row is not None:
            form.instance.__dict__.update({k: v for k, v in row.__dict__.items() if k != "_state"})
            form.instance._state.adding = False

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> list[Any]:
        """Nothing to say: Django would ask formsets what they wrote, and the services wrote it."""
        return []

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The audit trail knows it already."""

    log_change = log_addition

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        """The audit trail of the record."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        context = {"row": row, "rows": audit.trail(actor_of(request), row), "back": ".."}
        return render_page(request, "suite/desk/history.html", context)


def _without(fields: Sequence[Any], hidden: Collection[str]) -> list[Any]:
    """The fields of a fieldset without hidden ones; those that share a line stand in a tuple."""
    lines = [tuple(_without(each, hidden)) if isinstance(each, list | tuple) else each for each in fields]
    return [each for each in lines if each and each not in hidden]


def _columns(row: Any, values: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in row._meta.concrete_fields}
    return {name: value for name, value in values.items() if name in names}


def typed_lines(formset: Any) -> list[dict[str, Any]]:
    """The lines that say something and are not struck out; a line that exists already carries its row as `id`."""
    if not hasattr(formset, "cleaned_data"):
        return []
    return [
        {name: value for name, value in form.cleaned_data.items() if name not in ("DELETE", formset.fk.name)}
        for form in formset.forms
        if form.cleaned_data and not form.cleaned_data.get("DELETE") and (form.has_changed() or form.instance.pk)
    ]


def say_refused(request: HttpRequest, error: BusinessError) -> None:
    """Red messages for what a service refused."""
    for refusal in error.refusals:
        messages.error(request, str(refusal))
