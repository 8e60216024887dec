"""Lines of purchase orders: priced from the supplier's terms, without tax unless the order says otherwise."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from erp.procurement.models import PurchaseOrder, PurchaseOrderLine, SupplierItem
from suite.core import money
from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.core.money import HUNDRED, ZERO, line_amounts, round_quantity
from suite.masterdata.models import Product, Tax
from suite.masterdata.queries import tax_on
from suite.masterdata.services.units import converted

LARGEST = Decimal(10) ** 16


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line as somebody wants it: quantity in `unit_id` (negative: goods go back), price per that unit.

    What is None comes from the supplier's terms and the product. `id` names the line that it changes.
    """

    product_id: int
    quantity: Decimal
    unit_price: Decimal | None = None
    discount: Decimal = ZERO
    unit_id: str | None = None
    tax_id: int | None = None
    description: str = ""
    requested_date: dt.date | None = None
    promised_date: dt.date | None = None
    id: int | None = None
    requisition_line_id: int | None = None


Asked = Sequence[tuple[PurchaseOrder, Sequence[LineInput]]]


def price(asked: Asked, *, actor: Actor) -> list[list[PurchaseOrderLine]]:
    """Unsaved lines for each order, and the orders' totals set; a fixed number of statements for any number.

    Raises BusinessError naming every line that cannot be ordered.
    """
    products, quantities, refused = _judged([lines for _order, lines in asked], actor)
    if refused:
        raise BusinessError(*chain.from_iterable(refused.values()))
    base = iter(quantities)
    inputs = [(order, line) for order, lines in asked for line in lines]
    wanted_taxes = {line.tax_id for _order, line in inputs if line.tax_id}
    taxes = Tax.objects.of(actor.company_id).in_bulk(wanted_taxes) if wanted_taxes else {}
    terms = _terms([(order, line) for order, line in inputs if line.unit_price is None])
    priced = []
    for order, lines in asked:
        rows = [
            _line(order, position, line, products[line.product_id], taxes, next(base), terms)
            for position, line in enumerate(lines)
        ]
        _find_what_goes_back(order, [row for row in rows if row.base_quantity < 0])
        order.net = sum((row.net for row in rows), ZERO)
        order.tax_amount = sum((row.tax_amount for row in rows), ZERO)
        order.gross = sum((row.gross for row in rows), ZERO)
        priced.append(rows)
    return priced


def refusals(orders: Sequence[Sequence[LineInput]], *, actor: Actor) -> dict[int, list[Refusal]]:
    """What cannot be ordered, by the index of its order; at most two statements for any number of lines."""
    return _judged(orders, actor)[2]


def _judged(
    orders: Sequence[Sequence[LineInput]], actor: Actor
) -> tuple[dict[int, Product], list[Decimal], dict[int, list[Refusal]]]:
    """The products of these lines, their quantities in base units, and what speaks against each order by its index."""
    places = [(at, index, line) for at, lines in enumerate(orders) for index, line in enumerate(lines)]
    wanted = {line.product_id for _at, _index, line in places}
    products = Product.objects.of(actor.company_id).select_related("tax").in_bulk(wanted)
    refused: dict[int, list[Refusal]] = defaultdict(list)
    good = []
    for at, index, line in places:
        refusal = _refusal(line, products.get(line.product_id), index)
        if refusal:
            refused[at].append(refusal)
        else:
            good.append((at, index, line))
    quantities, misfits = converted(
        [
            (products[line.product_id], line.unit_id or products[line.product_id].unit_id, line.quantity)
            for _at, _index, line in good
        ]
    )
    for misfit in misfits:
        at, index, _line = good[misfit.line or 0]
        refused[at].append(replace(misfit, line=index))
    return products, quantities, dict(refused)


def spread_returns(lines: Sequence[LineInput], *, party_id: int, actor: Actor) -> list[LineInput]:
    """New negative lines in base units as one line for each earlier line that brought the goods, the latest first.

    One statement where there are any. What no single line brought would have nothing to be tied to.
    """
    going = {line.product_id for line in lines if line.quantity < 0 and not line.id}
    if not going:
        return list(lines)
    left = {line: line.received - line.returned for line in _brought(party_id, going, actor.company_id)}
    found: list[LineInput] = []
    for each in lines:
        rest = max(-each.quantity, ZERO) if not each.id else ZERO
        sources = [
            line
            for line in left
            if line.product_id == each.product_id and (each.unit_id or line.product.unit_id) == line.product.unit_id
        ]
        whole = next((line for line in sources if left[line] >= rest), None)
        if whole or sum((left[line] for line in sources), ZERO) < rest or not rest:
            found.append(each)
            if whole:
                left[whole] -= rest
            continue
        for line in sources:
            part = min(rest, left[line])
            if part:
                found.append(replace(each, quantity=-part))
                left[line] -= part
                rest -= part
    return found


def _brought(party_id: int, products: Collection[int], company_id: int) -> list[PurchaseOrderLine]:
    """Lines of a supplier of which something is here, the latest first."""
    came = PurchaseOrderLine.objects.of(company_id).filter(
        order__party=party_id, product__in=products, received__gt=F("returned")
    )
    return list(came.select_related("product").order_by("-pk"))


def _find_what_goes_back(order: PurchaseOrder, returns: Sequence[PurchaseOrderLine]) -> None:
    """Tie each negative line to the latest line of the supplier that brought so much of the product."""
    if not returns:
        return
    came = _brought(order.party_id, [row.product_id for row in returns], order.company_id)
    left = {line: line.received - line.returned for line in came}
    for row in returns:
        for line, quantity in left.items():
            if line.product_id == row.product_id and quantity >= -row.base_quantity:
                row.sends_back = line
                left[line] += row.base_quantity
                break
        else:
            raise BusinessError(
                Refusal(
                    "nothing_to_return",
                    _("%(product)s: this supplier delivered nothing of which so much could go back"),
                    {"product": row.product},
                    row.position,
                    "quantity",
                )
            )


