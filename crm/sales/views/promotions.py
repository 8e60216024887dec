"""Pages of promotions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.sales.models import Promotion, PromotionScope
from crm.sales.promotion_forms import PromotionForm, Scopes, Steps, shown_scopes, shown_steps
from crm.sales.promotion_lists import PROMOTION_COLOURS, PromotionList
from crm.sales.services import promotions
from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.desk import formats, refusals
from suite.desk.audit import trail
from suite.desk.lists import list_view
from suite.desk.own import rules
from suite.desk.pages import render_page
from suite.desk.records import Fact, PageAct, RecordPage, Tab, edit_act, files_tab, record_page
from suite.masterdata.models import Party

VIEW, CHANGE = "crm_sales.view_promotion", "crm_sales.change_promotion"
Status = Promotion.Status


@door(VIEW)
def promotion_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, PromotionList)


@door("crm_sales.add_promotion")
def promotion_new(request: HttpRequest) -> HttpResponse:
    return _write(request, None)


@door(CHANGE)
def promotion_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _write(request, _mine(request, pk, CHANGE))


def _write(request: HttpRequest, row: Promotion | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    shown = {name: getattr(row, name) for name in PromotionForm.base_fields} if row else None
    form = PromotionForm(data, actor=actor, initial=shown, record=row)
    is_read = row is not None and data is None
    steps = Steps(data, actor=actor, prefix="steps", initial=shown_steps(row) if row and is_read else None)
    scopes = Scopes(data, actor=actor, prefix="scopes", initial=shown_scopes(row) if row and is_read else None)
    status = 200 if data is None else 400
    if data is not None and all([form.is_valid(), steps.is_valid(), scopes.is_valid()]):
        status = 409
        try:
            saved = form.keep(lambda: _save(form, steps, scopes, row, actor), new=row is None)
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form, steps)
        else:
            messages.success(request, _("%(name)s was saved") % {"name": saved.label})
            return redirect("sales:promotion", saved.pk)
    page = reverse("sales:promotion", args=[row.pk]) if row else reverse("sales:promotions")
    context = {
        "form": form,
        "lines": steps,
        "lines_heading": _("What it gives"),
        "scopes": scopes,
        "heading": row.label if row else _("New promotion"),
        "crumbs": [*_crumbs(), *([(row.label, page)] if row else [])],
        "back": page,
    }
    return render_page(request, "crm/sales/promotion_form.html", context, status=status)


def _save(form: PromotionForm, steps: Any, scopes: Any, row: Promotion | None, actor: Actor) -> Promotion:
    given: dict[str, Any] = {
        "steps": [each.step() for each in steps.filled_forms],
        "scopes": [scope for each in scopes.filled_forms for scope in each.scopes()],
        "actor": actor,
    }
    if row is None:
        return promotions.create_promotion(**given, **form.values())
    version = form.cleaned_data.get("version")
    return promotions.change_promotion(promotion_id=row.pk, version=version, **given, **form.values())


@door(VIEW)
@require_GET
def promotion_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One promotion: what it gives, for what and whom, and how it came here."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = rules.shown(_mine(request, pk, VIEW), actor)
    page = RecordPage(
        row.label,
        lead=row.code,
        crumbs=_crumbs(),
        badges=[(str(row.get_status_display()), PROMOTION_COLOURS[row.status])],
        acts=[edit_act("sales:promotion_edit", pk, CHANGE), *_acts(row)],
        facts=[
            Fact(_("Kind"), row.get_kind_display()),
            Fact(_("Valid from"), formats.day(row.valid_from) if row.valid_from else ""),
            Fact(_("Valid to"), formats.day(row.valid_to) if row.valid_to else ""),
            Fact(_("Priority"), row.priority),
            Fact(_("With other promotions"), _("Yes") if row.is_stackable else _("No")),
            Fact(_("Quantities count together"), _("Yes") if row.together else _("No")),
            Fact(_("Note"), row.note),
        ],
        tabs=[
            Tab("history", _("History"), url=reverse("sales:promotion_history", args=[pk])),
            *files_tab(actor, row),
        ],
        record=row,
    )
    scopes = list(row.scopes.select_related("product", "party", "tag", "region"))
    seen = set(
        Party.objects.visible_to(actor).filter(pk__in=[each.party_id for each in scopes]).values_list("pk", flat=True)
    )
    context = {
        "promotion": row,
        "steps": [(each.min_quantity, _gives(row, each.value)) for each in row.steps.all()],
        "goods": [str(each.product or each.category) for each in scopes if each.product_id or each.category],
        "people": [_who(each) for each in scopes if each.party_id in seen or each.tag_id or each.region_id],
        "others": sum(1 for each in scopes if each.party_id and each.party_id not in seen),
    }
    return record_page(request, page, context, template="crm/sales/promotion.html")


def _gives(row: Promotion, value: Any) -> str:
    if row.kind == Promotion.Kind.PERCENT:
        return f"−{formats.percent(value)}"
    if row.kind == Promotion.Kind.GIFT:
        return _("%(quantity)s free") % {"quantity": formats.quantity(value)}
    price = formats.price(value, str(row.currency_id))
    return f"−{price}" if row.kind == Promotion.Kind.AMOUNT else str(price)


def _who(scope: PromotionScope) -> str:
    row: Any = scope.party or scope.tag or scope.region
    return str(row.label)


def _acts(row: Promotion) -> list[PageAct]:
    def act(name: str, label: str, icon: str) -> PageAct:
        return PageAct(label, reverse("sales:promotion_act", args=[row.pk, name]), icon, CHANGE, reason=True)

    on, off = act("on", _("Switch on"), "player-play"), act("off", _("Switch off"), "x")
    hold, release = act("hold", _("Put on hold"), "player-pause"), act("release", _("Release"), "rotate")
    return {Status.ON: [hold, off], Status.HELD: [release, off], Status.OFF: [on]}[Status(row.status)]


ACTS = {
    "on": (lambda **how: promotions.switch(on=True, **how)),
    "off": (lambda **how: promotions.switch(on=False, **how)),
    "hold": promotions.hold,
    "release": promotions.release,
}


@door(CHANGE)
def promotion_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Switch a promotion on or off, put it on hold, release it."""
    if name not in ACTS:
        raise Http404
    row = _mine(request, pk, CHANGE)
    if request.method == "POST":
        reason = request.POST.get("reason", "")[:500]
        ACTS[name](pks=[pk], actor=request.actor, reason=reason)  # type: ignore[attr-defined]
        messages.success(request, _("%(name)s was saved") % {"name": row.label})
    return redirect("sales:promotion", pk)


@door(VIEW)
def promotion_history(request: HttpRequest, pk: int) -> HttpResponse:
    """The audit trail of a promotion, for a tab of its page."""
    rows = trail(request.actor, _mine(request, pk, VIEW))  # type: ignore[attr-defined]
    return render(request, "suite/desk/_timeline.html", {"rows": rows})


def _mine(request: HttpRequest, pk: int, permission: str) -> Promotion:
    return get_object_or_404(Promotion.objects.visible_to(request.actor, permission), pk=pk)  # type: ignore[attr-defined]


def _crumbs() -> list[tuple[Any, str]]:
    return [(_("Promotions"), reverse("sales:promotions"))]
