"""What clauses of a sentence say of each other's verbs, and deeds that are told twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from crm.customers.reading.found import Clause, Found
from crm.customers.reading.meaning import terms_of
from crm.customers.reading.verbs import DELIVER, DOCUMENT, PAY, PRICE, verbs


def share(parts: list[Clause]) -> None:
    """Give verbs what clauses without one say of them: a day before, a price or a quantity behind."""
    for place, part in enumerate(parts):
        if part.found or not (
            part.days or part.prices or part.discounts or part.quantities or part.amounts or part.products
        ):
            continue
        later = next((other for other in parts[place + 1 :] if other.found), None)
        earlier = next((other for other in reversed(parts[:place]) if other.found), None)
        for other in (earlier, later):
            if other is not None:
                other.found = [_with(row, part) for row in other.found]
                if other is earlier:
                    break
    for place, part in enumerate(parts[1:], start=1):
        previous = parts[place - 1]
        leads = previous.found and previous.days and previous.found[0].due and _leads(previous)
        if part.found and leads:
            part.found = [replace(row, due=row.due or previous.found[0].due) for row in part.found]
        if part.found and previous.found and not any(row.product for row in part.found):
            named = next((row.product for row in previous.found if row.product), None)
            part.found = [replace(row, product=row.product or named) for row in part.found]


def _leads(part: Clause) -> bool:
    """Whether the day stands before the verb and so holds for what follows, too."""
    first = min((verb.start for verb in verbs(part.text)), default=0)
    return part.days[0].start < first


def _with(row: Found, part: Clause) -> Found:
    terms = terms_of(part)
    values: dict[str, Any] = {}
    days_ahead = [day.date for day in part.days]
    if row.due is None and days_ahead:
        values["due"] = days_ahead[0]
    if row.kind in (DELIVER, PRICE):
        for name in ("price", "discount"):
            if getattr(row, name) is None and name in terms:
                values[name] = terms[name]
        if row.quantity is None and part.quantities:
            values |= {"quantity": part.quantities[0].value, "unit": part.quantities[0].unit}
    if row.kind == PAY and row.amount is None and part.amounts:
        values["amount"] = part.amounts[0].value
    if row.product is None and part.products and row.kind in (DELIVER, PRICE, DOCUMENT):
        values["product"] = part.products[0]
    return replace(row, **values)


def once(rows: Iterable[Found]) -> list[Found]:
    """The same deed said by two verbs of a sentence is one: the one that says more of it."""
    kept: dict[tuple[str, str, bool], Found] = {}
    for row in rows:
        key = (row.kind, row.document, row.by_them)
        known = kept.get(key)
        if known is None:
            kept[key] = row
        elif _differs(known, row):
            kept[(row.kind, f"{row.document}:{len(kept)}", row.by_them)] = row
        else:
            better = {
                name: getattr(known, name) or getattr(row, name)
                for name in ("due", "quantity", "unit", "price", "discount", "amount", "product")
            }
            kept[key] = replace(known, **better, asked=known.asked and row.asked)
    rows_kept = list(kept.values())
    return _folded(rows_kept)


def _folded(rows: list[Found]) -> list[Found]:
    """A price named beside the only delivery of a sentence is the price of it."""
    goods, priced = ([row for row in rows if row.kind == kind] for kind in (DELIVER, PRICE))
    if len(goods) != 1 or not priced or (goods[0].product and priced[0].product not in (None, goods[0].product)):
        return rows
    terms = {
        name: getattr(goods[0], name) or getattr(priced[0], name)
        for name in ("price", "discount", "product", "quantity")
    }
    return [replace(row, **terms) if row is goods[0] else row for row in rows if row.kind != PRICE]


def _differs(first: Found, second: Found) -> bool:
    return any(
        getattr(first, name) and getattr(second, name) and getattr(first, name) != getattr(second, name)
        for name in ("due", "quantity", "product", "price")
    )
