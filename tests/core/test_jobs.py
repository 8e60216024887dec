"""Long work: progress, stop, a worker that dies."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.utils import translation

from suite.core import clock, jobs
from suite.core.acts import request_id
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Job
from suite.core.tasks import run_waiting_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(monkeypatch):
    """Registers work under the name "test"."""
    monkeypatch.setattr(jobs, "_kinds", {})
    return lambda function: jobs.register("test", function)


def enqueue(actor, **params):
    return jobs.enqueue(kind="test", actor=actor, title="Test", params=params)


def test_a_job_runs_once_as_its_user_and_keeps_its_result(rep, work):
    seen = []

    def do(job, actor, progress):
        seen.append((actor, translation.get_language(), request_id.get()))
        progress(3, 3)
        return {"rows": job.params["rows"]}

    work(do)
    job = enqueue(rep, rows=3)

    assert run_waiting_jobs() == 1
    assert run_waiting_jobs() == 0
    job.refresh_from_db()
    assert (job.status, job.done, job.result) == (Job.Status.DONE, 3, {"rows": 3})
    assert seen == [(rep, "en", f"job-{job.pk}")]


def test_a_job_that_fails_says_why(rep, work):
    def do(job, actor, progress):
        raise BusinessError(Refusal("gone", "No such file"))

    work(do)
    job = enqueue(rep)
    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.status, job.error) == (Job.Status.FAILED, "No such file")


def test_a_fault_is_told_plainly_and_stands_in_the_log(rep, work, caplog):
    def do(job, actor, progress):
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("SELECT secret FROM nowhere")

    work(do)
    job = enqueue(rep)
    jobs.run(job.pk)

    job.refresh_from_db()
    assert job.status == Job.Status.FAILED
    assert "nowhere" not in job.error
    assert f"in the log: job-{job.pk}" in job.error
    assert 'relation "nowhere" does not exist' in caplog.text


def test_a_job_that_is_stopped_ends_at_its_next_report(rep, work):
    def do(job, actor, progress):
        progress(1, 10)
        jobs.stop(job=job, actor=actor)
        progress(2, 10)
        raise AssertionError("went on")

    work(do)
    job = enqueue(rep)
    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.status, job.done) == (Job.Status.STOPPED, 1)


def test_the_job_of_a_dead_worker_is_taken_up_and_that_of_a_living_one_is_not(rep, work):
    work(lambda job, actor, progress: None)
    moment = clock.now()
    dead, alive = enqueue(rep), enqueue(rep)
    Job.objects.filter(pk=dead.pk).update(status="running", alive_at=moment - jobs.SILENCE - dt.timedelta(seconds=1))
    Job.objects.filter(pk=alive.pk).update(status="running", alive_at=moment - dt.timedelta(seconds=60))

    assert jobs.waiting() == [dead.pk]
    assert not jobs.run(alive.pk)
    assert jobs.run(dead.pk)


def test_an_unknown_kind_is_refused_when_asked_for(rep, work):
    with pytest.raises(LookupError):
        enqueue(rep)


def test_a_worker_shows_that_it_lives_while_one_statement_takes_long(rep, work, monkeypatch):
    beats = []
    monkeypatch.setattr(jobs, "HEARTBEAT", 0.01)
    monkeypatch.setattr(jobs, "_beat", lambda pk: beats.append(pk))

    def do(job, actor, progress):
        while len(beats) < 3:
            pass

    work(do)
    job = enqueue(rep)
    jobs.run(job.pk)

    assert set(beats) == {job.pk}
