"""What finance brings to the ground below: founding, checks, papers, pickers, menu, workbench."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from erp.finance import checks, flows, imports, papers, queries, tiles
from erp.finance.models import (
    Account,
    CreditAccount,
    FinancePolicy,
    Invoice,
    Payable,
    Payment,
    Receipt,
    Receivable,
    Voucher,
    VoucherLine,
)
from erp.finance.services import credit, founding, settings
from suite.core.access import Actor
from suite.core.companies import on_founding
from suite.desk import choices, documents, events, navigation, own, search, setup, workbench
from suite.desk import papers as printing
from suite.masterdata import references
from suite.masterdata.services import merging

# The part of a list that is work to be done.
AT_FIRST = {
    "receivable_changelist": "?view=open",
    "payable_changelist": "?view=open",
    "deferral_changelist": "?view=due",
}


def connect() -> None:
    """Called once, from apps.py."""
    on_founding(founding.set_up, order=20)
    checks.register()
    setup.register_settings(FinancePolicy, lambda actor, row, values: settings.change_policy(actor=actor, **values))

    # What reps may see has a page outside of the admin; who keeps the books is led on to the admin page.
    for model, label, page, icon, order in (
        (Invoice, _("Invoice"), "finance:invoice", "file-invoice", 70),
        (Receivable, _("Receivable"), "finance:receivable", "file-dollar", 75),
        (Payable, _("Payable"), "admin:erp_finance_payable_change", "file-dollar", 75),
        (Receipt, _("Receipt"), "finance:receipt", "cash", 80),
        (Payment, _("Payment"), "admin:erp_finance_payment_change", "cash", 80),
        (Voucher, _("Voucher"), "admin:erp_finance_voucher_change", "book-2", 90),
    ):
        related = () if model is Voucher else ("party",)
        sides = side_of if model is Invoice else None
        documents.register(model, label, page, icon=icon, related=related, order=order, sides=sides)
    printing.register(Invoice, papers.invoices)
    printing.register(Receipt, papers.money)
    printing.register(Payment, papers.money)
    printing.register(Voucher, papers.vouchers, template="erp/finance/voucher.typ")
    own.register(Invoice, list_url="admin:erp_finance_invoice_changelist")
    own.register(Receipt, list_url="admin:erp_finance_receipt_changelist", change="erp_finance.add_receipt")
    own.register(Payment, list_url="admin:erp_finance_payment_changelist", change="erp_finance.add_payment")
    own.register(Voucher, list_url="admin:erp_finance_voucher_changelist", is_open=queries.is_unposted)
    documents.register(Account, _("Account"), "admin:erp_finance_account_change", icon="book")

    events.register("erp.finance.invoice", _("Invoice"), "issued")
    events.register("erp.finance.receipt", _("Receipt"), "booked")
    events.register("erp.finance.payment", _("Payment"), "booked")
    events.register("erp.finance.receivable", _("Receivable"), "opened", "overdue", "settled")
    references.leave(VoucherLine)
    merging.register_profile(CreditAccount, fields=("limit", "term"))
    merging.after(credit.count_exposures)
    flows.connect()
    search.register(Account, words=queries.words_of_account, related=("parent__parent__parent",))
    choices.register("account", Account, rows=open_accounts, exact=("code", "name", "name_en"), order="code")
    choices.register("cash_account", Account, rows=cash_accounts, exact=("code", "name"), order="code")

    imports.register()
    _menu()
    workbench.register(
        "finance-month",
        _("The month in hand"),
        "erp/finance/blocks/_month.html",
        queries.month_in_hand,
        permission="erp_finance.view_voucher",
        roles={"accountant", "administrator"},
        order=12,
        link="admin:erp_finance_close",
    )
    tiles.connect()


def _menu() -> None:
    credit = pgettext_lazy("menu", "Credit")
    receive, pay, books, reports = _("Receivables"), _("Payables"), _("Books"), _("Reports")
    base = _("Master data")
    for order, (section, label, page, icon, permission, badge) in enumerate(
        [
            (receive, _("Receivables"), "receivable_changelist", "file-dollar", "view_receivable", None),
            (receive, _("Receipts"), "receipt_changelist", "cash", "view_receipt", queries.advances_waiting),
            (receive, _("To invoice"), "deferral_changelist", "file-invoice", "view_deferral", None),
            (receive, _("Invoices"), "invoice_changelist", "file-invoice", "view_invoice", None),
            (receive, credit, "creditaccount_changelist", "credit-card", "change_creditaccount", None),
            (pay, _("Payables"), "payable_changelist", "file-dollar", "view_payable", queries.payables_due),
            (pay, _("Payments"), "payment_changelist", "cash", "view_payment", None),
            (books, _("Vouchers"), "voucher_changelist", "book-2", "view_voucher", queries.vouchers_waiting),
            (books, _("Accounts"), "account_changelist", "book", "view_account", None),
            (books, pgettext_lazy("period", "Close"), "close", "lock", "close_period", None),
            (books, _("Periods"), "period_changelist", "calendar", "view_period", None),
            (reports, _("Trial balance"), "trial_balance", "scale", "view_voucher", None),
            (reports, _("Account ledger"), "ledger", "notebook", "view_voucher", None),
            (reports, _("Ageing"), "ageing", "hourglass", "view_openitem", None),
            (reports, _("Check of the books"), "reconciliation", "checklist", "view_voucher", None),
            (base, _("Payment terms"), "paymentterm_changelist", "calendar", "change_paymentterm", None),
            (base, _("Posting accounts"), "accountrole_changelist", "arrows-split", "change_accountrole", None),
            (base, _("Accounting settings"), "financepolicy_changelist", "settings", "change_financepolicy", None),
        ]
    ):
        navigation.register(
            section,
            label,
            f"admin:erp_finance_{page}",
            icon=icon,
            permission=f"erp_finance.{permission}",
            badge=badge,
            order=90 + order if section is base else 60 + order,
            query=AT_FIRST.get(page, ""),
        )
    for order, (label, model, icon) in enumerate(
        [(_("Voucher"), "voucher", "book-2"), (_("Receipt"), "receipt", "cash"), (_("Payment"), "payment", "wallet")]
    ):
        page, permission = f"admin:erp_finance_{model}_add", f"erp_finance.add_{model}"
        navigation.register_quick(label, page, icon=icon, permission=permission, order=60 + order)


def side_of(invoice: Invoice) -> tuple[str | Promise, int]:
    """Name and place of an invoice in a chain: the supplier's comes with the goods, ours after they left."""
    if invoice.direction == Invoice.Direction.PURCHASE:
        return _("Supplier's invoice"), 54
    return _("Sales invoice"), 70


def open_accounts(actor: Actor) -> QuerySet[Account]:
    """What takes postings."""
    return Account.objects.visible_to(actor).filter(is_leaf=True, is_archived=False)


def cash_accounts(actor: Actor) -> QuerySet[Account]:
    """Where money is."""
    return open_accounts(actor).filter(is_cash=True)
