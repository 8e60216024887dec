"""Products out of sheets, a batch at a time; what all imports of master data share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.acts import current_act
from suite.core.errors import BusinessError
from suite.core.models import OutboxEvent
from suite.desk import search
from suite.desk.imports import Batch, Saved
from suite.masterdata import ports
from suite.masterdata.models import Party, Product, ProductUnit, Tax
from suite.masterdata.services import products
from suite.masterdata.services.products import ProductDraft
from suite.masterdata.services.records import change_many, referred_to
from suite.masterdata.standards import check, standardised

OTHER_UNIT = ("other_unit", "other_unit_holds")


def matched(model: Any, key: str, values: Collection[str], company_id: int) -> tuple[dict[str, int], set[str]]:
    """Records by the value of a key, and the values that several records have. One statement.

    Names count in both languages: an export calls a record as its reader does.
    """
    found: dict[str, int] = {}
    several: set[str] = set()
    wanted = {value for value in values if value}
    if not wanted:
        return found, several
    keys = ("name", "name_en") if key == "name" else (key,)
    called = reduce(or_, (Q(**{f"{each}__in": wanted}) for each in keys))
    for pk, *names in model.objects.of(company_id).filter(called).values_list("pk", *keys):
        for name in wanted.intersection(names):
            if found.setdefault(name, pk) != pk:
                several.add(name)
    return found, several


def news(row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a sheet says that the record does not: its English name, or its phone written otherwise, is nothing new."""
    same = {
        name
        for name in ("name", "specification")
        if values.get(name) and values[name] == getattr(row, f"{name}_en", "")
    }
    if values.get("phone") and values["phone"] == row.phone:
        same.add("phone_raw")
    return {name: value for name, value in values.items() if name not in same}


def save_products(*, actor: Actor, batch: Batch, key: str, update: bool) -> Saved:
    """Make new products and change those that `key` finds; a fixed number of statements for the batch.

    A blank cell of a product that is here already leaves its value as it is.
    """
    saved, taxes = Saved(), {tax.code: tax for tax in Tax.objects.of(actor.company_id)}
    rows = [_typed(row, taxes) for row in batch.dicts()]
    keys = [row.get(key, "") for row in rows] if key else []
    found, several = matched(Product, key, keys, actor.company_id) if key else ({}, set())
    drafts: dict[int, ProductDraft] = {}
    changes: dict[int, tuple[int, dict[str, Any]]] = {}
    for place, row in enumerate(rows):
        if isinstance(row, str):
            saved.refused[place] = row
        elif key and row.get(key) in several:
            saved.refused[place] = _("several products have this key")
        elif key and row.get(key) in found:
            if update:
                changes[found[row[key]]] = (place, _given(row))
            else:
                saved.refused[place] = _("is here already")
        else:
            drafts[place] = _draft(row)
    _create(drafts, actor, saved)
    _change(changes, actor, saved)
    return saved


def _typed(row: dict[str, Any], taxes: Mapping[str, Tax]) -> Any:
    """The row with its tax found by code, name or rate; the reason where there is none."""
    text = str(row.pop("tax", "") or "").strip()
    if text:
        tax = taxes.get(text) or next((tax for tax in taxes.values() if text in (tax.name, tax.name_en)), None)
        tax = tax or _by_rate(text.removesuffix("%"), taxes.values())
        if tax is None:
            return _("there is no tax “%(text)s”") % {"text": text[:40]}
        row["tax_id"] = tax.pk
    if unit := row.pop("unit", None):
        row["unit_id"] = unit
    return row


def _by_rate(text: str, taxes: Collection[Tax]) -> Tax | None:
    try:
        rate = Decimal(text)
    except ArithmeticError:
        return None
    return next((tax for tax in taxes if tax.rate == rate), None)


def _given(row: Mapping[str, Any]) -> dict[str, Any]:
    """The cells that say something."""
    return {name: value for name, value in row.items() if value not in ("", None)}


def _draft(row: Mapping[str, Any]) -> ProductDraft:
    """A new product: what is blank takes what is usual."""
    values = {name: value for name, value in _given(row).items() if name not in OTHER_UNIT}
    unit, holds = (row.get(name) for name in OTHER_UNIT)
    return ProductDraft(values, [{"unit_id": unit, "numerator": holds}] if unit and holds else [])


