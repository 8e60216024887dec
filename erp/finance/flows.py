"""What flows know of invoices, of money in and out, and of what customers owe."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from erp.finance.admin.invoices import InvoiceList
from erp.finance.admin.items import ReceivableList
from erp.finance.admin.money import PaymentList, ReceiptList
from suite.automation import subjects
from suite.automation.subjects import DateFact
from suite.masterdata.flows import LOOKED_AFTER, addressees, party_of, words


def connect() -> None:
    """Called once, when the project starts."""
    day = DateFact(_("Date"), "date")
    due = DateFact(_("Due date"), "due_date")
    subjects.register(
        InvoiceList,
        announces=("erp.finance.invoice",),
        facts=(LOOKED_AFTER,),
        dates={"date": day, "due": due, "issued": DateFact(_("Issued"), "issued_at")},
        words=words(_("Party"), ("total", _("Total with tax"), "gross")),
        links=party_of(_("Party")),
        acts=("issue",),
        related=("party", "owner"),
        addressees=addressees,
    )
    for spec, event in ((ReceiptList, "erp.finance.receipt"), (PaymentList, "erp.finance.payment")):
        subjects.register(
            spec,
            announces=(event,),
            facts=(LOOKED_AFTER,),
            dates={"date": day},
            words=words(_("Party"), ("amount", _("Amount"), "amount"), ("unapplied", _("Not allocated"), "unapplied")),
            links=party_of(_("Party")),
            acts=("allocate_oldest",),
            related=("party", "owner"),
            addressees=addressees,
        )
    subjects.register(
        ReceivableList,
        announces=("erp.finance.receivable",),
        hears=("erp.finance.receipt.booked",),
        facts=(LOOKED_AFTER,),
        dates={"date": day, "due": due},
        words=words(_("Customer"), ("amount", _("Amount"), "amount"), ("open", _("Open amount"), "open_amount")),
        links=party_of(_("Customer")),
        related=("party", "owner"),
        addressees=addressees,
    )
