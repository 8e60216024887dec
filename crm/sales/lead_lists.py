"""The list of leads, which is their board and their pool, too, and the list of the rules that find their owners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Model, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.sales.lists import ReasonForm
from crm.sales.models import Lead, LeadRule, WebForm
from crm.sales.models.leads import SOON
from crm.sales.opportunity_lists import Kept, OwnerForm
from crm.sales.services import lead_rules, leads, web_forms
from suite.automation import conditions, subjects
from suite.core import clock
from suite.core.access import Actor
from suite.core.models import User
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    Create,
    DateFilter,
    ListSpec,
    OwnerFilter,
    PickFilter,
    Rate,
    TextFilter,
    View,
)
from suite.desk.lists.filters import Params

LEAD_COLOURS = {
    "new": "primary", "contacted": "info", "qualified": "warning", "converted": "success", "disqualified": "secondary",
}  # fmt: skip
CLOCK_COLOURS = {"green": "success", "amber": "warning", "red": "danger", "": "secondary"}
CHANGE = "crm_sales.change_lead"
Clock, Status = Lead.Clock, Lead.Status


def is_open(lead: Lead) -> bool:
    return lead.is_open


def is_nobodys(lead: Lead) -> bool:
    return lead.is_open and lead.owner_id is None


def clock_in_words(lead: Lead) -> Any:
    """How the first answer stands; blank where none is due."""
    return Clock(lead.colour).label if lead.colour else ""


@dataclass(frozen=True)
class ClockFilter(ChoiceFilter):
    """How the first answer stands now."""

    def understand(self, params: Params, actor: Actor, model: type[Model]) -> tuple[Q, str]:
        _condition, text = super().understand(params, actor, model)
        moment = clock.now()
        waiting = Q(responded_at=None, status__in=Lead.OPEN)
        colours = {
            Clock.RED: Q(waiting, due_at__lt=moment) | Q(responded_at__gt=F("due_at")),
            Clock.AMBER: Q(waiting, due_at__gte=moment, due_at__lt=moment + SOON),
            Clock.GREEN: Q(waiting, due_at__gte=moment + SOON) | Q(responded_at__lte=F("due_at")),
        }
        either = Q()
        for colour in params[self.name].split(","):
            either |= colours[Clock(colour)]
        return either, text


def rules(actor: Actor) -> list[tuple[Any, Any]]:
    """The rules of the company, by key and name."""
    return [(rule.pk, rule.label) for rule in LeadRule.objects.of(actor.company_id)]


def web_forms_of(actor: Actor) -> list[tuple[Any, Any]]:
    """The forms of the company, by key and name."""
    return [(form.pk, form.label) for form in WebForm.objects.of(actor.company_id)]


@dataclass(frozen=True)
class AmongFilter(PickFilter):
    """Leads of which any row along the path is one of those picked; each lead once."""

    def understand(self, params: Params, actor: Actor, model: type[Model]) -> tuple[Q, str]:
        condition, text = super().understand(params, actor, model)
        return Q(pk__in=Lead.objects.filter(condition).values("pk")), text


@dataclass(frozen=True)
class RegionFilter(PickFilter):
    """Leads of a region or of what lies in it: 广东省 finds 深圳市, too."""

    def understand(self, params: Params, actor: Actor, model: type[Model]) -> tuple[Q, str]:
        _condition, text = super().understand(params, actor, model)
        keys = self.names(params, actor)
        within = Q()
        for path in ("region", "region__parent", "region__parent__parent"):
            within |= Q(**{f"{path}__in": list(keys)})
        return within, text


def _contact(*, actor: Actor, pks: Sequence[int]) -> leads.Outcome:
    return leads.contact_leads(lead_ids=pks, actor=actor, all_or_nothing=False)


def _qualify(*, actor: Actor, pks: Sequence[int]) -> leads.Outcome:
    return leads.qualify_leads(lead_ids=pks, actor=actor, all_or_nothing=False)


def _disqualify(*, actor: Actor, pks: Sequence[int], reason: str) -> leads.Outcome:
    return leads.disqualify_leads(lead_ids=pks, reason=reason, actor=actor, all_or_nothing=False)


def _reopen(*, actor: Actor, pks: Sequence[int]) -> leads.Outcome:
    return leads.reopen_leads(lead_ids=pks, actor=actor, all_or_nothing=False)


def _claim(*, actor: Actor, pks: Sequence[int]) -> leads.Outcome:
    return leads.claim_leads(lead_ids=pks, actor=actor)


def _assign(*, actor: Actor, pks: Sequence[int], owner: User) -> leads.Outcome:
    return leads.assign_leads(lead_ids=pks, owner=owner, actor=actor)


def _delete(*, actor: Actor, pks: Sequence[int]) -> Kept:
    return Kept(leads.delete_leads(lead_ids=pks, actor=actor))


class LeadList(ListSpec):
    """Leads."""

    model = Lead
    page = "sales:leads"
    title = _("Leads")
    icon = "sparkles"
    columns = (
        Column("title", _("Lead"), value=lambda lead: lead.title, card="title"),
        Column("number", _("Number"), card="hide", shown=False),
        Column("organisation", _("Organisation"), shown=False),
        Column("name", pgettext_lazy("lead", "Person"), shown=False),
        Column("clock", _("First answer"), "badge", value=clock_in_words, sort="due_at", card="side",
               colours=lambda lead: CLOCK_COLOURS[lead.colour]),
        Column("status", _("Status"), "badge", card="side", colours=lambda lead: LEAD_COLOURS[lead.status]),
        Column("phone", _("Phone"), "phone"),
        Column("email", _("E-mail"), shown=False),
        Column("source", _("Source")),
        Column("campaign", _("Campaign"), shown=False),
        Column("region", _("Region"), value="region__label", shown=False),
        Column("text", pgettext_lazy("lead", "Enquiry"), shown=False),
        Column("products", _("Interested in"), shown=False,
               value=lambda lead: ", ".join(product.code for product in lead.products.all())),
        Column("owner", _("Owner")),
        Column("chosen_why", _("Owner chosen by"), shown=False),
        Column("received_at", pgettext_lazy("lead", "Received"), "datetime", sort=True),
        Column("due_at", _("Answer due"), "datetime", shown=False),
        Column("responded_at", _("First answer on"), "datetime", shown=False),
        Column("reason", _("Reason"), shown=False),
        Column("consent_at", _("Agreed on"), "datetime", shown=False),
        Column("closed_at", _("Closed"), "datetime", shown=False),
    )  # fmt: skip
    filters = (
        ChoiceFilter("status", _("Status"), choices=Status),
        ClockFilter("clock", _("First answer"), "due_at", choices=Clock),
        OwnerFilter(),
        TextFilter("source", _("Source")),
        RegionFilter("region", _("Region"), kind="region"),
        AmongFilter("product", _("Interested in"), "products", kind="product"),
        DateFilter("received", pgettext_lazy("lead", "Received"), "received_at"),
        TextFilter("campaign", _("Campaign"), quick=False),
        TextFilter("organisation", _("Organisation"), quick=False),
        TextFilter("text", pgettext_lazy("lead", "Enquiry"), quick=False),
        TextFilter("phone", _("Phone"), quick=False),
        TextFilter("email", _("E-mail"), quick=False),
        BoolFilter("alike", _("May be here already"), quick=False, condition=~Q(alike=[])),
        ChoiceFilter("web_form", _("Web form"), "web_form_id", quick=False, choices=web_forms_of),
        ChoiceFilter("rule", _("Lead rule"), "rule_id", quick=False, choices=rules),
    )
    views = (
        View("open", pgettext_lazy("lead", "Open"), {"status": "new,contacted,qualified"}),
        View("mine", _("Mine"), {"owner": "me", "status": "new,contacted,qualified"}),
        View("late", _("Too late"), {"clock": "red", "status": "new"}),
        View("pool", _("Lead pool"), {"owner": "none", "status": "new,contacted,qualified"}),
        View("board", _("Board"), {"show": "board"}),
        View("converted", _("Converted"), {"status": "converted"}),
        View("disqualified", _("Disqualified"), {"status": "disqualified"}),
    )
    acts = (
        Act("claim", _("Claim"), CHANGE, _claim, icon="user-check", when=is_nobodys, in_row=True),
        Act("contact", _("Contacted"), CHANGE, _contact, icon="phone", to="contacted",
            when=lambda lead: lead.status in (Status.NEW, Status.QUALIFIED)),
        Act("qualify", _("Qualified"), CHANGE, _qualify, icon="checks", to="qualified",
            when=lambda lead: lead.status in (Status.NEW, Status.CONTACTED)),
        Act("disqualify", _("Disqualify"), CHANGE, _disqualify, icon="x", form=ReasonForm, danger=True, when=is_open,
            to="disqualified"),
        Act("reopen", _("Take up again"), CHANGE, _reopen, icon="rotate", to="new",
            when=lambda lead: lead.status == Status.DISQUALIFIED),
        Act("assign", _("Hand over"), "crm_sales.assign_lead", _assign, icon="user", form=OwnerForm, when=is_open),
        Act("delete", _("Delete"), "crm_sales.delete_lead", _delete, icon="trash", danger=True,
            when=lambda lead: lead.status != Status.CONVERTED, confirm=_("Delete what was entered by mistake?")),
    )  # fmt: skip
    boards = ("status",)
    calendars = ("received",)
    pivots = True
    measures = (Rate("converted", _("Converted, %"), Q(status="converted"), Q(pk__isnull=False)),)
    order = "-id"
    related = ("owner", "region", "rule")
    prefetch = ("products",)
    create = Create(_("New lead"), "sales:lead_new", "crm_sales.add_lead")
    empty = _("No leads yet. Import a file, paste a business card, or put a form on your site.")
    importer = "leads"


def _switch(*, actor: Actor, pks: Sequence[int]) -> int:
    return lead_rules.switch_rules(rule_ids=pks, on=False, actor=actor)


def _switch_on(*, actor: Actor, pks: Sequence[int]) -> int:
    return lead_rules.switch_rules(rule_ids=pks, on=True, actor=actor)


def _drop(*, actor: Actor, pks: Sequence[int]) -> int:
    return lead_rules.delete_rules(rule_ids=pks, actor=actor)


class LeadRuleList(ListSpec):
    """Rules by which leads find their owner, in the order in which they are asked."""

    model = LeadRule
    page = "sales:lead_rules"
    title = _("Lead rules")
    icon = "route"
    columns = (
        Column("name", _("Name"), value="label", card="title"),
        Column("conditions", _("Conditions"), value=lambda rule: rule.words),
        Column("way", _("How")),
        Column("people", _("People"), value=lambda rule: rule.names),
        Column("turns", _("Leads given"), "number"),
        Column("is_active", _("Switched on"), "bool", card="side"),
    )
    acts = (
        Act("off", _("Switch off"), "crm_sales.change_leadrule", _switch, icon="player-pause", undo="on",
            when=lambda rule: rule.is_active),
        Act("on", _("Switch on"), "crm_sales.change_leadrule", _switch_on, icon="player-play", undo="off",
            when=lambda rule: not rule.is_active),
        Act("delete", _("Delete"), "crm_sales.delete_leadrule", _drop, icon="trash", danger=True,
            confirm=_("Delete the rule? The leads it gave stay with their owners.")),
    )  # fmt: skip
    order = "position"
    prefetch = ("seats__user",)
    searchable = False
    create = Create(_("New lead rule"), "sales:lead_rule_new", "crm_sales.add_leadrule")
    empty = _("No rules yet: what comes in waits for whoever takes it.")
    export = False

    def complete(self, rows: Sequence[LeadRule], actor: Actor) -> None:
        subject = subjects.subject(Lead.kind(), actor.company_id)
        assert subject is not None
        house = Actor.system(actor.company)
        for row in rows:
            row.words = conditions.sentence(row.conditions, subject, house) or _("every lead")  # type: ignore[attr-defined]
            row.names = ", ".join(str(seat.user) for seat in row.seats.all())  # type: ignore[attr-defined]

    def url(self, row: LeadRule) -> str:
        return reverse("sales:lead_rule", args=[row.pk])


def _close(*, actor: Actor, pks: Sequence[int]) -> int:
    return web_forms.close_forms(form_ids=pks, is_open=False, actor=actor)


def _open(*, actor: Actor, pks: Sequence[int]) -> int:
    return web_forms.close_forms(form_ids=pks, is_open=True, actor=actor)


class WebFormList(ListSpec):
    """Forms on the company's site."""

    model = WebForm
    page = "sales:web_forms"
    title = _("Web forms")
    icon = "clipboard-list"
    columns = (
        Column("name", _("Name"), value="label", card="title"),
        Column("title", _("Title"), value=lambda row: row.read("title")),
        Column("source", _("Source")),
        Column("campaign", _("Campaign")),
        Column("count", _("Leads"), "number", value=lambda row: row.count),
        Column("is_active", _("Open"), "bool", card="side"),
    )
    acts = (
        Act("close", pgettext_lazy("web form", "Close"), "crm_sales.change_webform", _close, icon="player-pause",
            undo="open", when=lambda row: row.is_active),
        Act("open", _("Open again"), "crm_sales.change_webform", _open, icon="player-play", undo="close",
            when=lambda row: not row.is_active),
    )  # fmt: skip
    order = "-id"
    search_fields = ("name", "name_en", "title")
    create = Create(_("New web form"), "sales:web_form_new", "crm_sales.add_webform")
    empty = _("No forms yet. Draw one up and put it on your site: what is sent becomes a lead at once.")
    export = False

    def complete(self, rows: Sequence[WebForm], actor: Actor) -> None:
        counted = Lead.objects.of(actor.company_id).filter(web_form__in=rows).values("web_form")
        counts = dict(counted.annotate(count=Count("pk")).values_list("web_form", "count"))
        for row in rows:
            row.count = counts.get(row.pk, 0)  # type: ignore[attr-defined]

    def url(self, row: WebForm) -> str:
        return reverse("sales:web_form", args=[row.pk])
