"""入门清单: five acts for each role, each known by what it leaves in the audit trail. Data only."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integration.onboarding.steps import STEPS
from suite.desk import guides

Text = str | Promise


class Act(NamedTuple):
    """An act: what it is called, where it is done, who may, which kinds and actions in the trail show it, and how."""

    code: str
    label: Text
    page: str
    permission: str
    done: tuple[str, tuple[str, ...]]
    hint: Text = ""


CUSTOMER = Act(
    "customer",
    _("Enter a customer"),
    "customers:new",
    "crm_customers.add_customer",
    ("crm_customers.customer", ("created",)),
    _("The name is enough to begin with"),
)
ACTIVITY = Act(
    "activity",
    _("Log a call or a visit"),
    "customers:customers",
    "crm_customers.add_activity",
    ("crm_customers.activity", ("created",)),
    _("Open a customer: the field stands above the timeline"),
)
QUOTATION = Act(
    "quotation",
    _("Write a quotation"),
    "sales:quotation_new",
    "crm_sales.add_quotation",
    ("crm_sales.quotation", ("created",)),
    _("Customer, product, quantity: the price comes by itself"),
)
QUOTATION_SENT = Act(
    "quotation-sent",
    _("Send a quotation"),
    "sales:quotations",
    "crm_sales.change_quotation",
    ("crm_sales.quotation", ("sent", "sent again")),
    _("Open it and press Send: the PDF goes along"),
)
ORDER = Act(
    "order",
    _("Confirm an order"),
    "sales:orders",
    "crm_sales.confirm_order",
    ("crm_sales.order", ("confirmed",)),
    _("It reserves stock, asks for what is short and expects the money"),
)
PRICES = Act(
    "prices",
    _("Make a price list"),
    "sales:price_lists",
    "crm_sales.add_pricelist",
    ("crm_sales.pricelist", ("created",)),
    _("For everybody, a tier or one customer"),
)
HANDED_OVER = Act(
    "handed-over",
    _("Hand a customer over"),
    "customers:customers",
    "crm_customers.transfer_customer",
    ("crm_customers.customer", ("transferred",)),
    _("Tick customers in the list, then Hand over"),
)
TASK = Act(
    "task",
    _("Write down a task"),
    "desk:task_new",
    "desk.add_task",
    ("desk.task", ("created",)),
    _("For yourself or a colleague, with a day"),
)
TASK_DONE = Act(
    "task-done",
    _("Tick off a task"),
    "desk:tasks",
    "desk.change_task",
    ("desk.task", ("completed",)),
    _("With one click, in the list or on the workbench"),
)
VIEW = Act(
    "view",
    _("Keep a view of a list"),
    "desk:tasks",
    "desk.add_savedview",
    ("desk.savedview", ("created",)),
    _("Filter any list, then keep it under a name"),
)
MENU = Act(
    "menu",
    _("Arrange your menu"),
    "desk:menu",
    "desk.view_task",
    ("desk.menulayout", ("created", "changed")),
    _("What you use first stands first"),
)
SHIPPED = Act(
    "shipped",
    _("Ship a delivery"),
    "admin:erp_inventory_delivery_changelist",
    "erp_inventory.ship_delivery",
    ("erp_inventory.delivery", ("shipped",)),
    _("Open it and press Ship, or scan its number"),
)
RECEIVED = Act(
    "received",
    _("Book goods in"),
    "procurement:arrivals",
    "erp_procurement.receive_purchaseorder",
    ("erp_procurement.purchaseorder", ("received",)),
    _("Arrivals says what is due; part of it is fine"),
)
COUNTED = Act(
    "counted",
    _("Count a shelf"),
    "inventory:count",
    "erp_inventory.add_stockadjustment",
    ("erp_inventory.stockadjustment", ("posted",)),
    _("Only what differs is booked"),
)
RULE = Act(
    "stock-rule",
    _("Set a reorder point"),
    "inventory:new_rule",
    "erp_inventory.add_stockrule",
    ("erp_inventory.stockrule", ("created",)),
    _("Below it a requisition is proposed"),
)
SUPPLIER = Act(
    "supplier",
    _("Enter a supplier"),
    "procurement:supplier_new",
    "erp_procurement.add_supplier",
    ("erp_procurement.supplier", ("created",)),
)
TERMS = Act(
    "terms",
    _("Note what a supplier charges"),
    "procurement:item_new",
    "erp_procurement.add_supplieritem",
    ("erp_procurement.supplieritem", ("created",)),
    _("Requisitions then find price and lead time"),
)
PURCHASE = Act(
    "purchase",
    _("Write a purchase order"),
    "procurement:order_new",
    "erp_procurement.add_purchaseorder",
    ("erp_procurement.purchaseorder", ("created",)),
)
PLACED = Act(
    "placed",
    _("Place an order with a supplier"),
    "procurement:orders",
    "erp_procurement.place_purchaseorder",
    ("erp_procurement.purchaseorder", ("placed",)),
    _("It is approved first, where a rule says so"),
)
REQUISITION = Act(
    "requisition",
    _("Ask for goods"),
    "procurement:requisition_new",
    "erp_procurement.add_requisition",
    ("erp_procurement.requisition", ("created",)),
)
BILL = Act(
    "bill",
    _("Book a supplier's invoice"),
    "procurement:orders",
    "erp_procurement.invoice_purchaseorder",
    ("erp_finance.invoice", ("booked",)),
    _("From the purchase order, matched with what came"),
)
MONEY = Act(
    "money",
    _("Book money that came in"),
    "admin:erp_finance_receipt_add",
    "erp_finance.add_receipt",
    ("erp_finance.receipt", ("booked",)),
    _("The oldest items are proposed"),
)
INVOICE = Act(
    "invoice",
    _("Issue an invoice"),
    "admin:erp_finance_invoice_changelist",
    "erp_finance.issue_invoice",
    ("erp_finance.invoice", ("issued",)),
    _("Drafts come from deliveries"),
)
VOUCHER = Act(
    "voucher",
    _("Write a voucher"),
    "admin:erp_finance_voucher_add",
    "erp_finance.add_voucher",
    ("erp_finance.voucher", ("created",)),
)
CLOSED = Act(
    "closed",
    _("Close a month"),
    "admin:erp_finance_period_changelist",
    "erp_finance.close_period",
    ("erp_finance.period", ("closed",)),
    _("Nothing is posted there any more"),
)
APPROVED = Act(
    "approved",
    _("Decide an approval"),
    "automation:approvals",
    "automation.decide_approval",
    ("erp_procurement.requisition erp_procurement.purchaseorder", ("approved", "rejected")),
    _("What waits for you stands on the workbench"),
)
PROFILE = Act(
    "profile",
    _("Look at your profile"),
    "profile",
    "desk.view_task",
    ("core.user", ("profile",)),
    _("Name, language, time zone, second step"),
)
TOKEN = Act("token", _("Make an API token"), "token-new", "core.add_apitoken", ("core.apitoken", ("created",)))
WEBHOOK = Act(
    "webhook",
    _("Connect a webhook"),
    "admin:automation_webhook_add",
    "automation.add_webhook",
    ("automation.webhook", ("created",)),
)

BY_ROLE: dict[str, tuple[Act, ...]] = {
    "rep": (CUSTOMER, ACTIVITY, QUOTATION, QUOTATION_SENT, ORDER),
    "sales_manager": (QUOTATION, ORDER, PRICES, HANDED_OVER, VIEW),
    "marketer": (TASK, TASK_DONE, VIEW, MENU, PROFILE),
    "agent": (ACTIVITY, TASK, TASK_DONE, VIEW, PROFILE),
    "warehouse": (SHIPPED, RECEIVED, COUNTED, RULE, VIEW),
    "buyer": (SUPPLIER, TERMS, PURCHASE, PLACED, RECEIVED),
    "planner": (RULE, REQUISITION, TASK, VIEW, MENU),
    "accountant": (MONEY, INVOICE, BILL, VOUCHER, CLOSED),
    "hr": (TASK, TASK_DONE, VIEW, MENU, PROFILE),
    "executive": (APPROVED, TASK, VIEW, MENU, PROFILE),
    "integrator": (TOKEN, WEBHOOK, VIEW, TASK, PROFILE),
}
ADMINISTRATOR = ("company", "industry", "people", "data", "channels")


def connect() -> None:
    """Called once, from apps.py."""
    for role, acts in BY_ROLE.items():
        for order, act in enumerate(acts):
            kinds, actions = act.done
            guides.register(
                f"{role}.{act.code}", act.label, act.page, roles={role}, permission=act.permission,
                acts={(kind, action) for kind in kinds.split() for action in actions}, hint=act.hint, order=order,
            )  # fmt: skip
    for order, step in enumerate(each for each in STEPS if each.code in ADMINISTRATOR):
        guides.register(
            f"setup.{step.code}", step.title, "onboarding:step", args=(step.code,), roles={"administrator"},
            permission="core.change_company", is_done=step.is_done, hint=step.text, order=order,
        )  # fmt: skip
