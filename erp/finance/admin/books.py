"""The chart, the roles of accounts, periods and settings; the reports hang on the accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from erp.finance.admin import reports
from erp.finance.admin.acts import of_set, one_by_one
from erp.finance.forms import ReasonForm
from erp.finance.models import Account, AccountRole, FinancePolicy, Period
from erp.finance.services import periods, settings
from suite.core.access import Actor
from suite.desk.admin_base import SuiteModelAdmin
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, Column, Create, ListSpec, View

Lines = dict[str, list[dict[str, Any]]]


class AccountList(ListSpec):
    model = Account
    icon = "book"
    columns = (
        Column("code", _("Code"), card="title", sort=True),
        Column("label", _("Name"), value=lambda row: row.label),
        Column("kind", _("Kind")),
        Column("side", _("Normal side")),
        Column("is_leaf", _("Takes postings"), "bool"),
        Column("needs_party", _("Needs a party"), "bool"),
        Column("is_archived", _("Archived"), "bool", shown=False),
    )
    filters = (
        ChoiceFilter("kind", _("Kind"), choices=Account.Kind),
        BoolFilter("is_leaf", _("Takes postings")),
        BoolFilter("is_archived", _("Archived")),
    )
    views = (
        View("live", _("In use"), {"is_archived": "no"}),
        View("leaves", _("Take postings"), {"is_leaf": "yes", "is_archived": "no"}),
    )
    order = "code"
    page_size = 100
    create = Create(_("Account"), "admin:erp_finance_account_add", "erp_finance.add_account")


@admin.register(Account)
class AccountAdmin(SuiteModelAdmin):
    list_spec = AccountList
    raw_id_fields = ("parent",)
    fields = (
        ("parent", "code"),
        ("name", "name_en"),
        ("kind", "side"),
        ("is_leaf", "is_cash", "needs_party"),
        "is_archived",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("parent", "code", "kind", "side", "is_leaf") if obj else ("kind", "side", "is_leaf", "is_archived")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "parent" in form.base_fields:
            form.base_fields["parent"].required = True
        return form

    def add(self, actor: Actor, values: dict[str, Any], lines: Lines) -> Account:
        inherited = {name: value for name, value in values.items() if value not in (False, "")}
        return settings.create_account(actor=actor, **inherited)

    def change(self, actor: Actor, row: Account, values: dict[str, Any], lines: Lines) -> Account:
        return settings.change_account(account=row, actor=actor, **values)

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(f"{address}/", self.admin_site.admin_view(view), name=f"erp_finance_{name}")
            for address, name, view in (
                ("trial-balance", "trial_balance", reports.trial_balance),
                ("ledger", "ledger", reports.ledger),
                ("ageing", "ageing", reports.ageing),
                ("check", "reconciliation", reports.check),
                ("close", "close", reports.close),
            )
        ]
        return [*pages, *super().get_urls()]


@admin.register(AccountRole)
class AccountRoleAdmin(SuiteModelAdmin):
    """Which account plays which part in the postings of documents."""

    list_display = ("role", "account")
    fields = ("role", "account")
    readonly_fields = ("role",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def related_rows(self, field: Any, actor: Actor, visible: Any) -> Any:
        return visible.filter(is_leaf=True, is_archived=False)

    def change(self, actor: Actor, row: AccountRole, values: dict[str, Any], lines: Lines) -> AccountRole:
        return settings.assign_role(role=row.role, account=values["account"], actor=actor)


class PeriodList(ListSpec):
    model = Period
    icon = "calendar"
    columns = (
        Column("code", _("Period"), card="title"),
        Column("starts", _("Starts"), "date", sort=True),
        Column("ends", _("Ends"), "date"),
        Column("closed_at", _("Closed"), "datetime"),
        Column("status", _("Status"), "badge"),
    )
    filters = (ChoiceFilter("status", _("Status"), choices=Period.Status),)
    order = "-starts"
    acts = (
        Act(
            "close",
            pgettext_lazy("period", "Close"),
            "erp_finance.close_period",
            of_set(periods.close, "period_ids"),
            icon="lock",
            confirm=_("A closed period takes no posting any more. Close it?"),
            when=lambda row: row.status == Period.Status.OPEN,
        ),
        Act(
            "reopen",
            _("Reopen"),
            "erp_finance.reopen_period",
            one_by_one(periods.reopen, "period_id"),
            icon="lock-open",
            form=ReasonForm,
            when=lambda row: row.status == Period.Status.CLOSED,
        ),
    )

    def url(self, row: Period) -> str:
        return f"{reverse('admin:erp_finance_close')}?period={row.code}"


@admin.register(Period)
class PeriodAdmin(SuiteModelAdmin):
    list_spec = PeriodList
    fields = readonly_fields = ("code", "starts", "ends", "status", "closed_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(FinancePolicy)
class FinancePolicyAdmin(SuiteModelAdmin):
    only_row = True
    list_display = ("posting", "taxpayer", "overdue_days", "reviewer_differs")
    fields = ("posting", "taxpayer", "overdue_days", "reviewer_differs")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change(self, actor: Actor, row: FinancePolicy, values: dict[str, Any], lines: Lines) -> FinancePolicy:
        return settings.change_policy(actor=actor, **values)
