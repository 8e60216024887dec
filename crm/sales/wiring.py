"""What selling brings to the ground below: papers with pages, pickers, search, menu, workbench."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.customers import holds, timeline
from crm.customers import ports as customers_ports
from crm.sales import flows, grading, imports, insight_cards, papers, suggestions, tiles
from crm.sales.contract_lists import CONTRACT_COLOURS
from crm.sales.lead_lists import LEAD_COLOURS
from crm.sales.lists import QUOTATION_COLOURS
from crm.sales.models import (
    Contract,
    ContractLine,
    ContractTemplate,
    Lead,
    LostReason,
    Opportunity,
    Order,
    OrderLine,
    Pipeline,
    Promotion,
    Quotation,
    QuotationLine,
    Rival,
    SalesPolicy,
    Stage,
    Target,
)
from crm.sales.opportunity_lists import OPPORTUNITY_COLOURS
from crm.sales.promotion_lists import PROMOTION_COLOURS
from crm.sales.queries import contracts as contract_queries
from crm.sales.queries import leads as lead_queries
from crm.sales.queries import morning, orders, performance, quotations
from crm.sales.queries import opportunities as deals
from crm.sales.queries.papers import paper_line
from crm.sales.services import approving, clauses, executing, keeping, pipelines, policy, weighing, winning
from suite.automation import approvals
from suite.core import clock, companies, modules, outbox
from suite.core.access import Actor, register_owner_rule
from suite.desk import choices, documents, events, formats, navigation, own, records, search, setup, workbench
from suite.desk import papers as printing
from suite.desk.services import notifications
from suite.masterdata.models import Party


def connect() -> None:
    """Called once, from apps.py."""
    modules.register(
        "crm_sales", _("Selling"), order=20, needs=("crm_customers",),
        purpose=_("Quotations, orders, price lists"),
        without=_("Nothing new is quoted or ordered; what was ordered is delivered, invoiced and paid as before."),
    )  # fmt: skip
    companies.on_founding(policy.found)
    customers_ports.concerns = weighing.concerns
    outbox.on_many("crm.sales.quotation.sent", keeping.quotations_sent)
    outbox.on_many("crm.sales.order.confirmed", keeping.orders_confirmed)
    outbox.on_many("crm.sales.order.delivered", keeping.orders_delivered)
    terms = ("party", "currency", "net")
    approvals.register(
        Order, amount=approving.worth, fields=terms, lines=OrderLine.briefs, say_lines=OrderLine.named,
        stands_for=approving.agreed_before,
        submit=lambda *, actor, pks: approving.submit_orders(order_ids=pks, actor=actor),
    )  # fmt: skip
    approvals.register(
        Quotation, amount=approving.worth, fields=terms, lines=QuotationLine.briefs, say_lines=QuotationLine.named,
        submit=lambda *, actor, pks: approving.submit_quotations(quotation_ids=pks, actor=actor),
    )  # fmt: skip
    setup.register_settings(SalesPolicy, lambda actor, row, values: policy.change_policy(actor=actor, **values))
    documents.register(
        Quotation, _("Quotation"), "sales:quotation", icon="file-text", related=("party",), order=10,
        status=lambda row: (str(row.get_status_display()), QUOTATION_COLOURS[row.status]),
    )  # fmt: skip
    documents.register(
        Order, _("Order"), "sales:order", icon="shopping-cart", related=("party",), order=20, is_story=True
    )
    printing.register(Quotation, papers.quotations)
    printing.register(Order, papers.orders)
    own.register(Quotation, list_url="sales:quotations")
    own.register(Order, list_url="sales:orders")
    events.register(
        "crm.sales.quotation", _("Quotation"), "created", "changed", "sent", "accepted", "refused", "won", "lost",
        "replaced",
    )  # fmt: skip
    events.register(
        "crm.sales.order", _("Order"), "created", "changed", "confirmed", "amended", "cancelled", "undone", "short",
        "delivered", "returned", "invoiced", "paid", "owed_back",
    )  # fmt: skip
    for model in (Quotation, Order):
        search.register(model, words=words, subtitle=subtitle, related=("party",))
    choices.register(
        "order", Order, rows=lambda actor: Order.objects.visible_to(actor).exclude(status=Order.Status.CANCELLED),
        exact=("number",), hint=subtitle,
    )  # fmt: skip
    choices.register(
        "buyer", Party, rows=buyers, exact=("code", "external_ref", "name", "name_en"), hint=lambda party: party.code,
        empty=_("No customers yet: enter the first one under Customers"),
    )  # fmt: skip
    timeline.register(
        "quotation", _("Quotations"), rows=quotations.quotations_of, line=paper_line, icon="file-text",
        words=("number", "note"),
    )  # fmt: skip
    timeline.register(
        "quotation_answer", _("Answers to quotations"), rows=quotations.answers_of, line=quotations.answer_line,
        at="answered_at", icon="checks", permission="crm_sales.view_quotation", words=("name", "text"),
    )  # fmt: skip
    notifications.register_kind(
        "quotation_answered", _("A customer answered a quotation"), mail=True, urgent=True, module="crm_sales"
    )
    timeline.register(
        "order", _("Orders"), rows=orders.orders_of, line=paper_line, icon="shopping-cart", words=("number", "note")
    )
    keep_customers()
    promotions()
    leads()
    opportunities()
    contracts()
    imports.register()
    flows.connect()
    suggestions.connect()
    grading.connect()
    menu()
    blocks()
    tiles.connect()


def words(row: Quotation | Order) -> tuple[str, ...]:
    """What a paper is found by."""
    return (row.number, row.party.name, row.party.name_en, *(getattr(row, name, "") for name in REFERENCES))


def keep_customers() -> None:
    """What is live with a customer keeps it with its owner."""
    going = (Contract.Status.AWAITING, Contract.Status.ACTIVE)
    holds.register("contract", _("A contract is in force"), lambda pk: Contract.objects.of(pk).filter(status__in=going))
    holds.register(
        "order", _("An order is open"),
        lambda pk: Order.objects.of(pk).filter(status=Order.Status.CONFIRMED).exclude(delivery=Order.Progress.DONE),
    )  # fmt: skip
    holds.register(
        "opportunity", _("An opportunity is open"),
        lambda pk: Opportunity.objects.of(pk).filter(status=Opportunity.Status.OPEN),
    )  # fmt: skip


def promotions() -> None:
    """Promotions: found by their name and code, with fields of the company's own."""
    documents.register(
        Promotion, _("Promotion"), "sales:promotion", icon="tags", order=90,
        status=lambda row: (str(row.get_status_display()), PROMOTION_COLOURS[row.status]),
    )  # fmt: skip
    own.register(Promotion, list_url="sales:promotions")
    events.register(
        "crm.sales.promotion", _("Promotion"), "created", "changed", "switched_on", "switched_off", "held", "released"
    )
    search.register(
        Promotion, words=lambda row: (row.code, row.name, row.name_en), title=lambda row: row.label,
        subtitle=lambda row: f"{row.code} · {row.get_kind_display()}",
    )  # fmt: skip
    navigation.register(
        _("Selling"), _("Promotions"), "sales:promotions", icon="tags", permission="crm_sales.view_promotion",
        order=33,
    )  # fmt: skip


