"""行业模板: what each trade begins with. Data only: what a line means and how it is set says `targets`.

A line names a target and what it should be. Nothing is ever deleted by a line: tags, menu entries and tiles are added
to what is there, settings are changed, modules are switched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Numbers = tuple[str, str, int]  # prefix, date in the number, digits
Steps = Sequence[tuple[str, str, int, int]]  # of a pipeline: name, English name, probability, target days


@dataclass(frozen=True)
class Industry:
    """A trade, and what it begins with."""

    code: str
    label: str | Promise
    text: str | Promise
    icon: str
    lines: Mapping[str, Any]


# Above each amount: who approves, in turn.
MADE_TO_ORDER = {
    0: ["buyer"],
    10000: ["buyer", "accountant"],
    100000: ["buyer", "accountant", "executive"],
}


def _discounts(most: int) -> dict[str, Any]:
    """What a rep may give away, and who agrees to more."""
    more = (Decimal(most), ["sales_manager"])
    return {
        "sales.max_discount": Decimal(most), "discount.crm_sales.quotation": more, "discount.crm_sales.order": more,
    }  # fmt: skip


INDUSTRIES = (
    Industry(
        "retail",
        _("Retail"),
        _("Sold over the counter or online, paid and taken along at once"),
        "building-store",
        {
            "finance.posting": "retail",
            "finance.term": "COD",
            **_discounts(10),
            "sales.quotation_days": 7,
            "flow.visit-after-deal": False,
            "flow.quote-after-enquiry": False,
            "sales.thank_after_payment": False,
            "purchase.over_receipt_percent": Decimal(2),
            "retention.dormant_after_days": 90,
            "module.erp_procurement": True,
            "module.crm_retention": True,
            "menu.rep": {"first": ["sales:orders", "customers:customers"], "hidden": ["sales:quotations"]},
            "menu.warehouse": {"first": ["inventory:scan"], "hidden": []},
            "approval.erp_procurement.requisition": {0: ["buyer"], 10000: ["buyer"], 20000: ["buyer", "executive"]},
            "approval.erp_procurement.purchaseorder": {0: ["buyer"], 10000: ["buyer"], 20000: ["buyer", "executive"]},
            "dashboard.executive": [
                "orders",
                "collected",
                "profit",
                "stock",
                "low_stock",
                "tasks",
                "customers",
                "trend",
            ],
            "dashboard.sales_manager": ["orders", "collected", "to_deliver", "orders_by_owner", "customers", "trend"],
            "number.SO": ("LS", "YYYYMMDD", 6),
            "fields": [("crm_customers.customer", "date", "生日", "Birthday")],
            "pipelines": [
                (
                    "团购",
                    "Group buying",
                    [("询价", "Enquiry", 20, 3), ("看样", "Samples seen", 50, 5), ("谈价", "Price talked", 75, 5)],
                )
            ],
            "tags": [("会员", "Member"), ("散客", "Walk-in"), ("团购", "Group buyer")],
        },
    ),
    Industry(
        "trade",
        _("Trade"),
        _("Bought and sold on: quotations, credit, purchasing for orders"),
        "truck-delivery",
        {
            "finance.posting": "confirm",
            "finance.term": "NET30",
            "finance.overdue_days": 30,
            **_discounts(15),
            "sales.quotation_days": 30,
            "flow.visit-after-deal": True,
            "flow.quote-after-enquiry": True,
            "sales.thank_after_payment": True,
            "purchase.over_receipt_percent": Decimal(5),
            "purchase.price_tolerance_percent": Decimal(5),
            "retention.dormant_after_days": 180,
            "module.erp_procurement": True,
            "module.crm_retention": True,
            "menu.rep": {"first": ["customers:customers", "sales:quotations", "sales:orders"], "hidden": []},
            "approval.erp_procurement.requisition": {0: ["buyer"], 10000: ["buyer"], 50000: ["buyer", "executive"]},
            "approval.erp_procurement.purchaseorder": {0: ["buyer"], 10000: ["buyer"], 50000: ["buyer", "executive"]},
            "dashboard.executive": [
                "orders",
                "revenue",
                "profit",
                "collected",
                "overdue",
                "stock",
                "quotations",
                "on_order",
                "late",
                "trend",
            ],
            "dashboard.sales_manager": [
                "orders",
                "quotations",
                "late",
                "overdue",
                "orders_by_owner",
                "order_states",
                "trend",
            ],
            "number.SO": ("SC", "YYYY", 6),
            "number.PO": ("PC", "YYYY", 6),
            "fields": [
                ("crm_customers.customer", "text", "主营品类", "Main range"),
                ("masterdata.product", "text", "产地", "Origin"),
            ],
            "tags": [("经销商", "Dealer"), ("终端客户", "End customer"), ("电商", "Online shop")],
        },
    ),
    Industry(
        "manufacturing",
        _("Manufacturing"),
        _("Made to order or to stock: materials, suppliers, dates that hold"),
        "building-factory",
        {
            "finance.posting": "confirm",
            "finance.term": "EOM30",
            "finance.overdue_days": 60,
            **_discounts(10),
            "sales.quotation_days": 30,
            "flow.visit-after-deal": True,
            "flow.quote-after-enquiry": True,
            "sales.thank_after_payment": True,
            "purchase.over_receipt_percent": Decimal(3),
            "purchase.price_tolerance_percent": Decimal(3),
            "retention.dormant_after_days": 365,
            "module.erp_procurement": True,
            "menu.planner": {"first": ["procurement:requisitions", "procurement:arrivals"], "hidden": []},
            "approval.erp_procurement.requisition": {
                0: ["buyer"],
                10000: ["buyer", "accountant"],
                100000: ["buyer", "accountant", "executive"],
            },
            "approval.erp_procurement.purchaseorder": {
                0: ["buyer"],
                10000: ["buyer", "accountant"],
                100000: ["buyer", "accountant", "executive"],
            },
            "dashboard.executive": [
                "orders",
                "profit",
                "collected",
                "overdue",
                "late",
                "shortages",
                "stock",
                "on_order",
                "purchases_late",
                "trend",
            ],
            "dashboard.sales_manager": [
                "orders",
                "quotations",
                "late",
                "to_deliver",
                "shortages",
                "orders_by_owner",
                "trend",
            ],
            "number.SO": ("SO", "YYYYMM", 6),
            "number.PO": ("PO", "YYYYMM", 6),
            "fields": [
                ("masterdata.product", "text", "图号", "Drawing number"),
                ("crm_sales.order", "text", "客户料号", "Customer part"),
            ],
            "pipelines": [
                (
                    "订单生产",
                    "Made to order",
                    [
                        ("询盘", "Enquiry", 10, 5),
                        ("技术确认", "Technically clear", 30, 10),
                        ("打样", "Sampling", 50, 30),
                        ("报价", "Quoted", 65, 10),
                        ("合同谈判", "Negotiation", 80, 21),
                    ],
                )
            ],
            "tags": [("OEM客户", "OEM customer"), ("经销商", "Dealer"), ("打样中", "Sampling")],
        },
    ),
    Industry(
        "services",
        _("Services"),
        _("Time and knowledge: contracts, visits, payment in parts; no goods are bought"),
        "headset",
        {
            "finance.posting": "delivery",
            "finance.term": "HALF",
            "finance.overdue_days": 60,
            **_discounts(20),
            "sales.quotation_days": 60,
            "flow.visit-after-deal": True,
            "flow.quote-after-enquiry": True,
            "sales.thank_after_payment": True,
            "retention.dormant_after_days": 365,
            "module.erp_procurement": False,
            "menu.rep": {"first": ["customers:customers", "sales:quotations"], "hidden": ["sales:price_lists"]},
            "dashboard.executive": [
                "orders",
                "revenue",
                "profit",
                "collected",
                "overdue",
                "quotations",
                "tasks",
                "customers",
                "trend",
            ],
            "dashboard.sales_manager": [
                "orders",
                "quotations",
                "overdue",
                "follow_ups",
                "tasks",
                "orders_by_owner",
                "customers",
                "trend",
            ],
            "number.SO": ("HT", "YYYY", 6),
            "fields": [("crm_customers.customer", "date", "合同到期", "Contract ends")],
            "pipelines": [
                (
                    "服务项目",
                    "Service projects",
                    [
                        ("初步沟通", "First talk", 10, 7),
                        ("需求调研", "Needs studied", 30, 14),
                        ("方案与报价", "Proposal", 50, 14),
                        ("合同谈判", "Negotiation", 75, 21),
                    ],
                )
            ],
            "tags": [("年度合同", "Yearly contract"), ("项目客户", "Project customer")],
        },
    ),
)


def industry(code: str) -> Industry | None:
    return next((each for each in INDUSTRIES if each.code == code), None)
