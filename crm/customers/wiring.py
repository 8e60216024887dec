"""What customers bring to the ground below: row scopes, the timeline's own rows."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.customers import queries, timeline
from crm.customers.models import Activity
from suite.core.access import register_owner_rule
from suite.masterdata.models import Address, Contact, Party


def connect() -> None:
    """Called once, from apps.py."""
    register_owner_rule(Party, queries.party_rule("customer"))
    register_owner_rule(Contact, queries.party_rule("party__customer"))
    register_owner_rule(Address, queries.party_rule("party__customer"))
    register_owner_rule(Activity, queries.activity_rule)

    timeline.register(
        "activity",
        _("Follow-ups"),
        rows=queries.activities_of,
        line=queries.activity_line,
        at="happened_at",
        icon="note",
    )