def _create(drafts: dict[int, ProductDraft], actor: Actor, saved: Saved) -> None:
    """Make the products that can be made; the others are refused one by one."""
    good: dict[int, ProductDraft] = {}
    for place, draft in drafts.items():
        try:
            check(Product(company_id=actor.company_id, **standardised(Product, draft.values)))
            good[place] = draft
        except ValidationError as error:
            saved.refused[place] = " ".join(error.messages)
    while good:
        try:
            made = products.create_products(drafts=list(good.values()), actor=actor)
        except BusinessError as error:
            places = list(good)
            for refusal in error.refusals:
                saved.refused[places[refusal.line or 0]] = str(refusal)
                good.pop(places[refusal.line or 0], None)
        else:
            saved.made += [row.pk for row in made]
            saved.placed |= {place: row.pk for place, row in zip(good, made, strict=True)}
            break


def _change(changes: dict[int, tuple[int, dict[str, Any]]], actor: Actor, saved: Saved) -> None:
    rows = Product.objects.of(actor.company_id).lock(changes).in_bulk()
    stocked = {pk: row.is_stocked for pk, row in rows.items()}
    good: dict[int, dict[str, Any]] = {}
    rewritten: dict[int, int] = {}
    revalued: dict[int, int] = {}
    for pk, (place, wanted) in changes.items():
        try:
            own = news(rows[pk], wanted)
            values = standardised(Product, {name: value for name, value in own.items() if name not in OTHER_UNIT})
            check(_proposed(rows[pk], values))
        except ValidationError as error:
            saved.refused[place] = " ".join(error.messages)
            continue
        good[pk] = values
        kind = values.get("kind", rows[pk].kind)
        if values.get("unit_id", rows[pk].unit_id) != rows[pk].unit_id or (kind != Product.Kind.SERVICE) != stocked[pk]:
            rewritten[pk] = place
        if values.get("costing", rows[pk].costing) != rows[pk].costing:
            revalued[pk] = place
    for pk in products.used(rewritten):
        saved.refused[rewritten[pk]] = _("the product is in use: its unit and kind must stay")
        del good[pk]
    for pk in ports.moved(revalued):
        saved.refused[revalued[pk]] = _("the product has moved through stock: its costing method must stay")
        good.pop(pk, None)
    before = change_many(rows, good)
    saved.placed |= {changes[pk][0]: pk for pk in good}
    saved.changed |= {pk: {**old, "version": rows[pk].version} for pk, old in before.items()}
    search.index([rows[pk] for pk in before])


def _proposed(row: Product, values: Mapping[str, Any]) -> Product:
    proposed = Product(**{field.attname: getattr(row, field.attname) for field in Product._meta.concrete_fields})
    for name, value in values.items():
        setattr(proposed, name, value)
    return proposed


def undo_products(*, actor: Actor, made: Collection[int], changed: Mapping[int, dict[str, Any]]) -> dict[int, str]:
    """Take an import back: new products that nothing refers to are deleted, changed ones get their old values."""
    kept = {pk: _("is in use already") for pk in referred_to(Product, made, besides=[ProductUnit])}
    gone = Product.objects.of(actor.company_id).filter(pk__in=set(made) - set(kept))
    for row in gone:
        current_act().audit(row, "deleted")
    search.forget(Product, [row.pk for row in gone])
    ProductUnit.objects.filter(product__in=gone).delete()
    gone.delete()
    kept |= {
        pk: _("has moved through stock: its costing method must stay")
        for pk in ports.moved([pk for pk, old in changed.items() if "costing" in old])
    }
    back = {pk: old for pk, old in changed.items() if pk not in kept}
    return kept | restored(Product.objects.of(actor.company_id).lock(back).in_bulk(), back)


def restored(rows: Mapping[int, Any], changed: Mapping[int, dict[str, Any]]) -> dict[int, str]:
    """Give records their old values back; those that were changed again meanwhile are left and named."""
    since = _("was changed since")
    kept = {pk: since for pk, old in changed.items() if pk not in rows or rows[pk].version != old["version"]}
    values = {
        pk: {name: rows[pk]._meta.get_field(name).to_python(value) for name, value in old.items() if name != "version"}
        for pk, old in changed.items()
        if pk not in kept
    }
    change_many(rows, values)
    search.index([rows[pk] for pk in values if search.has(rows[pk]._meta.label_lower)])
    return kept


def announce_parties(pks: Collection[int]) -> None:
    """One event for a batch of parties: the search table follows it, within seconds of the commit."""
    if pks:
        first = Party(pk=min(pks))
        current_act().announce("masterdata.party.imported", first, {"ids": list(pks)}, key=f"{min(pks)}-{len(pks)}")


def index_parties(event: OutboxEvent, actor: Actor) -> None:
    """Put the parties of an imported batch, and their contacts, into the search table."""
    rows = Party.objects.of(actor.company_id).filter(pk__in=event.payload["ids"])
    rows = rows.prefetch_related("contacts", "addresses")
    search.store(search.entries([*rows, *(contact for row in rows for contact in row.contacts.all())]))
