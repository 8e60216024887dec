"""Whose rows of the back wing are that carry no owner of their own: those of the customer they are about."""

from __future__ import annotations

from crm.customers.queries import party_rule
from erp.finance.models import CreditAccount
from suite.core.access import register_owner_rule


def connect() -> None:
    """Called once, from apps.py."""
    register_owner_rule(CreditAccount, party_rule("party__customer"))
