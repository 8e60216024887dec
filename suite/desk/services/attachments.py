"""Files at records: checked by size, name and content, kept under random names."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import FileResponse
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.said import listed
from suite.core.texts import one_line
from suite.desk.models import Attachment

LARGEST = 20 * 2**20
MOST = 100  # files of one record

# What we take, and how its content begins. What a browser would run (HTML, SVG, scripts) is not taken at all.
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    "webp": ("image/webp", (b"RIFF",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", (b"PK\x03\x04",)),
    "ofd": ("application/ofd", (b"PK\x03\x04",)),
    "zip": ("application/zip", (b"PK\x03\x04",)),
    "xls": ("application/vnd.ms-excel", (b"\xd0\xcf\x11\xe0",)),
    "doc": ("application/msword", (b"\xd0\xcf\x11\xe0",)),
    "mp3": ("audio/mpeg", (b"ID3", b"\xff\xfb", b"\xff\xf3")),
    "amr": ("audio/amr", (b"#!AMR",)),
    "txt": ("text/plain", ()),
    "csv": ("text/csv", ()),
}
ACTIVE = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml", b"<?php", b"#!/", b"mz")


def checked(name: str, size: int, head: bytes) -> str:
    """The type of a file that may be kept; raises ValidationError for anything else."""
    if size > LARGEST:
        raise ValidationError(_("The file is larger than %(size)s MB") % {"size": LARGEST // 2**20})
    if not size:
        raise ValidationError(_("The file is empty"))
    ending = name.rpartition(".")[2].lower()
    if ending not in KINDS or "\x00" in name or "/" in name or "\\" in name:
        raise ValidationError(_("Files of this kind are not taken. Taken are: %(kinds)s") % {"kinds": listed(KINDS)})
    content_type, beginnings = KINDS[ending]
    if beginnings and not head.startswith(beginnings):
        raise ValidationError(_("The content is not what the name says"))
    if not beginnings and (b"\x00" in head or head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(ACTIVE)):
        raise ValidationError(_("The content is not what the name says"))
    return content_type


@service
def attach(*, actor: Actor, subject: models.Model, upload: Any) -> Attachment:
    """Keep an uploaded file at a record. Raises ValidationError when it is not taken."""
    head = upload.read(512)
    upload.seek(0)
    name = one_line(upload.name)
    content_type = checked(name, upload.size, head)
    kind = subject._meta.label_lower
    if Attachment.objects.of(actor.company_id).filter(subject_kind=kind, subject_id=subject.pk).count() >= MOST:
        raise ValidationError(_("There are %(most)s files here already") % {"most": MOST})
    row = Attachment.objects.create(
        company_id=actor.company_id,
        subject_kind=kind,
        subject_id=subject.pk,
        name=name[-200:],
        file=upload,
        content_type=content_type,
        size=upload.size,
        created_by_id=actor.user_id,
    )
    current_act().audit(subject, "file_added", {"file": (None, row.name)})
    return row


@service
def remove(*, actor: Actor, attachment: Attachment, subject: models.Model) -> None:
    """Delete a file; its name stays in the history of the record."""
    current_act().audit(subject, "file_removed", {"file": (attachment.name, None)})
    stored = attachment.file
    transaction.on_commit(lambda: stored.storage.delete(str(stored.name)))
    Attachment.objects.filter(pk=attachment.pk).delete()


def sent(attachment: Attachment) -> FileResponse:
    """The file as it goes out: to be kept, never shown inside our pages."""
    response = FileResponse(
        attachment.file.open(), as_attachment=True, filename=attachment.name, content_type=attachment.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response
