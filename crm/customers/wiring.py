"""What customers bring to the ground below: row scopes, pages, pickers, menu, and the timeline's own rows."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.customers import flows, needs, queries, sheets, timeline
from crm.customers.models import Activity, Commitment, Customer, GradePolicy, Need, Tag, TagRule
from crm.customers.services import customers, grading, importing, tagging
from suite.core import companies, modules, outbox
from suite.core.access import register_owner_rule
from suite.desk import choices, dashboards, documents, events, imports, navigation, own, planned, search, workbench
from suite.desk.services import notifications
from suite.masterdata.models import Address, Contact, Party
from suite.masterdata.services import merging


def connect() -> None:
    """Called once, from apps.py."""
    modules.register(
        "crm_customers", _("Customers"), order=10,
        purpose=_("Whom we sell to: profiles, follow-ups, tags, the story of each customer"),
        without=_("Customers and suppliers stay in the master data; the books work on."),
    )  # fmt: skip
    register_owner_rule(Party, queries.party_rule("customer"))
    register_owner_rule(Contact, queries.party_rule("party__customer"))
    register_owner_rule(Address, queries.party_rule("party__customer"))
    register_owner_rule(Activity, queries.activity_rule)
    register_owner_rule(Need, queries.activity_rule)

    documents.register(
        Customer, _("Customer"), "customers:customer", icon="user", related=("party",), status=queries.stage_of
    )
    documents.register(
        Commitment, _("Commitment"), "customers:commitment", icon="list-check", related=("party",),
        status=lambda row: (str(row.get_status_display()), queries.COMMITMENT_COLOURS[row.status]),
    )  # fmt: skip
    search.register(
        Commitment, words=queries.words_of_commitment, title=lambda row: row.what,
        subtitle=lambda row: row.party.label, related=("party", "product", "unit"),
    )  # fmt: skip
    documents.register(
        Need, _("Need"), "customers:need", icon="bulb", related=("party", "product"),
        status=lambda row: (str(row.get_status_display()), needs.COLOURS[row.status]),
    )  # fmt: skip
    search.register(
        Need, words=needs.words_of_need, title=lambda row: row.what, subtitle=lambda row: row.party.label,
        related=("party", "product"),
    )  # fmt: skip
    own.register(Customer, list_url="customers:customers", found_as="party")
    documents.register(Party, _("Customer or supplier"), "customers:party", icon="building", module="crm_customers")
    events.register("crm.customers.customer", _("Customer"), "created", "changed", "tagged", "untagged")
    events.register("crm.customers.activity", _("Activity"), "logged")
    events.register(
        "crm.customers.commitment", _("Commitment"), "accepted", "changed", "kept", "broken", "withdrawn", "reopened"
    )
    events.register("crm.customers.need", _("Need"), "created", "changed", "met", "dropped", "reopened")
    notifications.register_kind("commitment", _("A promise of mine, or to me, was not kept"), module="crm_customers")
    choices.register("tag", Tag, fields=("name", "name_en"), exact=("name",), order="name")

    imports.register(
        "customers",
        _("Customers"),
        permission="crm_customers.add_customer",
        fields=sheets.CUSTOMERS,
        left_out=sheets.CUSTOMERS_LEFT_OUT,
        keys=sheets.CUSTOMER_KEYS,
        save=importing.save_customers,
        undo=importing.undo_customers,
        url_name="customers:customers",
        model=Customer,
    )
    timeline.register(
        "activity",
        _("Follow-ups"),
        rows=queries.activities_of,
        line=queries.activity_line,
        at="happened_at",
        icon="note",
        words=("title", "text", "place"),
    )
    timeline.register(
        "task", _("Tasks done"), rows=queries.tasks_of, line=queries.task_line, at="done_at", icon="checkbox",
        words=("title", "note"),
    )  # fmt: skip
    timeline.register(
        "change", _("Changes of fields"), rows=queries.changes_of, lines=queries.change_lines, at="at", icon="history",
        words=("changes", "reason"),
    )  # fmt: skip
    timeline.register(
        "commitment", _("Commitments"), rows=queries.commitments_of, line=queries.commitment_line, icon="list-check",
        permission="crm_customers.view_commitment", words=("sentence", "product__name", "product__name_en"),
    )  # fmt: skip
    timeline.register(
        "need", _("Needs"), rows=needs.needs_of, line=needs.need_line, icon="bulb",
        permission="crm_customers.view_need", words=("text", "product__name", "product__name_en"),
    )  # fmt: skip

    merging.register_profile(
        Customer,
        fields=("owner", "grade", "tier", "source", "next_step", "next_step_at"),
        derive=customers.kept_of_several,
    )
    flows.connect()
    outbox.on_many("*", tagging.on_events)
    companies.on_founding(grading.found, order=70, table=GradePolicy._meta.db_table)
    companies.on_founding(tagging.lay_down, order=70, table=TagRule._meta.db_table)
    documents.register(TagRule, _("Tag rule"), "customers:tag_rule", icon="tags")
    listed = "crm.customers.views.lists.CustomerList"
    dashboards.register_list("follow_ups", _("Follow-ups due"), listed, "count", view="due", order=74)
    dashboards.register_list("customers", _("Customers by lifecycle"), listed, "by.stage", order=76)
    dashboards.register_list(
        "commitments", _("Broken promises"), "crm.customers.views.commitments.CommitmentList", "count", view="broken",
        order=77,
    )  # fmt: skip
    planned.register(queries.next_steps)
    permission = "crm_customers.view_customer"
    navigation.register(
        _("Customers"), _("Customers"), "customers:customers", icon="users", permission=permission, order=20, phone=3
    )
    # Who looks after suppliers finds their people with them.
    navigation.register(
        _("Customers"), _("Contacts"), "masterdata:contacts", icon="id-badge", permission=permission, order=24
    )
    navigation.register(
        _("Customers"), _("Commitments"), "customers:commitments", icon="list-check",
        permission="crm_customers.view_commitment", order=22,
    )  # fmt: skip
    navigation.register(
        _("Customers"), _("Needs"), "customers:needs", icon="bulb", permission="crm_customers.view_need", order=23
    )
    navigation.register_quick(
        _("Tasks from a text"), "customers:text", icon="list-check", permission="crm_customers.add_commitment", order=22
    )
    navigation.register(
        _("Customers"), _("Data quality"), "customers:quality", icon="checks", permission=permission, order=26
    )
    navigation.register(
        _("Settings"), _("Rating rule"), "customers:grading", icon="star",
        permission="crm_customers.change_gradepolicy", order=893,
    )  # fmt: skip
    navigation.register(
        _("Settings"), _("Tag rules"), "customers:tag_rules", icon="tags", permission="crm_customers.change_tagrule",
        order=892,
    )  # fmt: skip
    navigation.register_quick(
        _("Customer"), "customers:new", icon="user-plus", permission="crm_customers.add_customer", order=20
    )
    workbench.register(
        "follow-ups",
        _("Next follow-ups"),
        "crm/customers/blocks/_follow_ups.html",
        queries.follow_ups_block,
        permission="crm_customers.change_customer",
        roles={"rep", "sales_manager", "agent"},
        order=15,
        link="customers:customers",
    )
    workbench.register(
        "promises",
        _("Promises of mine that are due"),
        "crm/customers/blocks/_promises.html",
        queries.promises_due,
        permission="crm_customers.change_commitment",
        roles={"rep", "sales_manager", "agent"},
        order=16,
        link="customers:commitments",
    )
