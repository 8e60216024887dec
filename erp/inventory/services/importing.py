"""Opening stock and stock rules from files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from erp.inventory.models import StockAdjustment, StockAdjustmentLine, StockRule, StockTransfer
from erp.inventory.services.adjustments import Difference, opening_stock, reverse_adjustment
from erp.inventory.services.rules import RULED, Rule, demand_order, drop_rule, set_rules
from erp.inventory.services.transfers import (
    TransferDraft,
    TransferLine,
    cancel_transfers,
    check_transfers,
    create_transfers,
)
from erp.inventory.services.warehouses import default_warehouse_id
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.errors import BusinessError
from suite.core.money import ZERO
from suite.core.said import said
from suite.desk.imports import Batch, Saved
from suite.desk.imports.papers import Papers, each, numbers_of
from suite.masterdata.models import Product
from suite.masterdata.services.units import misfit


@service
def import_opening_stock(*, actor: Actor, batch: Batch, key: str = "", update: bool = False) -> Saved:
    """Book the rows of a batch as opening stock, one document per warehouse; what cannot be is named with its reason.

    A product may stand once per warehouse. Fixed number of statements per warehouse.
    """
    saved, lines = Saved(), defaultdict(dict)  # type: ignore[var-annotated]
    products = Product.objects.of(actor.company_id).in_bulk(batch.column("product"))
    for place, row in enumerate(batch.dicts()):
        warehouse_id = row.get("warehouse") or default_warehouse_id(actor.company_id)
        reason = _wrong(row, products[row["product"]], row["product"] in lines[warehouse_id])
        if reason:
            saved.refused[place] = reason
        else:
            lines[warehouse_id][row["product"]] = Difference(row["product"], row["quantity"], row.get("unit_cost"))
    for warehouse_id, differences in lines.items():
        if differences:
            adjustment = opening_stock(list(differences.values()), warehouse_id=warehouse_id, actor=actor)
            saved.made += StockAdjustmentLine.objects.filter(adjustment=adjustment).values_list("pk", flat=True)
    return saved


def _wrong(row: Mapping[str, Any], product: Product, again: bool) -> str:
    if not product.is_stocked:
        return _("A service has no stock")
    if row["quantity"] <= 0:
        return _("The quantity must be above zero")
    if odd := misfit(product, row["quantity"]):
        return str(odd)
    if row.get("unit_cost") is None and not product.standard_cost:
        return _("Say what a piece is worth")
    if (row.get("unit_cost") or 0) < 0:
        return _("A cost must not be negative")
    return _("The product stands here twice") if again else ""


def undo_import(*, actor: Actor, made: Collection[int], changed: Mapping[int, Any]) -> dict[int, str]:
    """Reverse what a batch booked; lines of documents whose goods have left stay, with the reason."""
    kept: dict[int, str] = {}
    lines: dict[int, list[int]] = defaultdict(list)
    rows = StockAdjustmentLine.objects.of(actor.company_id).filter(pk__in=made)
    for pk, adjustment_id in rows.values_list("pk", "adjustment_id"):
        lines[adjustment_id].append(pk)
    for adjustment in StockAdjustment.objects.of(actor.company_id).filter(pk__in=lines):
        try:
            reverse_adjustment(adjustment, actor=actor, reason=said(gettext_lazy("Import undone")))
        except BusinessError as error:
            kept |= dict.fromkeys(lines[adjustment.pk], str(error))
    return kept


@service
def import_rules(*, actor: Actor, batch: Batch, key: str = "", update: bool = True) -> Saved:
    """Set the rules of a batch: one that is here is changed, and its safety stock stays where a row says none.

    A fixed number of statements.
    """
    saved, rows = Saved(), list(batch.dicts())
    default = default_warehouse_id(actor.company_id)
    known = {
        (row.product_id, row.warehouse_id): row
        for row in StockRule.objects.of(actor.company_id).filter(product__in=set(batch.column("product")))
    }
    wanted: dict[tuple[int, int], tuple[int, Rule]] = {}
    for place, row in enumerate(rows):
        pair = row["product"], row.get("warehouse") or default
        before, safety = known.get(pair), row.get("safety_stock")
        if safety is None:
            safety = before.safety_stock if before else ZERO
        rule = Rule(*pair, row["reorder_point"], row["target"], safety)
        if pair in wanted:
            saved.refused[place] = _("The product stands here twice")
        elif before and not update:
            saved.refused[place] = _("is here already")
        elif wrong := each(demand_order, [rule]):
            saved.refused[place] = str(wrong[0][0])
        else:
            wanted[pair] = place, rule
            if before:
                saved.changed[before.pk] = {name: str(getattr(before, name)) for name in RULED}
    written = set_rules([rule for _place, rule in wanted.values()], actor=actor) if wanted else []
    saved.made = [row.pk for row in written if row.pk not in saved.changed]
    return saved


def undo_rules(*, actor: Actor, made: Collection[int], changed: Mapping[int, dict[str, str]]) -> dict[int, str]:
    """Take an import of rules back: new ones go, the others are again what they were."""
    rows = StockRule.objects.of(actor.company_id).in_bulk([*made, *changed])
    for pk in made:
        if pk in rows:
            drop_rule(rows[pk], actor=actor, reason=said(gettext_lazy("Import undone")))
    before = [
        Rule(rows[pk].product_id, rows[pk].warehouse_id, **{name: Decimal(old[name]) for name in RULED})
        for pk, old in changed.items()
        if pk in rows
    ]
    if before:
        set_rules(before, actor=actor)
    return {pk: _("does not exist any more") for pk in changed if pk not in rows}


def _transfer(reference: str, header: dict[str, Any], rows: list[dict[str, Any]]) -> TransferDraft:
    lines = [TransferLine(row["product"], row["quantity"]) for row in rows]
    return TransferDraft(header["source"], header["target"], lines, header.get("expected_date"), header.get("note", ""))


TRANSFERS = Papers(
    group="reference",
    header=("source", "target", "expected_date"),
    remarks=("note",),
    draft=_transfer,
    check=check_transfers,
    create=create_transfers,
    known=numbers_of(StockTransfer),
)


def undo_transfers(*, actor: Actor, made: Collection[int], changed: Mapping[int, Any]) -> dict[int, str]:
    """Give the drafts up again; what has left since stays and is named."""
    rows = StockTransfer.objects.of(actor.company_id).lock(made)
    drafts = [row for row in rows if row.status == StockTransfer.Status.DRAFT]
    cancel_transfers(drafts, actor=actor, reason=said(gettext_lazy("Import undone")))
    sentence = _("%(number)s is %(status)s already")
    gone = [row for row in rows if row.status not in (StockTransfer.Status.DRAFT, StockTransfer.Status.CANCELLED)]
    return {row.pk: sentence % {"number": row, "status": row.get_status_display()} for row in gone}
