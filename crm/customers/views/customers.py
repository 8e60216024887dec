"""The customer page: everything about one customer, and what can be done from here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.customers import grading, reading, suggestions, timeline
from crm.customers.forms import ActivityForm, NextStepForm
from crm.customers.models import Activity, Customer
from crm.customers.needs import open_needs
from crm.customers.queries import promises_with, stage_of
from crm.customers.services import activities, customers
from suite.core import clock
from suite.core.access import Actor
from suite.core.doors import door
from suite.desk import formats
from suite.desk.own import rules
from suite.desk.own.pages import facts as own_facts
from suite.desk.pages import done, render_page
from suite.desk.records import Fact, PageAct, RecordPage, Tab, edit_act, files_tab, record_page, tabs_of
from suite.desk.views.todos import tasks_of
from suite.masterdata import queries
from suite.masterdata.models import Party
from suite.masterdata.services.parties import archive_party
from suite.masterdata.views.records import facts_of_party, merge_acts, people_and_places


def _mine(request: HttpRequest, code: str = "") -> QuerySet[Customer]:
    rows = Customer.objects.visible_to(request.actor, code)  # type: ignore[attr-defined]
    return rows.select_related("party__region__parent__parent", "owner", "team", "rating")


@door("crm_customers.view_customer")
@require_GET
def customer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Head, key facts, next step, timeline; the rest in tabs that load when they are opened."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    customer = rules.shown(get_object_or_404(_mine(request).prefetch_related("tags"), pk=pk), actor)
    party = customer.party
    if party.merged_into_id:
        return redirect("customers:party", party.merged_into_id)
    page = RecordPage(
        party.label,
        lead=" · ".join(
            part for part in (party.code, party.name if party.name != party.label else party.name_en) if part
        ),
        crumbs=[(_("Customers"), reverse("customers:customers"))],
        badges=_badges(customer),
        acts=_acts(customer),
        facts=_facts(customer, actor),
        tabs=_tabs(customer, actor),
        record=customer,
    )
    asked = request.GET.get("tab", "timeline")
    context = {
        "customer": customer,
        "history": _history(request, customer) if asked == "timeline" else None,
        "composer": _composer(customer, actor),
        "next_step": NextStepForm(
            actor=actor, initial={"next_step": customer.next_step, "next_step_at": customer.next_step_at}
        ),
        "tags": _tags(customer),
        "rating": (rating := getattr(customer, "rating", None)),
        "because": grading.reasons(rating, actor) if rating else [],
        "best": suggestions.next_best(actor, customer),
        "promises": promises_with(actor, party.pk) if actor.may("crm_customers.view_commitment") else [],
        "may_settle": actor.may("crm_customers.change_commitment"),
        "needs": open_needs(actor, party.pk) if actor.may("crm_customers.view_need") else [],
        "may_need": actor.may("crm_customers.add_need"),
        "may_settle_needs": actor.may("crm_customers.change_need"),
        "said": _said(request, customer),
        "may_change": actor.may("crm_customers.change_customer"),
        "balance": _panel("balance", party.pk) if actor.may("erp_finance.view_receivable") else "",
        **people_and_places(party, actor),
    }
    return record_page(request, page, context, template="crm/customers/customer.html")


def _composer(customer: Customer, actor: Actor, data: Any = None) -> ActivityForm | None:
    if not actor.may("crm_customers.add_activity"):
        return None
    return ActivityForm(data, actor=actor, customer=customer, initial={"kind": Activity.Kind.CALL})


def _badges(customer: Customer) -> list[tuple[str, str]]:
    badges = [stage_of(customer)]
    if customer.grade:
        badges.append((customer.grade, "primary"))
    if archived := queries.archived(customer.party):
        badges.append(archived)
    return badges


def _tags(customer: Customer) -> list[tuple[Any, Any]]:
    """Each tag, with what put it on where that was a rule."""
    ruled = {row.tag_id: row for row in customer.ruled_tags.select_related("rule")}
    return [(tag, ruled.get(tag.pk)) for tag in customer.tags.all()]


def _acts(customer: Customer) -> list[PageAct]:
    party, change = f"?party={customer.party_id}", "crm_customers.change_customer"
    archived = customer.party.is_archived
    return [
        *_elsewhere(_("New order"), "sales:order_new", party, "shopping-cart", "crm_sales.add_order", primary=True),
        *_elsewhere(_("New quotation"), "sales:quotation_new", party, "file-text", "crm_sales.add_quotation"),
        *_elsewhere(
            _("New opportunity"), "sales:opportunity_new", party, "target-arrow", "crm_sales.add_opportunity",
            in_menu=True,
        ),
        edit_act("customers:edit", customer.pk, change),
        *_elsewhere(
            _("New task"), "desk:task_new", f"?kind={customer._meta.label_lower}&id={customer.pk}", "checkbox",
            "desk.add_task", in_menu=True,
        ),
        PageAct(
            _("Visit brief"), reverse("insight:visit_brief", args=[customer.pk]), "map-pin", method="get", in_menu=True
        ),
        PageAct(
            _("Tasks from a text"), f"{reverse('customers:text')}?customer={customer.pk}", "list-check",
            "crm_customers.add_commitment", method="get", in_menu=True,
        ),
        PageAct(
            _("Bring back") if archived else _("Archive"), reverse("customers:archive", args=[customer.pk]), "archive",
            change, confirm="" if archived else _("Take this customer out of all lists to choose from?"),
            reason=not archived,
            in_menu=True, data={"archived": "" if archived else "1"},
        ),
        *merge_acts(customer.party),
    ]  # fmt: skip


def _elsewhere(label: str, url_name: str, query: str, icon: str, permission: str, **more: Any) -> list[PageAct]:
    """An act of an area above, known by the name of its page alone."""
    try:
        return [PageAct(label, reverse(url_name) + query, icon, permission, method="get", **more)]
    except NoReverseMatch:
        return []


def _panel(name: str, party_id: int) -> str:
    """The address of a panel over both wings, known by its name alone."""
    return reverse(f"insight:party_{name}", args=[party_id])


def _facts(customer: Customer, actor: Actor) -> list[Fact]:
    return [
        Fact(_("Owner"), customer.owner),
        Fact(_("Team"), customer.team),
        Fact(_("Last contact"), formats.day(customer.last_touch_at)),
        Fact(_("Last order"), formats.day(customer.last_order_on)),
        Fact(_("Price tier"), customer.tier),
        Fact(_("Source"), customer.source),
        *facts_of_party(customer.party, actor),
        *own_facts(customer.party, actor),
    ]


def _tabs(customer: Customer, actor: Actor) -> list[Tab]:
    own, party_id = [customer.pk], customer.party_id
    tabs = [
        Tab("timeline", _("Timeline"), template="crm/customers/_history.html"),
        Tab("contacts", _("Contacts"), template="suite/masterdata/_contacts.html"),
        Tab("tasks", _("Tasks"), reverse("customers:tasks", args=own)) if actor.may("desk.view_task") else None,
        Tab("orders", _("Orders"), _panel("orders", party_id)) if actor.may("crm_sales.view_order") else None,
        Tab("deliveries", _("Deliveries"), _panel("deliveries", party_id))
        if actor.may("erp_inventory.view_delivery")
        else None,
        Tab("money", _("Invoices and payments"), _panel("money", party_id))
        if actor.may("erp_finance.view_invoice")
        else None,
    ]
    return [tab for tab in tabs if tab] + tabs_of(actor, customer) + files_tab(actor, customer)


@door("crm_customers.view_customer")
@require_GET
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """A page of the timeline."""
    customer = get_object_or_404(_mine(request), pk=pk)
    context = {"history": _history(request, customer), "customer": customer}
    return render_page(request, "crm/customers/_timeline.html", context)


def _history(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """What the address asks of the timeline: `kinds` and the words `q` narrow it, `after` leads to earlier rows."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    after, q = request.GET.get("after", ""), request.GET.get("q", "").replace("\x00", "")[:100]
    kinds = [kind for kind in request.GET.get("kinds", "").split(",") if kind]
    try:
        page = timeline.timeline_of(actor=actor, party_id=customer.party_id, kinds=kinds, after=after, q=q)
    except ValidationError as error:
        raise Http404 from error
    return {"page": page, "sources": timeline.sources(actor), "chosen": kinds, "after": after, "q": q}


