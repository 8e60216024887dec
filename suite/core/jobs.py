"""Background jobs: long work that people watch. The row is the queue; a dead worker's job is taken up by the next."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from suite.core import clock, doorbell
from suite.core.access import Actor
from suite.core.acts import current_act, request_id, service
from suite.core.errors import BusinessError
from suite.core.models import Job
from suite.core.said import cut

log = logging.getLogger(__name__)

HEARTBEAT = 20.0  # seconds between two signs of life
SILENCE = dt.timedelta(minutes=2)  # a running job that did not breathe for so long belongs to a dead worker


class Stopped(Exception):
    """The user stopped the job."""


class Progress:
    """Handed to the work: report here, and often; it is also how the job shows that it lives."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._told = clock.now()

    def __call__(self, done: int, total: int | None = None) -> None:
        """Say how many rows are done; raises Stopped when the user wants no more."""
        moment = clock.now()
        if moment - self._told < dt.timedelta(seconds=0.5) and total is None:
            return
        self._told = moment
        fields: dict[str, Any] = {"done": done, "alive_at": moment}
        if total is not None:
            fields["total"] = total
        if not Job.objects.filter(pk=self.job.pk, status=Job.Status.RUNNING).update(**fields):
            raise Stopped


Work = Callable[[Job, Actor, Progress], dict[str, Any] | None]
_kinds: dict[str, Work] = {}


def register(kind: str, work: Work) -> None:
    """Teach the house a kind of job, from apps.py. Work must stand being started again after a crash."""
    _kinds[kind] = work


@service
def enqueue(*, kind: str, actor: Actor, title: str = "", params: dict[str, Any] | None = None) -> Job:
    """Put a job into the queue and wake a worker after the commit."""
    if kind not in _kinds:
        raise LookupError(f"No such kind of job: {kind}")
    job = Job.objects.create(
        company=actor.company, user=actor.user, kind=kind, title=cut(title, 200), params=params or {}
    )
    current_act().audit(job, "queued")
    transaction.on_commit(lambda: _ring(job.pk))
    return job


@service
def stop(*, job: Job, actor: Actor) -> None:
    """Ask a waiting or running job to end; it ends at its next report."""
    Job.objects.filter(pk=job.pk, status__in=[Job.Status.WAITING, Job.Status.RUNNING]).update(
        status=Job.Status.STOPPED, ended_at=clock.now()
    )
    current_act().audit(job, "stopped")


def _ring(pk: int) -> None:
    from suite.core.tasks import run_job

    doorbell.ring(run_job, pk)


def waiting() -> list[int]:
    """Jobs nobody works on: never started, or left by a dead worker."""
    left = Q(status=Job.Status.RUNNING, alive_at__lt=clock.now() - SILENCE)
    rows = Job.objects.filter(Q(status=Job.Status.WAITING) | left).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:20])


def run(pk: int) -> bool:
    """Claim a job and do it; False when somebody else has it."""
    moment = clock.now()
    free = Q(status=Job.Status.WAITING) | Q(status=Job.Status.RUNNING, alive_at__lt=moment - SILENCE)
    if not Job.objects.filter(free, pk=pk).update(status=Job.Status.RUNNING, started_at=moment, alive_at=moment):
        return False
    job = Job.objects.select_related("company", "user").get(pk=pk)
    number = request_id.set(f"job-{pk}")
    language = job.user.language if job.user else settings.LANGUAGE_CODE
    try:
        with _beating(pk), translation.override(language):
            result = _kinds[job.kind](job, Actor(job.user, job.company), Progress(job)) or {}
        _end(pk, status=Job.Status.DONE, result=result)
    except Stopped:
        pass
    except Exception as error:
        log.exception("Job %s failed", pk)
        with translation.override(language):
            _end(pk, status=Job.Status.FAILED, error=_in_words(error, pk)[:2000])
    finally:
        request_id.reset(number)
    return True


def _in_words(error: Exception, pk: int) -> str:
    """What whoever waits is told: what the house has refused, else where the administrator finds the rest."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, BusinessError):
        return str(error)
    sentence = _("This could not be finished because of a fault. Your administrator finds it in the log: %(number)s.")
    return sentence % {"number": f"job-{pk}"}


def _end(pk: int, **fields: Any) -> None:
    Job.objects.filter(pk=pk, status=Job.Status.RUNNING).update(ended_at=clock.now(), **fields)


def _beat(pk: int) -> None:
    Job.objects.filter(pk=pk, status=Job.Status.RUNNING).update(alive_at=clock.now())


@contextmanager
def _beating(pk: int) -> Iterator[None]:
    """Show that the worker lives even while one statement of the work takes minutes."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(HEARTBEAT):
            _beat(pk)
        connection.close()

    heart = threading.Thread(target=go_on, name=f"job-{pk}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()
