"""Whom and what people at their desks may name, and the files they see."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from suite.core.access import Actor
from suite.core.models import Team, User
from suite.desk import documents
from suite.desk.models import Attachment
from suite.desk.own.pages import hidden_files


def colleagues(actor: Actor) -> QuerySet[User]:
    """Everybody who works in the actor's company may be named, by anybody."""
    return User.objects.of(actor.company_id).filter(is_active=True).distinct()


def teams(actor: Actor) -> QuerySet[Team]:
    """The teams of the actor's company."""
    return Team.objects.of(actor.company_id)


def files_at(subject: Any, actor: Actor) -> QuerySet[Attachment]:
    """The files of a record that the actor sees, but for those in own fields that their roles do not."""
    rows = Attachment.objects.of(actor.company_id).filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)
    return rows.exclude(pk__in=hidden_files(subject, actor)).select_related("created_by")


def file_of(pk: int, actor: Actor) -> tuple[Attachment, Any] | None:
    """A file with its record, if the actor sees both."""
    row = Attachment.objects.of(actor.company_id).filter(pk=pk).first() if pk < 2**63 else None
    subject = documents.find(actor, row.subject_kind, row.subject_id) if row else None
    if row is None or subject is None or row.pk in hidden_files(subject, actor):
        return None
    return row, subject
