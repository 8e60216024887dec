"""Quotations, contracts and orders on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.sales.models import Contract, Order, Quotation
from crm.sales.services import clauses
from suite.core import pdf
from suite.core.access import Actor
from suite.desk import formats
from suite.masterdata.papers import read, trade_sheet
from suite.masterdata.queries import addresses_for_reader

READ = ("party", "contact", "owner", "lines__product", "lines__unit")


def quotations(rows: Sequence[Quotation], actor: Actor) -> list[pdf.Sheet]:
    """报价单: what we offer, to be accepted."""
    read(rows, *READ)
    return [
        trade_sheet(
            quotation,
            title=_("Quotation"),
            to=_addressee(quotation),
            facts=[
                (_("Date"), formats.day(quotation.date)),
                (_("Valid until"), formats.day(quotation.valid_until)),
                *_ours(quotation),
            ],
            signatures=[_("Prepared by"), _("Accepted by")],
        )
        for quotation in rows
    ]


def contracts(rows: Sequence[Contract], actor: Actor) -> list[pdf.Sheet]:
    """合同: who agrees with whom, what and when it is paid, and the clauses; to be signed by both."""
    read(rows, *READ, "company", "milestones")
    found = []
    for contract in rows:
        sheet = trade_sheet(
            contract,
            title=contract.name,
            to=_addressee(contract),
            facts=[
                (_("Date"), formats.day(contract.date)),
                (_("Begins"), formats.day(contract.starts_on)),
                (_("Ends"), formats.day(contract.ends_on)),
                *_ours(contract),
            ],
            signatures=[_("Seller"), pgettext("beside seller", "Buyer")],
        )
        found.append(replace(sheet, number=contract.number, remarks=[*_paragraphs(contract), *sheet.remarks]))
    return found


def _paragraphs(contract: Contract) -> list[str]:
    return [row for row in clauses.filled(contract).splitlines() if row.strip()]


def orders(rows: Sequence[Order], actor: Actor) -> list[pdf.Sheet]:
    """销售订单: to be signed and sent back."""
    read(rows, *READ)
    places = addresses_for_reader((each.shipping_address for each in rows), of=[each.party_id for each in rows])
    return [
        trade_sheet(
            order,
            title=_("Sales order"),
            to=_addressee(order),
            facts=[
                (_("Date"), formats.day(order.date)),
                (_("Your reference"), order.customer_reference),
                (_("Requested date"), formats.day(order.requested_date)),
                (_("Promised date"), formats.day(order.promised_date)),
                (_("Ship to"), places[order.shipping_address]),
                *_ours(order),
            ],
            signatures=[_("Seller"), pgettext("beside seller", "Buyer")],
        )
        for order in rows
    ]


def _addressee(document: Quotation | Contract | Order) -> list[str]:
    contact = document.contact
    return [document.party.label, *([contact.label, contact.phone] if contact else [])]


def _ours(document: Quotation | Contract | Order) -> list[tuple[str, str]]:
    return [
        (_("Your contact with us"), document.owner.label if document.owner else ""),
        (_("Currency"), str(document.currency_id)),
    ]
