"""The way of a sheet into the house: send it, say what is what, rehearse, take it in, take it back."""

from __future__ import annotations

import secrets
from itertools import islice, zip_longest
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from suite.core.access import Actor
from suite.core.doors import door
from suite.core.models import Job
from suite.desk.forms import ActorForm
from suite.desk.imports import Importer, importer, importers
from suite.desk.imports.reading import (
    HEADER_WITHIN,
    TEXTS,
    WORKBOOKS,
    Sheet,
    find_header,
    guess,
    heading,
    headings_of,
    shown,
    swallowed,
)
from suite.desk.imports.running import said_before, start, take_back
from suite.desk.lists.export import harmless
from suite.desk.own import importing as own_importing
from suite.desk.pages import render_page

PREVIEW = 15
LOOKED_AT = 2000  # rows that are looked at before anything is taken in
SALT = "desk.import"
HOUR = 3600


class UploadForm(ActorForm):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX, up to 30 MB and 300,000 rows"),
        widget=forms.FileInput({"accept": ",".join(TEXTS + WORKBOOKS)}),
    )


def _open(request: HttpRequest, kind: str) -> Importer:
    found = importer(kind, request.actor)  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    if not request.actor.may(found.permission):  # type: ignore[attr-defined]
        raise PermissionDenied(found.permission)
    return found


