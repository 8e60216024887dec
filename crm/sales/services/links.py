"""Secret links to sent quotations: made, revoked, and found by their secret alone."""

from __future__ import annotations

import secrets

from django.utils.translation import gettext_lazy as _

from crm.sales.models import Quotation, QuotationLink
from suite.core import clock, companies, modules
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.tokens import digest
from suite.desk import formats


@service
def make_link(*, quotation_id: int, actor: Actor, reason: str = "") -> str:
    """The secret of a new link, 256 random bits that are never to be seen again; links made before go on.

    Raises BusinessError for what is not sent, is over, or has been answered.
    """
    quotation = _locked(quotation_id, actor)
    quotation.demand_status(Quotation.Status.SENT)
    if hasattr(quotation, "answer"):
        raise BusinessError(Refusal("answered", _("%(number)s has its answer already"), {"number": quotation}))
    if is_over(quotation):
        sentence, day = _("%(number)s was valid until %(day)s"), formats.day(quotation.valid_until)
        raise BusinessError(Refusal("over", sentence, {"number": quotation, "day": day}))
    secret = secrets.token_urlsafe(32)
    QuotationLink.objects.create(
        company_id=quotation.company_id, quotation=quotation, digest=digest(secret), made_by=actor.user
    )
    current_act().audit(quotation, "link made")
    return secret


@service
def revoke_links(*, quotation_id: int, actor: Actor, reason: str = "") -> int:
    """End all links of a quotation at once; says how many there were."""
    quotation = _locked(quotation_id, actor)
    live = QuotationLink.objects.of(actor.company_id).filter(quotation=quotation.pk, revoked_at=None)
    count = live.update(revoked_at=clock.now())
    if count:
        current_act().audit(quotation, "link revoked")
    return count


def find(secret: str) -> QuotationLink | None:
    """What a secret opens, as long as it does; None for a guess as for what has ended, so that nobody learns which.

    Open are quotations that wait for their answer, and those that have it, until their validity ends.
    """
    rows = QuotationLink.objects.filter(companies.enterable("company"), digest=digest(secret), revoked_at=None)
    link = rows.select_related("company", "quotation__company", "quotation__answer").first()
    if link is None or not modules.is_on(link.company, "crm_sales") or is_over(link.quotation):
        return None
    waits = link.quotation.status == Quotation.Status.SENT
    return link if waits or hasattr(link.quotation, "answer") else None


def is_over(quotation: Quotation) -> bool:
    """Whether the last day of a quotation has passed, where its company is."""
    until = quotation.valid_until
    return until is not None and until < clock.today(quotation.company)


def _locked(quotation_id: int, actor: Actor) -> Quotation:
    rows = Quotation.objects.of(actor.company_id).lock([quotation_id])
    return rows.select_related("company").get()
