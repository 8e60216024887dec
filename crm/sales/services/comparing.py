"""Two versions of a quotation side by side: what they say differently, in terms and line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from crm.sales.models import Quotation, QuotationLine
from suite.core.access import Actor
from suite.core.money import ZERO
from suite.desk import formats

# What is compared of a line: a line that differs in one of these has changed.
COMPARED = ("quantity", "unit_id", "unit_price", "discount", "tax_rate", "description", "requested_date", "is_direct")


@dataclass(frozen=True, slots=True)
class Term:
    """Something said of the paper as a whole, as the reader reads it; `name` is its field."""

    name: str
    label: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of the one version beside that of the other; one of them is None where it was added or taken out."""

    before: QuotationLine | None
    after: QuotationLine | None

    @property
    def line(self) -> QuotationLine:
        """The line that is there, the later one first."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def differs(self) -> frozenset[str]:
        """The fields in which the two lines differ; none where one of them is missing."""
        if self.before is None or self.after is None:
            return frozenset()
        return frozenset(name for name in COMPARED if getattr(self.before, name) != getattr(self.after, name))

    @property
    def state(self) -> str:
        """Added, removed, changed or same."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "changed" if self.differs else "same"

    @property
    def change(self) -> Decimal:
        """By how much the line costs more, with tax."""
        before = self.before.gross if self.before else ZERO
        return (self.after.gross if self.after else ZERO) - before


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions, the earlier first."""

    before: Quotation
    after: Quotation
    terms: Sequence[Term]
    pairs: Sequence[Pair]


def versions_of(quotation: Quotation, actor: Actor) -> list[Quotation]:
    """All versions under the number of a quotation that the actor sees, the latest first."""
    rows = Quotation.objects.visible_to(actor).filter(number=quotation.number)
    return list(rows.order_by("-revision"))


def compare(one: Quotation, other: Quotation) -> Comparison:
    """What two versions say, in their order, whichever is given first; one statement for the lines of both.

    Lines are matched by product, those that say the same before those that do not, else in their order.
    """
    before, after = sorted((one, other), key=lambda row: row.revision)
    lines = QuotationLine.objects.select_related("product", "unit").order_by("position", "pk")
    prefetch_related_objects([before, after], "party", "contact", Prefetch("lines", lines))
    return Comparison(before, after, _terms(before, after), _pairs(list(before.lines.all()), list(after.lines.all())))


def _terms(before: Quotation, after: Quotation) -> list[Term]:
    told = [_told(each) for each in (before, after)]
    return [Term(name, label, told[0][name][1], text) for name, (label, text) in told[1].items()]


def _told(row: Quotation) -> dict[str, tuple[str, str]]:
    currency = str(row.currency_id)
    return {
        "party": (_("Customer"), row.party.label),
        "contact": (_("Contact"), row.contact.label if row.contact else ""),
        "date": (_("Date"), formats.day(row.date)),
        "valid_until": (_("Valid until"), formats.day(row.valid_until)),
        "currency": (_("Currency"), currency),
        "prices_include_tax": (_("Prices include tax"), _("Yes") if row.prices_include_tax else _("No")),
        "note": (_("Note"), row.note),
        "net": (_("Net"), formats.money(row.net, currency)),
        "tax_amount": (_("Tax"), formats.money(row.tax_amount, currency)),
        "gross": (_("Total with tax"), formats.money(row.gross, currency)),
    }


def _pairs(before: Sequence[QuotationLine], after: Sequence[QuotationLine]) -> list[Pair]:
    left: dict[int, list[QuotationLine]] = defaultdict(list)
    for line in before:
        left[line.product_id].append(line)
    found: dict[int, QuotationLine] = {}
    for same in (True, False):
        for line in after:
            if line.pk not in found and (match := _match(left[line.product_id], line, same)):
                left[line.product_id].remove(match)
                found[line.pk] = match
    pairs = [Pair(found.get(line.pk), line) for line in after]
    gone = {line.pk for lines in left.values() for line in lines}
    for line in before:  # what was taken out stands where it stood
        if line.pk in gone:
            pairs.insert(min(line.position, len(pairs)), Pair(line, None))
    return pairs


def _match(lines: Sequence[QuotationLine], line: QuotationLine, same: Any) -> QuotationLine | None:
    return next((each for each in lines if not same or not Pair(each, line).differs), None)
