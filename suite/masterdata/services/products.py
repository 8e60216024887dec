"""Products: one code for quotation, stock and invoice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import changes_between, current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.masterdata import ports, queries
from suite.masterdata.models import Product, ProductUnit
from suite.masterdata.services.records import announce, fresh, referred_to, touch
from suite.masterdata.standards import check, standardised

Values = Mapping[str, Any]


@dataclass(frozen=True)
class ProductDraft:
    """A product to be: values of its fields, and its further units (`unit`, `numerator`, `denominator`, `barcode`)."""

    values: Values
    units: Sequence[Values] = ()


@service
def create_products(*, drafts: Sequence[ProductDraft], actor: Actor, reason: str = "") -> list[Product]:
    """Make products, in four statements for any number of them.

    The unit is a piece and the tax the company's default where nothing is said. Raises ValidationError for values that
    cannot be, BusinessError where a code or barcode is taken.
    """
    usual: dict[str, Any] = {"unit_id": "pcs"}
    if any(not {"tax", "tax_id"} & set(draft.values) for draft in drafts):
        usual["tax"] = queries.default_tax(actor.company, clock.today(actor.company))
    products = [
        check(Product(company_id=actor.company_id, **_completed(standardised(Product, draft.values), usual)))
        for draft in drafts
    ]
    _refuse_taken(products, actor.company_id)
    Product.objects.bulk_create(products, batch_size=1000)
    ProductUnit.objects.bulk_create(
        [_unit(product, row) for product, draft in zip(products, drafts, strict=True) for row in draft.units],
        batch_size=1000,
    )
    for product in products:
        current_act().audit(product, "created")
        announce(product, "created")
    return products


@service
def create_product(*, actor: Actor, units: Sequence[Values] = (), reason: str = "", **values: Any) -> Product:
    """Make one product; see `create_products`."""
    return create_products(drafts=[ProductDraft(values, units)], actor=actor, reason=reason)[0]


@service
def change_product(
    *,
    product: Product,
    actor: Actor,
    version: int | None = None,
    units: Sequence[Values] | None = None,
    reason: str = "",
    **values: Any,
) -> Product:
    """Change a product. Once anything refers to it, its unit and whether it is stocked stay (BusinessError); once it
    moved through stock, its costing method does, because its past was reckoned by it.

    `units` is the whole list of further units where given. Raises Stale when `version` is past.
    """
    product = fresh(product, actor=actor, version=version)
    values = standardised(Product, values)
    changed = changes_between(product, values)
    if changed:
        proposed = fresh(product, actor=actor)
        for name in changed:
            setattr(proposed, name, values[name])
        check(proposed)
        _refuse_taken([proposed], actor.company_id)
        _refuse_rewriting_the_past(product, proposed)
    saved = save_changes(product, values)
    replaced = units is not None and _replace_units(product, units)
    if replaced and not saved:
        touch(product)
    if saved or replaced:
        announce(product, "changed")
    return product


@service
def archive_products(
    *, products: Collection[int], actor: Actor, archived: bool = True, reason: str = ""
) -> list[Product]:
    """Take products out of every list to choose from, or bring them back."""
    rows = list(Product.objects.of(actor.company_id).lock(products).exclude(is_archived=archived))
    Product.objects.filter(pk__in=[row.pk for row in rows]).update(
        is_archived=archived, version=F("version") + 1, updated_at=clock.now()
    )
    for row in rows:
        row.is_archived, row.version = archived, row.version + 1
        current_act().audit(row, "archived" if archived else "restored")
        announce(row, "changed")
    return rows


def used(pks: Collection[int]) -> set[int]:
    """Which products anything but their own units refers to: a price, a line, a balance, a rule. One statement."""
    return referred_to(Product, pks, besides=[ProductUnit])


def _completed(values: dict[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    missing = {name: value for name, value in usual.items() if not {name, name.removesuffix("_id")} & set(values)}
    return {**missing, **values}


def _refuse_rewriting_the_past(product: Product, proposed: Product) -> None:
    other_nature = product.unit_id != proposed.unit_id or product.is_stocked != proposed.is_stocked
    if other_nature and used([product.pk]):
        raise BusinessError(
            Refusal(
                "product_used",
                _("%(product)s is in use: its unit and kind must stay. Make a new product, or add a further unit"),
                {"product": product.code},
                field="unit" if product.unit_id != proposed.unit_id else "kind",
            )
        )
    if product.costing != proposed.costing and ports.moved([product.pk]):
        raise BusinessError(
            Refusal(
                "product_moved",
                _("%(product)s has moved through stock: its costing method must stay. Make a new product"),
                {"product": product.code},
                field="costing",
            )
        )


def _refuse_taken(products: Sequence[Product], company_id: int) -> None:
    """Refuse codes and barcodes that another product has, in the company or in the same set."""
    codes, barcodes = ({getattr(product, name) for product in products} - {""} for name in ("code", "barcode"))
    taken = Product.objects.of(company_id).filter(Q(code__in=codes) | Q(barcode__in=barcodes))
    mine = [product.pk for product in products if product.pk]
    holders = set()
    for code, barcode in taken.exclude(pk__in=mine).values_list("code", "barcode"):
        holders |= {("code", code), ("barcode", barcode)}
    refusals = []
    for index, product in enumerate(products):
        for name in ("code", "barcode"):
            key = (name, getattr(product, name))
            if key[1] and key in holders:
                refusals.append(
                    Refusal(
                        f"{name}_taken",
                        _("There is a product with %(value)s already"),
                        {"value": key[1]},
                        line=index,
                        field=name,
                    )
                )
            holders.add(key)
    if refusals:
        raise BusinessError(*refusals)


def _unit(product: Product, values: Values) -> ProductUnit:
    row = check(ProductUnit(product=product, company_id=product.company_id, **standardised(ProductUnit, values)))
    if row.unit_id == product.unit_id:  # type: ignore[attr-defined]
        raise ValidationError({"units": _("The base unit needs no conversion")})
    return row  # type: ignore[return-value]


def _replace_units(product: Product, wanted: Sequence[Values]) -> bool:
    there = {row.unit_id: row for row in ProductUnit.objects.filter(product=product)}
    rows = [_unit(product, values) for values in wanted]
    before, after = ({row.unit_id: str(row) + row.barcode for row in group} for group in (there.values(), rows))
    if before == after:
        return False
    ProductUnit.objects.filter(product=product).delete()
    ProductUnit.objects.bulk_create(rows)
    current_act().audit(product, "units", {"units": (list(before.values()), list(after.values()))})
    return True
