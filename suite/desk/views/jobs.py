"""My jobs: what is running for me, how far it is, what came of it."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from suite.core import jobs
from suite.core.doors import door
from suite.core.models import Job
from suite.desk.lists import ChoiceFilter, Column, DateFilter, ListSpec, acts, list_view
from suite.desk.pages import render_page
from suite.desk.views.imports import after_rehearsal

ENDED = {Job.Status.DONE, Job.Status.FAILED, Job.Status.STOPPED}


class JobList(ListSpec):
    """Exports, imports and other long work."""

    model = Job
    page = "desk:jobs"
    title = gettext_lazy("My jobs")
    icon = "progress"
    columns = (
        Column("title", gettext_lazy("Job"), value=str, card="title"),
        Column("status", gettext_lazy("Status"), "badge", card="side"),
        Column("done", gettext_lazy("Rows done"), "number"),
        Column("total", gettext_lazy("Rows"), "number"),
        Column("created_at", gettext_lazy("Created"), "datetime"),
        Column("ended_at", gettext_lazy("Ended"), "datetime"),
    )
    filters = (
        ChoiceFilter("status", gettext_lazy("Status"), choices=Job.Status),
        DateFilter("created", gettext_lazy("Created"), "created_at"),
    )
    export = False
    empty = gettext_lazy("Exports and imports appear here, with their progress and their files.")

    def url(self, row: Job) -> str:
        return reverse("desk:job", args=[row.pk])


@door("core.view_job")
def job_list(request: HttpRequest) -> HttpResponseBase:
    return list_view(request, JobList)


@door("core.view_job")
def job_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One job; the card asks again until it has ended, then stops asking (286 tells htmx so)."""
    job = get_object_or_404(Job.objects.visible_to(request.actor), pk=pk)  # type: ignore[attr-defined]
    asked_again = bool(request.headers.get("HX-Request"))
    return render_page(
        request,
        "suite/desk/job_page.html",
        {
            "job": job,
            "ended": job.status in ENDED,
            "onward": after_rehearsal(request, job) if job.result.get("rehearsal") else "",
            "undo": acts.taking_back(job, request.actor) if job.status == Job.Status.DONE else None,  # type: ignore[attr-defined]
            "percent": min(100, 100 * job.done // job.total) if job.total else 0,
        },
        part="suite/desk/_job.html",
        status=286 if asked_again and job.status in ENDED else 200,
    )


@door("core.view_job")
@require_POST
def job_stop(request: HttpRequest, pk: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    jobs.stop(job=get_object_or_404(Job.objects.visible_to(actor), pk=pk), actor=actor)
    return redirect("desk:job", pk)


@door("core.add_job")
@require_POST
def job_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what a bulk act did, as a job of its own."""
    actor = request.actor  # type: ignore[attr-defined]
    job = get_object_or_404(Job.objects.visible_to(actor).filter(kind="desk.bulk"), pk=pk)
    return redirect("desk:job", acts.take_back(job=job, actor=actor).pk)


@door("core.view_job")
def job_file(request: HttpRequest, pk: int, which: str) -> HttpResponseBase:
    """A file that a job made: its result (`file`) or the rows it could not take (`errors`)."""
    job = get_object_or_404(Job.objects.visible_to(request.actor), pk=pk)  # type: ignore[attr-defined]
    stored = job.result.get(which) if which in ("file", "errors") else None
    if not stored or not default_storage.exists(stored):
        raise Http404
    name = job.result.get("name" if which == "file" else "errors_name") or f"{which}.csv"
    return FileResponse(default_storage.open(stored), as_attachment=True, filename=name)
