"""The clock's door into the core: doorbells only, the rows are the queues."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from celery.schedules import crontab
from django.contrib.sessions.models import Session

from suite.core import clock, invitations, jobs, outbox, partitions
from suite.core.api import calls
from suite.core.models import IdempotencyKey

ANSWERS_KEPT = dt.timedelta(hours=48)
EVENTS_KEPT = dt.timedelta(days=90)


@shared_task(name="core.relay_outbox")
def relay_outbox() -> int:
    return outbox.relay()


@shared_task(name="core.run_job")
def run_job(pk: int) -> bool:
    return jobs.run(pk)


@shared_task(name="core.run_waiting_jobs")
def run_waiting_jobs() -> int:
    return sum(jobs.run(pk) for pk in jobs.waiting())


@shared_task(name="core.ensure_partitions")
def ensure_partitions() -> int:
    return len(partitions.ensure())


@shared_task(name="core.clean_up")
def clean_up() -> int:
    """Forget answers kept for repeated requests, sign-ins that are over, events applied and calls made long ago."""
    moment = clock.now()
    answers, _ = IdempotencyKey.objects.filter(created_at__lt=moment - ANSWERS_KEPT).delete()
    sessions, _ = Session.objects.filter(expire_date__lt=moment).delete()
    return answers + sessions + outbox.forget(moment - EVENTS_KEPT) + calls.forget()


@shared_task(name="core.mail_links")
def mail_links(address: str, base: str) -> int:
    return invitations.mail_links(address, base)


SCHEDULE = {
    "relay-outbox": ("core.relay_outbox", 3.0),
    "run-waiting-jobs": ("core.run_waiting_jobs", 10.0),
    "ensure-partitions": ("core.ensure_partitions", crontab(hour=18, minute=10)),
    "clean-up": ("core.clean_up", crontab(hour=18, minute=20)),
}
