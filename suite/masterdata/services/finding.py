"""Everybody against everybody: the parties of a company that may be one, written down for people to decide."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy

from suite.core import clock, jobs
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.jobs import Progress
from suite.core.models import Job
from suite.core.said import said
from suite.desk.imports.staging import copied
from suite.masterdata.matching import blocking, parties
from suite.masterdata.matching.parties import FIELDS, Forms, Known
from suite.masterdata.matching.weighing import Pattern, Scale, compared
from suite.masterdata.models import Duplicate

KIND = "masterdata.duplicates"
LISTED_FROM = 70  # how sure, of 100, before a pair is worth somebody's time
# All that is compared of parties, as they stand in one row.
READ = """
SELECT p.id, p.name, p.name_en, p.kind, p.credit_code, p.phone, p.email,
       array_agg(DISTINCT c.phone) FILTER (WHERE c.phone <> ''),
       array_agg(DISTINCT c.email) FILTER (WHERE c.email <> ''),
       array_agg(DISTINCT a.detail) FILTER (WHERE a.detail <> '')
FROM masterdata_party p
LEFT JOIN masterdata_contact c ON c.party_id = p.id AND NOT c.is_archived
LEFT JOIN masterdata_address a ON a.party_id = p.id
WHERE p.company_id = %s AND NOT p.is_archived GROUP BY p.id
"""
FOUND = {"one": "bigint", "other": "bigint", "score": "smallint", "pattern": "text", "exact": "boolean"}
# What people decided stays; what is found no more and undecided leaves.
STORE = """
INSERT INTO masterdata_duplicate (company_id, one_id, other_id, score, pattern, is_exact, status, found_at)
SELECT %s, one, other, score, pattern, exact, 'open', %s FROM matching_found
ON CONFLICT (one_id, other_id) DO UPDATE
SET score = EXCLUDED.score, pattern = EXCLUDED.pattern, is_exact = EXCLUDED.is_exact, found_at = EXCLUDED.found_at
"""


@service
def look(*, actor: Actor, reason: str = "") -> Job:
    """Have a job look for duplicates among all parties of the company."""
    return jobs.enqueue(kind=KIND, actor=actor, title=said(gettext_lazy("Look for duplicates"), {}))


def work(job: Job, actor: Actor, progress: Progress) -> dict[str, Any]:
    """The job: compare all parties with each other and keep the likely pairs."""
    moment = clock.now()
    forms = _forms(actor.company_id)
    progress(0, len(forms))
    # Made before the transaction begins: no server waits half a minute for somebody who holds one and asks nothing.
    keys = [(0, pk, key) for pk, form in forms.items() for key in blocking.keys_of(FIELDS, form)]
    with transaction.atomic():
        blocking.keep(keys)
        found = list(_likely(forms, progress))
    with transaction.atomic(), connection.cursor() as cursor:
        copied("matching_found", FOUND, found)
        cursor.execute(STORE, [actor.company_id, moment])
        stale = Duplicate.objects.of(actor.company_id).filter(status=Duplicate.Status.OPEN, found_at__lt=moment)
        stale.delete()
    progress(len(forms), len(forms))
    return {"made": len(found), "parties": len(forms)}


def _forms(company_id: int) -> dict[int, Forms]:
    """All parties of a company in the forms that are compared."""
    with connection.cursor() as cursor:
        cursor.execute(READ, [company_id])
        rows = cursor.fetchall()
    return {
        pk: Known(
            [name, name_en], kind, credit, [phone, *(phones or ())], [mail, *(mails or ())], addresses or ()
        ).forms
        for pk, name, name_en, kind, credit, phone, mail, phones, mails, addresses in rows
    }


def _likely(forms: dict[int, Forms], progress: Progress) -> Iterator[Sequence[Any]]:
    """Pairs that are likely enough: their parties, score, pattern, and whether they are exact."""
    scale, scores, done = Scale(FIELDS), dict[Pattern, int](), 0
    for portion in blocking.pairs():
        for one, other in portion:
            pattern = compared(FIELDS, forms[one], forms[other])
            score = scores.get(pattern)
            if score is None:
                score = scores[pattern] = round(100 * scale.chance(pattern))
            if score >= LISTED_FROM:
                yield one, other, score, ",".join(map(str, pattern)), parties.is_exact(pattern)
        done += len(portion)
        progress(done)


@service
def decide(*, pairs: Collection[int], same: bool | None, actor: Actor, reason: str = "") -> int:
    """Say of pairs that they are two (`same=False`), or leave them open again; says how many were changed."""
    status = Duplicate.Status.OPEN if same is None else Duplicate.Status.TWO
    rows = list(
        Duplicate.objects.of(actor.company_id).lock(pairs).exclude(status__in=[status, Duplicate.Status.MERGED])
    )
    Duplicate.objects.filter(pk__in=[row.pk for row in rows]).update(
        status=status, decided_by=None if same is None else actor.user
    )
    for row in rows:
        current_act().audit(row, "changed", {"status": (row.status, status)})
    return len(rows)
