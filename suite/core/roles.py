"""The roles every company starts with. Patterns are expanded to Django permission codes when a company is founded
and after each migration; what an administrator changed stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext_noop

from suite.core import access
from suite.core.access import BREADTH, Scope
from suite.core.models import Company, Role
from suite.core.sql import unnested

HOUSE = {"suite", "crm", "erp", "integration"}
OWN, TEAM, ALL = Scope.OWN, Scope.TEAM, Scope.ALL

MASTER_DATA = {"masterdata.view_*": ALL}
SELLING = {
    "masterdata.view_product*": ALL,
    "masterdata.view_unit": ALL,
    "masterdata.view_tax": ALL,
    "masterdata.view_currency": ALL,
    "masterdata.view_region": ALL,
    "crm_sales.view_pricelist*": ALL,
    "crm_sales.view_promotion*": ALL,
    "crm_sales.view_contracttemplate": ALL,
    "crm_sales.view_pipeline": ALL,
    "crm_sales.view_stage": ALL,
    "crm_sales.view_keyaction": ALL,
    "crm_sales.view_lostreason": ALL,
    "crm_sales.view_rival": ALL,
    "erp_inventory.view_stockbalance": ALL,
}
EVERYBODY = {
    "desk.*": OWN,
    "automation.view_approval": OWN,
    "automation.decide_approval": OWN,
    "automation.view_delegation": OWN,
    "automation.add_delegation": OWN,
    "automation.delete_delegation": OWN,
    "core.view_user": ALL,
    "core.view_team": ALL,
    "core.view_job": OWN,
    "core.add_job": OWN,
    "core.*_apitoken": OWN,
    "core.view_apicall": OWN,
}


def seller(scope: Scope) -> dict[str, Scope]:
    """What selling needs, on own rows or on the team's."""
    return {
        **SELLING,
        # None is added but with its customer: alone it would be nobody's, not even its maker's.
        "masterdata.view_party": scope,
        "masterdata.change_party": scope,
        "masterdata.delete_party": scope,
        "masterdata.*_contact": scope,
        "masterdata.*_address": scope,
        "crm_customers.view_*": scope,
        "crm_customers.*_customer": scope,
        "crm_customers.*_activity": scope,
        "crm_customers.*_commitment": scope,
        "crm_customers.*_need": scope,
        "crm_customers.*_tag": scope,
        "crm_sales.*_quotation": scope,
        "crm_sales.*_order": scope,
        "crm_sales.*_opportunity": scope,
        "crm_sales.view_lead": scope,
        "crm_sales.add_lead": scope,
        "crm_sales.change_lead": scope,
        "crm_sales.delete_lead": scope,
        "crm_sales.convert_lead": scope,
        "crm_sales.*_leadactivity": scope,
        "crm_sales.*_contract": scope,
        "crm_sales.view_contractline": scope,
        "crm_sales.view_milestone": scope,
        "crm_sales.view_opportunityline": scope,
        "crm_sales.view_stagevisit": scope,
        "crm_sales.view_target": scope,
        "crm_retention.view_*": scope,
        "crm_retention.change_churnalert": scope,
        "crm_retention.claim_poolentry": scope,
        "erp_inventory.view_delivery": scope,
        "erp_finance.view_receivable": scope,
        "erp_finance.view_invoice": scope,
        "erp_finance.view_receipt": scope,
        "erp_finance.view_creditaccount": scope,
    }


INTEGRATOR = "integrator"  # the role of programs: they pass on what people decide elsewhere, and are nobody's colleague

