"""What the pages of retention ask."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from crm.customers.models import Customer
from crm.retention.models import PoolWarning
from suite.core.access import Actor, Scope


def whole_pool(actor: Actor, scope: Scope) -> Q:
    """What nobody looks after is seen by everybody who may see the pool."""
    return Q()


def anybodys(actor: Actor, party_id: int) -> Customer | None:
    """A customer of the company, whoever looks after it; a door shows its name, owner and last contact alone."""
    rows = Customer.objects.of(actor.company_id).filter(party=party_id, party__is_archived=False)
    return rows.select_related("party", "owner").first()


def name_of(row: PoolWarning) -> Any:
    """Who is about to fall."""
    return row.customer.party.label if row.customer else row.lead and row.lead.title