@door("core.add_job")
def import_home(request: HttpRequest) -> HttpResponse:
    """What can be imported."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    open_ones = [each for each in importers() if actor.may(each.permission)]
    return render_page(request, "suite/desk/imports/home.html", {"importers": open_ones})


@door("core.add_job")
def import_upload(request: HttpRequest, kind: str) -> HttpResponse:
    """Send a file; it is stored, and its way goes on under a signed name that only the sender can use."""
    found = _open(request, kind)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = UploadForm(request.POST or None, request.FILES or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            Sheet(sent.name, sent.file).check(sent.size)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            sent.file.seek(0)
            stored = default_storage.save(f"imports/{secrets.token_hex(16)}", sent)
            return redirect(_way_on(actor, kind, path=stored, name=sent.name[-120:]))
    context = {"importer": found, "form": form, "crumbs": [(_("Import"), reverse("desk:imports"))]}
    return render_page(request, "suite/desk/imports/upload.html", context)


def _way_on(actor: Actor, kind: str, *, path: str, name: str, **chosen: Any) -> str:
    """The page on which the file is looked at, with what was chosen before."""
    ticket = {"path": path, "name": name, "user": actor.user_id, "company": actor.company_id}
    query = urlencode({"file": signing.dumps(ticket, salt=SALT), **chosen})
    return f"{reverse('desk:import_map', args=[kind])}?{query}"


def after_rehearsal(request: HttpRequest, job: Job) -> str:
    """From a rehearsal back to the page it came from, for the import itself."""
    params = job.params
    chosen = {f"column-{name}": place for name, place in params["mapping"].items()}
    chosen |= {"header": params["header"], "key": params["key"], "update": str(int(params["update"]))}
    chosen["whole"] = "1" if params["whole"] else ""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return _way_on(actor, params["kind"], path=params["path"], name=params["name"], **chosen)


def _ticket(request: HttpRequest) -> dict[str, Any]:
    try:
        ticket = signing.loads(request.GET.get("file", ""), salt=SALT, max_age=24 * HOUR)
    except signing.BadSignature:
        raise Http404 from None
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if (ticket["user"], ticket["company"]) != (actor.user_id, actor.company_id):
        raise Http404
    return dict(ticket)


@door("core.add_job")
def import_map(request: HttpRequest, kind: str) -> HttpResponse:
    """Preview, mapping and options; then rehearse or import, as a job."""
    found, ticket = _open(request, kind), _ticket(request)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sheet = Sheet(ticket["name"], default_storage.open(ticket["path"]))
    rows = list(islice(sheet.rows(), HEADER_WITHIN + PREVIEW))
    data = request.POST or request.GET
    header = _number(data.get("header"), len(rows) - 1)
    header = find_header(rows, found.fields) if header is None else header
    headings = rows[header] if header < len(rows) else []
    signature = [heading(cell) for cell in headings]
    before: dict[str, Any] = {}
    problem = ""
    if any(name.startswith("column-") for name in data):
        mapping = {
            each.name: place
            for each in found.fields
            if (place := _number(data.get(f"column-{each.name}"), len(headings) - 1)) is not None
        }
    else:
        before = said_before(actor, kind, signature)
        kept = before.get("mapping", {})
        mapping = {each.name: kept[each.name] for each in found.fields if each.name in kept}
        mapping = mapping or guess(headings, found.fields)
    if request.method == "POST":
        try:
            job = start(
                actor=actor,
                kind=kind,
                path=ticket["path"],
                name=ticket["name"],
                header=header,
                mapping=mapping,
                key=request.POST.get("key", "") if request.POST.get("key") in found.keys else "",
                update=request.POST.get("update", "1") == "1",
                rehearse="rehearse" in request.POST,
                whole=request.POST.get("whole") == "1",
                headings=signature,
                once=request.POST.get("once", "").replace("\x00", "")[:40],
            )
            return redirect("desk:job", job.pk)
        except ValidationError as error:
            problem = " ".join(error.messages)
    nameless = [shown(cell) for place, cell in enumerate(headings) if cell and place not in mapping.values()]
    own, files = headings_of(*found.left_out), headings_of(*own_importing.files_of(found.model, actor))
    context = {
        "importer": found,
        "ticket": ticket,
        "crumbs": [(_("Import"), reverse("desk:imports")), (found.label, reverse("desk:import_upload", args=[kind]))],
        "header": header,
        "header_lines": range(min(HEADER_WITHIN, len(rows))),
        "columns": [(number, shown(cell) or f"#{number + 1}") for number, cell in enumerate(headings)],
        "fields": [(each, mapping.get(each.name)) for each in found.fields],
        "keys": [found.field(name) for name in found.keys],
        # a key that the file does not have would refuse it as a whole
        "key": data.get("key", before.get("key", next((name for name in found.keys if name in mapping), ""))),
        "update": data.get("update", str(int(before.get("update", True)))),
        "whole": data.get("whole", "1" if before.get("whole") else ""),
        "known_sheet": bool(before),
        "unknown": [name for name in nameless if heading(name) not in own | files],
        "files": [name for name in nameless if heading(name) in files],
        "made_here": [name for name in nameless if heading(name) in own],
        "preview": [
            [(shown(name), shown(cell)[:60]) for name, cell in zip_longest(headings, row)]
            for row in rows[header + 1 : header + 1 + PREVIEW]
        ],
        "unclosed": [] if sheet.is_workbook else _unclosed(sheet, header, len(headings)),
        "problem": problem,
        "once": data.get("once") or secrets.token_hex(16),
    }
    return render_page(request, "suite/desk/imports/map.html", context)


def _unclosed(sheet: Sheet, header: int, columns: int) -> list[int]:
    """The first lines that took others along, since a quotation mark in them was not closed."""
    numbered = enumerate(islice(sheet.rows(), header + 1, header + 1 + LOOKED_AT), start=header + 2)
    return [number for number, row in numbered if swallowed(row, columns)][:10]


def _number(text: str | None, most: int) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= most else None


@door("core.add_job")
def import_sample(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty sheet with our headings and one example."""
    import csv

    found = _open(request, kind)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    writer = csv.writer(response)
    writer.writerow([harmless(f"{each.label}{'*' if each.required else ''}") for each in found.fields])
    if any(each.example for each in found.fields):
        writer.writerow([each.example for each in found.fields])
    return response


@door("core.add_job")
@require_POST
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an import back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    job = get_object_or_404(Job.objects.visible_to(actor), pk=pk, kind="desk.import", status=Job.Status.DONE)
    _open(request, job.params["kind"])
    return redirect("desk:job", take_back(actor=actor, job=job).pk)
