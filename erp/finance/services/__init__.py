"""What finance does for the rest of the house."""

from erp.finance.queries import policy
from erp.finance.services import invoices, periods, reconciliation, reports, settings, vouchers
from erp.finance.services.bills import BillDraft, BillLine, Match, book_bills, draft_bills, take_back_bills
from erp.finance.services.credit import (
    Standing,
    hold_credit,
    prepaid,
    refuse_credit,
    refuse_unpaid,
    release_credit,
    set_credit,
    standing,
)
from erp.finance.services.credit_notes import CreditNote, give_credit
from erp.finance.services.deliveries import Issue, recognise_deliveries, take_back
from erp.finance.services.given_up import end_invoices, owed_back
from erp.finance.services.money import MoneyInput, allocate, pay, receive, reverse_money
from erp.finance.services.offsets import set_off
from erp.finance.services.orders import change_orders, drop_orders, open_orders, refuse_undo
from erp.finance.services.planned import InvoicePlan, drop_invoices, plan_invoices
from erp.finance.services.stock import Accrual, StockPosting, accrue_receipts, post_stock
from erp.finance.services.write_offs import undo_write_off, write_off

__all__ = [
    "Accrual",
    "BillDraft",
    "BillLine",
    "CreditNote",
    "InvoicePlan",
    "Issue",
    "Match",
    "MoneyInput",
    "Standing",
    "StockPosting",
    "accrue_receipts",
    "allocate",
    "book_bills",
    "change_orders",
    "draft_bills",
    "drop_invoices",
    "drop_orders",
    "end_invoices",
    "give_credit",
    "hold_credit",
    "invoices",
    "open_orders",
    "owed_back",
    "pay",
    "periods",
    "plan_invoices",
    "policy",
    "post_stock",
    "prepaid",
    "receive",
    "recognise_deliveries",
    "reconciliation",
    "refuse_credit",
    "refuse_undo",
    "refuse_unpaid",
    "release_credit",
    "reports",
    "reverse_money",
    "set_credit",
    "set_off",
    "settings",
    "standing",
    "take_back",
    "take_back_bills",
    "undo_write_off",
    "vouchers",
    "write_off",
]