def leads() -> None:
    """Leads: a kind of paper, seen by their owners and, while they are nobody's, by whoever may take them."""
    register_owner_rule(Lead, lead_queries.lead_rule)
    documents.register(
        Lead, _("Lead"), "sales:lead", icon="sparkles", order=4,
        status=lambda row: (str(row.get_status_display()), LEAD_COLOURS[row.status]),
    )  # fmt: skip
    own.register(Lead, list_url="sales:leads")
    events.register(
        "crm.sales.lead", _("Lead"), "created", "changed", "contacted", "qualified", "disqualified", "reopened",
        "converted", "overdue",
    )  # fmt: skip
    search.register(
        Lead,
        words=lambda row: (row.number, row.name, row.organisation, row.phone, row.email),
        title=lambda row: row.title,
        subtitle=lambda row: " · ".join(part for part in (row.source, str(row.get_status_display())) if part),
    )
    notifications.register_kind(
        "lead_overdue", _("A lead was not answered in time"), mail=True, urgent=True, module="crm_sales"
    )
    notifications.register_kind("stage_alert", _("A stage lets fewer deals through than usual"), module="crm_sales")
    notifications.register_kind("lead_stranded", _("A lead waits for an owner"), module="crm_sales")
    timeline.register(
        "lead", _("Leads"), rows=lead_queries.leads_of, line=lead_queries.lead_line, at="received_at", icon="sparkles",
        permission="crm_sales.view_lead", words=("number", "text"),
    )  # fmt: skip
    timeline.register(
        "lead_activity", _("Follow-ups of leads"), rows=lead_queries.talks_of, line=lead_queries.talk_line,
        at="happened_at", icon="note", permission="crm_sales.view_lead", words=("text",),
    )  # fmt: skip
    selling, figures, view = _("Selling"), _("Sales figures"), "crm_sales.view_lead"
    navigation.register(
        selling, _("Leads"), "sales:leads", icon="sparkles", permission=view, order=26, query="?view=open",
        badge=lambda actor: lead_queries.waiting_for(actor)[:99].count(),
    )  # fmt: skip
    navigation.register(
        figures, _("First answers in time"), "sales:lead_response", icon="clock", permission=view, order=36
    )
    navigation.register(
        selling, _("Lead rules"), "sales:lead_rules", icon="route", permission="crm_sales.change_leadrule", order=35
    )
    navigation.register(
        selling, _("Web forms"), "sales:web_forms", icon="clipboard-list", permission="crm_sales.change_webform",
        order=34,
    )  # fmt: skip
    navigation.register_quick(_("Lead"), "sales:lead_new", icon="sparkles", permission="crm_sales.add_lead", order=26)
    navigation.register_quick(
        _("Lead from a text"), "sales:lead_paste", icon="id", permission="crm_sales.add_lead", order=27
    )
    workbench.register(
        "new-leads", _("Leads that wait for my answer"), "crm/sales/blocks/_leads.html",
        lambda actor: {"rows": lead_queries.waiting_for(actor)[:8]}, permission="crm_sales.change_lead", roles=SELLERS,
        order=14, link="sales:leads", query="?view=mine",
    )  # fmt: skip


