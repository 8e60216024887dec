"""The clock rings for what the areas ask."""

from celery.schedules import schedule

from suite.celery import app


def test_every_area_puts_its_own_tasks_on_the_clock() -> None:
    app.finalize()

    entry = app.conf.beat_schedule["core.relay-outbox"]

    assert entry["task"] == "core.relay_outbox"
    assert schedule(entry["schedule"]).seconds < 10


def test_what_the_clock_rings_for_exists() -> None:
    app.finalize()
    app.loader.import_default_modules()

    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
