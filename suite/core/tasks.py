"""The clock's door into the core: doorbells only, the rows are the queues."""

from celery import shared_task

from suite.core import jobs, outbox


@shared_task(name="core.relay_outbox")
def relay_outbox() -> int:
    return outbox.relay()


@shared_task(name="core.run_job")
def run_job(pk: int) -> bool:
    return jobs.run(pk)


@shared_task(name="core.run_waiting_jobs")
def run_waiting_jobs() -> int:
    return sum(jobs.run(pk) for pk in jobs.waiting())


SCHEDULE = {
    "relay-outbox": ("core.relay_outbox", 3.0),
    "run-waiting-jobs": ("core.run_waiting_jobs", 10.0),
}