@door("desk.view_task")
@require_GET
def tasks(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The customer's tasks."""
    return tasks_of(request, get_object_or_404(_mine(request), pk=pk))


@door("crm_customers.add_activity")
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """Log a call, visit, message or note; `?kind=visit` has the kind chosen."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    customer = get_object_or_404(_mine(request), pk=pk)
    if request.method != "POST":
        kind = request.GET.get("kind", "")
        form = _composer(customer, actor)
        if form and kind in Activity.Kind.values:
            form.initial["kind"] = kind
    else:
        form = _composer(customer, actor, request.POST)
        if form and form.is_valid():
            try:
                logged = _log(customer, form.cleaned_data, actor)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("Logged"))
                page = reverse("customers:customer", args=[pk])
                return redirect(f"{page}?said={logged.pk}" if _promises(logged, actor) else page)
    page = reverse("customers:customer", args=[pk])
    context = {
        "form": form,
        "heading": _("Log: %(name)s") % {"name": customer.party.label},
        "crumbs": [(_("Customers"), reverse("customers:customers")), (customer.party.label, page)],
        "back": page,
    }
    return render_page(request, "suite/desk/form_page.html", context, status=409 if request.method == "POST" else 200)


def _promises(activity: Activity, actor: Actor) -> int:
    """How many tasks the text of an activity seems to hold; reads the text alone."""
    if not (activity.text and actor.may("crm_customers.add_commitment")):
        return 0
    return len(reading.read(activity.text, day=clock.day_of(actor.company, activity.happened_at)))


def _said(request: HttpRequest, customer: Customer) -> Activity | None:
    """The activity just logged, whose text may hold tasks."""
    pk = request.GET.get("said", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    return Activity.objects.visible_to(request.actor).filter(party=customer.party_id, pk=pk).first()  # type: ignore[attr-defined]


def _log(customer: Customer, typed: dict[str, Any], actor: Actor) -> Activity:
    data = {**typed, "happened_at": typed["happened_at"] or clock.now()}
    step, at = data.pop("next_step", ""), data.pop("next_step_at", None)
    return activities.log_activity(party=customer.party, next_step=step, next_step_at=at, actor=actor, **data)


@door("crm_customers.change_customer")
@require_POST
def next_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Set what comes next; `done` writes it into the timeline and clears it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    customer = get_object_or_404(_mine(request, "crm_customers.change_customer"), pk=pk)
    if "done" in request.POST:
        activities.finish_next_step(customer=customer, actor=actor)
        messages.success(request, _("Done. What comes next?"))
        return redirect("customers:customer", pk)
    form = NextStepForm(request.POST, actor=actor)
    if form.is_valid():
        now = {"next_step": customer.next_step, "next_step_at": customer.next_step_at, **form.cleaned_data}
        what, at = now["next_step"], now["next_step_at"]
        customers.set_next_step(customer=customer, what=what, at=at, actor=actor)
        messages.success(request, _("The next step was saved"))
    else:
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}: {' '.join(errors)}")
    return redirect("customers:customer", pk)


@door("crm_customers.change_customer")
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a customer out of the lists to choose from, or bring it back."""
    customer = get_object_or_404(_mine(request, "crm_customers.change_customer"), pk=pk)
    archived = bool(request.POST.get("archived"))
    reason = request.POST.get("reason", "")[:500]
    archive_party(party=customer.party, archived=archived, reason=reason, actor=request.actor)  # type: ignore[attr-defined]
    undo = {"archived": "" if archived else "1"}
    done(request, _("Archived") if archived else _("The customer is back"), request.path, undo)
    return redirect("customers:customer", pk)


@door("masterdata.view_party")
@require_GET
def party(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a party: the customer's where it is one, its file otherwise."""
    row = get_object_or_404(Party.objects.visible_to(request.actor), pk=pk)  # type: ignore[attr-defined]
    if row.merged_into_id:
        return redirect("customers:party", row.merged_into_id)
    customer = _mine(request).filter(party=pk).first()
    return redirect("customers:customer", customer.pk) if customer else redirect("masterdata:party", pk)
