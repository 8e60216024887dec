"""Files at records, in the rights of the record."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from suite.core.doors import door
from suite.desk import documents, queries
from suite.desk.models import Attachment
from suite.desk.pages import back
from suite.desk.services import attachments as services


def _subject(request: HttpRequest, kind: str, pk: int) -> Any:
    row = documents.find(request.actor, kind, pk)  # type: ignore[attr-defined]
    if row is None:
        raise Http404
    return row


@door("desk.view_attachment")
def attachments_of(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The files of a record as a fragment for its page; POST adds one."""
    actor = request.actor  # type: ignore[attr-defined]
    subject, problem = _subject(request, kind, pk), ""
    if request.method == "POST":
        if not actor.may("desk.add_attachment"):
            raise PermissionDenied("desk.add_attachment")
        try:
            for upload in request.FILES.getlist("file")[:20]:
                services.attach(actor=actor, subject=subject, upload=upload)
        except ValidationError as error:
            problem = " ".join(error.messages)
        if not problem and not request.headers.get("HX-Request"):
            return redirect(documents.url_of(kind, pk))
    files = queries.files_at(subject, actor).order_by("-id")
    context = {"kind": kind, "pk": pk, "files": files, "problem": problem}
    return render(request, "suite/desk/_attachments.html", context)


def _mine(request: HttpRequest, pk: int) -> tuple[Attachment, Any]:
    found = queries.file_of(pk, request.actor)  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found


@door("desk.view_attachment")
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The file, never shown inside our pages."""
    return services.sent(_mine(request, pk)[0])


@door("desk.delete_attachment")
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    row, subject = _mine(request, pk)
    services.remove(actor=request.actor, attachment=row, subject=subject)  # type: ignore[attr-defined]
    return redirect(back(request, documents.url_of(row.subject_kind, row.subject_id)))
