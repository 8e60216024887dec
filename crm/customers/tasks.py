"""The clock's door into customers; the rows are the queue."""

from celery import shared_task
from celery.schedules import crontab

from crm.customers.services import commitments, grading, tagging
from suite.core import modules
from suite.core.access import Actor


@shared_task(name="crm_customers.break_overdue_commitments")
def break_overdue_commitments() -> int:
    """Every company by itself: a fault in one does not keep the others waiting for long."""
    return sum(commitments.break_overdue(actor=Actor.system(company)) for company in modules.using("crm_customers"))


@shared_task(name="crm_customers.go_through_tags")
def go_through_tags() -> int:
    """Tags whose cause came or went with the day alone; each company once its day has begun."""
    return sum(tagging.go_through_when_due(actor=Actor.system(company)) for company in modules.using("crm_customers"))


@shared_task(name="crm_customers.go_through_grades")
def go_through_grades() -> int:
    """Grades of everybody; each company once its day has begun, and after its rule was changed."""
    return sum(grading.go_through_when_due(actor=Actor.system(company)) for company in modules.using("crm_customers"))


# Every hour, because midnight comes at different times for companies in different zones; finding nothing is free.
SCHEDULE = {
    "break-overdue-commitments": ("crm_customers.break_overdue_commitments", crontab(minute=20)),
    "go-through-grades": ("crm_customers.go_through_grades", crontab(minute=22)),
    "go-through-tags": ("crm_customers.go_through_tags", crontab(minute=25)),
}
