"""What automation tells the rest of the house when it starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def connect() -> None:
    """Called once, from apps.py."""
    from suite.automation import lists, queries
    from suite.automation.flows import own
    from suite.automation.models import Approval, Delegation, Flow, Webhook
    from suite.automation.services import flows, notices, triggers, webhooks
    from suite.core import companies, outbox
    from suite.core.access import register_owner_rule
    from suite.desk import documents, events, navigation, workbench
    from suite.desk.lists import Act
    from suite.desk.services import notifications
    from suite.desk.views.notifications import NotificationList, about

    register_owner_rule(Approval, queries.asked_or_asking)
    register_owner_rule(Delegation, queries.standing_in)
    events.register("automation.approval", _("Approval"), "requested", "approved", "rejected", "questioned")
    events.register("automation.webhook", _("Webhook"), "tested")
    events.register("automation.flow", _("Flow"), "said")
    outbox.on_many("*", webhooks.enqueue)
    outbox.on_many("*", triggers.on_events)
    companies.on_founding(flows.lay_down, order=90, table=Flow._meta.db_table)
    own.connect()
    documents.register(Webhook, _("Webhook"), "admin:automation_webhook_change", icon="webhook")
    documents.register(Approval, _("Approval"), "automation:approval", icon="clipboard-check")
    notifications.register_kind("flow", _("A flow tells me something"))
    notifications.register_kind("flow_urgent", _("A flow tells me something, by mail, too"), mail=True)
    notifications.register_kind("approval", _("Something waits for my approval"), mail=True, urgent=True)
    notifications.register_kind("decision", _("My request was decided"))
    outbox.on("automation.approval.requested", notices.ask)
    outbox.on("automation.approval.approved", notices.tell)
    outbox.on("automation.approval.rejected", notices.tell)
    outbox.on("automation.approval.questioned", notices.tell)
    navigation.register(
        _("My work"),
        _("Approvals"),
        "automation:approvals",
        icon="clipboard-check",
        permission="automation.decide_approval",
        badge=queries.count_mine,
        order=13,
        phone=6,
    )
    NotificationList.acts = (
        *NotificationList.acts,
        Act(
            "approve", _("Approve"), lists.DECIDE, lists.approve_noticed, icon="check", in_row=True,
            when=lambda row: not row.read_at and about(Approval, "approval")(row),
        ),
    )  # fmt: skip
    navigation.register(
        _("My work"), _("Standing in"), "automation:delegations", icon="users",
        permission="automation.view_delegation", order=14,
    )  # fmt: skip
    navigation.register(
        _("Settings"), _("Rules and flows"), "automation:flows", icon="schema", permission="automation.view_flow",
        order=890,
    )  # fmt: skip
    navigation.register(
        _("Settings"), _("Approval rules"), "admin:automation_approvalrule_changelist", icon="clipboard-check",
        permission="automation.change_approvalrule", order=891,
    )  # fmt: skip
    documents.register(Flow, _("Flow"), "automation:flow", icon="schema")
    house = _("Administration")
    for order, (label, model, icon) in enumerate(
        (
            (_("Webhooks"), "webhook", "webhook"),
            (_("Webhook deliveries"), "webhookdelivery", "send"),
        )
    ):
        navigation.register(
            house, label, f"admin:automation_{model}_changelist", icon=icon,
            permission=f"automation.view_{model}", order=955 + order,
        )  # fmt: skip
    workbench.register(
        "approvals",
        _("Waiting for my approval"),
        "suite/automation/blocks/_approvals.html",
        queries.block,
        permission="automation.decide_approval",
        order=15,
        link="automation:approvals",
    )
