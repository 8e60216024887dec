"""Who a lead may be already: parties of the company and open leads, weighed by the matcher of the house."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.sales.models import Lead
from suite.core.access import Actor
from suite.core.said import Text
from suite.desk import search
from suite.masterdata.matching import parties
from suite.masterdata.matching.blocking import keys_of
from suite.masterdata.matching.parties import FIELDS, Forms, Known
from suite.masterdata.matching.weighing import Scale
from suite.masterdata.models import Party
from suite.masterdata.services.duplicates import AT_MOST, LOOKED_AT, SHOWN_FROM

PARTY, LEAD = "party", "lead"


@dataclass(frozen=True, slots=True)
class Alike:
    """A party or another lead that may be the same: how likely, of a hundred, and why."""

    kind: str
    row: Any
    score: int
    exact: bool
    reasons: tuple[Text, ...]
    url: str = ""  # where the reader may look at it

    @property
    def percent(self) -> str:
        return f"{self.score} %"


def known(lead: Lead) -> Known:
    """A lead as it is compared: its organisation, or the person where none is named."""
    return Known(
        names=[lead.organisation or lead.name],
        kind=Party.Kind.ORGANISATION if lead.organisation else Party.Kind.PERSON,
        phones=[lead.phone],
        mails=[lead.email],
    )


def keys(lead: Lead) -> list[str]:
    """Under what a lead is looked for."""
    return sorted(keys_of(FIELDS, known(lead).forms))


def note(leads: Sequence[Lead], actor: Actor) -> None:
    """Put on each lead who it may be; six statements for any number of leads, and nothing is saved."""
    asked = {key for lead in leads for key in lead.keys}
    forms = {lead.pk: known(lead).forms for lead in leads}
    pks = search.sharing(Party._meta.label_lower, actor.company_id, asked, at_most=LOOKED_AT)
    rows = Party.objects.of(actor.company_id).filter(pk__in=pks, is_archived=False)
    party_forms = {row.pk: parties.known(row).forms for row in rows.prefetch_related("contacts", "addresses")}
    by_party = _by_key((pk, keys_of(FIELDS, each)) for pk, each in party_forms.items())
    others = Lead.objects.of(actor.company_id).filter(status__in=Lead.OPEN, keys__overlap=sorted(asked))
    latest = {row.pk: row for row in others.order_by("-pk")[: LOOKED_AT * max(len(leads), 5)]}
    by_lead = _by_key((row.pk, row.keys) for row in latest.values())
    lead_forms = {pk: forms.get(pk) or known(row).forms for pk, row in latest.items()}
    scale = Scale(FIELDS)
    for lead in leads:
        near = [
            (PARTY, pk, party_forms[pk]) for pk in {pk for key in lead.keys for pk in by_party.get(key, ())}
        ] + [
            (LEAD, pk, lead_forms[pk])
            for pk in {pk for key in lead.keys for pk in by_lead.get(key, ())}
            if pk < lead.pk  # who came later is told of who was there
        ]  # fmt: skip
        lead.alike = _likely(scale, forms[lead.pk], near)


def _by_key(rows: Iterable[tuple[int, Iterable[str]]]) -> dict[str, list[int]]:
    """The rows of each key, no more than so many: one that more have says too little."""
    found: dict[str, list[int]] = defaultdict(list)
    for pk, keys_ in rows:
        for key in keys_:
            if len(found[key]) < LOOKED_AT:
                found[key].append(pk)
    return found


def _likely(scale: Scale, own: Forms, near: Iterable[tuple[str, int, Forms]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for kind, pk, forms in near:
        pattern = parties.compared(scale.fields, own, forms)
        score, exact = round(100 * scale.chance(pattern)), parties.is_exact(pattern)
        if exact or score >= SHOWN_FROM:
            found.append({"kind": kind, "id": pk, "score": score, "exact": exact, "pattern": list(pattern)})
    return sorted(found, key=lambda each: (not each["exact"], -each["score"], each["kind"] == LEAD, each["id"]))[
        :AT_MOST
    ]


def reasons_of(found: Mapping[str, Any]) -> tuple[Text, ...]:
    """Why one of those on `Lead.alike` may be the same."""
    return parties.reasons(tuple(found["pattern"]))


def of_lead(lead: Lead) -> list[Alike]:
    """Whom the check at arrival found, as they stand now; two statements. A door shows links to whom one may see."""
    pks = {kind: [each["id"] for each in lead.alike if each["kind"] == kind] for kind in (PARTY, LEAD)}
    rows: dict[tuple[str, int], Any] = {}
    if pks[PARTY]:
        found = Party.objects.of(lead.company_id).filter(pk__in=pks[PARTY]).select_related("customer__owner")
        rows |= {(PARTY, row.pk): row for row in found}
    if pks[LEAD]:
        others = Lead.objects.of(lead.company_id).filter(pk__in=pks[LEAD]).select_related("owner")
        rows |= {(LEAD, row.pk): row for row in others}
    return [
        Alike(each["kind"], row, each["score"], each["exact"], reasons_of(each))
        for each in lead.alike
        if (row := rows.get((each["kind"], each["id"])))
    ]
