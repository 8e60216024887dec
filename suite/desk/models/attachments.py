"""Files that belong to records."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models import CompanyRow


def random_name(row: Attachment, name: str) -> str:
    """Where a file is kept: nothing of what the sender called it."""
    return f"attachments/{row.company_id}/{secrets.token_hex(16)}"


class Attachment(CompanyRow):
    """附件: a file at any record, checked by content; seen by whoever sees the record."""

    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    name = models.CharField(_("name"), max_length=200)
    file = models.FileField(_("file"), upload_to=random_name)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("size"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created"), default=clock.now)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [models.Index(fields=["subject_kind", "subject_id", "-id"], name="desk_attachment_of")]

    def __str__(self) -> str:
        return self.name
