"""Papers of the warehouse as PDF: what to pick, and what goes with the goods."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from erp.inventory.models import Delivery, DeliveryLine
from erp.inventory.queries import reserved_for
from suite.core import clock, pdf
from suite.core.access import Actor
from suite.core.said import listed
from suite.desk import formats
from suite.masterdata.queries import address_for_reader


def picking_list(deliveries: Sequence[Delivery], *, actor: Actor) -> bytes:
    """What to take off the shelves for these deliveries, sorted by product; services are not picked."""
    lines = (
        DeliveryLine.objects.filter(delivery__in=deliveries)
        .exclude(product__kind="service")
        .select_related("delivery__party", "product__unit")
        .order_by("product__code", "delivery_id", "position")
    )
    held = reserved_for(lines)
    rows = [
        [
            line.product.code,
            line.product.label,
            line.product.barcode,
            f"{formats.quantity(line.quantity)} {line.product.unit.label}",
            formats.quantity(min(line.quantity, held.get(line.order_line_id, line.quantity))),
            f"{line.delivery.number} {line.delivery.party.label}",
            "☐",
        ]
        for line in lines
    ]
    sheet = pdf.Sheet(
        title=_("Picking list"),
        number=deliveries[0].number if len(deliveries) == 1 else "",
        code=deliveries[0].number if len(deliveries) == 1 else "",
        facts=[
            (_("Date"), clock.today(actor.company).isoformat()),
            (_("Deliveries"), listed(delivery.number for delivery in deliveries[:12])),
        ],
        columns=[
            pdf.Column(_("Code")),
            pdf.Column(_("Product"), width=2),
            pdf.Column(_("Barcode")),
            pdf.Column(_("Quantity"), "right"),
            pdf.Column(_("Reserved"), "right"),
            pdf.Column(_("For"), width=2),
            pdf.Column("", "center"),
        ],
        rows=rows,
        signatures=[_("Picked by"), _("Checked by")],
    )
    return pdf.sheet(sheet, company=actor.company)


def _rest(delivery: Delivery) -> str:
    """With which delivery comes what is missing on this one."""
    rest = delivery.backorders.exclude(status=Delivery.Status.CANCELLED).last()
    return _("The rest follows with %(number)s") % {"number": rest} if rest else ""


def delivery_note(delivery: Delivery, *, actor: Actor) -> bytes:
    """送货单: what goes with the goods, signed by who receives them."""
    lines = delivery.lines.select_related("product__unit")
    facts = [
        (_("Date"), (delivery.shipped_on or clock.today(actor.company)).isoformat()),
        (_("Order"), delivery.order_number),
        (_("Carrier"), " ".join(text for text in (delivery.carrier, delivery.tracking_number) if text)),
    ]
    sheet = pdf.Sheet(
        title=_("Delivery note"),
        number=delivery.number,
        code=delivery.number,
        to=[text for text in (delivery.party.label, address_for_reader(delivery.address)) if text],
        facts=[(label, text) for label, text in facts if text],
        columns=[
            pdf.Column("#"),
            pdf.Column(_("Code")),
            pdf.Column(_("Product"), width=2),
            pdf.Column(_("Specification"), width=1),
            pdf.Column(_("Quantity"), "right"),
            pdf.Column(_("Unit")),
        ],
        rows=[
            [
                str(number),
                line.product.code,
                line.product.label,
                line.product.read("specification"),
                formats.quantity(line.quantity),
                line.product.unit.label,
            ]
            for number, line in enumerate(lines, 1)
        ],
        remarks=[text for text in (delivery.note, _rest(delivery)) if text],
        signatures=[_("Delivered by"), _("Received by")],
        mark=_("Draft") if delivery.status == Delivery.Status.OPEN else "",
    )
    return pdf.sheet(sheet, company=actor.company)
