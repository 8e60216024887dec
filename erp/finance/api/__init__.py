"""The books for other systems."""

from django.urls import path

from erp.finance.api.books import AccountViewSet, PeriodViewSet, VoucherViewSet
from erp.finance.api.invoices import InvoiceViewSet
from erp.finance.api.money import (
    CreditAccountViewSet,
    PayableViewSet,
    PaymentTermViewSet,
    PaymentViewSet,
    ReceiptViewSet,
    ReceivableViewSet,
)
from erp.finance.api.reports import AgeingView, LedgerView, ReconciliationView, TrialBalanceView
from suite.core.api import Router

router = Router()
router.register("accounts", AccountViewSet, basename="account")
router.register("periods", PeriodViewSet, basename="period")
router.register("vouchers", VoucherViewSet, basename="voucher")
router.register("receivables", ReceivableViewSet, basename="receivable")
router.register("payables", PayableViewSet, basename="payable")
router.register("invoices", InvoiceViewSet, basename="invoice")
router.register("receipts", ReceiptViewSet, basename="receipt")
router.register("payments", PaymentViewSet, basename="payment")
router.register("credit-accounts", CreditAccountViewSet, basename="creditaccount")
router.register("payment-terms", PaymentTermViewSet, basename="paymentterm")

urlpatterns = [
    path("reports/trial-balance/", TrialBalanceView.as_view(), name="trial-balance"),
    path("reports/ledger/", LedgerView.as_view(), name="ledger"),
    path("reports/ageing/", AgeingView.as_view(), name="ageing"),
    path("reports/reconciliation/", ReconciliationView.as_view(), name="reconciliation"),
]
