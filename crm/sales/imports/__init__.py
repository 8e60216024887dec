"""What selling takes out of sheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.sales.imports import contracts, leads, opportunities, papers, price_lists, targets
from crm.sales.models import Contract, Lead, Opportunity, Order, Quotation
from suite.desk import imports


def register() -> None:
    """Called once, from apps.py."""
    imports.register(
        "leads",
        _("Leads"),
        permission="crm_sales.add_lead",
        fields=leads.FIELDS,
        left_out=leads.LEFT_OUT,
        save=leads.save,
        undo=leads.undo,
        batch=2000,
        url_name="sales:leads",
        model=Lead,
    )
    imports.register(
        "opportunities",
        _("Opportunities"),
        permission="crm_sales.add_opportunity",
        fields=opportunities.FIELDS,
        left_out=opportunities.LEFT_OUT,
        save=opportunities.save,
        undo=opportunities.undo,
        batch=2000,
        url_name="sales:opportunities",
        model=Opportunity,
    )
    imports.register(
        "quotations",
        _("Quotations"),
        permission="crm_sales.add_quotation",
        fields=papers.QUOTATION_FIELDS,
        left_out=papers.QUOTATIONS_LEFT_OUT,
        save=papers.QUOTATIONS.save,
        undo=papers.undo_quotations,
        group="reference",
        batch=2000,
        url_name="sales:quotations",
        model=Quotation,
    )
    imports.register(
        "contracts",
        _("Contracts"),
        permission="crm_sales.add_contract",
        fields=contracts.FIELDS,
        left_out=contracts.LEFT_OUT,
        save=contracts.CONTRACTS.save,
        undo=contracts.undo,
        group="reference",
        batch=2000,
        url_name="sales:contracts",
        model=Contract,
    )
    imports.register(
        "orders",
        _("Orders"),
        permission="crm_sales.add_order",
        fields=papers.ORDER_FIELDS,
        left_out=papers.ORDERS_LEFT_OUT,
        save=papers.ORDERS.save,
        undo=papers.undo_orders,
        group="external_ref",
        batch=2000,
        url_name="sales:orders",
        model=Order,
    )
    imports.register(
        "targets", _("Targets"), permission="crm_sales.add_target", fields=targets.FIELDS, save=targets.save,
        batch=2000, url_name="sales:target_list",
    )  # fmt: skip
    imports.register(
        "price-lists",
        _("Price lists"),
        permission="crm_sales.add_pricelist",
        fields=price_lists.FIELDS,
        left_out=price_lists.LEFT_OUT,
        save=price_lists.save,
        undo=price_lists.undo,
        group="name",
        batch=2000,
        url_name="sales:price_lists",
    )
