"""Requisitions: asked for, approved, turned down, given up."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from erp.inventory.models import Warehouse
from erp.inventory.services.warehouses import default_warehouse_id
from erp.procurement.models import Requisition, RequisitionLine, Supplier
from erp.procurement.queries.supply import offers
from erp.procurement.services.papers import demand, locked
from suite.automation.services import approvals
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO, round_money
from suite.masterdata.models import Product
from suite.masterdata.services.units import misfit

Status = Requisition.Status


@dataclass(frozen=True, slots=True)
class Wish:
    """A line that somebody wants bought, in base units; what is None comes from the supplier asked first."""

    product_id: int
    quantity: Decimal
    supplier_id: int | None = None
    price: Decimal | None = None
    needed_by: dt.date | None = None
    needed: Decimal | None = None
    order_line_id: int | None = None
    terms: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RequisitionDraft:
    """A requisition as somebody wants it; without a warehouse it is for the default one."""

    lines: Sequence[Wish]
    warehouse_id: int | None = None
    note: str = ""


@service
def create_requisition(
    *, lines: Sequence[Wish], actor: Actor, warehouse: Warehouse | None = None, reason: str = "", note: str = ""
) -> Requisition:
    """Ask for goods by hand; a draft until it is submitted. Supplier and price default to the offer asked first.

    Raises BusinessError for a line of a product that is unknown, archived or not above zero.
    """
    draft = RequisitionDraft(lines=lines, warehouse_id=warehouse.pk if warehouse else None, note=note)
    return create_requisitions([draft], actor=actor, reason=reason)[0]


@service
def create_requisitions(drafts: Sequence[RequisitionDraft], *, actor: Actor, reason: str = "") -> list[Requisition]:
    """Ask for goods as `create_requisition` does, by a fixed number of statements."""
    wishes = iter(_with_offers([wish for draft in drafts for wish in draft.lines], actor))
    asked = [
        (
            Requisition(
                company=actor.company,
                status=Status.DRAFT,
                origin=Requisition.Origin.MANUAL,
                warehouse_id=draft.warehouse_id or default_warehouse_id(actor.company_id),
                owner=actor.user,
                note=draft.note,
            ),
            list(islice(wishes, len(draft.lines))),
        )
        for draft in drafts
    ]
    requisitions = write(asked, actor=actor)
    for requisition in requisitions:
        current_act().audit(requisition, "created", {"amount": (None, requisition.amount)})
    return requisitions


def check_requisitions(drafts: Sequence[RequisitionDraft], *, actor: Actor) -> dict[int, list[Refusal]]:
    """What speaks against each draft, by its index; one statement, writes nothing."""
    wanted = {wish.product_id for draft in drafts for wish in draft.lines}
    products = Product.objects.of(actor.company_id).in_bulk(wanted)
    found = {index: _refusals(draft.lines, products) for index, draft in enumerate(drafts)}
    return {index: refusals for index, refusals in found.items() if refusals}


@service
def change_requisition(
    *, requisition_id: int, actor: Actor, lines: Sequence[Wish] | None = None, version: int | None = None,
    reason: str = "", **fields: Any,
) -> Requisition:  # fmt: skip
    """Change a draft: header fields as given; `lines`, where given, replace the present ones."""
    requisition = locked(Requisition, [requisition_id], actor)[0]
    requisition.demand_version(version)
    requisition.demand_status(Status.DRAFT)
    if lines is not None:
        rows = [_line(requisition, position, wish) for position, wish in enumerate(_with_offers(lines, actor))]
        requisition.lines.all().delete()
        RequisitionLine.objects.bulk_create(rows)
        fields["amount"] = _amount(rows)
    save_changes(requisition, fields)
    return requisition


@service
def choose_supplier(*, lines: Collection[int], supplier: Supplier, actor: Actor, reason: str = "") -> None:
    """Have pending lines bought from this supplier; the approved price stays, and so does what is ordered already."""
    rows = (
        RequisitionLine.objects.of(actor.company_id)
        .filter(pending__gt=0)
        .lock(lines)
        .select_related("requisition", "supplier")
    )
    for row in rows:
        if row.supplier_id != supplier.pk:
            before = {"supplier": (row.supplier_id, supplier.pk)}
            current_act().audit(row.requisition, "supplier chosen", before)
    RequisitionLine.objects.filter(pk__in=[row.pk for row in rows]).update(supplier=supplier)


@service
def submit_requisitions(*, requisition_ids: Collection[int], actor: Actor, reason: str = "") -> list[Requisition]:
    """Ask for approval; who is asked follows from the amount."""
    requisitions = locked(Requisition, requisition_ids, actor)
    with_lines = set(RequisitionLine.objects.filter(requisition__in=requisitions).values_list("requisition", flat=True))
    empty = {
        row.pk: Refusal("no_lines", _("%(number)s has no lines"), {"number": row})
        for row in requisitions
        if row.pk not in with_lines
    }
    demand(requisitions, Status.DRAFT, refused=empty)
    Requisition.move_to(requisitions, Status.SUBMITTED)
    _record(requisitions, "submitted")
    approvals.submit(documents=requisitions, actor=actor)
    return requisitions


@service
def approve_requisitions(*, requisition_ids: Collection[int], actor: Actor, note: str = "") -> list[Requisition]:
    """Agree for one's own step; approved when the last step agrees. Raises BusinessError where it is not one's turn."""
    return _decide(requisition_ids, True, actor, note)


@service
def reject_requisitions(*, requisition_ids: Collection[int], actor: Actor, note: str = "") -> list[Requisition]:
    """Refuse; the requisition can be changed and submitted again, or given up."""
    return _decide(requisition_ids, False, actor, note)


def _decide(pks: Collection[int], approve: bool, actor: Actor, note: str) -> list[Requisition]:
    requisitions = locked(Requisition, pks, actor)
    approvals.decide_documents(documents=requisitions, approve=approve, actor=actor, note=note)
    return list(Requisition.objects.filter(pk__in=pks).order_by("pk"))


def when_approved(requisitions: Iterable[Requisition], *, actor: Actor, note: str = "") -> None:
    """What follows from an approval; called by the approvals."""
    Requisition.move_to(requisitions, Status.APPROVED)
    _record(requisitions, "approved")


def when_rejected(requisitions: Iterable[Requisition], *, actor: Actor, note: str = "") -> None:
    Requisition.move_to(requisitions, Status.REJECTED)
    _record(requisitions, "rejected")


def when_withdrawn(requisitions: Iterable[Requisition], *, actor: Actor, note: str = "") -> None:
    Requisition.move_to(requisitions, Status.DRAFT)
    _record(requisitions, "reopened")


@service
def reopen_requisitions(*, requisition_ids: Collection[int], actor: Actor, reason: str = "") -> list[Requisition]:
    """Back to the desk: a rejected requisition, or one that still waits for approval, becomes a draft again."""
    requisitions = locked(Requisition, requisition_ids, actor)
    demand(requisitions, Status.SUBMITTED, Status.REJECTED)
    approvals.withdraw(documents=requisitions, actor=actor)
    Requisition.move_to(requisitions, Status.DRAFT)
    _record(requisitions, "reopened")
    return requisitions


@service
def cancel_requisitions(*, requisition_ids: Collection[int], actor: Actor, reason: str = "") -> list[Requisition]:
    """Give up what is not ordered yet; what is ordered stays ordered."""
    requisitions = locked(Requisition, requisition_ids, actor)
    demand(requisitions, Status.DRAFT, Status.SUBMITTED, Status.APPROVED, Status.REJECTED)
    pending = RequisitionLine.objects.filter(requisition__in=requisitions, pending__gt=0)
    give_up(requisitions, dict(pending.values_list("pk", "pending")), actor=actor)
    return requisitions


def give_up(requisitions: Sequence[Requisition], quantities: dict[int, Decimal], *, actor: Actor) -> None:
    """Take quantities off pending lines of locked requisitions; with nothing pending one is cancelled or ordered.

    The amount follows, and what waits for an approval of more is asked for anew.
    """
    if quantities:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE erp_procurement_requisitionline l SET cancelled = l.cancelled + given.quantity"
                " FROM unnest(%s::bigint[], %s::numeric[]) AS given(id, quantity) WHERE l.id = given.id",
                [list(quantities), list(quantities.values())],
            )
    settle_status(requisitions, actor=actor)


def settle_status(requisitions: Sequence[Requisition], *, actor: Actor) -> None:
    """Bring status and amount of locked requisitions in line with what is pending and ordered of their lines.

    One of which nothing is left keeps the amount that was asked for. Whoever was to agree to more is asked anew, by the
    same who asked before.
    """
    lines: dict[int, list[RequisitionLine]] = defaultdict(list)
    for line in RequisitionLine.objects.filter(requisition__in=requisitions):
        lines[line.requisition_id].append(line)
    targets: dict[str, list[Requisition]] = defaultdict(list)
    for requisition in requisitions:
        pending = any(line.pending for line in lines[requisition.pk])
        ordered = any(line.ordered for line in lines[requisition.pk])
        if not pending:
            targets[Status.ORDERED if ordered else Status.CANCELLED].append(requisition)
        elif requisition.status == Status.ORDERED:
            targets[Status.APPROVED].append(requisition)
    _follow(requisitions, lines, actor)
    approvals.withdraw(documents=targets[Status.CANCELLED], actor=actor)
    for status, group in targets.items():
        moving = [requisition for requisition in group if requisition.status != status]
        Requisition.move_to(moving, status)
        _record(moving, "reopened" if status == Status.APPROVED else str(status))


def _follow(requisitions: Sequence[Requisition], lines: Mapping[int, Sequence[RequisitionLine]], actor: Actor) -> None:
    """Have amounts say what is still wanted, and the approvals that wait be about it."""
    changed = []
    for requisition in requisitions:
        amount = _amount(lines[requisition.pk])
        if amount != requisition.amount and any(line.wanted for line in lines[requisition.pk]):
            current_act().audit(requisition, "changed", {"amount": (requisition.amount, amount)})
            requisition.amount = amount
            changed.append(requisition)
    Requisition.objects.bulk_update(changed, ["amount"])
    waiting = [
        row for row in requisitions if row.status == Status.SUBMITTED and any(each.wanted for each in lines[row.pk])
    ]
    ours = [row for row in waiting if row.origin == Requisition.Origin.ORDER]
    approvals.ask_again(documents=ours, actor=Actor.system(actor.company))  # as `write`: the customer asks
    approvals.ask_again(documents=[row for row in waiting if row not in ours], actor=actor)


def write(
    asked: Sequence[tuple[Requisition, Sequence[Wish]]], *, actor: Actor, asker: Actor | None = None
) -> list[Requisition]:
    """Insert requisitions with lines and ask for the approval of those submitted; four statements for any number.

    `asker` asks for it, and may not approve it: the actor, unless the house itself found out what is missing.
    """
    for requisition, wishes in asked:
        requisition.created_by = actor.user
        requisition.amount = sum((_value(wish.quantity, wish.price) for wish in wishes), ZERO)
    requisitions = Requisition.objects.bulk_create([requisition for requisition, _wishes in asked])
    RequisitionLine.objects.bulk_create(
        _line(requisition, position, wish) for requisition, wishes in asked for position, wish in enumerate(wishes)
    )
    _record(requisitions, "requested")
    submitted = [row for row in requisitions if row.status == Status.SUBMITTED]
    approvals.submit(documents=submitted, actor=asker or actor)
    return requisitions


def _value(quantity: Decimal, price: Decimal | None) -> Decimal:
    return round_money(quantity * (price or ZERO))


def _amount(lines: Iterable[RequisitionLine]) -> Decimal:
    return sum((_value(line.wanted, line.price) for line in lines), ZERO)


def _line(requisition: Requisition, position: int, wish: Wish) -> RequisitionLine:
    return RequisitionLine(
        company_id=requisition.company_id,
        requisition=requisition,
        position=position,
        product_id=wish.product_id,
        supplier_id=wish.supplier_id,
        order_line_id=wish.order_line_id,
        needed=wish.quantity if wish.needed is None else wish.needed,
        quantity=wish.quantity,
        price=wish.price or ZERO,
        needed_by=wish.needed_by,
        terms=wish.terms,
    )


def _with_offers(wishes: Sequence[Wish], actor: Actor) -> list[Wish]:
    """The wishes with supplier and price filled in; raises BusinessError naming every line that cannot be bought."""
    if not wishes:
        return []
    products = Product.objects.of(actor.company_id).in_bulk({wish.product_id for wish in wishes})
    if refusals := _refusals(wishes, products):
        raise BusinessError(*refusals)
    found = offers([(wish.product_id, wish.supplier_id) for wish in wishes], today=clock.today(actor.company))
    return [
        replace(
            wish,
            supplier_id=wish.supplier_id or offer.supplier_id,
            price=offer.price if wish.price is None else wish.price,
        )
        for wish, offer in zip(wishes, found, strict=True)
    ]


def _refusals(wishes: Iterable[Wish], products: Mapping[int, Product]) -> list[Refusal]:
    judged = (_refusal(wish, products.get(wish.product_id), index) for index, wish in enumerate(wishes))
    return [refusal for refusal in judged if refusal]


def _refusal(wish: Wish, product: Product | None, index: int) -> Refusal | None:
    if product is None:
        return Refusal("unknown_product", _("There is no such product"), line=index, field="product")
    if product.is_archived:
        return Refusal("archived", _("%(product)s is archived"), {"product": product}, index, "product")
    if wish.quantity <= 0:
        return Refusal("quantity", _("The quantity must be above zero"), line=index, field="quantity")
    if (wish.price or ZERO) < 0:
        return Refusal("negative", _("Price and discount must not be negative"), line=index, field="price")
    return misfit(product, wish.quantity, line=index)


def _record(requisitions: Iterable[Requisition], what: str) -> None:
    act = current_act()
    for requisition in requisitions:
        act.audit(requisition, what)
        act.announce(
            f"erp.procurement.requisition.{what}",
            requisition,
            {"number": requisition.number, "amount": requisition.amount, "order": requisition.order_number},
        )


def recount(
    requisition_lines: Collection[int], *, actor: Actor, requisitions: Sequence[Requisition] | None = None
) -> None:
    """Bring requisition lines in line with the orders they stand on; what an order gave up is pending again."""
    if not requisition_lines:
        return
    if requisitions is None:
        pks = RequisitionLine.objects.filter(pk__in=requisition_lines).values_list("requisition", flat=True)
        requisitions = list(Requisition.objects.of(actor.company_id).lock(set(pks)))
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT, [list(requisition_lines)])
    settle_status(requisitions, actor=actor)


_RECOUNT = """
UPDATE erp_procurement_requisitionline r
SET ordered = least(r.quantity - r.cancelled, coalesce((
  SELECT sum(CASE o.status WHEN 'cancelled' THEN 0 WHEN 'closed' THEN l.received ELSE l.base_quantity END)
  FROM erp_procurement_purchaseorderline l JOIN erp_procurement_purchaseorder o ON o.id = l.order_id
  WHERE l.requisition_line_id = r.id), 0))
WHERE r.id = ANY(%s)
"""
