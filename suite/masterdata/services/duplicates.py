"""Is this party here already? Asked while typing, and once more before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.core.said import listed
from suite.desk import search
from suite.masterdata.matching import parties
from suite.masterdata.matching.blocking import keys_of
from suite.masterdata.matching.parties import FIELDS, Known, Verdict
from suite.masterdata.matching.weighing import Scale
from suite.masterdata.models import Party

AT_MOST = 5  # candidates that are shown
LOOKED_AT = 40  # parties that share one key: more would say nothing
SHOWN_FROM = 50  # how sure, of 100, before somebody who types is shown a party
SHORTEST = 2  # characters of a name before others that begin so are looked for


@dataclass(frozen=True)
class Candidate:
    """A party that may be the same, how likely, why, and whether the match is exact."""

    party: Party
    verdict: Verdict

    @property
    def exact(self) -> bool:
        return self.verdict.exact

    @property
    def score(self) -> int:
        return self.verdict.score

    @property
    def percent(self) -> str:
        return f"{self.score} %"

    @property
    def reasons(self) -> tuple[str | Promise, ...]:
        return self.verdict.reasons


def candidates(known: Known, *, actor: Actor, exclude: int | None = None, also: Sequence[str] = ()) -> list[Candidate]:
    """Parties of the company that may be who is known so far, exact matches first; five statements at most.

    All of the company's, whoever looks after them: a door shows of those it may not open the name and the owner.
    `also` names what is read along with each party.
    """
    forms = known.forms
    pks = search.sharing(Party._meta.label_lower, actor.company_id, keys_of(FIELDS, forms), at_most=LOOKED_AT)
    rows = Party.objects.of(actor.company_id).filter(is_archived=False).exclude(pk=exclude)
    begun = [name.strip() for name in known.names if len(name.strip()) >= SHORTEST]
    if begun:
        like = reduce(or_, (Q(name__startswith=name) for name in begun))
        pks |= set(rows.filter(like).order_by("name", "pk").values_list("pk", flat=True)[:LOOKED_AT])
    if not pks:
        return []
    scale = Scale(FIELDS)
    found = [
        Candidate(row, parties.judge(scale, forms, parties.known(row).forms))
        for row in rows.filter(pk__in=pks).select_related(*also).prefetch_related("contacts", "addresses")
    ]
    likely = [each for each in found if each.exact or each.score >= SHOWN_FROM]
    return sorted(likely, key=lambda each: (not each.exact, -each.score, each.party.pk))[:AT_MOST]


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
