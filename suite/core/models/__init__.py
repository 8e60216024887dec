from suite.core.models.audit import AuditRow
from suite.core.models.calendar import CalendarDay
from suite.core.models.documents import (
    CompanyRow,
    Document,
    DocumentLink,
    NumberField,
    ScopedManager,
    ScopedQuerySet,
)
from suite.core.models.jobs import Job
from suite.core.models.numbers import Counter, NumberPattern
from suite.core.models.outbox import Effect, OutboxEvent
from suite.core.models.people import Company, Grant, Membership, Role, Team, User
from suite.core.models.tokens import ApiCall, ApiToken, IdempotencyKey

__all__ = [
    "ApiCall",
    "ApiToken",
    "AuditRow",
    "CalendarDay",
    "Company",
    "CompanyRow",
    "Counter",
    "Document",
    "DocumentLink",
    "Effect",
    "Grant",
    "IdempotencyKey",
    "Job",
    "Membership",
    "NumberField",
    "NumberPattern",
    "OutboxEvent",
    "Role",
    "ScopedManager",
    "ScopedQuerySet",
    "Team",
    "User",
]
