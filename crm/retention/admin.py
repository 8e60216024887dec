"""What retention goes by, in the admin pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm.retention import services
from crm.retention.models import RetentionPolicy
from suite.core.access import Actor
from suite.desk.admin_base import SuiteModelAdmin


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(SuiteModelAdmin):
    only_row = True
    list_display = fields = (
        "dormant_after_days", "pool_after_days", "lead_pool_after_days", "pool_warning_days", "claim_limit",
        "claim_days",
    )  # fmt: skip

    def change(self, actor: Actor, row: RetentionPolicy, values: dict[str, Any], lines: Any) -> RetentionPolicy:
        return services.change_policy(actor=actor, **values)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # founded with the company
