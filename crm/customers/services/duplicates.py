"""Is this customer here already? Asked while typing, and once more before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Customer
from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.core.said import listed
from suite.masterdata.models import Contact, Party
from suite.masterdata.standards import credit_code, phone, tried

AT_MOST = 5
LEGAL_FORM = re.compile(r"(股份|有限|责任|公司|集团|[,.]?\s*(co|ltd|inc|llc|gmbh|corp)\b\.?)+$", re.IGNORECASE)


@dataclass(frozen=True)
class Candidate:
    """A party that may be the same, why, and whether the match is exact; shown with who looks after it."""

    party: Party
    reasons: tuple[str | Promise, ...]
    exact: bool

    @property
    def customer(self) -> Customer | None:
        return getattr(self.party, "customer", None)


def candidates(
    *,
    actor: Actor,
    name: str = "",
    phones: Iterable[str] = (),
    credit: str = "",
    kind: str = Party.Kind.ORGANISATION,
    exclude: int | None = None,
) -> list[Candidate]:
    """Parties of the company like this one, exact matches first; two statements.

    Exact: the same credit code, the same phone (the party's or a contact's), the same name of an organisation. Alike:
    the name begins the same once the legal form is left off, or a person has the same name.
    """
    name, numbers, code = (
        name.strip(),
        {found for raw in phones if (found := tried(phone, raw))},
        tried(credit_code, credit),
    )
    start = LEGAL_FORM.sub("", name).strip()
    condition = Q()
    if numbers:
        callers = Contact.objects.of(actor.company_id).filter(phone__in=numbers, is_archived=False)
        condition |= Q(phone__in=numbers) | Q(pk__in=callers.values("party"))
    if code:
        condition |= Q(credit_code=code)
    if len(start) >= 2:
        condition |= Q(name__startswith=start) | Q(name=name)
    if not condition:
        return []
    same_number = Prefetch("contacts", Contact.objects.filter(phone__in=numbers, is_archived=False), to_attr="callers")
    rows = Party.objects.of(actor.company_id).filter(condition).exclude(pk=exclude).select_related("customer__owner")
    found = [  # type: ignore[assignment]
        _judged(row, name, numbers, code, kind)
        for row in rows.prefetch_related(same_number).order_by("name", "pk")[:50]
    ]
    return sorted(found, key=lambda candidate: not candidate.exact)[:AT_MOST]  # type: ignore[attr-defined, return-value]


def refuse_exact(found: Sequence[Candidate]) -> None:
    """Raise BusinessError naming the exact matches; the caller may ask again with an explicit override."""
    if exact := [candidate for candidate in found if candidate.exact]:
        raise BusinessError(
            *(
                Refusal(
                    "duplicate",
                    _("%(name)s (%(code)s) is here already: %(reasons)s"),
                    {
                        "name": candidate.party.label,
                        "code": candidate.party.code,
                        "reasons": listed(str(reason) for reason in candidate.reasons),
                    },
                    field="allow_duplicate",
                )
                for candidate in exact
            )
        )


def _judged(row: Party, name: str, numbers: set[str], code: str, kind: str) -> Candidate:
    reasons: list[str | Promise] = []
    if code and row.credit_code == code:
        reasons.append(_("same credit code"))
    if row.phone in numbers or row.callers:  # type: ignore[attr-defined]
        reasons.append(_("same phone"))
    if name and row.name == name and kind == row.kind == Party.Kind.ORGANISATION:
        reasons.append(_("same name"))
    return Candidate(row, tuple(reasons or [_("similar name")]), exact=bool(reasons))
