"""An act on many rows as a job: in portions, with progress, and what was refused as a list."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.module_loading import import_string

from suite.core.access import Actor
from suite.core.jobs import Progress
from suite.core.models import Job
from suite.desk.lists.views import make_form, perform

PORTION = 200
KEPT = 1000  # refusals kept with the job


def run_bulk(job: Job, actor: Actor, progress: Progress) -> dict[str, Any]:
    """Go through the rows in portions, each its own act; a job taken up again goes on where the dead one was."""
    spec = import_string(job.params["spec"])()
    act = next(act for act in spec.acts_for(actor) if act.name == job.params["act"])
    data: dict[str, Any] = {}
    if act.form:
        typed = QueryDict(mutable=True)
        for name, values in job.params["data"].items():
            typed.setlist(name, values)
        form = make_form(act, actor, typed)
        form.full_clean()
        data = form.cleaned_data
    pks = job.params["pks"]
    mine = spec.model._default_manager.visible_to(actor, act.permission)
    done, refused = 0, []
    progress(job.done, len(pks))
    for start in range(job.done, len(pks), PORTION):
        portion = list(mine.filter(pk__in=pks[start : start + PORTION]).order_by("pk").values_list("pk", flat=True))
        went, said = perform(act, actor, portion, data) if portion else (0, [])
        done, refused = done + went, refused + said
        progress(start + PORTION if start + PORTION < len(pks) else len(pks), len(pks))
    return {"done": done, "refused": len(refused), "refusals": refused[:KEPT]}
