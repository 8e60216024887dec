"""What selling suggests as the next step with a customer."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.customers import suggestions
from crm.customers.models import Customer
from crm.customers.suggestions import Suggestion
from crm.sales.models import Contract, Quotation
from suite.core import clock
from suite.core.access import Actor
from suite.desk import formats

PATIENCE = dt.timedelta(days=3)  # a quotation without answer is asked about after so long, or so long before its end
AHEAD = dt.timedelta(days=30)


def connect() -> None:
    """Called once, when the project starts."""
    suggestions.register(unanswered_quotation, order=40, permission="crm_sales.view_quotation")
    suggestions.register(expiring_contract, order=50, permission="crm_sales.view_contract")


def unanswered_quotation(actor: Actor, customer: Customer) -> Suggestion | None:
    """The quotation that waits the longest for an answer, or ends soon."""
    row = unanswered(actor).filter(party=customer.party_id).order_by("sent_at", "pk").first()
    if row is None:
        return None
    url = reverse("sales:quotation", args=[row.pk])
    return Suggestion("quotation", words_of(row), _("Open the quotation"), url, "file-text")


def unanswered(actor: Actor) -> QuerySet[Quotation]:
    """Quotations that had better be asked about: sent a while ago, or about to end."""
    waits = Q(sent_at__lte=clock.now() - PATIENCE) | Q(valid_until__lte=clock.today(actor.company) + PATIENCE)
    return Quotation.objects.visible_to(actor).filter(waits, status=Quotation.Status.SENT)


def words_of(row: Quotation) -> str:
    """What is to be said of a quotation without answer."""
    return _("%(number)s over %(amount)s was sent on %(day)s and has no answer") % {
        "number": row.number, "amount": formats.money(row.gross, str(row.currency_id)),
        "day": formats.day(row.sent_at),
    }  # fmt: skip


def expiring_contract(actor: Actor, customer: Customer) -> Suggestion | None:
    """The contract in force that ends next, within a month."""
    today = clock.today(actor.company)
    rows = Contract.objects.visible_to(actor).filter(
        party=customer.party_id, status=Contract.Status.ACTIVE, ends_on__gte=today, ends_on__lte=today + AHEAD
    )
    row = rows.order_by("ends_on").first()
    if row is None:
        return None
    sentence = _("Contract %(number)s ends on %(day)s") % {"number": row.number, "day": formats.day(row.ends_on)}
    return Suggestion(
        "contract", sentence, _("Talk about renewal"), reverse("sales:contract", args=[row.pk]), "contract"
    )
