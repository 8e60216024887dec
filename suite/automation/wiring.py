"""What automation tells the rest of the house when it starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def connect() -> None:
    """Called once, from apps.py."""
    from suite.automation import queries
    from suite.automation.models import Approval
    from suite.automation.services import notices
    from suite.core import outbox
    from suite.core.access import register_owner_rule
    from suite.desk import documents, navigation, workbench
    from suite.desk.services import notifications

    register_owner_rule(Approval, queries.asked_or_asking)
    documents.register(Approval, _("Approval"), "automation:approval", icon="clipboard-check")
    notifications.register_kind("approval", _("Something waits for my approval"), mail=True)
    notifications.register_kind("decision", _("My request was decided"))
    outbox.on("automation.approval.requested", notices.ask)
    outbox.on("automation.approval.approved", notices.tell)
    outbox.on("automation.approval.rejected", notices.tell)
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
    workbench.register(
        "approvals",
        _("Waiting for my approval"),
        "suite/automation/blocks/_approvals.html",
        queries.block,
        permission="automation.decide_approval",
        order=15,
        link="automation:approvals",
    )
