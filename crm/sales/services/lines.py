"""The lines of quotations, contracts and orders: priced, written and summed up in the same way for all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from crm.sales.models import ContractLine, OrderLine, QuotationLine
from crm.sales.services.documents import Basis
from crm.sales.services.pricing import LineInput, PriceBook, PricedLine, Terms
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import changes_between, current_act
from suite.core.errors import BusinessError, Refusal
from suite.core.money import LARGEST_AMOUNT, ZERO
from suite.desk import search
from suite.masterdata.models import TradeDocument

Line = OrderLine | QuotationLine | ContractLine

# Changing one of these reckons the lines anew, with the prices they have.
TERMS = {"party_id", "contact_id", "date", "currency_id", "exchange_rate", "prices_include_tax"}
# Of them, those under which a promotion may not be given any more, or is worth another sum.
PROMOTED_FOR = TERMS - {"contact_id"}
WRITTEN = (
    "position", "product", "unit", "quantity", "base_quantity", "unit_price", "discount", "tax", "tax_rate", "net",
    "tax_amount", "gross", "description", "requested_date", "is_direct", "promotion", "promoted",
)  # fmt: skip


@dataclass
class Priced:
    """The lines of one document, priced in their order, and what speaks against them."""

    lines: list[PricedLine] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def totals(self) -> dict[str, Any]:
        """The header: the sum of the lines."""
        return {
            "net": sum((line.amounts.net for line in self.lines), ZERO),
            "tax_amount": sum((line.amounts.tax for line in self.lines), ZERO),
            "gross": sum((line.amounts.gross for line in self.lines), ZERO),
        }


def price_all(
    documents: Sequence[tuple[Terms, Sequence[LineInput]]],
    *,
    actor: Actor,
    known: Mapping[int, Line] | None = None,
    honoured: Collection[int] = (),
) -> list[Priced]:
    """Price the lines of many documents at once; `known` are the lines as they were, for a document that changes.

    Promotions that are `honoured` hold for what was promised with them, though they ended since.
    """
    lines = [line for _terms, inputs in documents for line in inputs]
    book = PriceBook(actor=actor, terms=[terms for terms, _inputs in documents], lines=lines, honoured=honoured)
    return [_price(book, terms, inputs, known or {}) for terms, inputs in documents]


def _price(book: PriceBook, terms: Terms, inputs: Sequence[LineInput], known: Mapping[int, Line]) -> Priced:
    priced, seen, whole = Priced(), set(), book.whole(inputs)
    for index, each in enumerate(inputs):
        refusals = book.refusals(terms, each, index)
        if each.id and (each.id in seen or each.id not in known):
            refusals.append(Refusal("unknown_line", _("There is no such line in this document"), {}, index, "id"))
        seen.add(each.id)
        if not refusals:
            line = _as_kept(book.price(terms, each, whole), known.get(each.id or 0))
            priced.lines.append(line)
            if abs(line.amounts.gross) >= LARGEST_AMOUNT:
                refusals = [Refusal("too_large", _("The amount is too large"), {}, index, "quantity")]
        priced.refusals += refusals
    in_own = abs(sum((line.amounts.gross for line in priced.lines), ZERO)) * terms.exchange_rate
    if not priced.refusals and in_own >= LARGEST_AMOUNT:
        sentence = _("At this exchange rate the amount is too large")
        priced.refusals.append(Refusal("too_large", sentence, field="exchange_rate"))
    return priced


def _as_kept(line: PricedLine, before: Line | None) -> PricedLine:
    """A line whose price stays as it was promoted keeps the reason for it; any other price typed by hand has none."""
    if before is None or before.promotion_id is None or line.promotion_id:
        return line
    if before.product_id != line.product.pk or before.unit_price != line.unit_price:
        return line
    return replace(line, promotion_id=before.promotion_id, promoted=before.promoted)


def _open_again(
    inputs: Sequence[LineInput], known: Mapping[int, Line], *, under_other_terms: bool
) -> Sequence[LineInput]:
    """Promoted lines without their price where what the promotion was given for changed: they are priced anew."""
    changed = {each.id for each in inputs if not _is_same(each, known.get(each.id or 0))}
    anything = under_other_terms or bool(changed) or len(inputs) != len(known)

    def is_open(line: LineInput) -> bool:
        before = known.get(line.id or 0)
        if before is None or before.promotion is None or line.unit_price != before.unit_price:
            return False
        counts_together = before.promotion.together or len(before.promoted) > 1
        return under_other_terms or line.id in changed or (anything and counts_together)

    return [replace(line, unit_price=None) if is_open(line) else line for line in inputs]


def _is_same(line: LineInput, before: Line | None) -> bool:
    """Whether a line still says what a promotion was given for."""
    if before is None or line.product_id != before.product_id or line.quantity != before.quantity:
        return False
    return (line.unit_id or before.product.unit_id) == before.unit_id


def inputs_of(lines: Iterable[Line], *, keep_ids: bool = True) -> list[LineInput]:
    """Existing lines as input, with their prices: to copy a document, or to reckon it anew under other terms."""
    return [
        LineInput(
            product_id=line.product_id,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
            unit_id=line.unit_id,
            tax_id=line.tax_id,
            description=line.description,
            requested_date=line.requested_date,
            is_direct=line.is_direct,
            id=line.pk if keep_ids else None,
        )
        for line in lines
    ]


def copy(document: TradeDocument, /, model: type[Line], **parent: Any) -> None:
    """The lines of a paper on another that came from it, to the cent: nothing is priced or judged anew."""
    model.objects.bulk_create(
        model(
            company_id=line.company_id,
            **parent,
            **{column: getattr(line, column) for column in map(column_of, WRITTEN)},
        )
        for line in document.lines.all()  # type: ignore[attr-defined]
    )


def change(
    model: type[Line],
    parent: str,
    document: TradeDocument,
    *,
    fields: Mapping[str, Any],
    inputs: Sequence[LineInput] | None,
    actor: Actor,
) -> bool:
    """Change a locked document: header fields as given, lines to what `inputs` say (None: the present ones).

    One version step and one audit row, whatever changed; False when nothing did. Raises BusinessError naming the lines
    that cannot be sold like this.
    """
    values = _columns(document, fields)
    changes = changes_between(document, values)
    if "party_id" in changes and "contact_id" not in values:
        values["contact_id"] = None
    for name, value in values.items():
        setattr(document, name, value)
    if inputs is not None or changes.keys() & TERMS:
        rows = model.objects.filter(**{parent: document}).select_related("product", "promotion")
        known = {line.pk: line for line in rows}
        inputs = inputs_of(known.values()) if inputs is None else inputs
        inputs = _open_again(inputs, known, under_other_terms=bool(changes.keys() & PROMOTED_FOR))
        priced = _priced_anew(document, changes, inputs, known, actor)
        changes |= _rewrite(model, parent, document, inputs, priced, known)
        changes |= changes_between(document, priced.totals())
        for name, value in priced.totals().items():
            setattr(document, name, value)
    if not changes:
        return False
    document.version += 1
    document.updated_at = clock.now()
    document.save()
    current_act().audit(document, "changed", changes)
    search.index([document])
    return True


def _columns(document: TradeDocument, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Field values under the names of their columns, so that they can be compared without reading relations."""
    values = {
        document._meta.get_field(name).attname: value.pk if isinstance(value, Model) else value  # type: ignore[union-attr]
        for name, value in fields.items()
    }
    known = {column.attname for column in document._meta.concrete_fields if column.editable}
    if values.keys() - known:
        raise TypeError(f"Not to be changed like this: {sorted(values.keys() - known)}")
    return values


