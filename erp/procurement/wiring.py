"""What purchasing tells the rest of the house when it starts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from erp.inventory import ports
from erp.inventory.models import GoodsReceipt
from erp.procurement import checks, flows, papers, sheets, tiles
from erp.procurement import imports as paper_imports
from erp.procurement.lists import over
from erp.procurement.models import (
    LandedCost,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchasePolicy,
    Requisition,
    RequisitionLine,
    Supplier,
    SupplierItem,
)
from erp.procurement.queries import work
from erp.procurement.queries.arrivals import incoming
from erp.procurement.services import (
    importing,
    orders,
    policy,
    receiving,
    requisitions,
    scanned,
    sending,
    terms_importing,
)
from suite.automation import approvals
from suite.core import jobs, modules, outbox
from suite.core.access import Actor
from suite.core.companies import on_founding
from suite.core.models import OutboxEvent
from suite.desk import choices, documents, events, imports, navigation, own, records, search, setup, workbench
from suite.desk import papers as printing

AREA = "erp_procurement"


def connect() -> None:
    """Called once, from apps.py."""
    modules.register(
        AREA, _("Purchasing"), order=50, needs=("erp_inventory",),
        purpose=_("Requisitions, purchase orders, arrivals, suppliers"),
        without=_("What an order lacks waits until goods come in: nobody is asked to buy, suppliers deliver nothing."),
    )  # fmt: skip
    on_founding(policy.set_up, order=40)
    setup.register_settings(PurchasePolicy, lambda actor, row, values: policy.change_policy(actor=actor, **values))
    checks.register()
    ports.incoming = incoming
    ports.arrivals = scanned.ScannedArrivals()
    ports.follow_returns(PurchaseOrder.kind(), receiving.gone_back)
    jobs.register(sending.KIND, sending.deliver)
    approvals.register(
        Requisition,
        amount="amount",
        submit=over(requisitions.submit_requisitions, "requisition_ids"),
        on_approved=requisitions.when_approved,
        on_rejected=requisitions.when_rejected,
        on_withdrawn=requisitions.when_withdrawn,
        fields=("warehouse", "amount", "note"),
        lines=RequisitionLine.briefs,
        say_lines=RequisitionLine.named,
    )
    approvals.register(
        PurchaseOrder,
        amount=orders.worth,
        submit=over(orders.submit_orders, "order_ids"),
        on_approved=orders.when_approved,
        on_rejected=orders.when_rejected,
        fields=("party", "currency", "net"),
        lines=PurchaseOrderLine.briefs,
        say_lines=PurchaseOrderLine.named,
    )
    outbox.on("erp.procurement.requisition.requested", find_by_search)
    imports.register(
        "suppliers",
        _("Suppliers"),
        permission=f"{AREA}.add_supplier",
        fields=sheets.SUPPLIERS,
        left_out=sheets.SUPPLIERS_LEFT_OUT,
        keys=sheets.SUPPLIER_KEYS,
        save=importing.save_suppliers,
        undo=importing.undo_suppliers,
        url_name="procurement:suppliers",
        model=Supplier,
    )
    imports.register(
        "supply-terms",
        _("Supply terms"),
        permission=f"{AREA}.add_supplieritem",
        fields=sheets.TERMS,
        save=terms_importing.save_terms,
        undo=terms_importing.undo_terms,
        url_name="procurement:items",
    )
    paper_imports.register()
    items = "procurement:product_items", f"{AREA}.view_supplieritem"
    records.register_tab("masterdata.product", "suppliers", _("Supply terms"), *items, order=20)
    _papers()
    _pages()
    _blocks()
    tiles.connect()


def find_by_search(event: OutboxEvent, actor: Actor) -> None:
    """Requisitions enter the search table after the commit: an order that confirms should not wait for it."""
    search.index(Requisition.objects.filter(pk=event.object_id))


def _papers() -> None:
    documents.register(
        Requisition, _("Requisition"), "procurement:requisition", icon="clipboard-list", order=30, is_story=True
    )
    documents.register(
        PurchaseOrder, _("Purchase order"), "procurement:order", icon="shopping-cart", order=40, is_story=True
    )
    documents.register(
        Supplier, _("Supplier"), "procurement:supplier", icon="building-factory", related=("party",), status=blocked
    )
    documents.register(
        SupplierItem, _("Supply terms"), "procurement:item", icon="tag", related=("supplier__party", "product")
    )
    documents.register(LandedCost, _("Landed cost"), "procurement:landed", icon="receipt", order=52)
    printing.register(LandedCost, papers.landed_costs)
    own.register(LandedCost, list_url="procurement:landed_costs", change=f"{AREA}.add_landedcost")
    printing.register(Requisition, papers.requisitions)
    printing.register(PurchaseOrder, papers.orders)
    own.register(Supplier, list_url="procurement:suppliers", found_as="party")
    own.register(Requisition, list_url="procurement:requisitions")
    own.register(PurchaseOrder, list_url="procurement:orders")
    requisition = ("requested", "submitted", "approved", "rejected", "reopened", "ordered", "cancelled")
    events.register("erp.procurement.requisition", _("Requisition"), *requisition)
    order = ("created", "submitted", "approved", "rejected", "placed", "closed", "cancelled", "unneeded")
    events.register("erp.procurement.purchaseorder", _("Purchase order"), *order)
    events.register("erp.procurement.landedcost", _("Landed cost"), "posted", "reversed")
    events.register("erp.procurement.invoice", _("Supplier invoice"), "booked")
    events.register("erp.procurement.supplier", _("Supplier"), "created", "changed")
    flows.connect()
    choices.register(
        "goods-receipt",
        GoodsReceipt,
        rows=may_be_charged,
        fields=("number", "order_number", "reference", "party__name"),
        exact=("number",),
        hint=lambda receipt: receipt.party.label if receipt.party else receipt.reason,
        order="-received_on",
    )
    choices.register(
        "supplier",
        Supplier,
        rows=may_deliver,
        fields=("party__name", "party__name_en", "party__code"),
        exact=("party__code", "party__name", "party__name_en"),
        hint=lambda supplier: supplier.party.code,
        order="party__name",
    )
    search.register(
        Requisition, words=lambda row: (row.number, row.order_number), subtitle=lambda row: row.order_number
    )
    search.register(
        PurchaseOrder,
        words=lambda row: (row.number, row.supplier_reference, row.party.name, row.party.name_en),
        subtitle=lambda row: row.party.label,
        related=("party",),
    )
    search.register(
        Supplier,
        words=lambda row: (row.party.name, row.party.name_en, row.party.code, row.party.phone),
        title=lambda row: row.party.name,
        subtitle=lambda row: row.party.code,
        related=("party",),
    )


def blocked(supplier: Supplier) -> tuple[str, str] | None:
    return (str(_("Blocked")), "danger") if supplier.is_blocked else None


def may_deliver(actor: Actor) -> QuerySet[Supplier]:
    """Suppliers who may be asked."""
    rows = Supplier.objects.visible_to(actor).filter(is_blocked=False, party__is_archived=False)
    return rows.select_related("party")


def may_be_charged(actor: Actor) -> QuerySet[GoodsReceipt]:
    """Receipts whose goods came into our stock."""
    rows = GoodsReceipt.objects.visible_to(actor).filter(status=GoodsReceipt.Status.POSTED)
    return rows.exclude(kind_of=GoodsReceipt.Kind.DIRECT).select_related("party")


def _pages() -> None:
    section = _("Purchasing")
    pages: list[tuple[Any, str, str, str, Any]] = [
        (_("Requisitions"), "requisitions", "clipboard-list", "view_requisition", work.to_order),
        (_("Purchase orders"), "orders", "shopping-cart", "view_purchaseorder", None),
        (_("Arrivals"), "arrivals", "truck", "view_purchaseorder", work.late),
        (_("Landed costs"), "landed_costs", "receipt", "view_landedcost", None),
        (_("Suppliers"), "suppliers", "building-factory", "view_supplier", None),
        (_("Supply terms"), "items", "tag", "view_supplieritem", None),
    ]
    for order, (label, name, icon, code, badge) in enumerate(pages, start=50):
        navigation.register(
            section, label, f"procurement:{name}", icon=icon, permission=f"{AREA}.{code}", badge=badge, order=order
        )
    navigation.register(
        _("Master data"),
        _("Purchase settings"),
        f"admin:{AREA}_purchasepolicy_changelist",
        icon="settings",
        permission=f"{AREA}.change_purchasepolicy",
        order=94,
    )
    navigation.register_quick(
        _("Requisition"), "procurement:requisition_new", icon="clipboard-list", permission=f"{AREA}.add_requisition"
    )
    navigation.register_quick(
        _("Purchase order"), "procurement:order_new", icon="shopping-cart", permission=f"{AREA}.add_purchaseorder"
    )


def _blocks() -> None:
    workbench.register(
        "buying",
        _("To be bought"),
        "erp/procurement/blocks/_buying.html",
        work.buying,
        permission=f"{AREA}.view_requisition",
        roles={"buyer", "planner"},
        order=20,
        link="procurement:requisitions",
    )
    workbench.register(
        "arrivals",
        _("Arrivals"),
        "erp/procurement/blocks/_arrivals.html",
        work.arriving,
        permission=f"{AREA}.view_purchaseorder",
        roles={"buyer", "planner", "warehouse"},
        order=25,
        wide=True,
        link="procurement:arrivals",
    )