def _refusal(line: LineInput, product: Product | None, index: int) -> Refusal | None:
    if product is None:
        return Refusal("unknown_product", _("There is no such product"), line=index, field="product")
    if product.is_archived:
        return Refusal("archived", _("%(product)s is archived"), {"product": product}, index, "product")
    if not line.quantity:
        return Refusal("quantity", _("The quantity must not be zero"), line=index, field="quantity")
    if (line.unit_price or ZERO) < 0:
        return Refusal("negative", _("Price and discount must not be negative"), line=index, field="unit_price")
    if not 0 <= line.discount <= HUNDRED:
        return Refusal("discount", _("A discount is between 0 and 100 percent"), line=index, field="discount")
    if abs(line.quantity * (line.unit_price or ZERO)) >= LARGEST:
        return Refusal("too_large", _("The amount is too large"), line=index, field="unit_price")
    return None


def _terms(lines: Sequence[tuple[PurchaseOrder, LineInput]]) -> dict[tuple[int, int], SupplierItem]:
    """The suppliers' terms for products, by party and product; one statement where a price is wanted."""
    if not lines:
        return {}
    rows = SupplierItem.objects.filter(
        supplier__party__in={order.party_id for order, _line in lines},
        product__in={line.product_id for _o, line in lines},
    ).select_related("supplier")
    return {(row.supplier.party_id, row.product_id): row for row in rows}


def _line(
    order: PurchaseOrder,
    position: int,
    line: LineInput,
    product: Product,
    taxes: Mapping[int, Tax],
    base_quantity: Decimal,
    terms: Mapping[tuple[int, int], SupplierItem],
) -> PurchaseOrderLine:
    tax = tax_on(taxes[line.tax_id] if line.tax_id else product.tax, order.date)
    unit_price = line.unit_price
    if unit_price is None:
        unit_price = _usual_price(order, product, terms.get((order.party_id, product.pk)), tax)
        unit_price = round_quantity(unit_price * base_quantity / line.quantity)
    amounts = line_amounts(
        quantity=line.quantity,
        unit_price=unit_price,
        discount=line.discount,
        rate=tax.rate,
        included=order.prices_include_tax,
        digits=money.places_of(str(order.currency_id)),
    )
    return PurchaseOrderLine(
        company_id=order.company_id,
        order=order,
        position=position,
        product=product,
        description=line.description,
        unit_id=line.unit_id or product.unit_id,
        quantity=line.quantity,
        base_quantity=base_quantity,
        unit_price=unit_price,
        discount=line.discount,
        tax=tax,
        tax_rate=tax.rate,
        net=amounts.net,
        tax_amount=amounts.tax,
        gross=amounts.gross,
        requested_date=line.requested_date,
        promised_date=line.promised_date,
        requisition_line_id=line.requisition_line_id,
    )


def _usual_price(order: PurchaseOrder, product: Product, terms: SupplierItem | None, tax: Tax) -> Decimal:
    """The price of a base unit in the order's currency: the supplier's, else the product's standard cost."""
    if terms and terms.supplier.currency_id == order.currency_id:
        price = terms.price
    else:
        price = product.standard_cost / order.exchange_rate
    return price * (HUNDRED + tax.rate) / HUNDRED if order.prices_include_tax else price


# Columns that a changed draft writes; the rest of a line is what happened to it.
WRITTEN = (
    "position", "product", "description", "unit", "quantity", "base_quantity", "unit_price", "discount", "tax",
    "tax_rate", "net", "tax_amount", "gross", "requested_date", "promised_date",
)  # fmt: skip


def rewrite(order: PurchaseOrder, inputs: Sequence[LineInput], *, actor: Actor) -> dict[str, Any]:
    """Replace the lines of a draft: lines with an id are changed, others are new, those not named go.

    At most eight statements. Returns what changed, for the audit trail. Raises BusinessError naming the lines.
    """
    known = {line.pk: line for line in PurchaseOrderLine.objects.filter(order=order)}
    strangers = [index for index, each in enumerate(inputs) if each.id and each.id not in known]
    ids = [each.id for each in inputs if each.id]
    if strangers or len(ids) != len(set(ids)):
        sentence = _("There is no such line in this document")
        raise BusinessError(*[Refusal("unknown_line", sentence, line=index, field="id") for index in strangers or [0]])
    (rows,) = price([(order, inputs)], actor=actor)
    for row, each in zip(rows, inputs, strict=True):
        row.pk = each.id
    gone = known.keys() - set(ids)
    PurchaseOrderLine.objects.filter(pk__in=gone).delete()
    kept = [row for row in rows if row.pk]
    PurchaseOrderLine.objects.bulk_update(kept, WRITTEN)
    PurchaseOrderLine.objects.bulk_create([row for row in rows if not row.pk])
    return {
        f"line {row.position + 1}": (_brief(known.get(row.pk)), _brief(row))
        for row in rows
        if _brief(known.get(row.pk)) != _brief(row)
    } | {f"line {known[pk].position + 1} (gone)": (_brief(known[pk]), None) for pk in gone}


def _brief(line: PurchaseOrderLine | None) -> list[str] | None:
    return [str(line.product_id), f"{line.quantity:f}", f"{line.unit_price:f}", f"{line.gross}"] if line else None
