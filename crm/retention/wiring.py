"""What retention listens to and brings to the ground below."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from crm.retention import queries, services
from crm.retention.models import PoolEntry, RetentionPolicy
from crm.retention.services import handing
from suite.core import jobs, modules, outbox
from suite.core.access import Actor, register_owner_rule
from suite.core.companies import on_founding
from suite.core.models import OutboxEvent
from suite.desk import dashboards, events, navigation, setup
from suite.desk.services import notifications


def connect() -> None:
    """Called once, from apps.py."""
    modules.register(
        "crm_retention", _("Retention"), order=30, needs=("crm_sales",),
        purpose=_("Warns when a customer has stopped ordering"),
        without=_("Nobody is warned; what is known of customers stays."),
    )  # fmt: skip
    on_founding(services.found)
    register_owner_rule(PoolEntry, queries.whole_pool)
    jobs.register(handing.KIND, handing.work)
    notifications.register_kind(
        "pool", _("A customer or lead of mine falls to the pool"), mail=True, module="crm_retention"
    )
    selling = _("Customers")
    navigation.register(
        selling, _("Customer pool"), "retention:pool", icon="users-group", permission="crm_retention.view_poolentry",
        order=27, query="?view=there",
    )  # fmt: skip
    navigation.register(
        selling, _("Falls to the pool soon"), "retention:warnings", icon="alarm",
        permission="crm_retention.view_poolwarning", order=28, query="?view=open",
    )  # fmt: skip
    navigation.register(
        selling, _("Hand-overs"), "retention:hand_overs", icon="transfer", permission="crm_retention.add_handover",
        order=29,
    )  # fmt: skip
    setup.register_settings(RetentionPolicy, lambda actor, row, values: services.change_policy(actor=actor, **values))
    for what in ("confirmed", "cancelled", "undone", "amended"):
        outbox.on_many(f"crm.sales.order.{what}", orders_moved)
    events.register("crm.retention.churnalert", _("Churn alert"), "raised")
    notifications.register_kind(
        "churn", _("A customer of mine has stopped ordering"), mail=True, module="crm_retention"
    )
    dashboards.register_list(
        "dormant",
        _("Customers who stopped ordering"),
        "crm.retention.views.ChurnAlertList",
        "count",
        view="open",
        order=75,
    )
    navigation.register(
        _("Customers"),
        _("Dormant customers"),
        "retention:alerts",
        icon="clock-pause",
        permission="crm_retention.view_churnalert",
        order=24,
    )
    navigation.register(
        _("Master data"),
        _("Retention settings"),
        "admin:crm_retention_retentionpolicy_changelist",
        icon="settings",
        permission="crm_retention.change_retentionpolicy",
        order=95,
    )


def orders_moved(moved: Sequence[OutboxEvent], actor: Actor) -> None:
    """Orders were confirmed, or are none any more: look at their customers again."""
    services.refresh_customers(parties={event.payload["party"] for event in moved}, actor=actor)
