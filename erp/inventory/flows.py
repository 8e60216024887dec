"""What flows know of deliveries and goods receipts, and of the stock of products."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from erp.inventory.lists.papers import DeliveryList, ReceiptList
from erp.inventory.models import StockBalance
from suite.automation import subjects
from suite.automation.subjects import DateFact
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
    free = StockBalance.objects.filter(product=OuterRef("pk"), on_hand__gt=F("reserved"))
    subjects.extend(
        "masterdata.product",
        facts=(BoolFilter("in_stock", _("Free in stock"), condition=Q(Exists(free))),),
        hears=("erp.inventory.goods.received", "erp.inventory.delivery.shipped"),
    )
