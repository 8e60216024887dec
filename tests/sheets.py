"""Sheets as people send them, taken in by the job that takes them in."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from suite.core import jobs
from suite.core.access import Actor
from suite.core.models import Job
from suite.desk.imports import running


def text_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """A CSV file with a heading for every field that any of the rows has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    target = io.StringIO()
    writer = csv.DictWriter(target, names)
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def load(actor: Actor, kind: str, rows: Sequence[Mapping[str, Any]], **options: Any) -> Job:
    """Import rows (field name -> cell) and give back the finished job."""
    path = default_storage.save("imports/test", ContentFile(text_of(rows).encode()))
    mapping = {name: place for place, name in enumerate(dict.fromkeys(name for row in rows for name in row))}
    settings = {"header": 0, "mapping": mapping, **options}
    job = running.start(actor=actor, kind=kind, path=path, name=f"{kind}.csv", **settings)
    return finish(job)


def undo(actor: Actor, job: Job) -> Job:
    """Take an import back."""
    return finish(running.take_back(actor=actor, job=job))


def finish(job: Job) -> Job:
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == Job.Status.DONE, job.error
    return job
