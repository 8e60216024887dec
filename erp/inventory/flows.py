"""What flows know of deliveries, goods receipts and transfers, and of the stock of products."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from erp.inventory.lists.papers import DeliveryList, ReceiptList
from erp.inventory.lists.transfers import TransferList
from erp.inventory.models import StockBalance
from suite.automation import subjects
from suite.automation.subjects import DateFact, Word
from suite.desk.lists import BoolFilter
from suite.masterdata.flows import LOOKED_AFTER, addressees, party_of, words


def connect() -> None:
    """Called once, when the project starts."""
    subjects.register(
        DeliveryList,
        announces=("erp.inventory.delivery",),
        facts=(LOOKED_AFTER,),
        dates={
            "promised": DateFact(_("Promised date"), "promised_date"),
            "shipped": DateFact(_("Shipped on"), "shipped_on"),
        },
        words=words(_("Customer")),
        links=party_of(_("Customer")),
        acts=("ship",),
        related=("party", "owner"),
        addressees=addressees,
    )
    subjects.register(
        ReceiptList,
        announces=("erp.inventory.goods",),
        facts=(LOOKED_AFTER,),
        dates={"received": DateFact(_("Received on"), "received_on")},
        words=words(_("Party")),
        links=party_of(_("Party")),
        related=("party", "owner"),
        addressees=addressees,
    )
    subjects.register(
        TransferList,
        announces=("erp.inventory.transfer",),
        facts=(LOOKED_AFTER,),
        dates={
            "expected": DateFact(_("Expected date"), "expected_date"),
            "shipped": DateFact(_("Shipped on"), "shipped_on"),
            "received": DateFact(_("Received on"), "received_on"),
        },
        words={
            "number": Word(_("Number"), str),
            "source": Word(_("From warehouse"), lambda row: row.source.label),
            "target": Word(_("To warehouse"), lambda row: row.target.label),
        },
        acts=("ship", "receive"),
        related=("source", "target", "owner"),
    )
    free = StockBalance.objects.filter(product=OuterRef("pk"), on_hand__gt=F("reserved"))
    subjects.extend(
        "masterdata.product",
        facts=(BoolFilter("in_stock", _("Free in stock"), condition=Q(Exists(free))),),
        hears=("erp.inventory.goods.received", "erp.inventory.delivery.shipped"),
    )