def _priced_anew(
    document: TradeDocument,
    changes: dict[str, tuple[Any, Any]],
    inputs: Sequence[LineInput],
    known: Mapping[int, Line],
    actor: Actor,
) -> Priced:
    """The lines under the document's terms of now; another currency or day brings its exchange rate."""
    basis = Basis(
        actor=actor,
        party_ids=[document.party_id],
        currencies=[document.currency_id],
        contact_ids=[document.contact_id],  # type: ignore[attr-defined]
    )
    wrong: list[Refusal] = []
    if "exchange_rate" in changes:
        refusal = basis.misrated(document.currency_id, document.date, document.exchange_rate)
        wrong += [refusal] if refusal else []
    elif changes.keys() & {"currency_id", "date"}:
        refusal = basis.unrated(document.currency_id, document.date)
        wrong += [refusal] if refusal else []
        document.exchange_rate = basis.exchange_rate(document.currency_id, document.date) or document.exchange_rate
    promised = {line.promotion_id for line in known.values() if line.promotion_id and document.status != "draft"}  # type: ignore[attr-defined]
    priced = price_all([(basis.terms(document), inputs)], actor=actor, known=known, honoured=promised)[0]
    if changes.keys() & {"party_id", "contact_id"}:
        refusal = basis.unsellable(document.party_id, document.contact_id)  # type: ignore[attr-defined]
        priced.refusals[:0] = [refusal] if refusal else []
    priced.refusals[:0] = wrong
    if "date" in changes and (refusal := basis.misdated(document.date)):
        priced.refusals.insert(0, refusal)
    if priced.refusals:
        raise BusinessError(*priced.refusals)
    return priced


def _rewrite(
    model: type[Line],
    parent: str,
    document: TradeDocument,
    inputs: Sequence[LineInput],
    priced: Priced,
    known: Mapping[int, Line],
) -> dict[str, tuple[Any, Any]]:
    """Delete, update and insert lines by one statement each, and say what changed."""
    rows = [
        model(pk=each.id, company_id=document.company_id, position=position, **{parent: document}, **line.fields())
        for position, (each, line) in enumerate(zip(inputs, priced.lines, strict=True))
    ]
    gone = known.keys() - {row.pk for row in rows}
    changed = [row for row in rows if row.pk and _differs(row, known[row.pk])]
    new = [row for row in rows if not row.pk]
    if gone:
        model.objects.filter(pk__in=gone).delete()
    if changed:
        model.objects.bulk_create(changed, update_conflicts=True, unique_fields=["pk"], update_fields=WRITTEN)  # type: ignore[arg-type]
    if new:
        model.objects.bulk_create(new)  # type: ignore[arg-type]
    return _line_changes(changed, new, gone, known)


def _differs(row: Line, before: Line) -> bool:
    return any(getattr(row, column_of(name)) != getattr(before, column_of(name)) for name in WRITTEN)


def column_of(name: str) -> str:
    return f"{name}_id" if name in ("product", "unit", "tax", "promotion") else name


def _line_changes(
    changed: Iterable[Line], new: Iterable[Line], gone: Iterable[int], known: Mapping[int, Line]
) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {}
    for row in changed:
        changes[f"#{row.position + 1}"] = (known[row.pk].brief, row.brief)
    for row in new:
        changes[f"#{row.position + 1} +"] = (None, row.brief)
    for pk in gone:
        changes[f"#{known[pk].position + 1} -"] = (known[pk].brief, None)
    return changes
