"""What purchasing does; other areas call these."""

from erp.procurement.queries import arrivals, lead_days, next_arrivals
from erp.procurement.services.adopting import adopt_receipt
from erp.procurement.services.invoicing import Bill, SupplierInvoice, book_held, book_invoices
from erp.procurement.services.landed import put_on, take_off
from erp.procurement.services.lines import LineInput
from erp.procurement.services.orders import (
    approve_orders,
    cancel_orders,
    change_order,
    close_short,
    create_order,
    place_orders,
    reject_orders,
    submit_orders,
)
from erp.procurement.services.planning import drop_plans, plan_supply
from erp.procurement.services.policy import policy_of
from erp.procurement.services.receiving import receive, return_goods
from erp.procurement.services.reordering import reorder
from erp.procurement.services.requisition_orders import order_requisitions
from erp.procurement.services.requisitions import (
    Wish,
    approve_requisitions,
    cancel_requisitions,
    change_requisition,
    choose_supplier,
    create_requisition,
    reject_requisitions,
    reopen_requisitions,
    submit_requisitions,
)
from erp.procurement.services.supply import StillComing, request_supply, withdraw_supply
from erp.procurement.services.taking_back import take_back_invoices

__all__ = [
    "Bill",
    "LineInput",
    "StillComing",
    "SupplierInvoice",
    "Wish",
    "adopt_receipt",
    "approve_orders",
    "approve_requisitions",
    "arrivals",
    "book_held",
    "book_invoices",
    "cancel_orders",
    "cancel_requisitions",
    "change_order",
    "change_requisition",
    "choose_supplier",
    "close_short",
    "create_order",
    "create_requisition",
    "drop_plans",
    "lead_days",
    "next_arrivals",
    "order_requisitions",
    "place_orders",
    "plan_supply",
    "policy_of",
    "put_on",
    "receive",
    "reject_orders",
    "reject_requisitions",
    "reopen_requisitions",
    "reorder",
    "request_supply",
    "return_goods",
    "submit_orders",
    "submit_requisitions",
    "take_back_invoices",
    "take_off",
    "withdraw_supply",
]