# code: (Chinese name, English name, {pattern: scope}); a later pattern wins only where it reaches further.
ROLES: dict[str, tuple[str, str, dict[str, Scope]]] = {
    "rep": (
        "销售",
        gettext_noop("Sales rep"),
        {**EVERYBODY, **seller(OWN), "integration_insight.view_dashboard": OWN},
    ),
    "sales_manager": (
        "销售主管",
        gettext_noop("Sales manager"),
        {
            **EVERYBODY,
            **seller(TEAM),
            "crm_customers.*": TEAM,
            "desk.view_task": TEAM,
            "crm_sales.*": TEAM,
            "crm_sales.override_*": TEAM,
            "crm_retention.*_handover": TEAM,
            "crm_retention.change_retentionpolicy": TEAM,
            "masterdata.see_cost": ALL,
            "masterdata.merge_party": TEAM,
            "automation.view_flow*": ALL,
            "integration_insight.view_dashboard": TEAM,
        },
    ),
    "marketer": (
        "市场",
        gettext_noop("Marketer"),
        {
            **EVERYBODY,
            **SELLING,
            "masterdata.view_party": ALL,
            "masterdata.view_contact": ALL,
            "crm_customers.view_*": ALL,
            "crm_sales.view_lead": ALL,
            "crm_sales.add_lead": ALL,
            "crm_sales.change_lead": ALL,
            "crm_sales.delete_lead": ALL,
            "crm_sales.assign_lead": ALL,
            "crm_sales.*_leadactivity": ALL,
            "crm_sales.*_leadrule": ALL,
            "crm_sales.*_webform": ALL,
            "crm_sales.*_promotion*": ALL,
            "crm_sales.view_leadseat": ALL,
            "crm_retention.*": ALL,
        },
    ),
    "agent": (
        "客服",
        gettext_noop("Service agent"),
        {
            **EVERYBODY,
            **SELLING,
            **MASTER_DATA,
            "crm_customers.view_*": ALL,
            "crm_customers.*_activity": ALL,
            "crm_customers.*_commitment": ALL,
            "crm_customers.*_need": ALL,
            "crm_sales.view_order": ALL,
            "crm_sales.view_lead": ALL,
            "crm_sales.add_lead": ALL,
            "crm_sales.change_lead": ALL,
            "crm_sales.*_leadactivity": ALL,
            "erp_inventory.view_delivery": ALL,
            "erp_finance.view_invoice": ALL,
        },
    ),
    "warehouse": (
        "仓管",
        gettext_noop("Warehouse clerk"),
        {
            **EVERYBODY,
            **MASTER_DATA,
            "core.use_admin": ALL,
            "erp_inventory.*": ALL,
            "erp_procurement.view_purchaseorder": ALL,
            "erp_procurement.receive_purchaseorder": ALL,
        },
    ),
    "buyer": (
        "采购",
        gettext_noop("Buyer"),
        {
            **EVERYBODY,
            **MASTER_DATA,
            "core.use_admin": ALL,
            "masterdata.*_party": ALL,
            "masterdata.*_contact": ALL,
            "masterdata.*_address": ALL,
            "masterdata.*_product": ALL,
            "masterdata.*_productunit": ALL,
            "masterdata.add_unit": ALL,
            "masterdata.see_cost": ALL,
            "erp_procurement.*": ALL,
            "erp_inventory.view_*": ALL,
            "erp_finance.view_payable": ALL,
            "erp_finance.view_paymentterm": ALL,
            "erp_finance.*_invoice": ALL,
        },
    ),
    "planner": (
        "计划员",
        gettext_noop("Planner"),
        {
            **EVERYBODY,
            **MASTER_DATA,
            "core.use_admin": ALL,
            "erp_inventory.view_*": ALL,
            "erp_inventory.*_stockrule": ALL,
            "erp_procurement.view_*": ALL,
            "erp_procurement.add_requisition": ALL,
            "erp_procurement.change_requisition": ALL,
        },
    ),
    "accountant": (
        "会计",
        gettext_noop("Accountant"),
        {
            **EVERYBODY,
            **MASTER_DATA,
            "core.use_admin": ALL,
            "masterdata.change_party": ALL,
            "masterdata.*_tax": ALL,
            "masterdata.*_exchangerate": ALL,
            "masterdata.add_currency": ALL,
            "masterdata.see_cost": ALL,
            "masterdata.see_bank": ALL,
            "erp_finance.*": ALL,
            "erp_inventory.view_*": ALL,
            "erp_procurement.view_*": ALL,
            "erp_procurement.invoice_purchaseorder": ALL,
            "erp_procurement.accept_difference": ALL,
            "erp_procurement.*_landedcost": ALL,
            "crm_sales.view_contract": ALL,
            "crm_sales.view_order": ALL,
            "crm_customers.view_customer": ALL,
            "integration_insight.view_dashboard": ALL,
        },
    ),
    "hr": ("人事", gettext_noop("HR officer"), {**EVERYBODY, "core.use_admin": ALL, "core.*_calendarday": ALL}),
    "executive": (
        "老板",
        gettext_noop("Executive"),
        {
            **EVERYBODY,
            "*.view_*": ALL,
            "core.use_admin": ALL,  # to read: a figure of the dashboard leads to its rows
            "masterdata.see_*": ALL,
            "crm_sales.override_*": ALL,
            "automation.decide_approval": ALL,
            "erp_procurement.approve_*": ALL,
            "integration_insight.*": ALL,
        },
    ),
    "administrator": ("系统管理员", gettext_noop("Administrator"), {"*": ALL}),
    # All papers and master data; neither people and their rights nor what the company is.
    INTEGRATOR: (
        "集成",
        gettext_noop("Integrator"),
        {
            **EVERYBODY,
            "masterdata.*": ALL,
            "crm_*": ALL,
            "erp_*": ALL,
            "integration*": ALL,
            "desk.*": ALL,
            "automation.*": ALL,
            "core.view_*": ALL,
            "core.define_ownfield": ALL,
            "core.retry_outboxevent": ALL,
            "core.use_admin": OWN,
        },
    ),
}