def opportunities() -> None:
    """Deals on their way: a kind of paper, their stages and reasons to be picked, their place with the customer."""
    companies.on_founding(pipelines.found, order=60, table=Pipeline._meta.db_table)
    approvals.register(
        Opportunity, amount="value", fields=("party", "currency", "amount"),
        submit=lambda *, actor, pks: approving.submit_opportunities(opportunity_ids=pks, actor=actor),
    )  # fmt: skip
    documents.register(
        Opportunity, _("Opportunity"), "sales:opportunity", icon="target-arrow", order=5, related=("party",),
        status=lambda row: (str(row.get_status_display()), OPPORTUNITY_COLOURS[row.status]),
    )  # fmt: skip
    for event in ("created", "changed", "moved", "reopened"):
        outbox.on_many(f"crm.sales.opportunity.{event}", winning.deals_changed)
    own.register(Opportunity, list_url="sales:opportunities")
    events.register("crm.sales.opportunity", _("Opportunity"), "created", "changed", "moved", "won", "lost", "reopened")
    search.register(
        Opportunity,
        words=lambda row: (row.number, row.name, *((row.party.name, row.party.name_en) if row.party else ())),
        subtitle=lambda row: " · ".join(
            part for part in (row.party.label if row.party else "", row.stage.label, formats.money(row.value)) if part
        ),
        related=("party", "stage"),
    )
    names = ("name", "name_en")
    choices.register(
        "stage", Stage, rows=stages, text=lambda row: row.label, hint=lambda row: row.pipeline.label, fields=names,
        exact=names, order="position",
    )  # fmt: skip
    choices.register("lost_reason", LostReason, rows=in_use(LostReason), fields=names, exact=names, order="pk")
    choices.register("rival", Rival, rows=in_use(Rival), fields=names, exact=names, order="pk")
    timeline.register(
        "opportunity", _("Opportunities"), rows=deals.visits_with, line=deals.visit_line, at="entered_at",
        icon="target-arrow", permission="crm_sales.view_opportunity",
        words=("opportunity__number", "opportunity__name", "opportunity__note"),
    )  # fmt: skip
    records.register_tab(
        "crm_customers.customer", "opportunities", _("Opportunities"), "sales:customer_opportunities",
        "crm_sales.view_opportunity", order=10,
    )  # fmt: skip


