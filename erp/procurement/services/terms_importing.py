"""What suppliers ask, out of their price sheets, a batch at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from erp.procurement.models import Supplier, SupplierItem
from erp.procurement.services.suppliers import TERMS, ItemDraft, judged, remove_items, set_items
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.desk.imports import Batch, Saved
from suite.masterdata.models import Product


def save_terms(*, actor: Actor, batch: Batch, key: str, update: bool) -> Saved:
    """Write the terms of suppliers for products: a pair that is known is changed, blank cells stay as they were.

    A fixed number of statements for the batch.
    """
    saved, rows = Saved(), list(batch.dicts())
    suppliers = Supplier.objects.of(actor.company_id).select_related("party").in_bulk(batch.column("supplier"))
    products = Product.objects.of(actor.company_id).select_related("unit").in_bulk(batch.column("product"))
    known = _known({(row["supplier"], row["product"]) for row in rows}, actor)
    drafts: dict[tuple[int, int], tuple[int, ItemDraft]] = {}
    for place, row in enumerate(rows):
        pair = row["supplier"], row["product"]
        before = known.get(pair)
        given = {name: value for name in TERMS if (value := row.get(name)) not in (None, "")}
        values = ({name: getattr(before, name) for name in TERMS} if before else {}) | given
        draft = ItemDraft(suppliers[pair[0]], products[pair[1]], values)
        if pair in drafts:
            saved.refused[place] = _("another line is for the same supplier and product")
        elif before and not update:
            saved.refused[place] = _("is here already")
        elif reason := _wrong(draft, actor):
            saved.refused[place] = reason
        else:
            drafts[pair] = place, draft
    written = set_items(items=[draft for _place, draft in drafts.values()], actor=actor) if drafts else []
    for item in written:
        before = known.get((item.supplier_id, item.product_id))
        if before is None:
            saved.made.append(item.pk)
        else:
            saved.changed[before.pk] = {name: _plain(getattr(before, name)) for name in TERMS}
    return saved


def undo_terms(*, actor: Actor, made: Collection[int], changed: Mapping[int, dict[str, Any]]) -> dict[int, str]:
    """Take an import back: new terms leave, changed ones are again what they were. What was ordered keeps its price."""
    remove_items(items=made, actor=actor)
    rows = SupplierItem.objects.of(actor.company_id).select_related("supplier", "product").in_bulk(changed)
    drafts = [ItemDraft(row.supplier, row.product, _typed(changed[pk])) for pk, row in rows.items()]
    if drafts:
        set_items(items=drafts, actor=actor)
    return {pk: _("does not exist any more") for pk in changed if pk not in rows}


def _known(pairs: Collection[tuple[int, int]], actor: Actor) -> dict[tuple[int, int], SupplierItem]:
    rows = SupplierItem.objects.of(actor.company_id).filter(
        supplier__in={supplier for supplier, _product in pairs}, product__in={product for _supplier, product in pairs}
    )
    return {pair: row for row in rows if (pair := (row.supplier_id, row.product_id)) in pairs}


def _wrong(draft: ItemDraft, actor: Actor) -> str:
    try:
        judged(draft, actor)
    except ValidationError as error:
        return " ".join(error.messages)
    except BusinessError as error:
        return str(error)
    return ""


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Decimal(value) if name in ("price", "minimum", "pack") else value for name, value in values.items()}
