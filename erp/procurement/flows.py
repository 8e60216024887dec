"""What flows know of requisitions, purchase orders and suppliers."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from erp.procurement.lists import PurchaseOrderList, RequisitionList, SupplierList
from erp.procurement.models import PurchaseOrder
from suite.automation import subjects
from suite.automation.subjects import DateFact, Word
from suite.core import clock
from suite.core.access import Actor
from suite.desk import formats
from suite.desk.lists import BoolFilter, NumberFilter
from suite.masterdata.flows import CREATED, LOOKED_AFTER, addressees, nobody, party_of, words


def connect() -> None:
    """Called once, when the project starts."""
    subjects.register(
        RequisitionList,
        announces=("erp.procurement.requisition",),
        facts=(
            LOOKED_AFTER,
            NumberFilter("amount", _("Amount without tax")),
            BoolFilter("for_order", _("For a sales order"), condition=Q(order_id__isnull=False)),
        ),
        dates={"created": CREATED},
        words={
            "number": Word(_("Number"), str),
            "amount": Word(_("Amount without tax"), lambda row: formats.money(row.amount)),
            "owner": Word(_("Owner"), lambda row: row.owner or ""),
            "requester": Word(_("Requested by"), lambda row: row.created_by or ""),
        },
        acts=("order",),
        owner=lambda row: row.owner_id or row.created_by_id,
        related=("owner", "created_by"),
    )
    subjects.register(
        PurchaseOrderList,
        announces=("erp.procurement.purchaseorder",),
        hears=("erp.inventory.goods.received",),
        facts=(LOOKED_AFTER, NumberFilter("net", _("Net"))),
        dates={"date": DateFact(_("Date"), "date"), "expected": DateFact(_("Expected"), "expected_date")},
        words=words(_("Supplier"), ("total", _("Total with tax"), "gross")),
        links=party_of(_("Supplier")),
        acts=("place",),
        related=("party", "owner"),
        addressees=addressees,
    )
    subjects.register(
        SupplierList,
        announces=("erp.procurement.supplier",),
        facts=(BoolFilter("late", _("Has late deliveries"), condition=is_late),),
        dates={"created": CREATED},
        words={
            "party": Word(_("Supplier"), lambda row: row.party),
            "code": Word(_("Code"), lambda row: row.party.code),
        },
        owner=nobody,
        team=nobody,
        related=("party",),
        addressees=addressees,
    )
    subjects.extend(
        "masterdata.party", facts=(BoolFilter("supplier", _("Is a supplier"), condition=Q(supplier__isnull=False)),)
    )


def is_late(actor: Actor) -> Q:
    """The condition for suppliers with an order of which something should have come by now."""
    late = PurchaseOrder.objects.filter(
        party=OuterRef("party"), status=PurchaseOrder.Status.ORDERED, expected_date__lt=clock.today(actor.company)
    )
    return Q(Exists(late))