def contracts() -> None:
    """Contracts and their templates: a kind of paper that is agreed to, its place with the customer, what it tells."""
    companies.on_founding(clauses.found, order=60, table=ContractTemplate._meta.db_table)
    approvals.register(
        Contract, amount=approving.worth, fields=("party", "currency", "net"), lines=ContractLine.briefs,
        say_lines=ContractLine.named, on_approved=executing.when_approved, on_rejected=executing.when_sent_back,
        on_withdrawn=executing.when_sent_back,
        submit=lambda *, actor, pks: executing.submit_contracts(contract_ids=pks, actor=actor),
    )  # fmt: skip
    documents.register(
        Contract, _("Contract"), "sales:contract", icon="contract", order=15, related=("party",),
        status=lambda row: (str(row.get_status_display()), CONTRACT_COLOURS[row.status]),
    )  # fmt: skip
    printing.register(Contract, papers.contracts)
    own.register(Contract, list_url="sales:contracts")
    events.register(
        "crm.sales.contract", _("Contract"), "created", "changed", "submitted", "approved", "reopened", "paid", "late",
        "completed", "terminated", "expired",
    )  # fmt: skip
    outbox.on_many("crm.sales.order.delivered", keeping.contracts_delivered)
    notifications.register_kind("contract", _("Something is due with a contract"), module="crm_sales")
    search.register(
        Contract,
        words=lambda row: (row.number, row.name, row.party.name, row.party.name_en),
        subtitle=lambda row: f"{row.name} · {subtitle(row)}",
        related=("party",),
    )
    choices.register(
        "contract_template", ContractTemplate, rows=templates, fields=("name", "name_en"), exact=("name", "name_en"),
        order="pk",
    )  # fmt: skip
    timeline.register(
        "contract", _("Contracts"), rows=contract_queries.contracts_of, line=paper_line, icon="contract",
        permission="crm_sales.view_contract", words=("number", "name", "note"),
    )  # fmt: skip


def templates(actor: Actor) -> QuerySet[ContractTemplate]:
    """The templates in use."""
    return ContractTemplate.objects.visible_to(actor).filter(is_archived=False)


def stages(actor: Actor) -> QuerySet[Stage]:
    """The stages in use to which deals are moved."""
    return Stage.objects.visible_to(actor).filter(is_archived=False).select_related("pipeline")


def in_use(model: type[LostReason] | type[Rival]) -> Callable[[Actor], QuerySet[Any]]:
    return lambda actor: model.objects.visible_to(actor).filter(is_archived=False)


REFERENCES = ("customer_reference", "external_ref")


def subtitle(row: Quotation | Contract | Order) -> str:
    return f"{row.party.label} · {formats.money(row.gross, str(row.currency_id))}"


def buyers(actor: Actor) -> QuerySet[Party]:
    """Customers of the actor that are in use."""
    return Party.objects.visible_to(actor).filter(is_archived=False, customer__isnull=False)


def menu() -> None:
    """The section of selling, and what can be written quickly."""
    selling, figures, view = _("Selling"), _("Sales figures"), "crm_sales.view_opportunity"
    navigation.register(
        selling, _("Opportunities"), "sales:opportunities", icon="target-arrow", permission=view, order=27,
        query="?view=board",
    )  # fmt: skip
    navigation.register(selling, _("Who follows whom"), "sales:team_board", icon="users", permission=view, order=28)
    navigation.register(figures, _("Funnel"), "sales:funnel", icon="filter", permission=view, order=37)
    navigation.register(figures, _("Sources"), "sales:sources", icon="filter", permission=view, order=37)
    navigation.register(figures, _("Performance"), "sales:performance", icon="target", permission=view, order=36)
    navigation.register(figures, _("Targets"), "sales:targets", icon="target", permission="crm_sales.change_target",
                        order=38)  # fmt: skip
    navigation.register(
        figures, pgettext_lazy("report", "Forecast"), "sales:forecast", icon="chart-line", permission=view, order=36
    )
    navigation.register(
        figures, _("Win probability"), "sales:win_probability", icon="target", permission=view, order=38
    )
    navigation.register(
        selling, _("Pipelines"), "sales:pipelines", icon="sitemap", permission="crm_sales.add_pipeline", order=36
    )
    navigation.register(
        selling, _("Reasons for losing"), "sales:lost_reasons", icon="list", permission="crm_sales.change_lostreason",
        order=37,
    )  # fmt: skip
    navigation.register(
        selling, _("Rivals"), "sales:rivals", icon="users", permission="crm_sales.change_rival", order=38
    )
    navigation.register_quick(
        _("Opportunity"), "sales:opportunity_new", icon="target-arrow", permission="crm_sales.add_opportunity", order=28
    )
    navigation.register(
        selling, _("Quotations"), "sales:quotations", icon="file-text", permission="crm_sales.view_quotation", order=30
    )
    navigation.register(
        selling, _("Contracts"), "sales:contracts", icon="contract", permission="crm_sales.view_contract", order=30
    )
    navigation.register(
        selling, _("Contract templates"), "sales:contract_templates", icon="file-text",
        permission="crm_sales.change_contracttemplate", order=35,
    )  # fmt: skip
    navigation.register(
        selling, _("Orders"), "sales:orders", icon="shopping-cart", permission="crm_sales.view_order", order=31,
        badge=lambda actor: orders.to_confirm(actor)[:99].count(), phone=4,
    )  # fmt: skip
    navigation.register(
        selling, _("Price lists"), "sales:price_lists", icon="tags", permission="crm_sales.view_pricelist", order=32
    )
    navigation.register(
        selling, _("Sales settings"), "sales:policy", icon="settings", permission="crm_sales.change_salespolicy",
        order=39,
    )  # fmt: skip
    navigation.register_quick(
        _("Quotation"), "sales:quotation_new", icon="file-text", permission="crm_sales.add_quotation", order=30
    )
    navigation.register_quick(
        _("Order"), "sales:order_new", icon="shopping-cart", permission="crm_sales.add_order", order=31
    )
    navigation.register_quick(
        _("Contract"), "sales:contract_new", icon="contract", permission="crm_sales.add_contract", order=32
    )


