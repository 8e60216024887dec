from erp.finance.models.books import Account, AccountBalance, AccountRole, Period, Voucher, VoucherLine
from erp.finance.models.cash import MoneyMovement, Payment, Receipt
from erp.finance.models.deferrals import Deferral
from erp.finance.models.invoices import Invoice, InvoiceLine
from erp.finance.models.open_items import (
    CreditAccount,
    OpenItem,
    Payable,
    PaymentTerm,
    PaymentTermLine,
    Receivable,
    Settlement,
)
from erp.finance.models.policy import FinancePolicy

__all__ = [
    "Account",
    "AccountBalance",
    "AccountRole",
    "CreditAccount",
    "Deferral",
    "FinancePolicy",
    "Invoice",
    "InvoiceLine",
    "MoneyMovement",
    "OpenItem",
    "Payable",
    "Payment",
    "PaymentTerm",
    "PaymentTermLine",
    "Period",
    "Receipt",
    "Receivable",
    "Settlement",
    "Voucher",
    "VoucherLine",
]
