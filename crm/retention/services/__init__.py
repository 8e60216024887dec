"""Keeping customers: `churn` watches who stopped ordering, `pool` who is neglected, `handing` moves portfolios."""

from crm.retention.services.churn import (
    OPEN,
    change_policy,
    close_alerts,
    found,
    policy_of,
    raise_churn_alerts,
    refresh_customers,
)

__all__ = [
    "OPEN",
    "change_policy",
    "close_alerts",
    "found",
    "policy_of",
    "raise_churn_alerts",
    "refresh_customers",
]
