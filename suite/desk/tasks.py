"""The clock's door into the desk: doorbells only, the rows are the queues."""

from celery import shared_task

from suite.desk.lists import export
from suite.desk.services import drafts, telling, todos


@shared_task(name="desk.remind_due_tasks")
def remind_due_tasks() -> int:
    return todos.remind()


@shared_task(name="desk.send_notices")
def send_notices() -> int:
    return telling.deliver()


@shared_task(name="desk.clear_exports")
def clear_exports() -> int:
    return export.clear_old()


@shared_task(name="desk.clear_drafts")
def clear_drafts() -> int:
    return drafts.clear_old()


SCHEDULE = {
    "remind-due-tasks": ("desk.remind_due_tasks", 60.0),
    "send-notices": ("desk.send_notices", 20.0),
    "clear-exports": ("desk.clear_exports", 3600.0),
    "clear-drafts": ("desk.clear_drafts", 86400.0),
}