def blocks() -> None:
    """What sellers see on their workbench."""
    template = "crm/sales/blocks/_papers.html"
    workbench.register(
        "morning", _("What to do first"), "crm/sales/blocks/_morning.html", morning.block,
        permission=morning.PERMISSION, roles=SELLERS, order=9,
    )  # fmt: skip
    workbench.register(
        "orders-to-confirm", _("My orders to confirm"), template,
        lambda actor: {"rows": orders.to_confirm(actor)[:8], "date": "date", "page": "sales:order"},
        permission="crm_sales.confirm_order", roles=SELLERS, order=20,
        link="sales:orders", query="?status=draft&owner=me",
    )  # fmt: skip
    workbench.register(
        "open-quotations", _("My open quotations"), template,
        lambda actor: {"rows": quotations.open_quotations(actor)[:8], "date": "valid_until", "page": "sales:quotation"},
        permission="crm_sales.view_quotation", roles=SELLERS, order=21, link="sales:quotations",
    )  # fmt: skip
    workbench.register(
        "insights", _("What converts"), "crm/sales/blocks/_cards.html",
        lambda actor: {"cards": insight_cards.cards_of(actor)}, permission="crm_sales.view_opportunity",
        roles=SELLERS | {"executive"}, order=45, link="sales:opportunities",
        query="?show=pivot&down=region&across=industry&measure=rate.won&status=won,lost",
    )  # fmt: skip
    workbench.register(
        "my-targets", _("My month against target"), "crm/sales/blocks/_targets.html",
        lambda actor: {"row": performance.mine(actor), "labels": Target.Measure.labels, "as_of": clock.now()},
        permission="crm_sales.view_target", roles=SELLERS, order=11, link="sales:performance",
    )  # fmt: skip
    workbench.register(
        "open-deals", _("My open opportunities"), "crm/sales/blocks/_deals.html",
        lambda actor: {"rows": deals.open_deals(actor)[:8]},
        permission="crm_sales.change_opportunity", roles=SELLERS, order=19,
        link="sales:opportunities", query="?view=mine",
    )  # fmt: skip
    workbench.register(
        "late-contracts", _("Contracts with something late"), template,
        lambda actor: {
            "rows": contract_queries.late_contracts(actor)[:8], "date": "late_since", "page": "sales:contract"
        },
        permission="crm_sales.view_contract", roles=SELLERS | {"accountant", "executive"}, order=23,
        link="sales:contracts", query="?late=yes",
    )  # fmt: skip
    workbench.register(
        "late-orders", _("Late orders"), template,
        lambda actor: {"rows": orders.late(actor)[:8], "date": "promised_date", "page": "sales:order"},
        permission="crm_sales.view_order", roles=SELLERS | {"executive", "agent"}, order=22,
        link="sales:orders", query="?late=yes",
    )  # fmt: skip


SELLERS = {"rep", "sales_manager", "administrator"}
