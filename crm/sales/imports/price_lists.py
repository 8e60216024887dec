"""Price lists from sheets: the rows with one name are the prices of one list, new or here already."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.sales.models import PriceList
from crm.sales.services.price_lists import Price, bring_in, demand_sense, take_back
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.desk.imports import Batch, Field, Saved
from suite.desk.imports.papers import contradicts, refuse_at_lines, said
from suite.masterdata.models import Currency

HEADER = ("currency_id", "includes_tax", "tier", "party", "valid_from", "valid_to")
FIELDS = (
    Field(
        "name", gettext_lazy("Name"), required=True, max_length=200,
        aliases=(gettext_lazy("Price list"), "价格表名称"), example="2026",
    ),
    Field("product", gettext_lazy("Product"), "ref", ref="product", required=True, aliases=("商品编码", "sku")),
    Field("price", gettext_lazy("Price"), "money", required=True, aliases=("单价", gettext_lazy("Unit price")),
          example="12.50"),
    Field("min_quantity", gettext_lazy("From quantity"), "number", default=Decimal(0), aliases=("起订量",)),
    Field("party", gettext_lazy("Customer"), "ref", ref="buyer", aliases=("客户",)),
    Field("tier", gettext_lazy("Price tier"), max_length=20, aliases=("价格等级",)),
    Field("currency_id", gettext_lazy("Currency"), max_length=3, aliases=("币种",)),
    Field("includes_tax", gettext_lazy("Prices include tax"), "bool", default=True, aliases=("含税",)),
    Field("valid_from", gettext_lazy("Valid from"), "date", aliases=("生效日期",)),
    Field("valid_to", gettext_lazy("Valid to"), "date", aliases=("失效日期",)),
)  # fmt: skip
LEFT_OUT = (gettext_lazy("Archived"),)


def save(*, actor: Actor, batch: Batch, key: str = "", update: bool = True) -> Saved:
    """Write new lists with their prices, and into lists that are here the prices of the sheet, beside the others."""
    saved, rows = Saved(), list(batch.dicts())
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(row["name"], []).append(place)
    known = _known(places, actor)
    currencies = set(Currency.objects.values_list("pk", flat=True))
    good: dict[str, tuple[PriceList, list[Price]]] = {}
    for name, own in places.items():
        mine = [rows[place] for place in own]
        header = {each: value for each in HEADER if (value := said(each, mine)) not in (None, "")}
        found = known.get(name, [])
        if len(found) > 1:
            reason = _("Several price lists have this name")
        elif found and not update:
            reason = _("is here already")
        elif any(contradicts(each, mine) for each in HEADER):
            reason = _("The rows of one reference contradict each other in what they all say")
        elif header.get("currency_id", "CNY") not in currencies:
            reason = _("There is no currency %(currency)s") % {"currency": header["currency_id"]}
        else:
            reason = ""
        if reason:
            saved.refused |= dict.fromkeys(own, reason)
            continue
        party = {"party_id": header.pop("party")} if "party" in header else {}
        price_list = found[0] if found else PriceList(company=actor.company, name=name, **header, **party)
        prices = [Price(row["product"], row["price"], row.get("min_quantity") or Decimal(0)) for row in mine]
        if not _refused(price_list, prices, own, saved):
            good[name] = price_list, prices
    changed = bring_in(lists=list(good.values()), actor=actor) if good else {}
    saved.changed = {pk: {"prices": prices} for pk, prices in changed.items()}
    saved.made = [price_list.pk for price_list, _prices in good.values() if price_list.pk not in changed]
    return saved


def _known(names: Collection[str], actor: Actor) -> dict[str, list[PriceList]]:
    """The lists that are called so in either language."""
    rows = PriceList.objects.visible_to(actor).filter(Q(name__in=names) | Q(name_en__in=names), is_archived=False)
    found: dict[str, list[PriceList]] = {}
    for row in rows:
        for name in {row.name, row.name_en} & set(names):
            found.setdefault(name, []).append(row)
    return found


def _refused(price_list: PriceList, prices: Sequence[Price], places: Sequence[int], saved: Saved) -> bool:
    below = [place for place, each in zip(places, prices, strict=True) if min(each.price, each.min_quantity) < 0]
    if below:
        saved.refused |= dict.fromkeys(places, _("Another line of this paper was refused"))
        saved.refused |= dict.fromkeys(below, _("Price and quantity must not be negative"))
        return True
    try:
        demand_sense(price_list, prices)
    except ValidationError as error:
        saved.refused |= dict.fromkeys(places, " ".join(error.messages))
    except BusinessError as error:
        refuse_at_lines(saved, places, error.refusals)
    else:
        return False
    return True


def undo(*, actor: Actor, made: Collection[int], changed: Mapping[int, dict[str, Any]]) -> dict[int, str]:
    """New lists go again, the others get their old prices; documents keep the prices they have."""
    prices = {pk: before["prices"] for pk, before in changed.items()}
    gone = take_back(made=made, changed=prices, actor=actor)
    return {pk: _("does not exist any more") for pk in gone}
