"""Suppliers and what they deliver on which terms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from erp.procurement.models import Supplier, SupplierItem
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.masterdata.models import Party, Product
from suite.masterdata.services import parties as masterdata
from suite.masterdata.services.parties import PartyDraft, Values
from suite.masterdata.services.records import announce, fresh
from suite.masterdata.services.units import misfit
from suite.masterdata.standards import check, standardised

PROFILE = frozenset({"term", "currency", "lead_days", "is_blocked", "note"})
TERMS = ("supplier_code", "price", "minimum", "pack", "lead_days", "priority")
LOTS = ("minimum", "pack")


@dataclass(frozen=True)
class SupplierDraft:
    """A supplier to be: the party, and the values of the profile on it."""

    party: PartyDraft
    profile: Values = field(default_factory=dict)


@service
def create_suppliers(*, drafts: Sequence[SupplierDraft], actor: Actor, reason: str = "") -> list[Supplier]:
    """Make parties and their supplier profiles, in a fixed number of statements for any number of them.

    Raises as `create_parties` does.
    """
    parties = masterdata.create_parties(drafts=[draft.party for draft in drafts], actor=actor, reason=reason)
    return make_profiles(zip(parties, [draft.profile for draft in drafts], strict=True), actor)


@service
def create_supplier(
    *,
    actor: Actor,
    party: Party | None = None,
    contacts: Sequence[Values] = (),
    addresses: Sequence[Values] = (),
    reason: str = "",
    **values: Any,
) -> Supplier:
    """Make one supplier: party, profile, contacts and addresses in one act; or a profile on a `party` that is here."""
    profile = {name: values.pop(name) for name in PROFILE & set(values)}
    if party is None:
        draft = SupplierDraft(PartyDraft(values, contacts, addresses), profile)
        return create_suppliers(drafts=[draft], actor=actor, reason=reason)[0]
    if Supplier.objects.of(actor.company_id).filter(party=party).exists():
        raise BusinessError(Refusal("is_supplier", _("%(name)s is a supplier already"), {"name": party.label}))
    return make_profiles([(party, profile)], actor)[0]


def make_profiles(pairs: Iterable[tuple[Party, Values]], actor: Actor) -> list[Supplier]:
    """Make suppliers of parties that are here; joins the act that is open."""
    usual = {"currency_id": actor.company.currency}
    suppliers = [Supplier(company_id=actor.company_id, party=party, **{**usual, **profile}) for party, profile in pairs]
    for supplier in suppliers:
        check(supplier)
    Supplier.objects.bulk_create(suppliers, batch_size=1000)
    for supplier in suppliers:
        current_act().audit(supplier, "created")
        announce(supplier, "created")
    return suppliers


@service
def change_supplier(
    *,
    supplier: Supplier,
    actor: Actor,
    version: int | None = None,
    contacts: Sequence[Values] | None = None,
    addresses: Sequence[Values] | None = None,
    reason: str = "",
    **values: Any,
) -> Supplier:
    """Change a supplier and its party in one act. `version` is the profile's; raises Stale when it is past."""
    supplier = fresh(supplier, actor=actor, version=version)
    profile = standardised(Supplier, {name: values.pop(name) for name in PROFILE & set(values)})
    touched = bool(save_changes(supplier, profile))
    masterdata.change_party(
        party=supplier.party, contacts=contacts, addresses=addresses, actor=actor, reason=reason, **values
    )
    if touched:
        announce(supplier, "changed")
    supplier.party.refresh_from_db()
    return supplier


@dataclass(frozen=True)
class ItemDraft:
    """What a supplier asks for a product: values by the names of TERMS; price without tax, quantities in base units."""

    supplier: Supplier
    product: Product
    values: Values


@service
def set_items(*, items: Sequence[ItemDraft], actor: Actor, reason: str = "") -> list[SupplierItem]:
    """Write terms, new or instead of those the supplier had for the product; two statements for any number."""
    rows = [judged(item, actor) for item in items]
    known = {
        (row.supplier_id, row.product_id): row
        for row in SupplierItem.objects.of(actor.company_id).filter(
            supplier__in={item.supplier.pk for item in items}, product__in={item.product.pk for item in items}
        )
    }
    SupplierItem.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=["supplier", "product"], update_fields=TERMS
    )
    act = current_act()
    for row in rows:
        before = known.get((row.supplier_id, row.product_id))
        act.audit(row, "changed" if before else "created", {"price": (before and before.price, row.price)})
    return rows


@service
def set_item(*, supplier: Supplier, product: Product, actor: Actor, reason: str = "", **values: Any) -> SupplierItem:
    """Write the terms of one product; see `set_items`."""
    return set_items(items=[ItemDraft(supplier, product, values)], actor=actor)[0]


@service
def change_item(*, item: SupplierItem, actor: Actor, reason: str = "", **values: Any) -> SupplierItem:
    """Change some of the terms."""
    item = fresh(item, actor=actor)
    save_changes(item, values)
    _check_item(item)
    return item


def judged(draft: ItemDraft, actor: Actor) -> SupplierItem:
    """The terms as a row that is not written yet. Raises ValidationError or BusinessError for what cannot be."""
    row = SupplierItem(company_id=actor.company_id, supplier=draft.supplier, product=draft.product, **draft.values)
    _check_item(row)
    return row


def _check_item(item: SupplierItem) -> None:
    """Lots are quantities that can be had: requests are rounded up to them. Raises ValidationError or BusinessError."""
    check(item)
    for name in ("price", "minimum"):
        if getattr(item, name) < 0:
            raise ValidationError({name: _("Not below zero")})
    if item.pack <= 0:
        raise ValidationError({"pack": _("A pack holds more than nothing")})
    odd = [misfit(item.product, getattr(item, name), field=name) for name in LOTS]
    if any(odd):
        raise BusinessError(*filter(None, odd))


@service
def remove_items(*, items: Collection[int], actor: Actor, reason: str = "") -> None:
    """Forget terms; what was ordered on them keeps its price."""
    rows = list(SupplierItem.objects.of(actor.company_id).lock(items))
    for row in rows:
        current_act().audit(row, "deleted", {"price": (row.price, None)})
    SupplierItem.objects.filter(pk__in=[row.pk for row in rows]).delete()