def our_models() -> list[type[Model]]:
    """The models of the house, without those of its libraries."""
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in HOUSE]


def codes_of(model: type[Model]) -> dict[str, str]:
    """The permission codes of a model with what they allow: Django's four and the declared ones."""
    meta = model._meta
    usual = {f"{meta.app_label}.{verb}_{meta.model_name}": verb for verb in meta.default_permissions}
    return usual | {f"{meta.app_label}.{code}": str(name) for code, name in meta.permissions}


def known_codes() -> Iterator[str]:
    """Every permission code there is."""
    for model in our_models():
        yield from codes_of(model)


def expand(patterns: dict[str, Scope]) -> dict[str, Scope]:
    """The codes that the patterns reach, with the widest scope each."""
    return dict(_expanded(tuple(patterns.items())))


@cache
def _expanded(patterns: tuple[tuple[str, Scope], ...]) -> dict[str, Scope]:
    found: dict[str, Scope] = {}
    for code in known_codes():
        for pattern, scope in patterns:
            if fnmatchcase(code, pattern) and BREADTH[scope] > BREADTH[found.get(code, Scope.NONE)]:
                found[code] = scope
    return found


def seed(company: Company) -> None:
    """Give a company its roles and the grants that are new since the last time; nothing is taken away or changed."""
    Role.objects.bulk_create(
        (Role(company=company, code=code, name=name, name_en=en) for code, (name, en, _patterns) in ROLES.items()),
        ignore_conflicts=True,
    )
    grants = [
        (role, code, str(scope))
        for role, (_name, _en, patterns) in ROLES.items()
        for code, scope in expand(patterns).items()
    ]
    given, params = unnested("given", {"role": "text", "code": "text", "scope": "text"}, grants)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO core_grant (role_id, code, scope) SELECT role.id, given.code, given.scope FROM {given}"
            " JOIN core_role role ON role.code = given.role AND role.company_id = %s ON CONFLICT DO NOTHING",
            [*params, company.pk],
        )
    access.changed(company.pk)
