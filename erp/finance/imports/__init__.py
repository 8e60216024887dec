"""What the books take out of sheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from erp.finance.imports import invoices, money, vouchers
from erp.finance.models import Invoice, Payment, Receipt, Voucher
from suite.desk import imports


def register() -> None:
    """Called once, from apps.py."""
    imports.register(
        "invoices",
        _("Sales invoices"),
        permission="erp_finance.add_invoice",
        fields=invoices.FIELDS,
        left_out=invoices.LEFT_OUT,
        save=invoices.save,
        undo=invoices.undo,
        group="reference",
        batch=2000,
        url_name="admin:erp_finance_invoice_changelist",
        model=Invoice,
    )
    imports.register(
        "vouchers",
        _("Vouchers"),
        permission="erp_finance.add_voucher",
        fields=vouchers.FIELDS,
        left_out=vouchers.LEFT_OUT,
        save=vouchers.VOUCHERS.save,
        undo=vouchers.undo,
        group="reference",
        batch=2000,
        url_name="admin:erp_finance_voucher_changelist",
        model=Voucher,
    )
    for model, label, moneys in ((Receipt, _("Receipts"), money.RECEIPTS), (Payment, _("Payments"), money.PAYMENTS)):
        kind = model._meta.model_name
        imports.register(
            f"{kind}s",
            label,
            permission=f"erp_finance.add_{kind}",
            fields=money.FIELDS,
            left_out=money.LEFT_OUT,
            save=moneys.save,
            undo=money.undo,
            batch=500,
            url_name=f"admin:erp_finance_{kind}_changelist",
            model=model,
        )
